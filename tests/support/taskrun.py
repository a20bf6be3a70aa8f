"""Running a Task's graph, for tests of what comes of it."""

from __future__ import annotations

from agent.task.graph import TaskRunner
from agent.task.values import TaskInput, TaskResult


def finished(runner: TaskRunner, given: TaskInput) -> TaskResult:
    """What a run came to that waits for nobody's approval."""
    result = runner.run(given)
    assert isinstance(result, TaskResult), result
    return result
