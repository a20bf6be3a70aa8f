"""`/mission …`: what it says to the person alone, from the same facts as in chat [C1 C7]."""

from __future__ import annotations

import difflib
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from agent.clean import clean_slack_text
from agent.offline.moments import split_until
from bot.blocks.commands_card import USAGE, commands_card
from bot.edge.context import Edge
from bot.edge.details import show_details
from bot.edge.dialogs import ask_delete, ask_disable
from bot.edge.new_mission import ask
from bot.edge.place import Place
from bot.mrkdwn import unmarked
from bot.slack_errors import SlackFailure
from missions import cards as c
from missions.blueprint import Task
from missions.errors import HoustonError, UnknownMission
from missions.ids import AROUND_ID, TaskId, as_mission_id
from missions.mission import Mission, MissionState
from missions.phrases import say
from missions.verbs.mutes import MuteFor
from missions.viewer import Viewer

ALIASES = {"pause": "disable", "resume": "enable", "details": "show", "remove": "delete"}
"""Words that people type for a subcommand."""


class BadCommand(HoustonError):
    """A command that is none, or that lacks something."""

    event = "bad_command"


@dataclass(frozen=True, slots=True)
class Order:
    """A command: who and where, the subcommand, what was typed behind it.

    `raw` is the whole as Slack sent it, with the ids of people and channels.
    """

    place: Place
    name: str
    rest: str
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """An order about one Mission; `more` is what was typed behind its name."""

    order: Order
    mission: Mission
    more: str


def order_of(place: Place, text: str) -> Order:
    """The order in a command's text as Slack escapes it; without any it is `help`.

    Raises `BadCommand`.
    """
    first, _, rest = clean_slack_text(text, bot_user="").partition(" ")
    name = ALIASES.get(first.lower(), first.lower()) or "help"
    if name not in USAGE:
        raise BadCommand(_unknown(first))
    return Order(place, name, rest.strip(), text)


def named(edge: Edge, order: Order) -> Named:
    """The Mission that an order means, never guessed; raises what a person should read."""
    if not order.rest:
        raise BadCommand(say("which-mission", usage=USAGE[order.name]))
    first, _, more = order.rest.partition(" ")
    first = first.strip(AROUND_ID)
    by_id = as_mission_id(first) is not None
    words = first if by_id else order.rest
    viewer = Viewer(team=edge.team, person=order.place.person)
    found = edge.domain.reader.find(viewer, words)
    if not found:
        raise UnknownMission(words)
    if len(found) > 1:
        each = ", ".join(f"`{m.id}` {m.name}" for m in found[:10])
        raise BadCommand(say("several-match", missions=each))
    return Named(order, found[0], more.strip() if by_id else "")


# --- about no Mission ------------------------------------------------------------------------


def new(edge: Edge, order: Order) -> None:
    """Open the dialog that makes a Mission; what was typed fills the words."""
    ask(edge, order.place, order.rest)


def list_missions(edge: Edge, order: Order) -> c.Card:
    """The Missions that this person may see."""
    first, _, rest = order.rest.partition(" ")
    states = {state.lower(): state for state in MissionState if state is not MissionState.DELETED}
    if first.lower() in states:
        return c.ListCard(state=states[first.lower()], search=rest.strip())
    return c.ListCard(search="" if first.lower() == "all" else order.rest)


def next_runs(edge: Edge, order: Order) -> c.Card:
    """Coming runs of one Mission, or of all."""
    if not order.rest:
        return c.NextRunsCard()
    return c.NextRunsCard(mission=named(edge, order).mission.id)


def help_(edge: Edge, order: Order) -> c.Card | None:
    """What there is, to that person alone; in text where Slack does not show it there."""
    place, message = order.place, commands_card()
    if place.channel is not None:
        with suppress(SlackFailure):
            edge.client.ephemeral(place.channel, place.person, message, place.thread_ts)
            return None
    return c.TextCard(text=message.text)


# --- about one Mission -----------------------------------------------------------------------


def show(edge: Edge, said: Named) -> None:
    """Open the details [R7]."""
    require_no_more(said, said.more)
    show_details(edge, said.order.place, said.mission.id)


def plan(edge: Edge, said: Named) -> c.Card:
    """The plan."""
    require_no_more(said, said.more)
    return c.PlanViewCard(mission=said.mission.id)


def history(edge: Edge, said: Named) -> c.Card:
    """The latest Executions."""
    require_no_more(said, said.more)
    return c.HistoryCard(mission=said.mission.id)


def run(edge: Edge, said: Named) -> c.Card:
    """Run now: all, or the one Task that is named [C7]."""
    place = said.order.place
    task, more = task_in(edge, said)
    require_no_more(said, more)
    actor, only = place.actor(edge.team), task.id if task else None
    edge.domain.lifecycle.run_now(actor, said.mission.id, place.click, only)
    if task:
        names = {"task": unmarked(task.title), "mission": unmarked(said.mission.name)}
        return c.TextCard(text=say("running-task", **names))
    return c.TextCard(text=say("running-mission", mission=unmarked(said.mission.name)))


def stop(edge: Edge, said: Named) -> c.Card:
    """Stop what runs."""
    require_no_more(said, said.more)
    edge.domain.lifecycle.stop(said.order.place.actor(edge.team), said.mission.id)
    return c.TextCard(text=say("stopping-mission", mission=unmarked(said.mission.name)))


def disable(edge: Edge, said: Named) -> c.Card | None:
    """Open the dialog [M3]; a Task alone is paused at once [M9]."""
    place = said.order.place
    task, more = task_in(edge, said)
    note, ends = _until(edge, place, more)
    actor = place.actor(edge.team)
    if task is None:
        ask_disable(edge, place, actor, said.mission.id, note, ends)
        return None
    edge.domain.lifecycle.pause_task(actor, said.mission.id, task.id, note, ends)
    return c.TextCard(
        text=say("task-is-paused", task=task.title, mission=unmarked(said.mission.name))
    )


