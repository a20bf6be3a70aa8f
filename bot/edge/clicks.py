"""What each button does. Rights are checked before, by `bot.edge.interactions`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from bot.blocks.actions import Value
from bot.blocks.pauses import EVERYWHERE
from bot.edge import home
from bot.edge.click import Click
from bot.edge.context import Edge
from bot.edge.saying import say_as
from missions import cards as c
from missions.conversation import conversation_id
from missions.errors import HoustonError, ProposalRefused, UnknownMission
from missions.ids import ChannelId, MissionId, ProposalId, TaskId
from missions.mailbox import Incoming
from missions.mission import Mission
from missions.outbox import entry
from missions.phrases import say
from missions.proposal import ProposalKind
from missions.proposals import card_of
from missions.recorded import kept
from missions.taskstate import TaskState
from missions.verbs.mutes import MuteFor

UTC = "UTC"
_OF_MISSION: Final = frozenset({"mission", "plan_view"})
"""Cards of a Mission, on which its Draft can be launched."""


class ButtonTooOld(HoustonError):
    """A button that lacks what it needs: it is from an older version."""

    event = "button_too_old"

    def __init__(self) -> None:
        super().__init__(say("ask-for-card"))


def launch(edge: Edge, click: Click) -> None:
    """Draft → Active [C3]. Where its card is not what was clicked, it is said in the thread."""
    mission, proposal = proposal_in(click.value)
    with redrawn(edge, click, c.PlanCard(mission=mission, proposal=proposal)):
        launched = edge.domain.lifecycle.launch(click.actor, mission, proposal)
    if click.place.alone:
        _announce(edge, click, launched, kept("state-launched"))


def try_once(edge: Edge, click: Click) -> None:
    """Run a Draft's plan now without scheduling it [C3]."""
    mission, proposal = proposal_in(click.value)
    due = edge.domain.lifecycle.try_once(click.actor, mission, proposal, click.place.click)
    if due:
        edge.say(click.place, say("trying-once"))


def apply(edge: Edge, click: Click) -> None:
    """A change becomes the next version [C5]; one that is too old is shown as that.

    The others see it on the card; where only one person sees that, it is said in the thread.
    """
    mission, proposal = proposal_in(click.value)
    with redrawn(edge, click, c.ChangeCard(mission=mission, proposal=proposal)):
        changed = edge.domain.lifecycle.apply(click.actor, mission, proposal)
    if click.place.alone:
        _announce(edge, click, changed, kept("state-version", n=changed.version))


def discard(edge: Edge, click: Click) -> None:
    """A change is dropped; with a launch Proposal the Draft goes wholly [M1]."""
    mission, proposal = proposal_in(click.value)
    found = edge.domain.store.proposal(edge.team, mission, proposal)
    edge.domain.lifecycle.discard(click.actor, mission, proposal)
    if found and found.kind is ProposalKind.LAUNCH:
        edge.say(click.place, say("discarded-it"))
    else:
        card = card_of(found) if found else c.ChangeCard(mission=mission, proposal=proposal)
        edge.redraw(click.place, card)


def redo(edge: Edge, click: Click) -> None:
    """Put an expired Proposal up again; ask again for what a stale one wanted [C5]."""
    mission, proposal = proposal_in(click.value)
    found = edge.domain.store.proposal(edge.team, mission, proposal)
    try:
        renewed = edge.domain.lifecycle.renew(click.actor, mission, proposal)
    except ProposalRefused as refusal:
        if refusal.why != "stale":
            raise
    else:
        edge.show_proposal(click.place, renewed)
        if click.place.alone:
            edge.say(click.place, say("redone-in-thread"))
        return
    if found is None or not found.request:
        raise ProposalRefused(say("tell-again"), "unknown")
    _say(edge, click, found.request)


def enable(edge: Edge, click: Click) -> None:
    """Paused → Active [M4]."""
    edge.domain.lifecycle.enable(click.actor, _mission(click.value))
    edge.redraw_mission(click.place, click.card, _mission(click.value))


def run_now(edge: Edge, click: Click) -> None:
    """Run now: one Task if the button names it or stands under its report, else all [S6]."""
    mission, task = _mission(click.value), click.value.task
    if task is None and click.value.execution:
        run = edge.domain.store.execution(edge.team, mission, click.value.execution)
        task = run.task if run else None
    due = edge.domain.lifecycle.run_now(
        click.actor, mission, click.place.click, task, click.value.extra or ""
    )
    if due:
        edge.say(click.place, say("running-it"))


def mute(edge: Edge, click: Click) -> None:
    """Say no findings for a while: until an instant, or as was picked [R1]."""
    mission, value = _mission(click.value), click.value
    ends = value.until
    if ends is None and value.extra:
        person = edge.domain.directory.person(edge.team, click.place.person)
        ends = _mute_for(value.extra).until(edge.domain.clock.now(), person.zone if person else UTC)
    edge.domain.lifecycle.mute(click.actor, mission, ends)
    edge.redraw_mission(click.place, click.card, mission)


def unmute(edge: Edge, click: Click) -> None:
    """Report again [R1]."""
    edge.domain.lifecycle.unmute(click.actor, _mission(click.value))
    edge.redraw_mission(click.place, click.card, _mission(click.value))


