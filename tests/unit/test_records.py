"""Stored records come back as they went, to the microsecond and the last bit [L5]."""

from __future__ import annotations

import types
import typing
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic_core import PydanticUndefined

from missions.blueprint import Expectation, Op
from missions.execution import Execution, Measured, Occurrence, Report, Session
from missions.ids import CheckId, MissionId, ProposalId, TaskId
from missions.mailbox import Incoming
from missions.mission import Change, Mission, Pause
from missions.outbox import Entry, Ref
from missions.proposal import Proposal, ProposalKind
from missions.record import Record
from missions.taskstate import Latest, TaskState
from tests.support.build import DAILY_9, blueprint, check, task
from tests.support.fakes import ADA

RECORDS = [
    Change,
    Entry,
    Execution,
    Incoming,
    Latest,
    Mission,
    Occurrence,
    Ref,
    Report,
    Session,
    TaskState,
]
INSTANTS = st.datetimes(
    datetime(1970, 1, 2),  # noqa: DTZ001  # hypothesis wants its bounds without a zone
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC]),
)
TEXTS = st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=12)
PLAIN = {
    str: TEXTS,
    int: st.integers(1, 3000),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    datetime: INSTANTS,
}


LIMITS = {"retries": (0, 5), "announce_after": (1, 100), "fails": (1, 20), "of_last": (1, 20)}
"""Fields with limits of their own that plain values would exceed."""


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Values of an annotation."""
    if isinstance(kind, typing.NewType):
        return TEXTS
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return values(parts[0])
    if origin in (typing.Union, types.UnionType):
        return st.one_of([st.none() if p is type(None) else values(p) for p in parts])
    if origin is typing.Literal:
        return st.sampled_from(parts)
    if origin is tuple:
        return st.lists(values(parts[0]), min_size=1, max_size=1).map(tuple)
    if origin is dict:
        return st.dictionaries(values(parts[0]), values(parts[1]), max_size=1)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    if isinstance(kind, type) and issubclass(kind, Record):
        return records(kind)
    return PLAIN[kind]


@lru_cache
def records(kind: type[Record]) -> st.SearchStrategy[Any]:
    """Valid records of a class; what has limits of its own stays within them."""
    fields = {}
    for name, info in kind.model_fields.items():
        annotation = info.annotation
        made = st.just(info.default) if name == "schema_version" else values(annotation)
        if info.default is PydanticUndefined and type(None) in typing.get_args(annotation):
            made = values(annotation).filter(lambda v: v is not None)
        fields[name] = st.integers(*LIMITS[name]) if name in LIMITS else made
    return st.builds(kind, **fields)


@pytest.mark.parametrize("kind", RECORDS, ids=lambda c: c.__name__)
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_a_record_survives_storage(kind: type[Record], data: st.DataObject) -> None:
    """[L5] `load(dump(x))` is x, and dumps to the very same text: guards compare it."""
    record = data.draw(records(kind))
    text = record.dump()
    again = kind.load(text)
    assert again == record
    assert again.dump() == text


@pytest.mark.parametrize(
    "record",
    [
        Measured(field="certificate_days", expected="at least 14", actual=None, holds=False),
        Pause(by=None, at=datetime(2026, 1, 1, tzinfo=UTC)),
        Change(by=None, at=datetime(2026, 1, 1, tzinfo=UTC), what="Paused by Houston"),
    ],
    ids=lambda r: type(r).__name__,
)
def test_what_is_unknown_survives_storage(record: Record) -> None:
    """[M3 M7] Houston's own pauses have no person; a check may have measured nothing."""
    assert type(record).load(record.dump()) == record


def test_a_plan_and_its_proposal_survive_storage() -> None:
    """[B8] With every kind of value that a check may hold."""
    odd = (True, 0, -1.5, 1e300, "", "NUL \x00 🚀")
    expect = tuple(Expectation(field="x", op=Op.EQ, value=value) for value in odd)
    plan = blueprint(
        task(checks=(check().model_copy(update={"expect": expect}),)), task(DAILY_9, number=2)
    )
    at = datetime(2026, 11, 23, 10, 0, 0, 1, tzinfo=UTC)
    proposal = Proposal(
        id=ProposalId("P-1"),
        mission=MissionId("M-AAAAAA"),
        kind=ProposalKind.CHANGE,
        base_version=1,
        blueprint=plan,
        by=ADA,
        at=at,
    )
    again = Proposal.load(proposal.dump())
    assert again == proposal
    assert again.dump() == proposal.dump()
    values = [e.value for e in again.blueprint.tasks[0].checks[0].expect]
    assert [type(v) for v in values] == [type(v) for v in odd]


def test_microseconds_are_kept() -> None:
    at = datetime(2026, 11, 23, 10, 0, 0, 123_457, tzinfo=UTC) + timedelta(microseconds=1)
    change = Change(at=at, by=None, what="x")
    assert '"2026-11-23T10:00:00.123458Z"' in change.dump()


def test_unknown_fields_are_refused() -> None:
    with pytest.raises(ValueError, match="extra"):
        Ref.load('{"entry": "O-1", "colour": "red"}')


def test_a_tasks_state_is_read_out_of_flat_fields() -> None:
    at = datetime(2026, 11, 23, 10, 5, tzinfo=UTC)
    fields = {
        "T1:trev": "3",
        "T1:next": at.isoformat(),
        "T1:settled": at.isoformat(),
        "T1:carry": '{"C1": "critical"}',
        "T1:streak": "2",
        "T10:streak": "9",
        "T2:next": "",
    }
    states = TaskState.read_all(fields)
    assert list(states) == ["T1", "T10", "T2"]
    one = states[TaskId("T1")]
    assert (one.trigger_rev, one.next_at, one.settled, one.streak) == (3, at, at, 2)
    assert one.carry == {CheckId("C1"): "critical"}
    assert states[TaskId("T2")] == TaskState()
    assert TaskId("M") not in states
