"""What jobs work with. Put together before workers fork, found again in the forked job."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from missions.domain import Domain
from missions.ids import ChannelId, TeamId
from missions.said import Heard

if TYPE_CHECKING:
    from agent.checkpointer import RedisCheckpointer
    from agent.checks.registry import CheckTool
    from agent.conversation import Conversation
    from agent.effects.registry import EffectTool
    from agent.task.graph import TaskRunner
    from missions.artifacts import Artifacts


class NotInstalled(RuntimeError):
    """A job ran in a process in which nothing was put together."""


@dataclass(frozen=True)
class Runtime:
    """Everything a job may need. `listen` reads what was said in a channel since then."""

    domain: Domain
    tools: dict[str, CheckTool]
    checkpointer: RedisCheckpointer
    artifacts: Artifacts
    default_zone: str = "UTC"
    offline: bool = True
    conversation: Conversation | None = None
    runner: TaskRunner | None = None
    effects: Mapping[str, EffectTool] = field(default_factory=dict)
    listen: Callable[[TeamId, ChannelId, datetime], Heard] | None = None


_installed: list[Runtime] = []


def install(runtime: Runtime) -> None:
    """Make this the process's runtime; its forks inherit it."""
    _installed[:] = [runtime]


def current() -> Runtime:
    """The process's runtime."""
    if not _installed:
        raise NotInstalled("start jobs with `houston worker` or `houston up`")
    return _installed[0]
