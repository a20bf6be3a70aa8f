"""The task graph itself, and the runner that Executions go through.

A run that wants to do something outside stops at the gate: the graph's state goes to the checkpoint
and the run can be resumed by any process, with a person's answer [A3]. Nothing with an effect comes
before the gate, and there is one gate, which LangGraph runs again from its top when it resumes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any, TypedDict, cast

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AnyMessage
from langgraph.channels import UntrackedValue
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command, interrupt

from agent.calling import NO_TERMS, Line, Terms
from agent.checks.registry import CheckImpossible, CheckTool
from agent.checks.words import plain
from agent.effects.registry import EffectTool
from agent.task.agent import Writer
from agent.task.compare import (
    carry_judged,
    carry_of,
    finding_of,
    has_changed,
    has_judged_changes,
    past_of,
    patient,
    with_news,
)
from agent.task.digest import Listened, listen
from agent.task.explain import Explained, Kit, write
from agent.task.gate import told
from agent.task.measure import run_checks
from agent.task.outside import (
    Answer,
    Deed,
    deed_of,
    next_act,
    refused,
    rejected,
    wanted_by_plan,
)
from agent.task.values import TaskInput, TaskResult
from agent.task.waiting import run_watched
from missions.approval import Wanted
from missions.blueprint import Finding
from missions.errors import HoustonError
from missions.execution import CheckResult, Step
from missions.ids import CheckId
from missions.phrases import say
from missions.ports import Clock

REPORT_SECONDS = 5
"""What is kept of a run's time for its end: a slow model must not have what was found time out."""
STEPS_MAX = 100
"""Steps of the graph: at most three for each of a few things that a run does outside."""
NO_WAY = "no-way-out"
GRANTED = "deed-granted"
APPROVED = "deed-approved"


class TaskState(TypedDict, total=False):
    """What the nodes hand on. It is kept only while a run waits, so it holds plain values: records
    as their JSON. What is not kept is made by the last nodes, in one go.
    """

    results: list[str]
    past: dict[str, list[bool]]
    steps: list[str]
    heard: str
    deeds: list[str]
    wanted: str
    call_id: str
    answer: str
    why_not: str
    talk: list[AnyMessage]
    explained: Annotated[Explained, UntrackedValue]
    result: Annotated[TaskResult, UntrackedValue]


Given = Runtime[TaskInput]


