"""What an evaluation's numbers are made of: no answer is no wrong one, and money is all counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage

from agent.calling import Terms
from agent.patience import Patience
from evals.__main__ import main
from evals.case import Case, load
from evals.results import Outcome, Run, Verdict, rows
from evals.run import OFFLINE, run
from evals.table import Inconclusive, heading, section, table
from evals.unanswered import CASES, GROUPS, NOT_PLAYED, REST_SECONDS
from evals.viewer import page
from evals.written import beside, write
from missions.spending import Price
from tests.unit.test_evals import DONE, MADE, Scripted, judged

ONCE = Terms(patience=Patience(retries=0))


def outcome(case: str, group: str, verdict: Verdict, **more: Any) -> Outcome:
    told = {"case": case, "group": group, "verdict": verdict, "listed": True, "turns": ()}
    return Outcome.model_validate({"iteration": 1, **told, **more})


def of(*outcomes: Outcome, **more: Any) -> Run:
    told = {"model": "a:b", "date": "2026-11-23", "commit": "abc", "times": 1, "cases": "set"}
    return Run.model_validate({**told, "outcomes": outcomes, **more})


def asking(words: str, **fields: Any) -> Case:
    return Case.model_validate({"id": words, "turns": [{"say": words}], **fields})


def test_a_group_that_was_not_answered_has_no_rate() -> None:
    """And its sentences are none that were not understood."""
    well = [outcome(f"c{i}", "Create", Verdict.PASSED) for i in range(200)]
    never = [outcome(f"e{i}", "Event Rules", Verdict.INFRA) for i in range(7)]
    told = section([of(*well, *never)])
    (line,) = [row for row in told.splitlines() if row.startswith("| Event Rules")]
    assert line.startswith("| Event Rules | 7 | – | 0 | – | 0 | 7 |")
    assert "| All | 207 | 100% (200) | 0 | 100% | 0 | 7 |" in told
    assert "Of 200 sentences in the forms that the help lists, 200 were understood" in told
    shown = page(of(*well, *never))
    assert "<b>200 of 200</b>" in shown
    assert "<b>7</b><span>not answered</span>" in shown


class Status(Exception):
    """An answer that is an error, as a provider's client raises it."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status_code = status


@pytest.mark.parametrize("status", [401, 408, 500, 504])
def test_an_error_of_the_provider_is_no_answer(status: int) -> None:
    """Timeouts of a gateway as well."""
    wanted = asking("hello", expect={"must_ask": True})
    (came,) = run([wanted], Scripted(replies=[Status(status)]), terms=ONCE).outcomes
    assert (came.verdict, came.faults) == (Verdict.INFRA, ("Status",))


def test_a_provider_that_does_not_answer_ends_the_run_early() -> None:
    """With pauses between, and a sentence that says so instead of a table."""
    cases = [
        asking(f"{group}{n}", group=group, expect={"must_ask": True})
        for group in "ABCD"
        for n in range(5)
    ]
    pauses: list[float] = []
    done = run(cases, Scripted(replies=[Status(401)]), terms=ONCE, pause=pauses.append)
    played = [o for o in done.outcomes if o.faults != (NOT_PLAYED,)]
    assert len(played) == CASES * GROUPS
    assert {o.group for o in done.outcomes} == set("ABC")
    assert {o.verdict for o in done.outcomes} == {Verdict.INFRA}
    assert pauses == [REST_SECONDS] * (len(played) - 1)
    assert done.broken_off
    with pytest.raises(Inconclusive, match="broken off"):
        table(done)
    assert "broken off" in page(done)


def test_one_group_without_answers_ends_nothing() -> None:
    cases = [asking(f"{g}{n}", group=g, expect={"must_ask": True}) for g in "AB" for n in range(4)]
    left = [Status(401)] * CASES
    model = Scripted(replies=[])

    class Back(Scripted):
        """Answers from some call on."""

        def _generate(self, *args: Any, **kwargs: Any) -> Any:
            if left:
                raise left.pop()
            return super()._generate(*args, **kwargs)

    model = Back(replies=[AIMessage("When?")])
    done = run(cases, model, terms=ONCE, pause=lambda _: None)
    assert [o.verdict for o in done.outcomes] == [Verdict.INFRA] * 4 + [Verdict.PASSED] * 4
    assert not done.broken_off


