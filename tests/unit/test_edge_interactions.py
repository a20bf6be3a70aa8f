"""Every interaction declares the right that it needs, in one table [P2]."""

from __future__ import annotations

import pytest

from bot.blocks.actions import ActionId, Value, encode
from bot.blocks.commands_card import USAGE
from bot.blocks.dialogs import DialogId
from bot.client import Identity
from bot.edge.click import click_of, mark
from bot.edge.commands import ALIASES
from bot.edge.interactions import CLICKS, DIALOGS, NAMED, ORDERS, Declared
from missions.ids import ExecutionId, MissionId, PersonId, TeamId
from missions.rights import Right

WHO = Identity(TeamId("T1"), PersonId("U-BOT"), "B1", "https://t.slack.com/")
CHANGING = {
    ActionId.LAUNCH,
    ActionId.TRY_ONCE,
    ActionId.CHANGE,
    ActionId.DISCARD,
    ActionId.APPLY,
    ActionId.REDO,
    ActionId.OPEN_DISABLE,
    ActionId.ENABLE,
    ActionId.OPEN_DELETE,
    ActionId.RUN_NOW,
    ActionId.STOP,
    ActionId.UNDO_RENAME,
    ActionId.OPEN_SETTINGS,
}
MENUS = {ActionId.REPORT_MENU}
"""Stand for the action that was picked from them."""


def body(action_id: str, value: str, **extra: object) -> dict[str, object]:
    return {
        "user": {"id": "U1"},
        "channel": {"id": "C1"},
        "container": {"type": "message", "message_ts": "5.0", "thread_ts": "4.0"},
        "message": {"blocks": [{"block_id": "O-1"}, {"block_id": mark("report", "O-1")}]},
        "trigger_id": "1.2.3",
        "actions": [{"action_id": action_id, "block_id": "b", "value": value}],
        **extra,
    }


@pytest.mark.parametrize("action", list(ActionId))
def test_every_button_is_declared(action: ActionId) -> None:
    """[P2]"""
    assert (action in CLICKS) != (action in MENUS)


@pytest.mark.parametrize("action", sorted(CHANGING))
def test_every_button_that_changes_a_mission_needs_the_right_to(action: ActionId) -> None:
    """[P2]"""
    kept = action in {ActionId.OPEN_DELETE, ActionId.PLACE}
    assert CLICKS[action].right is (Right.KEEP if kept else Right.EDIT)


@pytest.mark.parametrize("dialog", list(DialogId))
def test_every_dialog_that_is_submitted_is_declared(dialog: DialogId) -> None:
    """[P2]"""
    shown_only = {DialogId.LOADING, DialogId.ERROR, DialogId.DETAILS, DialogId.RECORDS}
    assert (dialog in DIALOGS) != (dialog in shown_only)
    approving = dialog in {DialogId.REJECT, DialogId.EDIT_CALL}
    if dialog in DIALOGS:
        changes = Right.KEEP if dialog is DialogId.DELETE else Right.EDIT
        assert DIALOGS[dialog].right is (Right.APPROVE if approving else changes)


@pytest.mark.parametrize(
    "action", [ActionId.APPROVE, ActionId.OPEN_REJECT, ActionId.OPEN_EDIT_CALL]
)
def test_every_button_that_answers_an_approval_needs_the_right_to_approve(action: ActionId) -> None:
    """[A2 P2]"""
    assert CLICKS[action].right is Right.APPROVE


def test_every_command_is_declared_once_and_explained() -> None:
    """[P2]"""
    assert not set(ORDERS) & set(NAMED)
    assert set(USAGE) == {*ORDERS, *NAMED}
    assert set(ALIASES.values()) <= set(USAGE)
    assert not set(ALIASES) & set(USAGE)


@pytest.mark.parametrize("name", ["run", "stop", "disable", "enable", "delete", "rename"])
def test_every_command_that_changes_a_mission_needs_the_right_to(name: str) -> None:
    """[P2]"""
    assert NAMED[name].right is (Right.KEEP if name == "delete" else Right.EDIT)


def test_whatever_needs_a_right_says_in_words_what_for() -> None:
    """[P2]"""
    tables: tuple[dict[object, Declared[object]], ...]
    tables = (CLICKS, DIALOGS, ORDERS, NAMED)  # type: ignore[assignment]
    assert all(one.what for table in tables for one in table.values() if one.right)


def test_a_click_carries_where_it_was_made() -> None:
    click = click_of(body("launch", encode(Value(mission=MissionId("M-222222")))), WHO)
    assert click is not None
    assert (click.place.root, click.place.message_ts) == ("4.0", "5.0")
    assert click.actor.link == "https://t.slack.com/archives/C1/p50?thread_ts=4.0&cid=C1"
    assert click.actor.proven == "C1"
    assert click.card == "report"


def test_a_choice_from_a_menu_is_the_action_that_was_picked() -> None:
    value = Value(
        mission=MissionId("M-222222"), execution=ExecutionId("E-1"), extra=ActionId.OPEN_DELETE
    )
    pressed = {"action_id": "report_menu", "selected_option": {"value": encode(value)}}
    click = click_of(body("-", "-", actions=[pressed]), WHO)
    assert click is not None
    assert click.action is ActionId.OPEN_DELETE
    assert click.value.extra is None


@pytest.mark.parametrize(
    ("action_id", "value"),
    [("of_old", "{}"), ("launch", "not json"), ("launch", '{"x":1}'), ("report_menu", "{}")],
)
def test_what_is_none_of_ours_is_no_click(action_id: str, value: str) -> None:
    assert click_of(body(action_id, value), WHO) is None


def test_every_click_is_another_one() -> None:
    first = click_of(body("launch", "{}"), WHO)
    second = click_of(body("launch", "{}", trigger_id="9.9.9"), WHO)
    assert first is not None
    assert second is not None
    assert first.place.click != second.place.click
    assert first.place.click.isalnum()