def enable(edge: Edge, said: Named) -> c.Card:
    """Paused → Active; or a Task alone."""
    actor = said.order.place.actor(edge.team)
    task, _ = task_in(edge, said)
    if task is not None:
        edge.domain.lifecycle.enable_task(actor, said.mission.id, task.id)
        return c.TextCard(
            text=say("task-scheduled-again", task=task.title, mission=said.mission.name)
        )
    edge.domain.lifecycle.enable(actor, said.mission.id)
    return c.TextCard(text=say("active-again", mission=unmarked(said.mission.name)))


def mute(edge: Edge, said: Named) -> c.Card:
    """Say no findings until then, or until all has recovered [R1]."""
    place, wanted = said.order.place, said.more.lower().removeprefix("for ").strip()
    zone, now = zone_of(edge, place), edge.domain.clock.now()
    short = {"": MuteFor.RECOVERED, "until recovered": MuteFor.RECOVERED, "2 h": MuteFor.TWO_HOURS}
    choice = short.get(wanted) or next((m for m in MuteFor if m.value == wanted), None)
    if choice is not None:
        ends = choice.until(now, zone)
    else:
        rest, ends = _until(edge, place, said.more)
        if rest or ends is None:
            raise BadCommand(say("for-how-long", usage=USAGE["mute"]))
    edge.domain.lifecycle.mute(place.actor(edge.team), said.mission.id, ends)
    return c.TextCard(text=say("is-muted-now", mission=unmarked(said.mission.name)))


def unmute(edge: Edge, said: Named) -> c.Card:
    """Report again."""
    edge.domain.lifecycle.unmute(said.order.place.actor(edge.team), said.mission.id)
    return c.TextCard(text=say("reports-again", mission=unmarked(said.mission.name)))


def pause_all(edge: Edge, order: Order) -> c.Card:
    """Pause everything here, or everywhere [M10]."""
    everywhere, rest = _scope(order)
    note, ends = _until(edge, order.place, rest)
    place = None if everywhere else order.place.channel
    edge.domain.quiet.begin(order.place.actor(edge.team), place, note, ends)
    return c.TextCard(text=say("everything-paused"))


def resume_all(edge: Edge, order: Order) -> c.Card:
    """Let everything go on, here or everywhere [M10]."""
    everywhere, _ = _scope(order)
    place = None if everywhere else order.place.channel
    edge.domain.quiet.end(order.place.actor(edge.team), place)
    return c.TextCard(text=say("everything-resumed"))


def delete(edge: Edge, said: Named) -> None:
    """Open the dialog [M5]."""
    place = said.order.place
    ask_delete(edge, place, place.actor(edge.team), said.mission.id)


def rename(edge: Edge, said: Named) -> c.Card:
    """A new name, at once."""
    if not said.more:
        raise BadCommand(say("which-name", usage=USAGE["rename"]))
    actor = said.order.place.actor(edge.team)
    before, after = edge.domain.lifecycle.rename(actor, said.mission.id, said.more)
    return c.TextCard(text=say("now-called", before=unmarked(before), after=unmarked(after)))


def require_no_more(said: Named, more: str) -> None:
    """Raises `BadCommand` if words are left that would be passed over in silence [C6 C7]."""
    if more:
        usage = USAGE[said.order.name]
        raise BadCommand(say("words-not-understood", words=more[:40], usage=usage))


def _scope(order: Order) -> tuple[bool, str]:
    """Whether everywhere is meant, and what was typed behind `all`."""
    _, _, rest = order.rest.partition(" ")
    first, _, more = rest.strip().partition(" ")
    everywhere = first.lower() == "everywhere"
    if not everywhere and order.place.channel is None:
        raise BadCommand(say("type-in-channel"))
    return everywhere, more.strip() if everywhere else rest.strip()


def _until(edge: Edge, place: Place, text: str) -> tuple[str, datetime | None]:
    """The note and the end in what was typed; raises `BadCommand` if the end is unclear."""
    note, ends, doubt = split_until(text, edge.domain.clock.now(), zone_of(edge, place))
    if doubt is not None:
        raise BadCommand(doubt.text)
    return note, ends


def zone_of(edge: Edge, place: Place) -> str:
    """The zone in which a person's times are meant."""
    person = edge.domain.directory.person(edge.team, place.person)
    return person.zone if person else "UTC"


def task_in(edge: Edge, said: Named) -> tuple[Task | None, str]:
    """The Task named first in what was typed, and the rest; None if none is named."""
    first, _, more = said.more.partition(" ")
    if not _TASK.fullmatch(first):
        return None, said.more
    viewer = Viewer(team=edge.team, person=said.order.place.person)
    plan = edge.domain.reader.blueprint(viewer, said.mission.id)
    task = plan.task(TaskId(first.upper()))
    if task is None:
        there = ", ".join(f"`{t.id}` {t.title}" for t in plan.tasks[:10])
        raise BadCommand(say("no-such-task", task=first.upper(), tasks=there))
    return task, more.strip()


_TASK = re.compile(r"[Tt]\d{1,4}")


def _unknown(word: str) -> str:
    near = difflib.get_close_matches(word.lower(), [*USAGE, *ALIASES], n=1)
    shown = "".join(ch for ch in word if ch.isalnum() or ch in "-_")[:40] or "that"
    hint = say("did-you-mean", usage=USAGE[ALIASES.get(near[0], near[0])]) if near else ""
    known = say("unknown-command", word=shown)
    return " ".join(part for part in (known, hint, say("talk-to-me")) if part)
