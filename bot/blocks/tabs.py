"""The parts of a Mission's details as a row of buttons, alike in dialog and message [R7].

In the dialog a part takes the place of another; from a message it opens in the dialog.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import Element, button
from missions.ids import MissionId
from missions.phrases import say


class Tab(StrEnum):
    """A part of the details."""

    OVERVIEW = "overview"
    PLAN = "plan"
    CHANGES = "changes"
    SETTINGS = "settings"


TABS: Final = {
    Tab.OVERVIEW: "overview",
    Tab.PLAN: "plan",
    Tab.CHANGES: "changes-tab",
    Tab.SETTINGS: "settings",
}


def tabs(mission: MissionId, shown: Tab) -> list[Element]:
    """A button per part, the one that is shown stands out; runs and calendar open above it."""
    parts = {
        tab: button(
            say(text),
            ActionId.DETAILS_TAB,
            Value(mission=mission, extra=tab.value),
            style="primary" if tab is shown else None,
            number=number,
        )
        for number, (tab, text) in enumerate(TABS.items())
    }
    value = Value(mission=mission)
    runs = button(say("executions-tab"), ActionId.EXECUTIONS, value)
    calendar = button(say("calendar"), ActionId.CALENDAR, value)
    each = list(parts.values())
    return [*each[:2], runs, calendar, *each[2:]]


def ways_in(mission: MissionId) -> list[Element]:
    """The same from a message, which is the overview itself: its plan, runs, calendar, changes and
    settings. Five, the most that Slack shows in a row."""
    return tabs(mission, Tab.OVERVIEW)[1:]
