"""Spans, if somebody collects them: who made what happen, and how long it took.

Nothing is collected, and nothing of OpenTelemetry is loaded, unless a `Tracer` is installed
(`bot.tracing`). Attributes are ids, names of tools and models, and numbers: never what somebody
wrote, and never a secret [P7 L4].
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Final, Protocol

Attribute = str | int | float | bool
CARRIED: Final = "traceparent"
"""Under which name a job's meta data carries the span that it was rung in (W3C Trace Context)."""


class Span(Protocol):
    """A span under way."""

    def note(self, **attributes: Attribute) -> None:
        """Add attributes; `__` in a name stands for a dot."""
        ...

    def fail(self, kind: str) -> None:
        """Mark it as failed, with the kind of error."""
        ...


class Tracer(Protocol):
    """Makes spans."""

    def span(
        self, name: str, attributes: Mapping[str, Attribute], parent: str | None, *, last: bool
    ) -> AbstractContextManager[Span]:
        """A span around a block. `parent` is a carrier's text; None is the span around this one.

        `last` says that the process may end after it, so that it is to be sent off at once.
        """
        ...

    def carrier(self) -> str:
        """The span under way, for a job to carry; "" if there is none."""
        ...


class _NoSpan:
    """What stands for a span where nobody collects any."""

    def note(self, **attributes: Attribute) -> None:
        """Nobody reads it."""

    def fail(self, kind: str) -> None:
        """Nobody reads it."""


_NOTHING: Final[AbstractContextManager[Span]] = nullcontext(_NoSpan())
_installed: list[Tracer] = []


def install(tracer: Tracer | None) -> None:
    """Make this the process's tracer; its forks inherit it. None for no tracer."""
    _installed[:] = [tracer] if tracer else []


def span(name: str, **attributes: Attribute) -> AbstractContextManager[Span]:
    """A span around a block, within the one under way; `__` in a name stands for a dot."""
    if not _installed:
        return _NOTHING
    return _installed[0].span(name, attributes, None, last=False)


def job_span(name: str, parent: str, **attributes: Attribute) -> AbstractContextManager[Span]:
    """A span around a job, within the one that it was rung in."""
    if not _installed:
        return _NOTHING
    return _installed[0].span(name, attributes, parent, last=True)


def carrier() -> str:
    """The span under way, for a job to carry; "" if there is none."""
    return _installed[0].carrier() if _installed else ""
