"""A change to a confirmed plan: before → after per field, to be applied [C5]."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.blocks.actions import ActionId
from bot.blocks.elements import Block, actions, context, divider, header, section
from bot.blocks.layout import Message, compose
from bot.blocks.look import People, who
from bot.blocks.pauses import runs_now, stands
from bot.blocks.plan_card import findings_section
from bot.blocks.standing import DEAD, REDOABLE, Standing, proposal_button, standing, standing_line
from bot.blocks.tasks import Coming, coming
from bot.blocks.ways import change_ways
from bot.mrkdwn import Mrkdwn, bold, code, dots, label, line, lines, told
from missions.diff import FieldChange
from missions.mission import Mission, Pause
from missions.phrases import say
from missions.proposal import Proposal


@dataclass(frozen=True, slots=True)
class ChangeFacts:
    """A change Proposal with its differences and the runs that would come next.

    `over` says that its plan starts nothing any more [B9].
    """

    mission: Mission
    proposal: Proposal
    changes: tuple[FieldChange, ...]
    next: tuple[Coming, ...]
    now: datetime
    zone: str = "UTC"
    people: People = field(default_factory=dict)
    quiet: Pause | None = None
    over: bool = False


def change_card(facts: ChangeFacts) -> Message:
    """Before → after per field, the next three runs; and buttons while it can be answered."""
    mission = facts.mission
    at = standing(facts.proposal, mission, facts.now)
    head = [
        header(f"✏️ {say('change-to', mission=mission.name)}"),
        context(
            dots(
                code(mission.id, 40),
                told("from-version", version=facts.proposal.base_version),
                told("asked-by", who=who(facts.proposal.by, facts.people)),
            ),
            Mrkdwn("") if at in DEAD else stands(mission, facts.quiet, facts.people, facts.zone),
        ),
    ]
    groups: list[list[Block]] = [[section(difference(change))] for change in facts.changes]
    tail = [
        divider(),
        *([section(_coming(facts, at))] if _comes(facts, at) else []),
        *_ending(facts, at),
    ]
    summary = Mrkdwn(
        f"{told('change-to', mission=bold(label(mission.name)))} {code(mission.id, 40)}"
    )
    return compose(summary, head, groups or [[section(told("no-changes"))]], tail, _more)


def _coming(facts: ChangeFacts, at: Standing) -> Mrkdwn:
    """The next runs; where none is left, that."""
    if facts.over:
        return told("no-runs-left" if at is Standing.APPLIED else "no-runs-after")
    return coming(facts.next, named=len({run.title for run in facts.next}) > 1)


def _comes(facts: ChangeFacts, at: Standing) -> bool:
    """Whether these runs will come, or would if it were applied."""
    if at is not Standing.APPLIED:
        return at not in DEAD
    return runs_now(facts.mission, facts.proposal.base_version + 1, facts.quiet)


def difference(change: FieldChange) -> Mrkdwn:
    """One field before and after."""
    name = bold(label(change.label))
    if change.before is None:
        return lines([Mrkdwn(f"➕ {name}"), line(change.after or "", 400)])
    if change.after is None:
        return lines([Mrkdwn(f"➖ {name}"), Mrkdwn(f"~{label(change.before, 400)}~")])
    before, after = label(change.before, 300), bold(label(change.after, 300))
    return lines([Mrkdwn(f"✏️ {name}"), Mrkdwn(f"{before}  →  {after}")])


def _ending(facts: ChangeFacts, at: Standing) -> list[Block]:
    note = standing_line(facts.proposal, facts.mission, facts.now, facts.zone)
    if at in REDOABLE:
        redo = proposal_button(facts.proposal, say("redo-on-current"), ActionId.REDO, "primary")
        return [section(note), actions(redo)]
    if at is not Standing.OPEN:
        return [context(note)]
    if facts.proposal.findings:
        refused = findings_section(told("change-refused"), facts.proposal.findings)
        return [refused, actions(*change_ways(facts.proposal, whole=False)), context(note)]
    row = actions(*change_ways(facts.proposal))
    return [row, context(Mrkdwn(f"{told('change-open')} {note}"))]


def _more(left: int) -> Mrkdwn:
    return told("more-changes", left, where=told("ask-for-rest"))
