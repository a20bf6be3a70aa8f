"""What a tool is that changes something outside [A1]."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from missions.approval import ApprovalState
from missions.blueprint import Act, Grant, Scalar
from missions.phrases import say

Arguments = Mapping[str, Scalar]


@dataclass(frozen=True)
class Outcome:
    """What came of a call: DONE, FAILED, or UNKNOWN if it may have been done.

    `sentence` is for people; `seen` is what the other side answered, which is data; `size` is how
    many bytes that was, before it was cut.
    """

    state: ApprovalState
    sentence: str
    seen: str = ""
    size: int | None = None


class EffectTool(Protocol):
    """Something that changes something outside. It keeps no state and is called in a thread.

    `parameters` is a JSON schema of the arguments, `advice` is for a model.
    """

    name: str
    advice: str
    parameters: Mapping[str, object]

    def problems(self, arguments: Arguments) -> tuple[str, ...]:
        """What is wrong with the arguments, in words; () if nothing is [B7]."""
        ...

    def effective(self, arguments: Arguments) -> dict[str, Scalar]:
        """The arguments as they are used, with defaults; secrets by name only [A1 P7]."""
        ...

    def grant_problems(self, grant: Grant) -> tuple[str, ...]:
        """What is wrong with a grant, in words; () if nothing is."""
        ...

    def granted(self, grants: Sequence[Grant], arguments: Arguments) -> bool:
        """Whether one of the grants allows exactly this beforehand."""
        ...

    def run(self, arguments: Arguments) -> Outcome:
        """Do it, once. `arguments` are effective ones; nothing is raised for what goes wrong."""
        ...


def act_problems(act: Act, tools: Mapping[str, EffectTool]) -> tuple[str, ...]:
    """What is wrong with what a Task is to do outside, in words; () if nothing is [B7]."""
    tool = tools.get(act.tool)
    return (_unknown(act.tool),) if tool is None else tool.problems(act.arguments)


def grant_problems(grant: Grant, tools: Mapping[str, EffectTool]) -> tuple[str, ...]:
    """What is wrong with a grant, in words; () if nothing is [B7]."""
    tool = tools.get(grant.tool)
    return (_unknown(grant.tool),) if tool is None else tool.grant_problems(grant)


def _unknown(name: str) -> str:
    return say("effect-unknown", tool=name[:40])
