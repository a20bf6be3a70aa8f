"""The task graph itself, and the runner that Executions go through."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, TypedDict

from langchain_core.language_models import BaseChatModel
from langgraph.graph import END, START, StateGraph

from agent.calling import NO_TERMS, Terms
from agent.checks.registry import CheckImpossible, CheckTool
from agent.checks.words import plain
from agent.task.agent import Writer
from agent.task.compare import (
    carry_of,
    has_changed,
    past_of,
    patient,
    with_news,
    worst,
)
from agent.task.explain import Explained, write
from agent.task.measure import run_checks
from agent.task.values import TaskInput, TaskResult
from missions.blueprint import Finding
from missions.execution import CheckResult, Step
from missions.ids import CheckId
from missions.ports import Clock


class TaskState(TypedDict, total=False):
    """What the nodes hand on. It lives for one run and is not kept."""

    given: TaskInput
    results: tuple[CheckResult, ...]
    past: dict[CheckId, tuple[bool, ...]]
    measured: tuple[Step, ...]
    explained: Explained
    result: TaskResult


class TaskRunner:
    """Runs Tasks: check → compare → explain → report. One per process; keeps nothing between runs.

    `terms` say what a call of the model costs and what stands in for it. `pause` waits that many
    seconds; it is called in pieces of at most half a second.
    """

    def __init__(
        self,
        tools: Mapping[str, CheckTool],
        model: BaseChatModel | None,
        clock: Clock,
        pause: Callable[[float], None] = time.sleep,
        terms: Terms = NO_TERMS,
    ) -> None:
        self._tools = dict(tools)
        self._model = model
        self._terms = terms
        self._clock = clock
        self._pause = pause
        graph = StateGraph(TaskState)
        graph.add_node("check", self._check)
        graph.add_node("compare", _compare)
        graph.add_node("explain", self._explain)
        graph.add_node("report", _report)
        graph.add_edge(START, "check")
        graph.add_edge("check", "compare")
        graph.add_edge("compare", "explain")
        graph.add_edge("explain", "report")
        graph.add_edge("report", END)
        self._graph: Any = graph.compile()

    def run(self, task: TaskInput) -> TaskResult:
        """What the Execution found. CheckImpossible if a check cannot run as planned; Stopped."""
        result: TaskResult = self._graph.invoke({"given": task})["result"]
        return result

    def _check(self, state: TaskState) -> TaskState:
        given = state["given"]
        tools = _granted(given, self._tools)
        results, steps = run_checks(given, tools, self._clock, self._pause)
        return {"results": results, "measured": steps}

    def _explain(self, state: TaskState) -> TaskState:
        given, results = state["given"], state["results"]
        writer = Writer(self._model, self._terms, given.meter) if self._model else None
        return {"explained": write(given, results, self._tools, writer, self._clock)}


def _granted(given: TaskInput, tools: Mapping[str, CheckTool]) -> dict[str, CheckTool]:
    """The tools that the Task grants; CheckImpossible if a check uses another one [X8]."""
    for check in given.task.checks:
        if check.tool in tools and check.tool not in given.task.tools:
            raise CheckImpossible(
                f"Check {check.id} uses the tool “{plain(check.tool, 40)}”, "
                "which this Task is not granted. Change the plan to grant it."
            )
    return {name: tool for name, tool in tools.items() if name in given.task.tools}


def _compare(state: TaskState) -> TaskState:
    given, measured = state["given"], state["results"]
    checks = given.task.checks
    judged = patient(measured, checks, given.past)
    past = past_of(measured, checks, given.past)
    return {"results": with_news(judged, given.carry), "past": past}


def _report(state: TaskState) -> TaskState:
    """A Task that nobody could serve needs a person's attention; else the checks decide."""
    results, explained = state["results"], state["explained"]
    said = not results and explained.served
    result = TaskResult(
        finding=worst(results) if explained.served else Finding.ATTENTION,
        report=explained.report,
        session=state["measured"] + explained.steps,
        carry=carry_of(results),
        past=state["past"],
        changed=has_changed(results) or said,
        spent=explained.spent,
    )
    return {"result": result}
