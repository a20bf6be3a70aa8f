"""Every interaction with the right it needs, in one table; the right is checked here, first [P2].

A click's, dialog's or command's handler runs only after that. What it does to a Mission the domain
checks once more in the step that does it, so that a right lost in between does not count.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import structlog
from redis.exceptions import RedisError

from bot.blocks.actions import ActionId
from bot.blocks.details import DetailsAt
from bot.blocks.dialogs import DialogId, error_dialog, origin_of
from bot.blocks.home_pause import PAUSE_ALL
from bot.blocks.new_mission import FormId
from bot.blocks.tabs import Tab
from bot.edge import (
    approvals,
    backfills,
    below,
    clicks,
    commands,
    details,
    details_settings,
    dialogs,
    export,
    feedback,
    home,
    home_pause,
    hooks,
    new_mission,
    owners,
    records,
    shortcuts,
    summary,
    versions,
)
from bot.edge.click import Click
from bot.edge.commands import Named, Order, named, order_of
from bot.edge.context import Edge
from bot.edge.dialogs import Submission, submission_of
from bot.edge.in_view import in_view, show_result
from bot.edge.new_mission import Filled, filled_form
from bot.edge.place import Place, place_of_click
from bot.edge.speaking import spoken_to
from bot.slack_errors import SlackFailure, TriggerExpired
from missions.cards import Card, TextCard
from missions.errors import HoustonError, StorageUnavailable, UnknownMission
from missions.ids import PersonId
from missions.phrases import say
from missions.rights import Right
from missions.tracing import span

Json = dict[str, Any]
H = TypeVar("H")


log = structlog.get_logger("bot.edge")


@dataclass(frozen=True, slots=True)
class Declared(Generic[H]):
    """A handler with the right on the Mission that it needs; None where no Mission is meant.

    `what` is the id of what completes "You cannot … here." `acts` has the second half of a double
    click ignored.
    """

    handle: H
    right: Right | None
    what: str = ""
    acts: bool = False


OnClick = Callable[[Edge, Click], None]
OnSubmit = Callable[[Edge, Submission], Json | None]
OnForm = Callable[[Edge, Filled], Json | None]
OnShortcut = Callable[[Edge, Json], None]
OnBody = Callable[[Edge, Json], Json | None]
OnOrder = Callable[[Edge, Order], Card | None]
OnNamed = Callable[[Edge, Named], Card | None]

CLICKS: Final[dict[ActionId, Declared[OnClick]]] = {
    ActionId.LAUNCH: Declared(clicks.launch, Right.EDIT, "to-launch", acts=True),
    ActionId.TRY_ONCE: Declared(clicks.try_once, Right.EDIT, "to-try", acts=True),
    ActionId.CHANGE: Declared(dialogs.open_change, Right.EDIT, "to-change"),
    ActionId.DISCARD: Declared(clicks.discard, Right.EDIT, "to-discard", acts=True),
    ActionId.APPLY: Declared(clicks.apply, Right.EDIT, "to-change", acts=True),
    ActionId.BACKFILL: Declared(backfills.start, Right.EDIT, "to-backfill", acts=True),
    ActionId.VERSIONS: Declared(versions.open_versions, Right.VIEW, "to-see"),
    ActionId.DIFF: Declared(versions.diff, Right.VIEW, "to-see"),
    ActionId.RESTORE: Declared(versions.restore, Right.EDIT, "to-change", acts=True),
    ActionId.REDO: Declared(clicks.redo, Right.EDIT, "to-change", acts=True),
    ActionId.OPEN_DISABLE: Declared(dialogs.open_disable, Right.EDIT, "to-disable"),
    ActionId.ENABLE: Declared(clicks.enable, Right.EDIT, "to-enable", acts=True),
    ActionId.OPEN_DELETE: Declared(dialogs.open_delete, Right.KEEP, "to-delete"),
    ActionId.EXPORT: Declared(export.give, Right.VIEW, "to-see", acts=True),
    ActionId.RUN_NOW: Declared(clicks.run_now, Right.EDIT, "to-run", acts=True),
    ActionId.STOP: Declared(clicks.stop, Right.EDIT, "to-stop", acts=True),
    ActionId.APPROVE: Declared(approvals.approve, Right.APPROVE, "to-approve", acts=True),
    ActionId.OPEN_REJECT: Declared(approvals.open_reject, Right.APPROVE, "to-reject"),
    ActionId.OPEN_EDIT_CALL: Declared(approvals.open_edit, Right.APPROVE, "to-edit"),
    ActionId.SET_APPROVERS: Declared(
        approvals.set_approvers, Right.EDIT, "to-set-approvers", acts=True
    ),
    ActionId.UNDO_RENAME: Declared(clicks.undo_rename, Right.EDIT, "to-rename", acts=True),
    ActionId.MUTE: Declared(clicks.mute, Right.EDIT, "to-mute", acts=True),
    ActionId.UNMUTE: Declared(clicks.unmute, Right.EDIT, "to-unmute", acts=True),
    ActionId.PAUSE_TASK: Declared(clicks.pause_task, Right.EDIT, "to-pause-task", acts=True),
    ActionId.ENABLE_TASK: Declared(clicks.enable_task, Right.EDIT, "to-enable-task", acts=True),
    ActionId.PAUSE_ALL: Declared(clicks.pause_all, None, acts=True),
    ActionId.RESUME_ALL: Declared(clicks.resume_all, None, acts=True),
    ActionId.FEEDBACK: Declared(feedback.feedback, Right.VIEW, "to-see", acts=True),
    ActionId.OFFER_HANDOVER: Declared(owners.offer_handover, Right.VIEW, "to-hand-over", acts=True),
    ActionId.ACCEPT_HANDOVER: Declared(owners.accept_handover, Right.VIEW, "to-accept", acts=True),
    ActionId.TAKE_OVER: Declared(owners.take_over, Right.EDIT, "to-take-over", acts=True),
    ActionId.PLACE: Declared(owners.to_place, Right.KEEP, "to-place", acts=True),
    ActionId.SHOW: Declared(details.open_details, Right.VIEW, "to-see"),
    ActionId.DETAILS_TAB: Declared(details.turn_to, Right.VIEW, "to-see"),
    ActionId.OPEN_SETTINGS: Declared(details_settings.open_settings, Right.EDIT, "to-set"),
    ActionId.VIEW_PLAN: Declared(clicks.view_plan, Right.VIEW, "to-see"),
    ActionId.HISTORY: Declared(records.executions, Right.VIEW, "to-see"),
    ActionId.EXECUTIONS: Declared(records.executions, Right.VIEW, "to-see"),
    ActionId.EXECUTION: Declared(records.execution, Right.VIEW, "to-see"),
    ActionId.SESSION: Declared(records.session, Right.VIEW, "to-see"),
    ActionId.SESSION_FILE: Declared(records.session_file, Right.VIEW, "to-see", acts=True),
    ActionId.SESSION_THREAD: Declared(records.session_thread, Right.VIEW, "to-see", acts=True),
    ActionId.SESSION_PAGE: Declared(records.session_page, Right.VIEW, "to-see"),
    ActionId.CALENDAR_FILE: Declared(records.calendar_file, Right.VIEW, "to-see", acts=True),
    ActionId.CALENDAR: Declared(records.calendar, Right.VIEW, "to-see"),
    ActionId.NEXT_RUNS: Declared(clicks.next_runs, Right.VIEW, "to-see"),
    ActionId.CHOOSE: Declared(clicks.answer, Right.VIEW, "to-see", acts=True),
    ActionId.LIST_PAGE: Declared(clicks.list_page, None),
    ActionId.NEW_MISSION: Declared(new_mission.open_new, None),
    ActionId.USE_TEMPLATE: Declared(new_mission.use_template, None),
    ActionId.HOME_STATE: Declared(home.filter_state, None),
    ActionId.HOME_SEARCH: Declared(home.search, None),
    ActionId.OPEN_PAUSE_ALL: Declared(home_pause.open_pause_all, None),
    ActionId.FOLLOW: Declared(home.followed, None),
    ActionId.ANSWER: Declared(clicks.answer, None, acts=True),
    ActionId.RETRY: Declared(clicks.retry, None, acts=True),
}
"""`ActionId.REPORT_MENU` stands for the action that was picked from it (`bot.edge.click`).

