"""A check that must fail n of the last m runs before it is a finding [B2]."""

from __future__ import annotations

import pytest

from agent.task.compare import past_of, patient
from missions.blueprint import Check, Finding
from missions.describe import check_in_words
from missions.execution import CheckResult
from missions.ids import CheckId
from tests.support.build import check

C1 = CheckId("C1")


def wanting(fails: int, of_last: int) -> Check:
    return check().model_copy(update={"fails": fails, "of_last": of_last})


def result(finding: Finding, note: str = "") -> CheckResult:
    return CheckResult(check=C1, title="GET shop", finding=finding, note=note)


def findings(wanted: Check, series: str) -> str:
    """Runs one after another, `x` for a failed one; `!` where it is a finding."""
    past: dict[CheckId, tuple[bool, ...]] = {}
    said = ""
    for one in series:
        measured = (result(Finding.CRITICAL if one == "x" else Finding.ALL_GOOD),)
        judged = patient(measured, (wanted,), past)
        said += "." if judged[0].finding is Finding.ALL_GOOD else "!"
        past = past_of(measured, (wanted,), past)
    return said


@pytest.mark.parametrize(
    ("fails", "of_last", "series", "said"),
    [
        (1, 1, "x.x", "!.!"),
        (2, 3, "x.x", "..!"),
        (2, 3, "x..x", "...."),
        (2, 3, "xx.xx", ".!.!!"),
        (3, 3, "xxx.xxx", "..!...!"),
        (3, 5, "x.x.x.x", "....!.!"),
        (2, 2, "xxxx", ".!!!"),
    ],
)
def test_a_finding_needs_enough_failures_lately(
    fails: int, of_last: int, series: str, said: str
) -> None:
    """[B2] This run included; a run that passes is never a finding."""
    assert findings(wanting(fails, of_last), series) == said


def test_what_failed_too_seldom_says_so() -> None:
    """[B2] It is good, with a note that keeps what stood in the way."""
    (judged,) = patient((result(Finding.CRITICAL, "Refused."),), (wanting(2, 3),), {C1: (True,)})
    assert judged.finding is Finding.ALL_GOOD
    assert judged.note == "Refused. Failed now, but only in 1 of the last 3 runs."


def test_no_more_is_kept_than_is_looked_at() -> None:
    """[B2] And nothing of a check that does not look back."""
    past = {C1: (True, False, True)}
    bad = (result(Finding.CRITICAL),)
    assert past_of(bad, (wanting(2, 3),), past) == {C1: (False, True, False)}
    assert past_of(bad, (wanting(1, 1),), past) == {}


def test_it_is_shown_in_words() -> None:
    """[B2]"""
    assert "a finding if 2 of the last 3 runs fail" in check_in_words(wanting(2, 3))
    assert "a finding if" not in check_in_words(wanting(1, 1))
