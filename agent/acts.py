"""Operations on what a Task does outside [A1]: each answers the Task's fields that change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agent import operations as ops
from agent.triggers import OperationRefused
from missions.blueprint import ACTS_MAX, Act, Task
from missions.ids import ActId
from missions.phrases import say

HTTP_REQUEST = "http_request"
"""The tool of all acts there are."""

Fields = dict[str, Any]


def _add(task: Task, op: ops.AddAct) -> Fields:
    if len(task.acts) >= ACTS_MAX:
        raise OperationRefused(say("op-acts-most", most=ACTS_MAX))
    number = 1 + max((int(a.id[1:]) for a in task.acts), default=0)
    act = act_from(ActId(f"A{number}"), op.act)
    if any((a.arguments, a.when) == (act.arguments, act.when) for a in task.acts):
        raise OperationRefused(say("op-does-already", task=task.title))
    return {"acts": (*task.acts, act)}


def _remove(task: Task, op: ops.RemoveAct) -> Fields:
    wanted = (op.act or "").casefold().strip()
    found = [
        a
        for a in task.acts
        if wanted == a.id.casefold() or wanted in str(a.arguments.get("url", "")).casefold()
    ]
    if len(found) != 1:
        listed = "; ".join(f"{a.id} {a.arguments.get('url')}" for a in task.acts) or say("none")
        raise OperationRefused(say("op-which-act", task=task.title, listed=listed))
    return {"acts": tuple(a for a in task.acts if a.id != found[0].id)}


def _let_ask(task: Task, op: ops.LetAsk) -> Fields:
    others = tuple(t for t in task.tools if t != HTTP_REQUEST)
    return {"tools": (*others, HTTP_REQUEST) if op.allowed else others}


def act_from(act_id: ActId, said: ops.HttpAct) -> Act:
    """The act that an operation describes; the tool verifies its arguments later [B7]."""
    texts = {"method": said.method, "url": said.url, "headers": said.headers}
    texts["json"] = said.json_body
    return Act(
        id=act_id,
        tool=HTTP_REQUEST,
        arguments={name: text for name, text in texts.items() if text},
        when=said.when,
        granted=said.without_asking,
    )


ACTS: dict[type, Callable[[Task, Any], Fields]] = {
    ops.AddAct: _add,
    ops.RemoveAct: _remove,
    ops.LetAsk: _let_ask,
}
