"""What the dialogs about past and coming runs share: how they are drawn, filtered and left [R7].

One dialog shows lists, a single Execution, its Session and the calendar, one after another in
place: Slack stacks three at most, and whoever looks into a run should not run into that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from bot import limits
from bot.blocks.actions import ActionId, Value, encode
from bot.blocks.dialogs import DialogId
from bot.blocks.elements import Block, Element, button, plain, remark
from missions.execution import Status
from missions.ids import ExecutionId, MissionId, TaskId
from missions.phrases import say

View = dict[str, Any]

NOT_RUN: Final = "not-run"
"""Filters for what was skipped or missed."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of a Mission's history is looked at; `status` may be `NOT_RUN`."""

    mission: MissionId
    status: str = ""
    task: TaskId | None = None
    day: date | None = None
    page: int = 1

    @property
    def filtered(self) -> bool:
        """Whether anything is left out."""
        return bool(self.status or self.task or self.day)

    def first(self, **changed: Any) -> Scope:
        """The same with another filter, from its first page."""
        return replace(self, page=1, **changed)

    def value(
        self,
        execution: ExecutionId | None = None,
        page: int | None = None,
        session: int | None = None,
    ) -> Value:
        """What a button carries to come to this, or to one Execution (or to a page of its
        `session`) and back to this."""
        day = self.day.isoformat() if self.day else ""
        return Value(
            mission=self.mission,
            execution=execution,
            version=session,
            task=self.task,
            page=page or self.page,
            extra=f"{self.status}|{day}" if self.status or day else None,
        )


def scope_of(value: Value, mission: MissionId) -> Scope:
    """What a button's value means; what it cannot mean is left out."""
    status, _, day = (value.extra or "").partition("|")
    known = {NOT_RUN, *map(str, Status)}
    return Scope(
        mission=mission,
        status=status if status in known else "",
        task=value.task,
        day=day_of(day),
        page=max(value.page or 1, 1),
    )


def day_of(text: str) -> date | None:
    """A day as `2026-11-23`; None if it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def records_view(title: str, blocks: Sequence[Block]) -> View:
    """A dialog to read, not to submit (24 characters of title, 100 blocks)."""
    return {
        "type": "modal",
        "callback_id": DialogId.RECORDS.value,
        "title": plain(title, limits.VIEW_TITLE),
        "close": plain(say("close"), limits.VIEW_BUTTON),
        "blocks": list(blocks[: limits.VIEW_BLOCKS]),
    }


def said_below(notice: str) -> list[Block]:
    """What the click before led to, where there is nothing else to see of it."""
    return [remark(notice, "✅")] if notice else []


def chooser(
    placeholder: str,
    action: ActionId,
    options: Sequence[tuple[str, Value]],
    *,
    chosen: int | None = None,
    number: int = 0,
) -> Element:
    """A menu (100 options, 150 characters each) that shows which one holds now."""
    offered = [
        {
            "text": plain(text, limits.OPTION_TEXT),
            "value": encode(value, limits.OPTION_VALUE),
        }
        for text, value in options[: limits.SELECT_OPTIONS]
    ]
    menu: Element = {
        "type": "static_select",
        "action_id": action.numbered(number),
        "placeholder": plain(placeholder, limits.PLACEHOLDER),
        "options": offered,
    }
    if chosen is not None and chosen < len(offered):
        menu["initial_option"] = offered[chosen]
    return menu


def pager(scope: Scope, action: ActionId, pages: int) -> list[Element]:
    """Newer and older, where there are such pages."""
    wanted = [(say("newer"), scope.page - 1), (say("older"), scope.page + 1)]
    return [
        button(text, action, scope.value(page=page), number=90 + number)
        for number, (text, page) in enumerate(wanted)
        if 1 <= page <= pages
    ]
