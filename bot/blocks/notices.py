"""Short messages: a sentence, a new name, a changed state, a delete, an apology, help."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import zip_longest

from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import actions, button, context, fitting, section
from bot.blocks.layout import Message, compose
from bot.blocks.look import mission_line
from bot.blocks.pauses import until
from bot.mrkdwn import (
    Mrkdwn,
    chunks,
    code,
    date,
    dots,
    from_markdown,
    label,
    line,
    lines,
    mention,
    paragraph,
    told,
)
from missions.ids import MissionId, PersonId
from missions.mission import Mission, MissionState
from missions.phrases import say
from missions.recorded import retold
from missions.saving import mark_of

_PART = 2_900


def sentence(text: str, aside: str = "", links: Sequence[Mrkdwn | None] = ()) -> Message:
    """A sentence or a few, from the model, an error or the domain: it can be 12,000 characters.

    `aside` is a small grey line below; `links` stand behind the lines of the text, one each.
    """
    shown = _linked(text, links) if any(links) else from_markdown(text)
    groups = [[section(part)] for part in chunks(shown, _PART)]
    groups += [[context(line(aside, 300))]] if aside else []
    return compose(Mrkdwn(""), [], groups, (), lambda _: told("ask-for-rest"))


def _linked(text: str, links: Sequence[Mrkdwn | None]) -> Mrkdwn:
    written = zip_longest(text.split("\n"), links, fillvalue=None)
    return lines(_with_link(from_markdown(one or ""), link) for one, link in written)


def _with_link(text: Mrkdwn, link: Mrkdwn | None) -> Mrkdwn:
    """The link behind the line, and before a colon that leads to the next one."""
    if not (text and link):
        return dots(text or None, link)
    bare = Mrkdwn(text.rstrip().removesuffix(":"))
    return Mrkdwn(f"{dots(bare, link)}{':' if bare != text.rstrip() else ''}")


def renamed_card(mission: MissionId, before: str, after: str, *, still: bool = True) -> Message:
    """A name changed, with Undo while it is the name that holds [C4]."""
    value = Value(mission=mission, extra=before, holds=mark_of(after))
    undo = fitting(say("undo"), ActionId.UNDO_RENAME, value)
    said = told("renamed", before=label(before), after=label(after))
    return compose(Mrkdwn(""), [section(said, undo if still else None), context(code(mission, 40))])


def state_card(
    mission: Mission,
    what: str,
    by: PersonId | None,
    at: datetime,
    note: str = "",
    zone: str = "UTC",
    ends: datetime | None = None,
    *,
    over: bool = False,
) -> Message:
    """A Mission's state changed: what, who, when, note; with Enable while it is Paused [M3 M7].

    `ends` is when it ends by itself; `over` says that the pause that holds is a later one.

    The person is mentioned: they have just clicked.
    """
    actor = mention(by) if by else Mrkdwn("Houston")
    noted = Mrkdwn(f"> {line(note, 300)}") if note.strip() else Mrkdwn("")
    said = Mrkdwn(f"{line(retold(what), 300)}{until(ends, zone)}")
    happened = dots(said, told("by", who=actor), date(at, zone=zone))
    text = lines([mission_line(mission), happened, noted])
    if mission.state is not MissionState.PAUSED or over:
        return compose(Mrkdwn(""), [section(text)])
    enable = button(say("enable"), ActionId.ENABLE, Value(mission=mission.id))
    return compose(Mrkdwn(""), [section(text, enable)])


def deleted_card(mission: MissionId, messages: int, refused: int) -> Message:
    """A delete is done: what went, and what Slack would not let go [M6]."""
    named = label(mission, 40)
    if messages:
        gone = told("deleted-with-messages", messages, mission=named)
    else:
        gone = told("deleted", mission=named)
    kept = told("not-deleted", refused) if refused else Mrkdwn("")
    return compose(Mrkdwn(""), [section(lines([gone, kept]))])


def sorry_card(text: str, turn: str) -> Message:
    """A turn failed for good or was stopped; Retry sends the kept message again [C10]."""
    retry = button(say("retry"), ActionId.RETRY, Value(extra=turn), style="primary")
    said = section(Mrkdwn(f"↩️ {paragraph(text, 1_000)}"))
    return compose(Mrkdwn(""), [said, context(told("sorry-kept")), actions(retry)])


def help_card(*, offline: bool = False) -> Message:
    """What Houston understands; `offline` adds that it follows fixed phrases without a model."""
    parts = [
        told("help"),
        told("help-create"),
        told("help-change"),
        told("help-operate"),
    ]
    notes = [told("help-where"), *([told("help-offline")] if offline else [])]
    new = button(say("new-mission"), ActionId.NEW_MISSION, Value(), style="primary")
    missions = button(say("show-all"), ActionId.LIST_PAGE, Value(page=1))
    return compose(Mrkdwn(""), [*map(section, parts), actions(new, missions), *map(context, notes)])
