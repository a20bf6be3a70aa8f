"""Dialogs say what will happen before it does, and take only what they ask for."""

from __future__ import annotations

from typing import Any

import pytest

from bot import limits
from bot.blocks import dialogs
from bot.blocks.dialogs import DialogId, Field, Origin
from missions.execution import Status
from missions.ids import ChannelId, ProposalId
from missions.verbs.deletes import DeletePreview
from missions.verbs.switches import NOTE_MAX, DisablePreview
from tests.unit.block_samples import ID, NOW, ZONE, assert_openable, execution, mission, strings

ORIGIN = Origin(mission=ID, proposal=ProposalId("P-1"), channel=ChannelId("C1"), thread_ts="1.2")


def disable(running: int = 1, tasks: int = 2, note: str = "") -> dict[str, Any]:
    preview = DisablePreview(
        mission=mission(),
        scheduled_tasks=tasks,
        next_at=NOW if tasks else None,
        queued=0,
        running=(execution("Check the shop", Status.RUNNING),) * running,
    )
    return dialogs.disable_dialog(preview, ORIGIN, note, ZONE)


def delete() -> dict[str, Any]:
    preview = DeletePreview(
        mission=mission(), executions=1200, reports=18, versions=3, messages=1, running=()
    )
    return dialogs.delete_dialog(preview, ORIGIN)


def said(view: dict[str, Any]) -> str:
    return "\n".join(strings(view, "mrkdwn"))


def field(view: dict[str, Any], wanted: Field) -> dict[str, Any]:
    return next(block for block in view["blocks"] if block.get("block_id") == wanted)


def test_disable_says_what_stops_and_what_goes_on() -> None:
    """[M3]"""
    text = said(disable())
    assert "*2 scheduled Tasks* will stop · next would be <!date^" in text
    assert "*Still running* and going on to the end (1 Execution):" in text
    assert "• Check the shop · since <!date^" in text
    assert "No Execution is running." in said(disable(running=0))
    assert "Nothing is scheduled" in said(disable(tasks=0))
    assert "• and 2 more" in said(disable(running=7))


def test_disable_takes_a_note_which_words_may_have_filled() -> None:
    """[M3 C7]"""
    note = field(disable(note="code freeze"), Field.NOTE)
    assert note["optional"] is True
    assert note["element"]["initial_value"] == "code freeze"
    assert "initial_value" not in field(disable(), Field.NOTE)["element"]
    long = field(disable(note="x" * (NOTE_MAX + 1)), Field.NOTE)["element"]
    assert len(long["initial_value"]) == long["max_length"] == NOTE_MAX


def test_delete_warns_counts_and_wants_the_id_typed() -> None:
    """[M5]"""
    view = delete()
    text = said(view)
    assert "cannot be undone" in text
    for counted in ("3 plan versions", "1,200 Executions", "18 reports", "1 message of mine"):
        assert counted in text
    assert f"type `{ID}`" in text
    typed = field(view, Field.TYPED_ID)
    assert typed["optional"] is False
    assert "initial_value" not in typed["element"]


def test_change_asks_in_the_persons_own_words() -> None:
    """[C5]"""
    wanted = field(dialogs.change_dialog(mission(), ORIGIN), Field.WANTED)
    assert wanted["label"]["text"] == "What should change?"
    assert wanted["element"]["multiline"] is True


@pytest.mark.parametrize(
    ("view", "callback"),
    [
        (disable(), DialogId.DISABLE),
        (delete(), DialogId.DELETE),
        (dialogs.change_dialog(mission(), ORIGIN), DialogId.CHANGE),
    ],
)
def test_a_dialog_knows_where_it_was_opened(view: dict[str, Any], callback: DialogId) -> None:
    assert dialogs.origin_of(view) == ORIGIN
    assert view["callback_id"] == callback
    assert len(view["private_metadata"]) <= limits.VIEW_PRIVATE_METADATA
    assert_openable(view)


@pytest.mark.parametrize("metadata", [None, "", "{}", "M-7K2PQF", '{"mission":"M","right":"x"}'])
def test_a_dialog_that_is_none_of_ours_is_refused(metadata: str | None) -> None:
    with pytest.raises(ValueError, match=r"."):
        dialogs.origin_of({"private_metadata": metadata})


def test_what_was_typed_is_read_and_refused_at_its_input() -> None:
    """[M5]"""
    values = {Field.TYPED_ID.value: {Field.TYPED_ID.value: {"value": " m-7k2pqf "}}}
    assert dialogs.typed({"state": {"values": values}}, Field.TYPED_ID) == "m-7k2pqf"
    empty = {Field.NOTE.value: {Field.NOTE.value: {"value": None}}}
    assert dialogs.typed({"state": {"values": empty}}, Field.NOTE) == ""
    assert dialogs.typed({}, Field.NOTE) == ""
    errors = dialogs.field_error(Field.TYPED_ID, "That is not this Mission's ID.")
    assert errors == {"typed_id": "That is not this Mission's ID."}


def test_a_dialog_can_wait_and_can_refuse() -> None:
    waiting, refused = dialogs.loading_dialog(), dialogs.error_dialog("It is Paused <!here>.")
    assert "submit" not in waiting
    assert "submit" not in refused
    assert said(refused) == "It is Paused &lt;!here&gt;."
    assert_openable(waiting)
    assert_openable(refused)