class TaskRunner:
    """Runs Tasks: check → listen → compare → act → explain → report. One per process.

    `terms` say what a call of the model costs and what stands in for it. `pause` waits that many
    seconds; it is called in pieces of at most half a second. `checkpointer` keeps runs that wait,
    `effects` are the tools that change something outside.
    """

    def __init__(
        self,
        tools: Mapping[str, CheckTool],
        model: BaseChatModel | None,
        clock: Clock,
        pause: Callable[[float], None] = time.sleep,
        terms: Terms = NO_TERMS,
        effects: Mapping[str, EffectTool] | None = None,
        checkpointer: BaseCheckpointSaver[Any] | None = None,
    ) -> None:
        self._tools = dict(tools)
        self._effects = dict(effects or {})
        self._model = model
        self._terms = terms
        self._clock = clock
        self._pause = pause
        graph = StateGraph(TaskState, context_schema=TaskInput)
        graph.add_node("check", self._check)
        graph.add_node("listen", self._listen)
        graph.add_node("compare", _compare)
        graph.add_node("act", self._act)
        graph.add_node("gate", _gate)
        graph.add_node("dispatch", self._dispatch)
        graph.add_node("explain", self._explain)
        graph.add_node("report", _report)
        graph.add_edge(START, "check")
        graph.add_edge("check", "listen")
        graph.add_edge("listen", "compare")
        graph.add_edge("compare", "act")
        graph.add_conditional_edges("act", _after_act, ["gate", "explain"])
        graph.add_edge("gate", "dispatch")
        graph.add_edge("dispatch", "act")
        graph.add_conditional_edges("explain", _after_explain, ["gate", "report"])
        graph.add_edge("report", END)
        self._plain: Any = graph.compile()
        self._kept: Any = graph.compile(checkpointer=checkpointer) if checkpointer else None

    def run(self, task: TaskInput) -> TaskResult | Wanted:
        """What the Execution found, or what it wants to do outside and now waits for.

        CheckImpossible if a check cannot run as planned; Stopped.
        """
        return self._go_on(task, {"wanted": ""})

    def resume(self, task: TaskInput, answer: Answer) -> TaskResult | Wanted:
        """Go on with a run that waited, from its checkpoint."""
        return self._go_on(task, Command(resume=answer.dump()))

    def _go_on(self, task: TaskInput, what: object) -> TaskResult | Wanted:
        config: dict[str, Any] = {"recursion_limit": STEPS_MAX}
        kept = self._kept is not None and bool(task.thread)
        if kept:
            config["configurable"] = {"thread_id": task.thread}
            state = self._kept.invoke(what, config, context=task, durability="exit")
        else:
            state = self._plain.invoke(what, config, context=task)
        for asked in state.get("__interrupt__", ()):
            return Wanted.load(asked.value)
        result: TaskResult = state["result"]
        return result

    def _check(self, state: TaskState, runtime: Given) -> TaskState:
        given = runtime.context
        tools = _granted(given, self._tools)
        results, steps = run_checks(given, tools, self._clock, self._pause)
        return {"results": _dumped(results), "steps": _dumped(steps)}

    def _listen(self, state: TaskState, runtime: Given) -> TaskState:
        """Read the Mission's channel, where the Task is granted to."""
        found = listen(runtime.context, self._clock)
        if found is None:
            return {}
        listened, step = found
        return {"heard": listened.dump(), "steps": [*state["steps"], step.dump()]}

    def _act(self, state: TaskState, runtime: Given) -> TaskState:
        """The next thing that the plan has the run do outside, if any is due."""
        given, deeds = runtime.context, _deeds(state)
        results = _results(state)
        dumped = state.get("deeds", [])
        while act := next_act(given.task, results, deeds):
            number = len(deeds) + 1
            wanted = Wanted(number=number, tool=act.tool, arguments=act.arguments, act=act.id)
            tool, outside = self._effects.get(act.tool), given.outside
            why_not = say(NO_WAY)
            if tool and outside:
                try:
                    wanted = wanted_by_plan(act, results, number, tool, confirmed=outside.confirmed)
                except ValueError as wrong:
                    why_not = str(wrong)
                else:
                    return {"wanted": wanted.dump(), "call_id": "", "deeds": dumped}
            deeds = [*deeds, refused(wanted, why_not)]
            dumped = _dumped(deeds)
        return {"wanted": "", "deeds": dumped}

    def _dispatch(self, state: TaskState, runtime: Given) -> TaskState:
        """Do what was approved or granted; what came of it is noted, and told to the model."""
        wanted, given = Wanted.load(state["wanted"]), runtime.context
        started = self._clock.now()
        answer = Answer.load(state["answer"]) if state["answer"] else None
        deed, size = self._done(wanted, answer, state["why_not"], given)
        step = Step(
            at=started,
            what=deed.word,
            tool=wanted.tool,
            arguments=wanted.arguments,
            result=plain(f"{deed.sentence} {deed.seen}"),
            duration_ms=max((self._clock.now() - started).total_seconds() * 1000, 0.0),
            size=size,
        )
        given.kept(step)
        after: TaskState = {
            "deeds": [*state.get("deeds", []), deed.dump()],
            "steps": [*state["steps"], step.dump()],
            "wanted": "",
        }
        if call_id := state.get("call_id"):
            after["talk"] = [*state.get("talk", []), told(call_id, deed)]
        return after

    def _done(
        self, wanted: Wanted, answer: Answer | None, why_not: str, given: TaskInput
    ) -> tuple[Deed, int | None]:
        """What came of it, and how many bytes were answered."""
        tool, outside = self._effects.get(wanted.tool), given.outside
        if why_not:
            return refused(wanted, why_not), None
        if answer is not None and not answer.approved:
            return rejected(wanted, answer), None
        if tool is None or outside is None:
            return refused(wanted, say(NO_WAY)), None
        job = partial(outside.carry_out, wanted, tool.run)
        try:
            approval, outcome = run_watched([job], 1, given.stopped)[0].result()
        except HoustonError as refusal:
            return refused(wanted, refusal.sentence), None
        how = (
            say(APPROVED, said=outcome.sentence, who=answer.by)
            if answer
            else say(GRANTED, said=outcome.sentence)
        )
        called = wanted.model_copy(update={"arguments": approval.arguments})
        return deed_of(called, outcome.state, how, outcome.seen), outcome.size

    def _explain(self, state: TaskState, runtime: Given) -> TaskState:
        given = runtime.context
        line = Line(self._terms, given.meter, given.seconds_left() - REPORT_SECONDS)
        writer = Writer(self._model, line) if self._model else None
        kit = Kit(self._tools, self._effects if given.outside else {})
        deeds, talk = _deeds(state), state.get("talk", [])
        heard = Listened.load(state["heard"]) if state.get("heard") else None
        said = write(given, _results(state), kit, writer, self._clock, deeds, talk, heard)
        steps = [*state["steps"], *_dumped(said.steps)]
        if said.asked is None:
            return {"explained": said, "steps": steps, "wanted": ""}
        asked = said.asked
        tool = self._effects[asked.tool]
        granted = tool.granted(given.task.grants, asked.arguments)
        wanted = Wanted(
            number=len(deeds) + 1,
            tool=asked.tool,
            arguments=asked.arguments,
            granted=granted and given.outside is not None and given.outside.confirmed,
            why=say("why-model"),
        )
        return {
            "wanted": wanted.dump(),
            "call_id": asked.call_id,
            "talk": cast("list[AnyMessage]", asked.talk),
            "steps": steps,
        }


