"""Opens a Mission's settings and takes what was submitted [R7 P2 M7]."""

from __future__ import annotations

from typing import Any

from bot.blocks.details_settings import SettingField, settings_dialog, settings_in
from bot.blocks.dialogs import Origin
from bot.edge.click import Click
from bot.edge.context import Edge
from bot.edge.details import under
from bot.edge.dialogs import Submission
from missions.blueprint import Budget, Task
from missions.domain import NO_CAPS
from missions.errors import Forbidden, InvalidName, UnknownMission
from missions.mission import Mission
from missions.phrases import say
from missions.verbs.settings import ChangedMeanwhile, TooManyEditors
from missions.viewer import Actor

Json = dict[str, Any]


def open_settings(edge: Edge, click: Click) -> None:
    """Ask what should be set, filled with what is."""
    if click.value.mission is None:
        raise UnknownMission("")
    place = click.place
    origin = Origin(
        mission=click.value.mission,
        channel=place.channel,
        message_ts=None if place.ephemeral else place.message_ts,
        thread_ts=place.thread_ts,
        under=under(place),
    )
    edge.open_dialog(place, _dialog(edge, click.actor, origin))


def change_settings(edge: Edge, sent: Submission) -> Json | None:
    """Set it so; what was changed meanwhile is shown instead of being overwritten."""
    origin = sent.origin
    _, before = edge.domain.lifecycle.settings(sent.actor, origin.mission)
    try:
        wanted = settings_in(sent.view, before)
        if unpriced := _unpriced(edge, before.budget, wanted.budget):
            return unpriced
        edge.domain.lifecycle.change_settings(sent.actor, origin.mission, wanted, origin.rev or 0)
    except InvalidName as wrong:
        return _error(SettingField.NAME, wrong.sentence)
    except TooManyEditors as wrong:
        return _error(SettingField.EDITORS, wrong.sentence)
    except Forbidden as wrong:
        return _error(SettingField.APPROVERS, wrong.sentence)
    except ChangedMeanwhile as changed:
        view = _dialog(edge, sent.actor, origin, changed.sentence)
        return {"response_action": "update", "view": view}
    return None


def _unpriced(edge: Edge, before: Budget, wanted: Budget) -> Json | None:
    """What is wrong with a limit in dollars where nobody said what the model costs [X6]."""
    model = edge.domain.spending.caps.unpriced
    if before == wanted or not (model and wanted.in_money):
        return None
    field = SettingField.RUN_USD if wanted.run_usd is not None else SettingField.DAY_USD
    return _error(field, say("fact-no-price", model=model))


def _dialog(edge: Edge, actor: Actor, origin: Origin, notice: str = "") -> Json:
    mission, settings = edge.domain.lifecycle.settings(actor, origin.mission)
    caps = edge.domain.spending.caps
    shown = None if caps == NO_CAPS else caps
    return settings_dialog(mission, settings, _tasks(edge, actor, mission), origin, notice, shown)


def _tasks(edge: Edge, actor: Actor, mission: Mission) -> tuple[Task, ...]:
    """Tasks whose reports can be set: those of a plan that was launched."""
    if not mission.version:
        return ()
    return edge.domain.reader.blueprint(actor.viewer, mission.id).tasks


def _error(field: SettingField, sentence: str) -> Json:
    return {"response_action": "errors", "errors": {field.value: sentence}}
