"""The zone of the person who asks, where what they ask for names none [B5]."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from agent.operations import Arguments, SetSummary, SetTrigger, TaskSpec

Asked = TypeVar("Asked", bound=Arguments)


def zoned(asked: Iterable[Asked], zone: str) -> tuple[Asked, ...]:
    """The same with that zone: summaries, and Event Rules, whose days off count by it."""
    return tuple(_zoned(each, zone) for each in asked)


def _zoned(asked: Asked, zone: str) -> Asked:
    named: dict[str, object] = {}
    if isinstance(asked, SetSummary) and not asked.zone:
        named = {"zone": zone}
    if isinstance(asked, TaskSpec | SetTrigger):
        when = asked.when
        if when.event is not None and "zone" not in when.model_fields_set:
            named = {"when": when.model_copy(update={"zone": zone})}
    return asked.model_copy(update=named)
