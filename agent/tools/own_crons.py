"""An uneven schedule is a person's own: a model proposes none [B5].

A model turns “every 25 minutes” into `*/25`, which is something else. So it is code that looks
whether the person typed that very expression, or whether the Mission has it already.
"""

from __future__ import annotations

from collections.abc import Iterator

from agent.desk import Desk
from missions.blueprint import Blueprint, CronTrigger
from missions.cron import Cron, CronError
from missions.evenness import types, uneven
from missions.ids import MissionId
from missions.mission import Mission
from missions.phrases import say


def cron_problems(desk: Desk, plan: Blueprint, mission: Mission | None = None) -> tuple[str, ...]:
    """What must be mended or asked back, in words; what cannot be read at all is found elsewhere.

    The offline grammar reads only what people typed, and asks back what is uneven by itself.
    """
    if desk.offline:
        return ()
    problems = [
        say("fact-of-task", task=task.title, problem=problem)
        for task in plan.tasks
        if isinstance(task.trigger, CronTrigger)
        and (problem := _problem(task.trigger))
        and not _is_own(desk, task.trigger, mission)
    ]
    return tuple(problems)


def _problem(trigger: CronTrigger) -> str | None:
    try:
        return uneven(Cron.parse(trigger.cron))
    except CronError:
        return None


def _is_own(desk: Desk, trigger: CronTrigger, mission: Mission | None) -> bool:
    own_words = not (desk.proposed_words or desk.quoted)
    if own_words and types(f"{desk.text}\n{desk.source}", Cron.parse(trigger.cron)):
        return True
    known = _plans(desk, mission.id) if mission else iter(())
    return any(getattr(t.trigger, "cron", None) == trigger.cron for p in known for t in p.tasks)


def _plans(desk: Desk, mission: MissionId) -> Iterator[Blueprint]:
    """What waits for a click in it, and every version."""
    yield desk.planned(mission)
    for version in desk.reader.versions(desk.viewer, mission):
        yield desk.reader.blueprint(desk.viewer, mission, version)
