"""Executions in dialogs and as CSV: all that is on record, filtered, harmless in a spreadsheet."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO

import pytest

from bot.blocks.actions import ActionId, decode
from bot.blocks.execution import ExecutionFacts, execution_view
from bot.blocks.executions import ExecutionsFacts, executions_view
from bot.blocks.history import HistoryItem
from bot.blocks.records import Scope, scope_of
from bot.facts.executions import CSV_HEAD, executions_csv
from missions.artifacts import Artifact
from missions.execution import Status
from missions.ids import TaskId
from tests.unit.block_samples import (
    ANN,
    HOSTILE,
    ID,
    REPORT_URL,
    ZONE,
    assert_openable,
    execution,
    found,
    mission,
    strings,
)

SCOPE = Scope(ID, status="Failed", task=TaskId("T1"), page=2)


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text)))


def test_a_row_holds_what_is_on_record() -> None:
    """[R9 X4]"""
    head, row = rows(executions_csv([execution()], {ANN: "Ann"}))
    assert tuple(head) == CSV_HEAD
    told = dict(zip(head, row, strict=True))
    assert told["status"] == "Success"
    assert told["scheduled_at"] == "2026-11-23T09:00:00+00:00"
    assert (told["seconds"], told["by"], told["tokens"]) == ("3.000", "Ann", "1200")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", *HOSTILE])
def test_no_cell_is_a_formula(text: str) -> None:
    """[P4 R9]"""
    for row in rows(executions_csv([execution(text, Status.FAILED)], {}))[1:]:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


def test_an_execution_shows_all_that_is_on_record() -> None:
    """[X4]"""
    run = execution(status=Status.FAILED).model_copy(update={"attempt": 2, "attempts": 3})
    facts = ExecutionFacts(
        *(mission(), SCOPE, run, found("GET shop", 2), REPORT_URL, (run, run)),
        people={ANN: "Ann"},
        zone=ZONE,
    )
    view = execution_view(facts)
    assert_openable(view)
    text = "\n".join(strings(view, "mrkdwn"))
    for part in ("Failed", "run by hand by Ann", "3.0 s", "attempt 2 of 3", "❗", REPORT_URL):
        assert part in text
    assert "1,200 tokens" in text
    assert "2 checks" in text


def test_an_execution_lists_the_files_that_it_left() -> None:
    """[X4]"""
    files = tuple(Artifact(ID, execution().id, f"page-{n}.html", n * 1_500) for n in range(12))
    view = execution_view(ExecutionFacts(mission(), SCOPE, execution(), files=files))
    assert_openable(view)
    (told,) = [text for text in strings(view, "mrkdwn") if text.startswith("*Files*")]
    assert "page-0.html (0 bytes), page-1.html (1.5 KB), " in told
    assert told.endswith("page-9.html (13.5 KB) and 2 more")


def test_the_way_back_leads_to_the_list_as_it_was() -> None:
    """[R7]"""
    view = execution_view(ExecutionFacts(mission(), SCOPE, execution()))
    buttons = [e for block in view["blocks"] for e in block.get("elements", ())]
    back = next(e for e in buttons if e.get("action_id") == ActionId.EXECUTIONS)
    assert decode(back["value"]) == SCOPE.value()


def test_the_list_shows_which_filters_hold_and_the_pages_keep_them() -> None:
    """[R7]"""
    tasks = ((TaskId("T1"), "Check the shop"),)
    items = (HistoryItem(execution(status=Status.FAILED)),)
    view = executions_view(ExecutionsFacts(mission(), SCOPE, items, 31, 4, tasks, {}, ZONE))
    assert_openable(view)
    status, task = view["blocks"][1]["elements"]
    assert status["initial_option"]["text"]["text"] == "Failed"
    assert task["initial_option"]["text"]["text"] == "Check the shop"
    newer, older, _ = view["blocks"][-1]["elements"]
    assert [decode(b["value"]).page for b in (newer, older)] == [1, 3]
    assert {decode(b["value"]).task for b in (newer, older)} == {"T1"}


def test_a_row_says_when_it_started_and_leads_to_its_session() -> None:
    """[R7 X4] The time of day, and the day where that is another; no Session, no way to one."""
    run = execution().model_copy(update={"session": "kept"})
    late = run.model_copy(update={"started_at": run.scheduled_at + timedelta(days=1)})
    silent = run.model_copy(update={"session": None})
    items = tuple(map(HistoryItem, (run, late, silent)))
    tasks = ((TaskId("T1"), "Check the shop"),)
    view = executions_view(ExecutionsFacts(mission(), SCOPE, items, 3, tasks=tasks))
    assert_openable(view)
    told, later, _ = rows = [block for block in view["blocks"] if "accessory" in block]
    assert "started <!date^" in told["text"]["text"]
    assert "{time_secs}" in told["text"]["text"]
    assert "{date_short_pretty} at {time_secs}" in later["text"]["text"]
    menus = [row["accessory"]["options"] for row in rows]
    assert [[one["text"]["text"] for one in menu] for menu in menus] == [
        ["This Execution", "Session"],
        ["This Execution", "Session"],
        ["This Execution"],
    ]
    full, page = (decode(one["value"]) for one in menus[0])
    assert full == SCOPE.value(run.id)
    assert (page.execution, page.version, scope_of(page, ID)) == (run.id, 1, SCOPE)


def test_nothing_is_said_as_what_can_be_done() -> None:
    view = executions_view(ExecutionsFacts(mission(), Scope(ID), (), 0))
    assert "Nothing has run yet." in "\n".join(strings(view, "mrkdwn"))
