"""What a model judges of things that are no checks [X3 R1 R2]."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from agent.task.compare import GAPS
from agent.task.explanation import ITEMS_MAX
from agent.task.values import TaskResult
from bot.blocks.look import result_sign, result_word
from bot.blocks.outlook import outlook, outlook_text
from missions.blueprint import Finding
from missions.execution import ItemState, News, Status
from tests.unit.test_task_graph import (
    ATTENTION,
    COMMENT,
    CRITICAL,
    GOOD,
    IN_THREAD,
    Model,
    Shy,
    Sites,
    adds,
    answers,
    call,
    check,
    raises,
    run,
    task,
)

LOG = "https://shop.example/log"
ALONE = task(instructions=f"Read {LOG} and tell what is wrong.")
ERRORS = {"name": "Error log", "state": "anomalous", "evidence": "http", "measured": "status 500"}
MARK = "Judged by the model: "


def looks(looked: int = 1, **said: Any) -> Model:
    """A model that looks at the log, and then adds this."""

    def script(messages: list[BaseMessage]) -> AIMessage:
        if sum(isinstance(m, ToolMessage) for m in messages) < looked:
            return call("http", url=LOG)
        return call("Explanation", **said)

    return Model(script=script)


def kept(result: TaskResult) -> dict[str, Finding]:
    """What the next run compares with."""
    return {str(key): finding for key, finding in result.carry.items()}


def judged(carry: Mapping[str, Finding] | None = None, **item: Any) -> TaskResult:
    """A run of instructions alone whose model looks and judges one thing."""
    return run(ALONE, Sites(), looks(items=[{**ERRORS, **item}]), carry)


def test_words_alone_are_notes_and_no_sign_of_goodness() -> None:
    """[X3] Whatever they say: nothing was measured, so nobody says that all is good."""
    for said in ("All is well.", "The log shows 5,000 errors: the database is down."):
        result = run(ALONE, Sites(), adds(comments=[{"text": said}]))
        assert result.finding is None
        assert result.report.headline == "Notes: Morning check, nothing was measured"
        assert result.report.lines == (f"{COMMENT}{said}",)
    assert (result_sign(Status.SUCCESS, None), result_word(Status.SUCCESS, None)) == ("📝", "Notes")


def test_nothing_said_is_not_all_good() -> None:
    """[X3]"""
    result = run(ALONE, Sites(), adds())
    assert (result.finding, result.report.lines) == (None, ("The model found nothing to say.",))


def test_a_gap_needs_attention_where_nothing_was_measured() -> None:
    """[X3 R1] And only there: checks decide for themselves."""
    result = run(ALONE, Sites(), adds(gaps=["I could not open the log."]))
    assert result.finding is ATTENTION
    assert result.report.headline == "Attention: not all could be looked at"
    assert result.report.lines == (
        "Could not be looked at: I could not open the log. (says the model)",
    )
    assert result.changed
    again = run(ALONE, Sites(), adds(gaps=["The log is gone."]), kept(result))
    assert (again.finding, again.changed) == (ATTENTION, False)
    closed = run(ALONE, Sites(), adds(), kept(again))
    assert (closed.finding, closed.changed) == (None, True)
    measured = run(task(check("a"), instructions="Look."), Sites(a=answers()), adds(gaps=["x"]))
    assert measured.finding is GOOD


def test_a_tool_that_failed_is_a_gap_that_code_writes() -> None:
    """[X3] Whatever the model says of it."""
    result = run(ALONE, Shy(), looks(comments=[{"text": "All is well."}]))
    assert result.finding is ATTENTION
    assert result.report.gaps == ("http gave no answer: Not there.",)


def test_a_judgement_with_evidence_makes_the_finding() -> None:
    """[X3 R1] Its state by a word of its own, marked as the model's, in the message and below."""
    result = judged(threshold="under 400", advice="Restart it.")
    assert result.finding is CRITICAL
    report = result.report
    assert report.headline == "Critical: Error log (judged by the model, not measured)"
    text = "Error log: anomalous, status 500, limit under 400, seen with http (new)"
    assert report.lines == (f"{MARK}{text}",)
    (one,) = report.judged
    assert (one.name, one.state, one.text, one.news) == (
        *("Error log", ItemState.ANOMALOUS),
        *(text, News.NEW),
    )
    assert report.advice == ("Error log: Restart it.",)
    assert text in outlook_text(report)
    assert "Judged by the model, not measured" in outlook_text(report)
    assert text not in str(outlook(report, said=report.lines))
    assert judged(state="warning").finding is ATTENTION


@pytest.mark.parametrize("state", ["passed", "all good", "not applicable"])
def test_a_good_judgement_never_makes_it_all_good(state: str) -> None:
    """[X3] Nobody measured it."""
    result = judged(state=state)
    assert result.finding is None
    assert "good" not in str(result.report).lower()
    assert result.report.lines[0].startswith(f"{MARK}Error log: ")


@pytest.mark.parametrize("state", ["anomalous", "passed"])
@pytest.mark.parametrize(
    ("evidence", "looked"), [("http", 0), ("", 1), ("shell", 1), ("https://shop.example/a", 1)]
)
def test_a_judgement_that_no_answer_of_this_run_shows_is_left_out(
    state: str, evidence: str, looked: int
) -> None:
    """[B2 X3] A tool that was not called, one that there is not, none: it is a gap, said so."""
    said = {**ERRORS, "state": state, "evidence": evidence, "measured": "9 errors"}
    result = run(ALONE, Sites(), looks(looked, items=[said]))
    assert result.finding is ATTENTION
    assert result.report.judged == ()
    assert result.report.gaps == (
        "“Error log”: what the model judged was left out, because no tool of this run showed it.",
    )
    assert "9 errors" not in str(result)
    refused = run(ALONE, Shy(), looks(items=[said]))
    assert (refused.report.judged, refused.finding) == ((), ATTENTION)


