"""What a case expects, in a line for people; and which set of cases it belongs to."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from evals.case import Case, Expected, Facts


def expected_in_words(case: Case) -> str:
    """What would be right, one outcome or another."""
    return " · or · ".join(_outcome(expected) for expected in case.outcomes)


def set_of(cases: Sequence[Case]) -> str:
    """A short name of exactly these cases: results of others cannot stand beside theirs."""
    told = "\n".join(case.model_dump_json() for case in cases)
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _outcome(expected: Expected) -> str:
    parts = ["asks back"] if expected.must_ask else []
    for what, facts in (("new", expected.new), ("changed", expected.changed)):
        parts += [f"{what}: {_facts(f)}" for f in facts]
    parts += [f"proposed: {_facts(f)}" for f in expected.proposed]
    lists = (
        ("gone", expected.gone), ("stopped", expected.stopped), ("set off", expected.ran),
        ("cards", expected.cards), ("tools", expected.tools), ("without", expected.no_tools),
        ("says", expected.says), ("does not say", expected.silent),
    )  # fmt: skip
    parts += [f"{what}: {', '.join(names)}" for what, names in lists if names]
    return "; ".join(parts) or "nothing changes"


def _facts(facts: Facts) -> str:
    told = facts.model_dump(exclude_defaults=True, mode="json")
    return ", ".join(f"{name} {_value(value)}" for name, value in told.items()) or "any"


def _value(value: object) -> str:
    return " + ".join(map(str, value)) if isinstance(value, list) else str(value)