def _granted(given: TaskInput, tools: Mapping[str, CheckTool]) -> dict[str, CheckTool]:
    """The tools that the Task grants; CheckImpossible if a check uses another one [X8]."""
    for check in given.task.checks:
        if check.tool in tools and check.tool not in given.task.tools:
            raise CheckImpossible(
                say("check-not-granted", check=check.id, tool=plain(check.tool, 40))
            )
    return {name: tool for name, tool in tools.items() if name in given.task.tools}


def _compare(state: TaskState, runtime: Given) -> TaskState:
    given, measured = runtime.context, _results(state)
    checks = given.task.checks
    judged = patient(measured, checks, given.past)
    past = past_of(measured, checks, given.past)
    news = with_news(judged, given.carry)
    return {"results": _dumped(news), "past": {c: list(passed) for c, passed in past.items()}}


def _after_act(state: TaskState) -> str:
    return "gate" if state["wanted"] else "explain"


def _after_explain(state: TaskState) -> str:
    return "gate" if state["wanted"] else "report"


def _gate(state: TaskState, runtime: Given) -> TaskState:
    """Wait for a person's answer, unless it was granted beforehand or asking is in vain."""
    wanted = Wanted.load(state["wanted"])
    outside = runtime.context.outside
    if outside is None:
        return {"answer": "", "why_not": say(NO_WAY)}
    why_not = outside.why_not(wanted)
    if why_not or wanted.granted:
        return {"answer": "", "why_not": why_not}
    return {"answer": interrupt(wanted.dump()), "why_not": ""}


def _report(state: TaskState, runtime: Given) -> TaskState:
    """A Task that nobody could serve needs a person's attention; else what was found decides."""
    given, results, deeds = runtime.context, _results(state), _deeds(state)
    explained, report = state["explained"], state["explained"].report
    served = explained.served
    judged = carry_judged(report, results, given.carry, anew=explained.judged)
    result = TaskResult(
        finding=finding_of(results, deeds, report) if served else Finding.ATTENTION,
        report=report,
        session=tuple(Step.load(text) for text in state["steps"]),
        carry=carry_of(results) | judged,
        past={CheckId(c): tuple(passed) for c, passed in state["past"].items()},
        changed=has_changed(results) or has_judged_changes(judged, given.carry) or bool(deeds),
        said=not results and served,
        spent=explained.spent,
    )
    return {"result": result}


def _results(state: TaskState) -> tuple[CheckResult, ...]:
    return tuple(CheckResult.load(text) for text in state["results"])


def _deeds(state: TaskState) -> list[Deed]:
    return [Deed.load(text) for text in state.get("deeds", [])]


def _dumped(records: Any) -> list[str]:
    return [record.dump() for record in records]
