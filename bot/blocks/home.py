"""App Home: what waits for a person, then the Missions that they may see, by pages [R6 C1].

Fits by construction: at most 10 Missions with 2 blocks each, 5 waiting cards with 2, and 20 blocks
around them, each with texts cut short; Slack allows 100 blocks and 250 kB.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from bot import limits
from bot.blocks.actions import ActionId, Value
from bot.blocks.change_card import difference
from bot.blocks.elements import (
    Block,
    Element,
    actions,
    button,
    chosen_select,
    context,
    divider,
    fitting,
    header,
    link_button,
    plain,
    remark,
    section,
    too_long,
)
from bot.blocks.list_card import ListFacts, ListItem, alone_line, found
from bot.blocks.look import STATE_SIGN, People, mission_line, result
from bot.blocks.pauses import EVERYWHERE, paused, until
from bot.blocks.results_row import outcome, squares, tally
from bot.blocks.ways import Waits, change_ways, launch_ways
from bot.mrkdwn import (
    MINUTES,
    Mrkdwn,
    bold,
    channel_link,
    clean,
    clip,
    clip_plain,
    date,
    dots,
    label,
    lines,
    told,
)
from missions.diff import FieldChange
from missions.ids import ChannelId
from missions.mission import Mission, MissionState, Pause
from missions.phrases import grouped, say
from missions.proposal import ProposalKind
from missions.recorded import retold

View = dict[str, Any]

WAITING_SHOWN: Final = 5
CHANGES_SHOWN: Final = 6
CHANGE_CHARACTERS: Final = 300
"""Of each difference of a change that is answered on Home: a section holds 3,000 characters."""
SEARCH_MAX: Final = 100
_STATES: Final = (None, MissionState.ACTIVE, MissionState.PAUSED, MissionState.DRAFT)


@dataclass(frozen=True, slots=True)
class WaitingCard:
    """A card that waits for the person: a plan, a change, or a question; where it is.

    With a `call` it is that call, which is to be approved; `question` is what was asked. A
    Proposal whose card stands nowhere has its `answer` here, a change with its `changes`.
    """

    kind: ProposalKind | None
    channel: ChannelId
    mission: Mission | None = None
    url: str | None = None
    ends: datetime | None = None
    call: str = ""
    question: str = ""
    answer: Waits | None = None
    changes: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class HomeFacts:
    """What one person's Home shows. `quiet` is the pause of the whole workspace [M10]."""

    list: ListFacts
    now: datetime
    waiting: tuple[WaitingCard, ...] = ()
    is_admin: bool = False
    quiet: Pause | None = None
    people: People = field(default_factory=dict)
    zone: str = "UTC"
    notice: str = ""
    notice_url: str = ""


def home_view(facts: HomeFacts) -> View:
    """The view to publish."""
    shown = facts.list
    blocks = [header(say("mission-control")), context(_counts(facts)), *_top(facts)]
    if facts.notice:
        blocks.append(remark(facts.notice, url=facts.notice_url))
    if shown.unsure:
        blocks.append(context(told("list-unsure")))
    blocks += [*_quiet(facts), *_waiting(facts)]
    if sum(shown.counts.values()) == 0 and shown.unsure:
        return {"type": "home", "blocks": blocks}
    if sum(shown.counts.values()) == 0:
        blocks += [divider(), section(told("home-teach"))]
    else:
        blocks += [divider(), _search(shown), *_missions(facts), *_pages(shown)]
    return {"type": "home", "blocks": blocks}


def _counts(facts: HomeFacts) -> Mrkdwn:
    counts = facts.list.counts
    each = [
        Mrkdwn(f"{STATE_SIGN[s]} {grouped(counts[s])} {s}") for s in _STATES if s and counts.get(s)
    ]
    return dots(*each, told("as-of", when=date(facts.now, MINUTES, facts.zone)))


def _top(facts: HomeFacts) -> list[Block]:
    top = [button(say("new-mission"), ActionId.NEW_MISSION, Value(), style="primary")]
    if sum(facts.list.counts.values()):
        top.append(_filter(facts.list))
    if facts.is_admin and facts.quiet is None:
        top.append(button(say("pause-everything…"), ActionId.OPEN_PAUSE_ALL, Value()))
    return [actions(*top)]


def _filter(shown: ListFacts) -> Element:
    options = [(_state_option(state, shown), Value(state=state)) for state in _STATES]
    return chosen_select(say("state"), ActionId.HOME_STATE, options, _STATES.index(shown.state))


def _state_option(state: MissionState | None, shown: ListFacts) -> str:
    if state is None:
        return say("all-states", n=grouped(sum(shown.counts.values())))
    return f"{STATE_SIGN[state]} {state} ({grouped(shown.counts.get(state, 0))})"


def _search(shown: ListFacts) -> Block:
    """The search; its id changes with the words, as Slack keeps what an input of one id held."""
    held = clip_plain(clean(shown.search).strip(), SEARCH_MAX)
    digest = hashlib.sha256(held.encode()).hexdigest()[:8]
    element: Element = {
        "type": "plain_text_input",
        "action_id": ActionId.HOME_SEARCH.value,
        "max_length": SEARCH_MAX,
        "placeholder": plain(say("search-example"), limits.PLACEHOLDER),
        "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
    }
    if held:
        element["initial_value"] = held
    return {
        "type": "input",
        "block_id": f"search-{digest}",
        "dispatch_action": True,
        "optional": True,
        "label": plain(say("search"), limits.INPUT_LABEL),
        "element": element,
    }