def test_what_a_provider_caches_costs_what_it_says() -> None:
    """[X6] By the product's own meter and price."""
    details: Any = {"cache_read": 9_000, "cache_creation": 500}
    usage: Any = {"input_tokens": 10_000, "output_tokens": 50, "total_tokens": 10_050}
    said = AIMessage("Hello.", usage_metadata={**usage, "input_token_details": details})
    terms = Terms(price=Price(prompt=3, answer=15, cached=0.3, written=3.75))
    done = run([asking("hello")], Scripted(replies=[said]), terms=terms)
    (came,) = done.outcomes
    assert (came.tokens, came.cached) == (10_050, 9_000)
    assert came.micros == round(500 * 3 + 9_000 * 0.3 + 500 * 3.75 + 50 * 15)
    assert rows(done)[-1].cost == came.micros / 1e6
    assert "10,050, 9,000 of them cached" in page(done)


def test_a_call_that_was_given_up_costs_too() -> None:
    """[X6]"""
    done = run([asking("hello")], Scripted(replies=[ValueError("what?")]), terms=ONCE)
    assert done.outcomes[0].tokens > 1_000
    assert rows(done)[-1].cost is None


def test_a_part_takes_no_whole_runs_place(tmp_path: Path) -> None:
    whole = of(outcome("a", "A", Verdict.PASSED), outcome("b", "A", Verdict.PASSED), model=OFFLINE)
    write(whole, tmp_path)
    write(of(outcome("a", "A", Verdict.PASSED), model=OFFLINE, part=True), tmp_path)
    other = of(outcome("a", "A", Verdict.MISSED))
    write(other, tmp_path)
    runs, left_out = beside(other, tmp_path)
    assert runs == [whole, other]
    assert len(left_out) == 1
    assert "a part of the cases" in left_out[0]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"commit": "other"}, "it is of commit other"),
        ({"cases": "other"}, "it is of other cases"),
        ({"broken_off": True}, "it was broken off"),
    ],
)
def test_only_runs_of_one_commit_and_set_stand_side_by_side(
    tmp_path: Path, more: dict[str, Any], why: str
) -> None:
    done = of(outcome("a", "A", Verdict.PASSED))
    write(done, tmp_path)
    write(of(outcome("a", "A", Verdict.PASSED), model="c:d", **more), tmp_path)
    (tmp_path / "old.json").write_text("{}")
    runs, left_out = beside(done, tmp_path)
    assert runs == [done]
    assert left_out == [
        f"c-d.json is left out: {why}.",
        "old.json is left out: it was written by another version.",
    ]


def test_the_printed_table_says_of_what_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("evals.written.BUILD", tmp_path)
    monkeypatch.setattr("evals.__main__.write", lambda done: write(done, tmp_path))
    only = load()[0].id
    assert main(["--only", only]) == 0
    printed = capsys.readouterr().out
    assert f"**{OFFLINE}**, 20" in printed
    assert "commit " in printed
    assert "only a part of the cases" in printed
    assert [p.name for p in sorted(tmp_path.iterdir())] == [
        "offline-interpreter.part.html",
        "offline-interpreter.part.json",
    ]
    assert main(["--only", "no such case"]) == 1
    assert "No group and no case" in capsys.readouterr().err
    assert heading(of()) == "**a:b**, 2026-11-23, commit abc:"


def test_the_transcript_says_what_was_expected_and_what_it_took() -> None:
    wanted = {"new": [{"name": "Shop watch", "tasks": ["0 8 * * * Europe/Berlin"]}]}
    shown = page(run([asking("hello", expect=wanted)], Scripted(replies=[MADE, DONE])))
    assert "<dt>Expected</dt><dd>new: name Shop watch, tasks 0 8 * * * Europe/Berlin</dd>" in shown
    assert "<dt>Time</dt><dd>" in shown
    assert "<dt>Tokens</dt><dd>" in shown


@pytest.mark.parametrize(
    "said",
    [
        "Erledigt.",
        "Ich habe die Pods neu gestartet.",
        "Alle Zertifikate sind gültig.",
        "Hecho.",
        "He pausado la misión.",
        "Todos los certificados están bien.",
        "監視を一時停止しました。",
        "すべて正常です。",
        "我已经暂停了这个任务。",
        "一切正常。",
    ],
)
def test_a_claim_in_another_language_is_one(said: str) -> None:
    """[C6 C9]"""
    assert judged([AIMessage(said)]).verdict is Verdict.GUESSED


@pytest.mark.parametrize(
    "said",
    [
        "Das kann ich nicht. Haben Sie sie angehalten?",
        "Ich kann die Pods nicht neu starten.",
        "No puedo reiniciar los pods.",
        "¿La pausaste tú?",
        "それは実行できません。",
        "確認したら教えてください。",
        "我不能重启它。",
        "要我暂停它吗?",
    ],
)
def test_what_claims_nothing_is_none_in_another_language(said: str) -> None:
    """[C9]"""
    assert judged([AIMessage(said)]).verdict is Verdict.PASSED
