"""Past and coming runs in dialogs: lists, a single Execution, the calendar [R7 X4].

Whoever presses in one of these dialogs gets the next one in its place; from a message or from Home
it opens, from another dialog it comes on top.
"""

from __future__ import annotations

from typing import Final

from bot.blocks.calendar import calendar_view
from bot.blocks.dialogs import DialogId
from bot.blocks.execution import execution_view
from bot.blocks.executions import executions_view
from bot.blocks.records import View, scope_of
from bot.edge.click import Click
from bot.edge.clicks import ButtonTooOld
from bot.edge.context import Edge
from bot.edge.place import Place
from bot.facts.calendar import month_facts
from bot.facts.executions import execution_facts, executions_facts
from bot.facts.gather import Gather
from bot.slack_errors import SlackFailure
from missions.errors import UnknownMission
from missions.ids import MissionId

STACK_FULL: Final = "push_limit_reached"
"""Slack's word for more than three dialogs on one another."""


def executions(edge: Edge, click: Click) -> None:
    """The list of Executions, as far as the button narrows it."""
    scope = scope_of(click.value, _mission(click))
    _show(edge, click.place, executions_view(executions_facts(_gather(edge, click), scope)))


def calendar(edge: Edge, click: Click) -> None:
    """The month that the button means, else the current one."""
    month = click.value.extra or ""
    _show(
        edge,
        click.place,
        calendar_view(month_facts(_gather(edge, click), _mission(click), month)),
    )


def execution(edge: Edge, click: Click) -> None:
    """One Execution in full, with the way back to where it was opened."""
    run = click.value.execution
    if run is None:
        raise ButtonTooOld
    scope = scope_of(click.value, _mission(click))
    _show(edge, click.place, execution_view(execution_facts(_gather(edge, click), scope, run)))


def _show(edge: Edge, place: Place, view: View) -> None:
    if place.dialog == DialogId.RECORDS:
        edge.client.update_view(place.view, view)
    elif place.dialog:
        _put_on_top(edge, place, view)
    else:
        edge.client.open_view(place.trigger, view)


def _put_on_top(edge: Edge, place: Place, view: View) -> None:
    """On the dialog that was pressed in; in its place where Slack stacks no more."""
    try:
        edge.client.push_view(place.trigger, view)
    except SlackFailure as failure:
        if failure.code != STACK_FULL:
            raise
        edge.client.update_view(place.view, view)


def _gather(edge: Edge, click: Click) -> Gather:
    return edge.gather(click.place.person)


def _mission(click: Click) -> MissionId:
    if click.value.mission is None:
        raise UnknownMission("")
    return click.value.mission