def pause_task(edge: Edge, click: Click) -> None:
    """Stop scheduling one Task [M9]."""
    mission, task = _task(click.value)
    note, ends = click.value.extra or "", click.value.until
    edge.domain.lifecycle.pause_task(click.actor, mission, task, note, ends)
    edge.redraw_mission(click.place, click.card, mission)


def enable_task(edge: Edge, click: Click) -> None:
    """Schedule a Task again [M9]."""
    mission, task = _task(click.value)
    pause = edge.domain.store.task_states(edge.team, mission).get(task, TaskState()).pause
    edge.domain.lifecycle.enable_task(click.actor, mission, task)
    if click.card == "task_paused" and pause:
        by, note, until = pause.by, pause.note, pause.until
        card = c.TaskPausedCard(mission=mission, task=task, by=by, note=note, until=until)
        edge.redraw(click.place, card)
    else:
        edge.redraw_mission(click.place, click.card, mission)


def pause_all(edge: Edge, click: Click) -> None:
    """Pause everything in the channel in which the button stands [M10]."""
    value = click.value
    edge.domain.quiet.begin(click.actor, _channel(click), value.extra or "", value.until)


def resume_all(edge: Edge, click: Click) -> None:
    """Let everything go on, here or in the whole workspace [M10]."""
    everywhere = click.value.extra == EVERYWHERE
    edge.domain.quiet.end(click.actor, None if everywhere else _channel(click))


def stop(edge: Edge, click: Click) -> None:
    """Stop what runs [X5]."""
    edge.domain.lifecycle.stop(click.actor, _mission(click.value), click.value.execution)
    edge.say(click.place, say("stopping-it"))


def undo_rename(edge: Edge, click: Click) -> None:
    """Give back the name before, if the one that the card gave still holds [C4 C6]."""
    value = click.value
    edge.domain.lifecycle.rename(
        click.actor, _mission(value), value.extra or "", instead_of=value.holds or ""
    )


def view_plan(edge: Edge, click: Click) -> None:
    """The plan, to that person alone [R8]."""
    edge.tell(click.place, c.PlanViewCard(mission=_mission(click.value)))


def next_runs(edge: Edge, click: Click) -> None:
    """Coming runs, to that person alone."""
    edge.tell(click.place, c.NextRunsCard(mission=_mission(click.value)))


def list_page(edge: Edge, click: Click) -> None:
    """A page of the Missions that this person may see, to them alone [R6 P1]."""
    if click.place.channel is None:
        home.turn_page(edge, click)
        return
    value = click.value
    card = c.ListCard(state=value.state, search=value.extra or "", page=value.page or 1)
    if not edge.replace(click.place, card):
        edge.tell(click.place, card)


def answer(edge: Edge, click: Click) -> None:
    """A proposed answer is said by who clicked it [C2]."""
    _say(edge, click, click.value.extra or "")


def retry(edge: Edge, click: Click) -> None:
    """Send a kept message again [C10]; only who wrote it, as it acts on their words [C6]."""
    place, turn = click.place, click.value.extra or ""
    if place.channel is None or place.root is None or place.ephemeral:
        return
    conversation = conversation_id(place.channel, place.root)
    kept = edge.domain.mailboxes.memory(edge.team, place.channel, place.root).get(f"kept:{turn}")
    if kept and Incoming.load(kept).person != place.person:
        edge.say(place, say("not-your-message"))
    elif edge.domain.mailboxes.retry(edge.team, conversation, turn):
        edge.domain.bell.turn(edge.team, conversation)
    else:
        edge.say(place, say("sent-before"))


@contextmanager
def redrawn(edge: Edge, click: Click, card: c.Card) -> Iterator[None]:
    """Have the clicked card show how its Proposal stands, also if that is why it was refused."""
    try:
        yield
    except ProposalRefused:
        _redraw(edge, click, card)
        raise
    _redraw(edge, click, card)


def _redraw(edge: Edge, click: Click, card: c.Card) -> None:
    """What shows the Mission itself goes on showing it; a Proposal's card shows the Proposal."""
    if click.card in _OF_MISSION:
        edge.redraw_mission(click.place, click.card, _mission(click.value))
    else:
        edge.redraw(click.place, card)


def _announce(edge: Edge, click: Click, mission: Mission, what: str) -> None:
    """Say in the Mission's thread what its person did where nobody else sees it [M7]."""
    card = c.StateCard(mission=mission.id, what=what, by=click.place.person)
    edge.put(entry(edge.team, mission.channel, card, thread_ts=mission.thread_ts))


def _say(edge: Edge, click: Click, text: str) -> None:
    say_as(edge, click.place, text, click.button)


def _mission(value: Value) -> MissionId:
    if value.mission is None:
        raise UnknownMission("")
    return value.mission


def _task(value: Value) -> tuple[MissionId, TaskId]:
    if value.task is None:
        raise ButtonTooOld
    return _mission(value), value.task


def _channel(click: Click) -> ChannelId:
    if click.place.channel is None:
        raise ButtonTooOld
    return click.place.channel


def _mute_for(picked: str) -> MuteFor:
    try:
        return MuteFor(picked)
    except ValueError:
        raise ButtonTooOld from None


def proposal_in(value: Value) -> tuple[MissionId, ProposalId]:
    """The Proposal that a button is about; `ProposalRefused` if it names none."""
    if value.proposal is None:
        raise ProposalRefused(say("card-unknown"), "unknown")
    return _mission(value), value.proposal
