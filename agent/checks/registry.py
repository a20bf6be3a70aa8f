"""What a check tool is, and how a check is run: the tool measures, code decides [B2 X3]."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from agent.address import AddressRefused
from agent.checks.expectations import holds
from agent.checks.words import expected_in_words, plain
from missions.blueprint import Check, Expectation, Finding, Scalar
from missions.describe import check_title
from missions.errors import HoustonError
from missions.execution import CheckResult, Measured
from missions.phrases import say
from missions.ports import Clock

RETRY_AFTER_SECONDS = 5.0
"""How long after a failed try a check is tried once more [B2]."""


@dataclass(frozen=True)
class Measurement:
    """What a tool measured, by field; a field that could not be measured is absent.

    `trouble` is a sentence if the target stood in the way: that is a critical finding [X3].
    `remark` is a sentence that decides nothing. `size` is how many bytes the target answered, as
    they came.
    """

    values: Mapping[str, Scalar] = field(default_factory=dict)
    trouble: str = ""
    remark: str = ""
    size: int | None = None


@dataclass(frozen=True)
class Seen:
    """What a model that looks further is told, and how many bytes the target answered."""

    text: str
    size: int | None = None


class CheckTool(Protocol):
    """Something that can measure. Tools keep no state between checks: they run in threads."""

    name: str

    def problems(self, check: Check) -> tuple[str, ...]:
        """What is wrong with the arguments and expectations, in words; () if nothing is [B7]."""
        ...

    def run(self, check: Check) -> Measurement:
        """Measure once. AddressRefused if the target may not be reached [P5]."""
        ...


class CheckImpossible(HoustonError):
    """A check that cannot run as the Blueprint has it and cannot mend itself [S7]."""

    event = "check_impossible"


def check_problems(check: Check, tools: Mapping[str, CheckTool]) -> tuple[str, ...]:
    """What is wrong with a check, in words; () if it can run [B7]."""
    tool = tools.get(check.tool)
    return (_unknown_tool(check, tools),) if tool is None else tool.problems(check)


def run_check(
    check: Check,
    tools: Mapping[str, CheckTool],
    clock: Clock,
    pause: Callable[[float], None],
    received: Callable[[int | None], None] = lambda size: None,
) -> CheckResult:
    """Measure, decide, and try once more after 5 s if the check failed [B2].

    `pause` waits that many seconds; `received` hears of each try how many bytes were answered.
    CheckImpossible for an unknown tool or a refused address;
    a target in trouble is a finding [X3].
    """
    tool = tools.get(check.tool)
    if tool is None:
        raise CheckImpossible(_unknown_tool(check, tools))
    started = clock.now()

    def measured() -> CheckResult:
        measurement = tool.run(check)
        received(measurement.size)
        return _judge(check, measurement)

    try:
        result = measured()
        if result.finding is not Finding.ALL_GOOD:
            pause(RETRY_AFTER_SECONDS)
            result = measured().model_copy(update={"tried": 2})
    except AddressRefused as refused:
        raise CheckImpossible(f"{plain(check_title(check))}: {refused.sentence}") from refused
    took = (clock.now() - started).total_seconds() * 1000
    return result.model_copy(update={"duration_ms": max(0.0, took)})


def _judge(check: Check, measurement: Measurement) -> CheckResult:
    findings = [Finding.CRITICAL] if measurement.trouble else []
    measured = []
    for expectation in check.expect:
        actual = measurement.values.get(expectation.field)
        good = holds(expectation, actual)
        measured.append(_measured(expectation, actual, good))
        if not good:
            findings.append(expectation.severity)
    return CheckResult(
        check=check.id,
        title=plain(check_title(check)),
        finding=max(findings, key=lambda f: f.rank, default=Finding.ALL_GOOD),
        measured=tuple(measured),
        note=measurement.trouble or measurement.remark,
    )


def _measured(expectation: Expectation, actual: Scalar | None, good: bool) -> Measured:
    return Measured(
        field=expectation.field,
        expected=expected_in_words(expectation),
        actual=plain(actual) if isinstance(actual, str) else actual,
        holds=good,
    )


def _unknown_tool(check: Check, tools: Mapping[str, CheckTool]) -> str:
    known = ", ".join(sorted(tools)) or say("none")
    return say("unknown-check-tool", tool=plain(check.tool, 40), known=known)
