"""`/mission …`: what it says to the person alone, from the same facts as in chat [C1 C7]."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from agent.clean import clean_slack_text
from bot.edge.context import Edge
from bot.edge.dialogs import ask_delete, ask_disable
from bot.edge.place import Place
from missions import cards as c
from missions.errors import HoustonError, UnknownMission
from missions.ids import as_mission_id
from missions.mission import Mission, MissionState
from missions.viewer import Viewer

ALIASES = {"pause": "disable", "resume": "enable", "details": "show", "remove": "delete"}
"""Words that people type for a subcommand."""
USAGE = {
    "list": "`/mission list [active | paused | draft] [words]`",
    "show": "`/mission show M-…`",
    "plan": "`/mission plan M-…`",
    "history": "`/mission history M-…`",
    "run": "`/mission run M-…`",
    "stop": "`/mission stop M-…`",
    "next": "`/mission next [M-…]`",
    "disable": "`/mission disable M-… [note]`",
    "enable": "`/mission enable M-…`",
    "delete": "`/mission delete M-…`",
    "rename": "`/mission rename M-… New name`",
    "help": "`/mission help`",
}


class BadCommand(HoustonError):
    """A command that is none, or that lacks something."""

    event = "bad_command"


@dataclass(frozen=True, slots=True)
class Order:
    """A command: who and where, the subcommand, what was typed behind it."""

    place: Place
    name: str
    rest: str


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
    return Order(place, name, rest.strip())


def named(edge: Edge, order: Order) -> Named:
    """The Mission that an order means, never guessed; raises what a person should read."""
    if not order.rest:
        raise BadCommand(f"Which Mission? {USAGE[order.name]}")
    first, _, more = order.rest.partition(" ")
    by_id = as_mission_id(first) is not None
    words = first if by_id else order.rest
    viewer = Viewer(team=edge.team, person=order.place.person)
    found = edge.domain.reader.find(viewer, words)
    if not found:
        raise UnknownMission(words)
    if len(found) > 1:
        each = ", ".join(f"`{m.id}` {m.name}" for m in found[:10])
        raise BadCommand(f"Several Missions match: {each}. Say which by its ID.")
    return Named(order, found[0], more.strip() if by_id else "")


# --- about no Mission ------------------------------------------------------------------------


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


def help_(edge: Edge, order: Order) -> c.Card:
    """What there is."""
    lines = "\n".join(f"• {usage}" for usage in USAGE.values())
    return c.TextCard(
        text=f"{lines}\nTo make a Mission, mention me and say what to keep an eye on."
    )


# --- about one Mission -----------------------------------------------------------------------


def show(edge: Edge, said: Named) -> c.Card:
    """Details."""
    return c.MissionCard(mission=said.mission.id)


def plan(edge: Edge, said: Named) -> c.Card:
    """The plan."""
    return c.PlanViewCard(mission=said.mission.id)


def history(edge: Edge, said: Named) -> c.Card:
    """The latest Executions."""
    return c.HistoryCard(mission=said.mission.id)


def run(edge: Edge, said: Named) -> c.Card:
    """Run now."""
    place = said.order.place
    edge.domain.lifecycle.run_now(place.actor(edge.team), said.mission.id, place.click)
    return c.TextCard(text=f"Running {said.mission.name} now. The report follows in its channel.")


def stop(edge: Edge, said: Named) -> c.Card:
    """Stop what runs."""
    edge.domain.lifecycle.stop(said.order.place.actor(edge.team), said.mission.id)
    return c.TextCard(text=f"Stopping {said.mission.name}.")


def disable(edge: Edge, said: Named) -> None:
    """Open the dialog [M3]."""
    place = said.order.place
    ask_disable(edge, place, place.actor(edge.team), said.mission.id, said.more)


def enable(edge: Edge, said: Named) -> c.Card:
    """Paused → Active."""
    edge.domain.lifecycle.enable(said.order.place.actor(edge.team), said.mission.id)
    return c.TextCard(text=f"{said.mission.name} is Active again.")


def delete(edge: Edge, said: Named) -> None:
    """Open the dialog [M5]."""
    place = said.order.place
    ask_delete(edge, place, place.actor(edge.team), said.mission.id)


def rename(edge: Edge, said: Named) -> c.Card:
    """A new name, at once."""
    if not said.more:
        raise BadCommand(f"Which name? {USAGE['rename']}")
    actor = said.order.place.actor(edge.team)
    before, after = edge.domain.lifecycle.rename(actor, said.mission.id, said.more)
    return c.TextCard(text=f"{before} is now called {after}.")


def _unknown(word: str) -> str:
    near = difflib.get_close_matches(word.lower(), [*USAGE, *ALIASES], n=1)
    shown = "".join(ch for ch in word if ch.isalnum() or ch in "-_")[:40] or "that"
    hint = f"Did you mean {USAGE[ALIASES.get(near[0], near[0])]}?" if near else ""
    talk = "To talk to me, mention me: `@Houston …`. `/mission help` shows the commands."
    return " ".join(part for part in (f"I do not know `{shown}`.", hint, talk) if part)
