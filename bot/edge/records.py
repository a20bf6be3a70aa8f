"""Past and coming runs in dialogs: lists, a single Execution, the calendar [R7 X4].

Whoever presses in one of these dialogs gets the next one in its place; from a message or from Home
it opens, from another dialog it comes on top.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import structlog

from bot.blocks.calendar import MonthFacts, calendar_view
from bot.blocks.dialogs import DialogId
from bot.blocks.execution import execution_view
from bot.blocks.executions import executions_view
from bot.blocks.records import View, scope_of
from bot.blocks.session import session_view
from bot.client import Opened
from bot.edge.click import Click
from bot.edge.clicks import ButtonTooOld
from bot.edge.context import Edge
from bot.edge.month_picture import picture_of
from bot.edge.place import Place
from bot.facts.calendar import month_facts
from bot.facts.executions import execution_facts, executions_facts
from bot.facts.gather import Gather
from bot.facts.reports import report_root
from bot.facts.sessions import session_facts
from bot.slack_errors import SlackFailure
from missions.cards import FileCard, FileKind, SessionCard
from missions.errors import UnknownMission
from missions.ids import ExecutionId, MissionId, OutboxId
from missions.outbox import entry
from missions.phrases import say

log = structlog.get_logger("bot.edge")

STACK_FULL: Final = "push_limit_reached"
"""Slack's word for more than three dialogs on one another."""


def executions(edge: Edge, click: Click) -> None:
    """The list of Executions, as far as the button narrows it."""
    scope = scope_of(click.value, _mission(click))
    show_record(edge, click.place, executions_view(executions_facts(_gather(edge, click), scope)))


def calendar(edge: Edge, click: Click) -> None:
    """The month that the button means, else the current one: in text at once, then drawn."""
    month = click.value.extra or ""
    facts = month_facts(_gather(edge, click), _mission(click), month)
    shown = show_record(edge, click.place, calendar_view(facts))
    _draw(edge, facts, shown)


def _draw(edge: Edge, facts: MonthFacts, shown: Opened, notice: str = "") -> None:
    """Put the picture in, unless the dialog has gone on meanwhile or Slack takes no picture."""
    picture = picture_of(edge, facts)
    if picture is None:
        return
    try:
        edge.client.update_view(shown.id, calendar_view(facts, picture, notice), shown.hash or None)
    except SlackFailure as failure:
        log.info("picture_not_shown", mission=facts.mission.id, code=failure.code)


def calendar_file(edge: Edge, click: Click) -> None:
    """The month as a picture, in a direct message: what a channel may not see stays out of it."""
    month = click.value.extra or ""
    card = FileCard(mission=_mission(click), what=FileKind.CALENDAR, month=month)
    edge.tell_directly(click.place.person, card)
    facts = month_facts(_gather(edge, click), _mission(click), month)
    notice = say("sent-directly")
    _draw(edge, facts, show_record(edge, click.place, calendar_view(facts, notice=notice)), notice)


def session(edge: Edge, click: Click) -> None:
    """A page of an Execution's Session."""
    run, page = _execution(click), click.value.version or 1
    scope = scope_of(click.value, _mission(click))
    show_record(
        edge, click.place, session_view(session_facts(_gather(edge, click), scope, run, page))
    )


def session_file(edge: Edge, click: Click) -> None:
    """The Session as a file, once: in the report's thread, of a silent run in a direct message."""
    mission, run = _mission(click), _execution(click)
    card = FileCard(mission=mission, what=FileKind.SESSION, execution=run)
    once = {"id": OutboxId(f"{run}-{FileKind.SESSION}")}
    _say_once(edge, click, card, once, ("session-goes", "session-sent"))


def session_thread(edge: Edge, click: Click) -> None:
    """The Session's pages as one message, once: in the report's thread, of a silent run in a direct
    message."""
    mission, run = _mission(click), _execution(click)
    card = SessionCard(mission=mission, execution=run)
    once = {"id": OutboxId(f"{run}-pages"), "reader": click.place.person}
    _say_once(edge, click, card, once, ("pages-go", "pages-sent"))


def _say_once(
    edge: Edge,
    click: Click,
    card: FileCard | SessionCard,
    once: Mapping[str, object],
    told: tuple[str, str],
) -> None:
    """Post the card in the thread of the run's report, or directly if it has none.

    `once` are the fields of its entry, with the id by which it is posted once; `told` are the
    sentences for a first and for another click.
    """
    found = edge.gather(click.place.person).mission(_mission(click))
    root = report_root(edge.domain.store, found, _execution(click))
    if root is None:
        edge.tell_directly(click.place.person, card)
        _answer(edge, click, say("sent-directly"))
        return
    said = entry(edge.team, found.channel, card, thread_ts=root).model_copy(update=dict(once))
    goes, sent = told
    if edge.domain.outbox.say_once(said):
        edge.domain.bell.delivery(edge.team, said.channel)
        _answer(edge, click, say(goes))
    else:
        _answer(edge, click, say(sent))


def session_page(edge: Edge, click: Click) -> None:
    """Turn the pages in the thread: the message itself is changed."""
    page = click.value.version or 1
    card = SessionCard(mission=_mission(click), execution=_execution(click), page=page)
    edge.redraw(click.place, card)


def _answer(edge: Edge, click: Click, sentence: str) -> None:
    """In the dialog with the Session, if it was asked for there; else to that person alone."""
    if click.place.dialog is None:
        edge.say(click.place, sentence)
        return
    scope, run = scope_of(click.value, _mission(click)), _execution(click)
    facts = session_facts(_gather(edge, click), scope, run, click.value.version or 1)
    show_record(edge, click.place, session_view(facts, sentence))


def execution(edge: Edge, click: Click) -> None:
    """One Execution in full, or its Session, with the way back to where it was opened."""
    if click.value.version:
        session(edge, click)
        return
    run, scope = _execution(click), scope_of(click.value, _mission(click))
    show_record(
        edge, click.place, execution_view(execution_facts(_gather(edge, click), scope, run))
    )


def show_record(edge: Edge, place: Place, view: View) -> Opened:
    """In place of such a dialog, on top of another one, else by itself."""
    if place.dialog is None:
        return edge.client.open_view(place.trigger, view)
    if place.dialog.callback == DialogId.RECORDS:
        return edge.client.update_view(place.dialog.id, view)
    return _put_on_top(edge, place.trigger, place.dialog.id, view)


def _put_on_top(edge: Edge, trigger: str, view_id: str, view: View) -> Opened:
    """On the dialog that was pressed in; in its place where Slack stacks no more."""
    try:
        return edge.client.push_view(trigger, view)
    except SlackFailure as failure:
        if failure.code != STACK_FULL:
            raise
        return edge.client.update_view(view_id, view)


def _gather(edge: Edge, click: Click) -> Gather:
    return edge.gather(click.place.person)


def _execution(click: Click) -> ExecutionId:
    if click.value.execution is None:
        raise ButtonTooOld
    return click.value.execution


def _mission(click: Click) -> MissionId:
    if click.value.mission is None:
        raise UnknownMission("")
    return click.value.mission