def _quiet(facts: HomeFacts) -> list[Block]:
    if facts.quiet is None:
        return []
    said = paused(facts.quiet, "paused-workspace", facts.people, facts.zone)
    resume = button(say("resume-everything"), ActionId.RESUME_ALL, Value(extra=EVERYWHERE))
    return [section(said, resume if facts.is_admin else None)]


def _waiting(facts: HomeFacts) -> list[Block]:
    if not facts.waiting:
        return []
    first = facts.waiting[:WAITING_SHOWN]
    shown = [block for card in first for block in _waiting_card(card, facts.zone)]
    left = len(facts.waiting) - len(first)
    more = [context(told("and-left", left))] if left else []
    return [divider(), section(told("waiting-for-you", n=len(facts.waiting))), *shown, *more]


def _waiting_card(card: WaitingCard, zone: str) -> list[Block]:
    match card.kind:
        case ProposalKind.LAUNCH:
            what = told("waits-plan")
        case ProposalKind.CHANGE:
            what = told("waits-change")
        case ProposalKind.BACKFILL:
            what = told("waits-backfill")
        case None if card.call:
            what = told("waits-call", call=label(card.call, 150))
        case None if card.question:
            what = told("waits-question", text=label(card.question, 120))
        case None:
            what = told("waits-answer")
    ends = told("waits-end", date=date(card.ends, zone=zone)) if card.ends else None
    named = mission_line(card.mission) if card.mission else Mrkdwn("")
    text = lines([dots(what, named), dots(channel_link(card.channel), ends), _differences(card)])
    answers = _answers(card)
    return [section(text, _way(card)), *([actions(*answers)] if answers else [])]


def _differences(card: WaitingCard) -> Mrkdwn:
    """What a change does, as on its card, short."""
    shown = [clip(difference(change), CHANGE_CHARACTERS) for change in card.changes]
    left = len(shown) - CHANGES_SHOWN
    more = told("and-left", left) if left > 0 else Mrkdwn("")
    return lines([*shown[:CHANGES_SHOWN], more])


def _answers(card: WaitingCard) -> list[Element]:
    """To a Proposal whose card stands nowhere; a change is applied only where all of it shows."""
    if card.answer is None or card.mission is None:
        return []
    match card.kind:
        case ProposalKind.LAUNCH:
            return launch_ways(card.answer, card.mission)
        case ProposalKind.CHANGE:
            proposal = card.answer.proposal
            whole = len(card.changes) <= CHANGES_SHOWN and not proposal.findings
            return change_ways(proposal, whole=whole)
        case _:
            return []


def _way(card: WaitingCard) -> Element | None:
    """To the card that waits; where it stands nowhere, to the Mission."""
    if card.url:
        return link_button(say("open-card"), card.url, ActionId.FOLLOW)
    if card.mission is None:
        return None
    return button(say("open"), ActionId.SHOW, Value(mission=card.mission.id))


def _missions(facts: HomeFacts) -> list[Block]:
    shown = facts.list
    if not shown.items:
        clear = button(say("show-all-short"), ActionId.LIST_PAGE, Value(page=1))
        return [section(told("no-match-home"), clear)]
    own = [item for item in shown.items if item.own]
    others = [item for item in shown.items if not item.own]
    listed: list[Block] = []
    for title, items in (("yours", own), ("others-you-see", others)):
        if items:
            lead = [divider()] if listed else []
            listed += [*lead, context(bold(told(title)))]
            listed += [block for item in items for block in _mission(item)]
    return listed


def _mission(item: ListItem) -> Sequence[Block]:
    outcomes = [outcome(one) for one in item.results]
    latest = result(item.status, item.finding) if item.status or item.finding else None
    row = Mrkdwn(f"{squares(outcomes)}  {latest or ''}") if outcomes else latest
    show = button(say("open"), ActionId.SHOW, Value(mission=item.mission.id))
    of = say("last-runs", runs=say("runs", len(outcomes)))
    runs = tally(outcomes, of) if outcomes else told("no-run-so-far")
    stands = _standing(item)
    return [
        section(lines([mission_line(item.mission), row or stands, alone_line(item)]), show),
        context(
            dots(
                stands if row else None,
                channel_link(item.mission.channel),
                told("owner", who=label(item.owner, 60)) if not item.own else None,
                runs if len(outcomes) != 1 else None,
            )
        ),
    ]


def _standing(item: ListItem) -> Mrkdwn:
    mission = item.mission
    said = Mrkdwn(str(mission.state))
    if mission.state is MissionState.PAUSED and mission.pause:
        note = label(retold(mission.pause.note), 80) if mission.pause.note.strip() else None
        said = dots(Mrkdwn(f"{said}{until(mission.pause.until, item.zone)}"), note)
    when = told("next-at", when=date(item.next_at, zone=item.zone)) if item.next_at else None
    quiet = told("channel-paused") if item.quiet else None
    waits = told("waits-for-approval") if item.waits else None
    return dots(said, when, quiet, waits, told("muted") if mission.mute else None)


def _pages(shown: ListFacts) -> list[Block]:
    if shown.pages < 2:
        return []
    wanted = [(say("previous"), shown.page - 1), (say("next"), shown.page + 1)]
    turns = [
        fitting(text, ActionId.LIST_PAGE, _page(shown, page), number=number)
        for number, (text, page) in enumerate(wanted)
        if 1 <= page <= shown.pages
    ]
    where = told("page-of", page=shown.page, pages=shown.pages)
    pressed = [turn for turn in turns if turn]
    press = actions(*pressed) if len(pressed) == len(turns) else too_long()
    return [context(dots(found(shown.total, shown.more), where)), press]


def _page(shown: ListFacts, page: int) -> Value:
    return Value(page=page, state=shown.state, extra=clean(shown.search) or None)