Handing over needs the right to see: the domain asks whether it is the owner, or who was asked.
Pause all and Resume all mean no Mission: who may is asked where they act (`missions.quiet`).
"""

DIALOGS: Final[dict[DialogId, Declared[OnSubmit]]] = {
    DialogId.DISABLE: Declared(dialogs.disable, Right.EDIT, "to-disable"),
    DialogId.DELETE: Declared(dialogs.delete, Right.KEEP, "to-delete"),
    DialogId.CHANGE: Declared(dialogs.change, Right.EDIT, "to-change"),
    DialogId.SETTINGS: Declared(details_settings.change_settings, Right.EDIT, "to-set"),
    DialogId.REJECT: Declared(approvals.reject, Right.APPROVE, "to-reject"),
    DialogId.EDIT_CALL: Declared(approvals.edit, Right.APPROVE, "to-edit"),
}

FORMS: Final[dict[FormId, Declared[OnForm]]] = {
    FormId.WISH: Declared(new_mission.submit_wish, None),
    FormId.TEMPLATE: Declared(new_mission.submit_template, None),
}
"""Dialogs about no Mission yet: that the person is in the channel is asked where they act."""

SHORTCUTS: Final[dict[str, Declared[OnShortcut]]] = {
    shortcuts.NEW_MISSION: Declared(shortcuts.new_mission, None),
    shortcuts.OF_MESSAGE: Declared(shortcuts.of_message, None),
}

OF_NO_MISSION: Final[dict[str, Declared[OnBody]]] = {
    PAUSE_ALL: Declared(home_pause.pause_all, None),
}
"""Dialogs that mean no Mission: who may is asked where they act (`missions.quiet`)."""

ORDERS: Final[dict[str, Declared[OnOrder]]] = {
    "new": Declared(commands.new, None),
    "list": Declared(commands.list_missions, None),
    "next": Declared(commands.next_runs, None),
    "help": Declared(commands.help_, None),
}
"""Commands that mean no Mission, or read one as the person may see it."""

OF_ALL: Final[dict[str, Declared[OnOrder]]] = {
    "disable": Declared(commands.pause_all, None),
    "enable": Declared(commands.resume_all, None),
}
"""Commands that mean all Missions of a place: who may is asked by `missions.quiet` [M10]."""

NAMED: Final[dict[str, Declared[OnNamed]]] = {
    "show": Declared(commands.show, Right.VIEW, "to-see"),
    "plan": Declared(commands.plan, Right.VIEW, "to-see"),
    "history": Declared(commands.history, Right.VIEW, "to-see"),
    "run": Declared(commands.run, Right.EDIT, "to-run"),
    "backfill": Declared(backfills.command, Right.EDIT, "to-backfill"),
    "versions": Declared(versions.versions, Right.VIEW, "to-see"),
    "diff": Declared(versions.compare, Right.VIEW, "to-see"),
    "restore": Declared(versions.put_back, Right.EDIT, "to-change"),
    "undo": Declared(versions.undo, Right.EDIT, "to-undo"),
    "stop": Declared(commands.stop, Right.EDIT, "to-stop"),
    "disable": Declared(commands.disable, Right.EDIT, "to-disable"),
    "enable": Declared(commands.enable, Right.EDIT, "to-enable"),
    "delete": Declared(commands.delete, Right.KEEP, "to-delete"),
    "rename": Declared(commands.rename, Right.EDIT, "to-rename"),
    "mute": Declared(commands.mute, Right.EDIT, "to-mute"),
    "unmute": Declared(commands.unmute, Right.EDIT, "to-unmute"),
    "summary": Declared(summary.summary, Right.EDIT, "to-change"),
    "export": Declared(export.export, Right.VIEW, "to-see"),
    "handover": Declared(owners.handover, Right.VIEW, "to-hand-over"),
    "copy": Declared(owners.copy, Right.KEEP, "to-copy"),
    "move": Declared(owners.move, Right.EDIT, "to-move"),
    "hooks": Declared(hooks.hooks, Right.EDIT, "to-see-addresses"),
}
"""Commands about one Mission."""


def _who(body: Json) -> PersonId:
    return PersonId(body["user"]["id"])


@spoken_to(lambda click: click.place.person)
def on_click(edge: Edge, click: Click) -> None:
    """Check the right, then act; a refusal is told to that person alone.

    What a click in Home or a dialog says and changes is shown there.
    """
    declared = CLICKS[click.action]
    log.info(
        "clicked",
        action=click.action.value,
        person=click.place.person,
        mission=click.value.mission,
        channel=click.place.channel,
    )
    here = in_view(edge) if click.place.shown else None
    with span("click", houston__action=click.action.value):
        _carry_out(here or edge, click, declared)
    if here:
        show_result(edge, click.place, here.said, acted=declared.acts)
    elif declared.acts:
        home.changed(edge, click.place.person)


def _carry_out(edge: Edge, click: Click, declared: Declared[OnClick]) -> None:
    try:
        if declared.right:
            if click.value.mission is None:
                raise UnknownMission("")
            about = edge.permitted(click.actor, click.value.mission, declared.right, declared.what)
            owners.require_here(edge, click.place, about)
        if declared.acts and not edge.first(click.place, click.button):
            log.info("double_click", action=click.action, person=click.place.person)
            return
        declared.handle(edge, click)
    except _REFUSALS as refusal:
        edge.say(click.place, _sentence(refusal, action=click.action))


@spoken_to(_who)
def on_submit(edge: Edge, body: Json) -> Json | None:
    """Check the right again, then act; what Slack is answered, None to close the dialog."""
    view = body["view"]
    if view.get("callback_id") in FORMS:
        return _on_form(edge, body)
    if view.get("callback_id") in OF_NO_MISSION:
        return _on_body(edge, body)
    try:
        declared = DIALOGS.get(DialogId(view.get("callback_id")))
        origin = origin_of(view)
    except ValueError:
        declared = None
    if declared is None:
        return _update(say("dialog-too-old"))
    sent = submission_of(body, origin, edge)
    try:
        if declared.right:
            edge.permitted(sent.actor, origin.mission, declared.right, declared.what)
        with span("dialog", houston__dialog=str(view["callback_id"])):
            return declared.handle(edge, sent)
    except _REFUSALS as refusal:
        return _update(_sentence(refusal, dialog=view.get("callback_id")))


def _on_form(edge: Edge, body: Json) -> Json | None:
    """Take a dialog that is about no Mission yet."""
    callback = body["view"]["callback_id"]
    try:
        return FORMS[FormId(callback)].handle(edge, filled_form(edge, body))
    except ValueError:
        return _update(say("dialog-too-old"))
    except _REFUSALS as refusal:
        return _update(_sentence(refusal, dialog=callback))


def _on_body(edge: Edge, body: Json) -> Json | None:
    callback = body["view"]["callback_id"]
    try:
        return OF_NO_MISSION[callback].handle(edge, body)
    except _REFUSALS as refusal:
        return _update(_sentence(refusal, dialog=callback))


@spoken_to(_who)
def on_shortcut(edge: Edge, body: Json) -> None:
    """Carry a shortcut out; a refusal is told to that person alone."""
    place = place_of_click(body)
    declared = SHORTCUTS.get(str(body.get("callback_id")))
    if declared is None:
        unknown(edge, place, "shortcut-unknown")
        return
    try:
        declared.handle(edge, body)
    except _REFUSALS as refusal:
        edge.say(place, _sentence(refusal, shortcut=body.get("callback_id")))


@spoken_to(_who)
def on_options(edge: Edge, body: Json) -> list[Json]:
    """The options that a menu asks for; none if they cannot be told."""
    try:
        return new_mission.options(edge, body)
    except _REFUSALS as refusal:
        _sentence(refusal, menu=body.get("action_id"))
        return []


@spoken_to(_who)
def after_submit(edge: Edge, body: Json) -> None:
    """Once a dialog is answered: the details below it, and Home, show what it changed."""
    person, view = PersonId(body["user"]["id"]), body["view"]
    notice = below.taken(edge, str(view.get("id") or ""))
    try:
        origin = origin_of(view)
    except ValueError:
        origin = None
    if origin and origin.under:
        at = DetailsAt(mission=origin.mission, tab=Tab(origin.under))
        details.after_dialog(edge, person, view, at, notice)
        notice = below.Notice()
    home.changed(edge, person, notice)


@spoken_to(lambda place, text: place.person)
def on_command(edge: Edge, place: Place, text: str) -> Card | None:
    """Carry a command out and answer it; the answer, if it cannot be shown where it was typed."""
    try:
        with span("command"):
            card = _obeyed(edge, place, text)
        shown = card is None or edge.whisper(place, card)
    except _REFUSALS as refusal:
        card = TextCard(text=_sentence(refusal, command=text.partition(" ")[0][:20]))
        shown = edge.whisper(place, card)
    return None if shown else card


def _obeyed(edge: Edge, place: Place, text: str) -> Card | None:
    """What a command is answered; None if a dialog was opened."""
    order = order_of(place, text)
    if order.name in ORDERS:
        return ORDERS[order.name].handle(edge, order)
    if order.name in OF_ALL and order.rest.partition(" ")[0].lower() == "all":
        return OF_ALL[order.name].handle(edge, order)
    declared = NAMED[order.name]
    said = named(edge, order)
    if declared.right:
        edge.permitted(place.actor(edge.team), said.mission.id, declared.right, declared.what)
    return declared.handle(edge, said)


@spoken_to(lambda place, what: place.person)
def tell(edge: Edge, place: Place, what: str) -> None:
    """Say a sentence of the catalogues to a person alone."""
    edge.say(place, say(what))


@spoken_to(lambda place, what: place.person)
def unknown(edge: Edge, place: Place, what: str) -> None:
    """Something was pressed that is none of ours; `what` is the id of the sentence to say."""
    log.warning("unknown_interaction", person=place.person, channel=place.channel)
    edge.say(place, say(what))


_REFUSALS: Final = (HoustonError, SlackFailure, RedisError)


def _sentence(refusal: Exception, **known: object) -> str:
    """What a person reads; the log has the cause."""
    match refusal:
        case HoustonError():
            log.info("refused", cause=refusal.event, **known)
            return refusal.sentence
        case TriggerExpired():
            log.warning("trigger_expired", **known)
            return say("took-too-long")
        case SlackFailure():
            log.warning("slack_failed", code=refusal.code, **known)
            return say("slack-not-now")
        case _:
            log.error("storage_failed", error=type(refusal).__name__, **known)
            return StorageUnavailable().sentence


def _update(sentence: str) -> Json:
    return {"response_action": "update", "view": error_dialog(sentence)}