def test_evidence_may_be_the_address() -> None:
    assert judged(evidence="HTTPS://shop.example/log/").finding is CRITICAL


def test_a_claim_without_checks_is_a_judgement_without_evidence() -> None:
    """[B2 X3]"""
    claim = {"check": "db", "state": "passed", "text": "All is well."}
    result = run(ALONE, Sites(), looks(claims=[claim]))
    assert (result.finding, result.report.judged, result.report.notes) == (ATTENTION, (), ())
    assert "All is well" not in str(result.report)


def test_a_number_that_no_answer_shows_is_the_models_own() -> None:
    """[X3]"""
    assert (
        "5,000 errors by the model’s own count" in judged(measured="5,000 errors").report.lines[0]
    )
    assert "own count" not in judged(measured="code 500").report.lines[0]


def test_judgements_are_compared_with_those_of_the_last_run() -> None:
    """[R1 R2] By code, by their names in any case."""
    first = judged()
    assert (first.changed, first.carry) == (True, {"model: error log": CRITICAL})
    again = judged(kept(first), name="ERROR LOG")
    assert again.report.judged[0].news is News.CONTINUING
    assert not again.changed
    mended = judged(kept(again), state="passed")
    assert mended.report.judged[0].news is News.RECOVERED
    assert (mended.finding, mended.changed, mended.carry) == (
        *(None, True),
        {"model: error log": GOOD},
    )


def test_what_was_found_cannot_be_passed_over() -> None:
    """[X3 R1] A model that does not speak of it any more leaves a gap."""
    result = run(ALONE, Sites(), adds(), kept(judged()))
    assert result.finding is ATTENTION
    assert result.report.gaps == (
        "“error log” was found in the last run, and not judged in this one.",
    )
    assert result.carry == {GAPS: ATTENTION}


def test_a_model_that_fails_leaves_what_was_judged_as_it_was() -> None:
    """[R1]"""
    carry = kept(judged())
    checked = task(check("a"), instructions="Look.")
    result = run(checked, Sites(a=answers()), Model(script=raises), carry)
    assert kept(result) == {"a": GOOD, **carry}
    assert not result.changed


def test_a_judgement_adds_to_checks_that_passed() -> None:
    """[X3] And is told apart from what was measured."""
    what = task(check("a"), instructions=f"Read {LOG} too.")
    result = run(what, Sites(a=answers()), looks(items=[ERRORS]))
    assert result.finding is CRITICAL
    assert result.report.headline == "Critical: Error log (judged by the model, not measured)"
    assert result.report.lines == (
        f"{MARK}Error log: anomalous, status 500, seen with http (new)",
        "GET shop.example/a: status 200",
        IN_THREAD,
    )


@pytest.mark.parametrize("state", ["passed", "anomalous"])
def test_a_judgement_never_mends_or_hides_a_check_that_failed(state: str) -> None:
    """[B2 X3] Where something was measured to be wrong no word of a model is in the message."""
    what = task(check("a"), instructions=f"Read {LOG} too.")
    sites = Sites(a=answers(status=503))
    plain = run(what, sites)
    item = {**ERRORS, "name": "All is well, it has recovered", "state": state}
    result = run(what, sites, looks(items=[item]))
    assert result.finding is CRITICAL
    assert result.report.headline == plain.report.headline
    assert result.report.lines == (*plain.report.lines, IN_THREAD)
    beside = outlook(result.report, said=result.report.lines)[0]["text"]["text"].splitlines()
    assert beside[1].startswith("Measured: GET shop.example/a: status 503, expected 200")


@pytest.mark.parametrize("name", ["a", "A", "GET shop.example/a", "/a"])
def test_a_judgement_of_a_check_is_a_claim(name: str) -> None:
    """[B2 X3] So that one that contradicts the check is replaced, whatever shows it."""
    what = task(check("a"), instructions=f"Read {LOG} too.")
    item = {**ERRORS, "name": name, "state": "passed"}
    report = run(what, Sites(a=answers(status=503)), looks(items=[item])).report
    assert report.judged == ()
    assert (report.notes[0].check, report.notes[0].replaced) == ("a", True)


def test_a_report_stays_short_and_its_worst_comes_first() -> None:
    """[R1]"""
    items = [{**ERRORS, "name": f"Part {n}", "state": "passed"} for n in range(20)]
    report = run(ALONE, Sites(), looks(items=[*items, ERRORS])).report
    assert len(report.judged) == ITEMS_MAX
    assert len(report.lines) == 5
    assert report.lines[0].startswith(f"{MARK}Error log: anomalous")
    assert report.lines[-1] == "and 6 more in the full report"


def test_a_model_is_told_what_it_judged_in_the_last_run() -> None:
    """[R1 P4] As data, so that it can use the same name."""
    heard: list[str] = []

    def script(messages: list[BaseMessage]) -> AIMessage:
        heard.append(str(messages[-1].content))
        return call("Explanation")

    run(ALONE, Sites(), Model(script=script), kept(judged()))
    assert "Judged in the last run:\n⟦data: error log⟧: critical" in heard[0]
