"""What a plan holds beside its Tasks: nobody asked for it unless a case says so.

When a Task speaks is told with the Tasks, in the notation.
"""

from __future__ import annotations

from missions.blueprint import Blueprint, Check, Strategy, Task

_OF_PLAN = ("exclusions", "keep", "mentions", "summary", "budget")
_OF_TASK = ("acts", "grants")
_OF_STRATEGY = tuple(Strategy.model_fields)
PATIENCE = "patience"
SETTINGS = frozenset((*_OF_PLAN, *_OF_TASK, *_OF_STRATEGY, PATIENCE))
"""Names that a case may give as `settings`."""


def set_beside(plan: Blueprint, before: Blueprint | None) -> set[str]:
    """Names of the settings that differ from the plan before, or from what a new plan has.

    A Task that is new may have them from another that was there: it was split, or replaced.
    """
    found = {name for name in _OF_PLAN if getattr(plan, name) != _held(before, name)}
    for task in plan.tasks:
        same = before.task(task.id) if before else None
        others = before.tasks if before else ()
        allowed = [_settings(one) for one in ([same] if same else others)]
        if not same:
            allowed.append(_PLAIN)
        mine = _settings(task)
        found |= {name for name in mine if all(mine[name] != one[name] for one in allowed)}
    return found


def _settings(task: Task) -> dict[str, object]:
    """A Task's settings; how patient it is, is told of all its checks together."""
    return {
        **{name: getattr(task, name) for name in _OF_TASK},
        **{name: getattr(task.strategy, name) for name in _OF_STRATEGY},
        PATIENCE: frozenset((c.fails, c.of_last) for c in task.checks) or _AT_ONCE,
    }


_AT_ONCE = frozenset({(Check.model_fields["fails"].default, Check.model_fields["of_last"].default)})
_PLAIN: dict[str, object] = {
    **{n: Task.model_fields[n].get_default(call_default_factory=True) for n in _OF_TASK},
    **{n: getattr(Strategy(), n) for n in _OF_STRATEGY},
    PATIENCE: _AT_ONCE,
}


def _held(before: Blueprint | None, name: str) -> object:
    field = Blueprint.model_fields[name]
    return getattr(before, name) if before else field.get_default(call_default_factory=True)
