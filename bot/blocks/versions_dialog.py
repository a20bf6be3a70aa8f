"""The versions of a plan in a dialog: a list, and what changed between any two [B8].

Fits by construction: 10 versions or 80 differences, with 8 blocks around them; Slack allows 100.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

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
    overflow,
    section,
)
from bot.blocks.look import mission_line
from bot.blocks.records import View, records_view, said_below
from bot.blocks.versions_card import DiffFacts, VersionLine, VersionsFacts, version_line
from bot.mrkdwn import bold, dots, label, told
from missions.mission import Mission
from missions.phrases import say

PER_PAGE: Final = 10
_DIFFERENCES: Final = 80


@dataclass(frozen=True, slots=True)
class VersionsPage:
    """A page of versions; `numbers` are all there are, newest first."""

    shown: VersionsFacts
    numbers: tuple[int, ...]
    can_edit: bool
    page: int = 1
    pages: int = 1


def versions_view(facts: VersionsPage, notice: str = "") -> View:
    """Per version who made it, when and how much it changed; and which two to compare."""
    mission = facts.shown.mission
    blocks: list[Block] = [section(mission_line(mission)), *_choose(facts), divider()]
    for number, item in enumerate(facts.shown.items):
        menu = _menu(item, mission, can_edit=facts.can_edit)
        row = {**menu, "action_id": ActionId.REPORT_MENU.numbered(number)} if menu else None
        blocks.append(section(version_line(item, facts.shown), row))
    if not facts.shown.items:
        blocks.append(section(told("draft-no-versions", mission=label(mission.name))))
    page = told("page-of", page=facts.page, pages=facts.pages) if facts.pages > 1 else None
    restoring = told("versions-restore") if facts.can_edit and len(facts.numbers) > 1 else None
    turns = _turns(facts)
    blocks += [actions(*turns)] if turns else []
    blocks += said_below(notice)
    if page or restoring:
        blocks.append(context(dots(page, restoring)))
    return records_view(say("versions"), blocks)


def difference_view(facts: VersionsPage, diff: DiffFacts) -> View:
    """Before → after per field of any two versions, and the way back."""
    mission = facts.shown.mission
    between = told("versions-between", first=diff.first, last=diff.last)
    blocks = [section(mission_line(mission)), *_choose(facts, diff), divider()]
    blocks.append(section(bold(between)))
    blocks += [section(difference(change)) for change in diff.changes[:_DIFFERENCES]]
    left = len(diff.changes) - _DIFFERENCES
    if left > 0:
        blocks.append(context(told("more-changes", left, where=told("ask-for-rest"))))
    if not diff.changes:
        blocks.append(section(told("same-versions")))
    ways = [button(say("to-all-versions"), ActionId.VERSIONS, Value(mission=mission.id))]
    older = min(diff.first, diff.last)
    if facts.can_edit and older != mission.version:
        value = Value(mission=mission.id, version=older)
        ways.append(button(say("restore-version", n=older), ActionId.RESTORE, value))
    return records_view(say("versions"), [*blocks, actions(*ways)])


def _choose(facts: VersionsPage, diff: DiffFacts | None = None) -> list[Block]:
    """Two menus: from which version to which; nothing to choose from among fewer than two."""
    if len(facts.numbers) < 2:
        return []
    first, last = (diff.first, diff.last) if diff else (facts.numbers[1], facts.numbers[0])
    froms, tos = (_offered(facts.numbers, chosen) for chosen in (first, last))
    before = [(say("compare-from", n=n), _pair(facts, n, last)) for n in froms]
    after = [(say("compare-to", n=n), _pair(facts, first, n)) for n in tos]
    menus = ((before, froms.index(first)), (after, tos.index(last)))
    shown = []
    for number, (options, at) in enumerate(menus, start=1):
        menu = chosen_select(say("versions"), ActionId.DIFF, options, at)
        shown.append({**menu, "action_id": ActionId.DIFF.numbered(number)})
    if diff is None:
        shown.append(button(say("compare"), ActionId.DIFF, _pair(facts, first, last)))
    return [actions(*shown)]


def _offered(numbers: tuple[int, ...], chosen: int) -> tuple[int, ...]:
    """As many of the newest as a menu holds, and the one that is chosen."""
    newest = numbers[: limits.SELECT_OPTIONS]
    return newest if chosen in newest else (*newest[:-1], chosen)


def _pair(facts: VersionsPage, first: int, last: int) -> Value:
    return Value(mission=facts.shown.mission.id, page=first, version=last)


def _menu(item: VersionLine, mission: Mission, *, can_edit: bool) -> Element | None:
    """What can be done with a version; None if nothing."""
    number = item.version.number
    options = []
    if number > 1:
        pair = Value(mission=mission.id, page=number - 1, version=number, extra=ActionId.DIFF)
        options.append((say("what-changed"), pair))
    if can_edit and number != mission.version:
        value = Value(mission=mission.id, version=number, extra=ActionId.RESTORE)
        options.append((say("restore-version", n=number), value))
    return overflow(ActionId.REPORT_MENU, options) if options else None


def _turns(facts: VersionsPage) -> list[Element]:
    wanted = ((say("newer"), facts.page - 1), (say("older"), facts.page + 1))
    mission = facts.shown.mission.id
    return [
        button(text, ActionId.VERSIONS, Value(mission=mission, page=page), number=number)
        for number, (text, page) in enumerate(wanted, start=1)
        if 1 <= page <= facts.pages
    ]
