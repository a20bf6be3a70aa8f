"""Rename and stop, which act on an editor's words, and the cards that offer the rest [C6 C7]."""

from __future__ import annotations

from datetime import datetime

from langchain.tools import tool

from agent.desk import Desk
from agent.names import clean_name
from agent.picking import pick_task
from agent.tools.own_words import says_name, says_stop
from agent.tools.quiet import instant_at
from agent.tools.resolve import THIS, Ambiguous, choose, require_edit, resolve
from agent.tools.results import done, refused
from agent.tools.runtime import AtDesk
from missions.cards import Action, ActionCard, MissionCard, RenamedCard, TextCard
from missions.effects import Rename, Stop
from missions.errors import NothingToStop, TransitionRefused
from missions.execution import Execution
from missions.ids import TaskId
from missions.mission import Mission, MissionState
from missions.phrases import say

NOTE_MAX = 200
LOOKED_THROUGH = 50
"""Missions of the place that are looked through when a stop names none."""


@tool
def rename_mission(name: str, runtime: AtDesk, mission: str | None = None) -> str:
    """Give a Mission another name, at once. Only on the person's own wish."""
    desk: Desk = runtime.context
    target = resolve(desk, mission)
    require_edit(desk, target, "to-rename")
    new = clean_name(name)
    if new == target.name:
        return refused(say("say-is-called", name=new))
    if not says_name(desk, target, new):
        return refused(say("say-own-words"))
    desk.stage(
        Rename(mission=target.id, before=target.name, after=new),
        RenamedCard(mission=target.id, before=target.name, after=new),
    )
    return done(before=target.name, after=new)


@tool
def stop_execution(runtime: AtDesk, mission: str | None = None) -> str:
    """Stop what is running now, at once. Only on the person's own wish.

    Future runs stay scheduled; to end those, use `offer_disable`.
    """
    desk: Desk = runtime.context
    target, running = _running(desk, mission)
    require_edit(desk, target, "to-stop")
    if not says_stop(desk, target):
        desk.show(MissionCard(mission=target.id))
        return refused("The person did not ask to stop; the card has a Stop button.", asked=True)
    for execution in running:
        effect = Stop(mission=target.id, execution=execution.id)
        if effect not in desk.effects:
            desk.effects.append(effect)
    titles = ", ".join(dict.fromkeys(e.task_title for e in running))
    desk.show(TextCard(text=say("say-stopping", mission=target.name, tasks=titles)))
    return done(stopped=[e.id for e in running])


@tool
def offer_run(
    runtime: AtDesk, mission: str | None = None, task: str | None = None, remark: str = ""
) -> str:
    """Offer to run a Mission now, or one Task of it; the timetable stays.

    `remark` is the person's words for this run only: "only for eu-west".
    """
    desk: Desk = runtime.context
    target = _editable(desk, mission, "to-run")
    if target.state is MissionState.DRAFT:
        raise _refusal(target, "then-try-once")
    return _offer(desk, target, Action.RUN, remark, task=_task(desk, target, task))


@tool
def offer_disable(
    runtime: AtDesk,
    mission: str | None = None,
    note: str = "",
    until: str | None = None,
    task: str | None = None,
) -> str:
    """Offer to pause a Mission, or one Task of it: nothing is scheduled until it is enabled.

    `note` is the reason in the person's words: "code freeze". `until` is when it goes on by itself.
    """
    desk: Desk = runtime.context
    target = _editable(desk, mission, "to-disable")
    ends = instant_at(desk, until)
    if task is not None:
        only = _task(desk, target, task)
        return _offer(desk, target, Action.DISABLE, note, until=ends, task=only)
    timed = target.pause is not None and target.pause.until is not None
    if target.state is not MissionState.ACTIVE and not timed:
        raise _refusal(target, "then-nothing-scheduled")
    return _offer(desk, target, Action.DISABLE, note, until=ends)


@tool
def offer_enable(runtime: AtDesk, mission: str | None = None, task: str | None = None) -> str:
    """Offer to resume a paused Mission; with `task`, a Task that is paused alone."""
    desk: Desk = runtime.context
    target = _editable(desk, mission, "to-enable")
    if task is not None:
        return _offer(desk, target, Action.ENABLE, task=_task(desk, target, task))
    if target.state is MissionState.DRAFT:
        raise _refusal(target, "then-launch")
    if target.state is not MissionState.PAUSED:
        raise _refusal(target, "then-nothing-to-enable")
    return _offer(desk, target, Action.ENABLE)


@tool
def offer_delete(runtime: AtDesk, mission: str | None = None) -> str:
    """Offer to delete a Mission for good; the person types its ID."""
    desk: Desk = runtime.context
    target = resolve(desk, mission)
    if target.owner != desk.viewer.person:  # what is theirs they may delete wherever it is
        require_edit(desk, target, "to-delete")
    if target.state is MissionState.DRAFT:
        raise _refusal(target, "then-discard")
    return _offer(desk, target, Action.DELETE)


def _editable(desk: Desk, mission: str | None, what: str) -> Mission:
    target = resolve(desk, mission)
    require_edit(desk, target, what)
    return target


def _refusal(mission: Mission, then: str) -> TransitionRefused:
    said = say("say-state", mission=mission.name, state=mission.state, then=say(then))
    return TransitionRefused(said, mission.state)


def _task(desk: Desk, mission: Mission, words: str | None) -> TaskId | None:
    """The Task meant; None if none was named. Raises `WhichOne`."""
    if words is None:
        return None
    return pick_task(desk.reader.blueprint(desk.viewer, mission.id), words).id


def _offer(
    desk: Desk,
    mission: Mission,
    action: Action,
    note: str = "",
    *,
    until: datetime | None = None,
    task: TaskId | None = None,
) -> str:
    short = " ".join(note.split())[:NOTE_MAX]
    card = ActionCard(mission=mission.id, action=action, note=short, until=until, task=task)
    desk.show(card)
    return done(mission=mission.id, note="The card with the button follows.")


def _running(desk: Desk, words: str | None) -> tuple[Mission, tuple[Execution, ...]]:
    """The Mission meant and what of it is running. Raises `NothingToStop`."""
    unnamed = (words or "").casefold().strip() in THIS and desk.focus is None
    target = _only_running(desk) if unnamed else resolve(desk, words)
    running = desk.reader.running(desk.viewer, target.id)
    told = tuple(e for e in running if e.id == desk.focus_execution)
    if not running:
        raise NothingToStop(say("say-nothing-of-running", mission=target.name))
    return target, told or running


def _only_running(desk: Desk) -> Mission:
    page = desk.reader.missions(desk.viewer, per_page=LOOKED_THROUGH)
    busy = [m for m in page.items if desk.reader.running(desk.viewer, m.id)]
    if not busy:
        raise NothingToStop(say("say-nothing-running"))
    if len(busy) > 1:
        choose(desk, tuple(m.id for m in busy[:5]))
        raise Ambiguous("Several Missions are running; I have asked the person which one.")
    return busy[0]
