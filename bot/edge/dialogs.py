"""Opens the dialogs and takes what was submitted; the rights are checked both times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.blocks.dialogs import (
    Field,
    Origin,
    change_dialog,
    delete_dialog,
    disable_dialog,
    field_error,
    mention_words,
    origin_of,
    picked_option,
    picked_people,
    picked_time,
    typed,
)
from bot.edge.below import answered_in_thread, say_below
from bot.edge.click import Click
from bot.edge.context import Edge
from bot.edge.details import under
from bot.edge.place import Place
from bot.edge.saying import say_to
from missions.errors import TimePassed, UnknownMission, WrongTypedId
from missions.ids import MissionId, PersonId, ProposalId
from missions.keys import TeamKeys
from missions.phrases import say
from missions.viewer import Actor

Json = dict[str, Any]

OPEN_MS: Final = 60 * 60 * 1000
"""How long a dialog that stands open still finds the card it came from."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A dialog that was submitted: who, what it is about, what was typed."""

    place: Place
    origin: Origin
    view: Json
    actor: Actor


def submission_of(body: Json, origin: Origin, edge: Edge) -> Submission:
    """The submission of a `view_submission` payload."""
    place = _place(body, origin)
    link = None
    if origin.channel and origin.message_ts:
        link = edge.client.identity.permalink(origin.channel, origin.message_ts, place.root)
    return Submission(
        place, origin, body["view"], Actor(team=edge.team, person=place.person, link=link)
    )


def place_of_submission(body: Json) -> Place:
    """Where a dialog that was submitted had been opened; nowhere if it is none of ours."""
    try:
        return _place(body, origin_of(body["view"]))
    except ValueError:
        return Place(person=PersonId(body["user"]["id"]), channel=None)


def _place(body: Json, origin: Origin) -> Place:
    return Place(
        person=PersonId(body["user"]["id"]),
        channel=origin.channel,
        trigger=str(body["view"].get("id") or ""),
        message_ts=origin.message_ts,
        thread_ts=origin.thread_ts,
    )


# --- opening --------------------------------------------------------------------------------


def ask_disable(
    edge: Edge,
    place: Place,
    actor: Actor,
    mission: MissionId,
    note: str,
    until: datetime | None = None,
) -> None:
    """Open the dialog that says what a disable stops [M3]."""
    preview = edge.domain.lifecycle.disable_preview(actor, mission)
    zone = edge.gather(place.person).zone(preview.mission)
    view = disable_dialog(preview, _origin(place, mission), note, zone, until)
    edge.open_dialog(place, view)


def ask_delete(edge: Edge, place: Place, actor: Actor, mission: MissionId) -> None:
    """Open the dialog that counts what goes and wants the ID typed [M5]."""
    preview = edge.domain.lifecycle.delete_preview(actor, mission)
    edge.open_dialog(place, delete_dialog(preview, _origin(place, mission)))


def open_disable(edge: Edge, click: Click) -> None:
    """The button of `ask_disable`."""
    edge.domain.redis.set(_card_key(edge, click.place), click.card, px=OPEN_MS)
    note, until = click.value.extra or "", click.value.until
    ask_disable(edge, click.place, click.actor, _mission(click), note, until)


def open_delete(edge: Edge, click: Click) -> None:
    """The button of `ask_delete`."""
    ask_delete(edge, click.place, click.actor, _mission(click))


def open_change(edge: Edge, click: Click) -> None:
    """Open the dialog that asks what should change."""
    mission = edge.domain.store.mission(edge.team, _mission(click))
    if mission is None:
        raise UnknownMission(_mission(click))
    origin = _origin(click.place, mission.id, click.value.proposal)
    edge.open_dialog(click.place, change_dialog(mission, origin))


# --- submitting: None closes the dialog, else what Slack is answered ------------------------


def disable(edge: Edge, sent: Submission) -> Json | None:
    """Active → Paused with the note and the resume time; one that has passed is refused [M3]."""
    note, until = typed(sent.view, Field.NOTE), picked_time(sent.view, Field.UNTIL)
    try:
        edge.domain.lifecycle.disable(sent.actor, sent.origin.mission, note, until)
    except TimePassed as passed:
        errors = field_error(Field.UNTIL, passed.sentence)
        return {"response_action": "errors", "errors": errors}
    card = edge.domain.redis.get(_card_key(edge, sent.place))
    edge.redraw_mission(sent.place, str(card or ""), sent.origin.mission)
    return None


def delete(edge: Edge, sent: Submission) -> Json | None:
    """Delete if the typed ID is right; else an error below the input, and nothing happens [M5]."""
    mission = sent.origin.mission
    try:
        edge.domain.lifecycle.delete(sent.actor, mission, typed(sent.view, Field.TYPED_ID))
    except WrongTypedId as wrong:
        errors = field_error(Field.TYPED_ID, wrong.sentence)
        return {"response_action": "errors", "errors": errors}
    edge.say(sent.place, say("deleted-removing", mission=mission))
    return {"response_action": "clear"} if sent.origin.under else None


def change(edge: Edge, sent: Submission) -> Json | None:
    """What should change is said in the Mission's thread, as if the person had written it [C5]."""
    mission = edge.domain.store.mission(edge.team, sent.origin.mission)
    if mission is None:
        raise UnknownMission(sent.origin.mission)
    wanted = typed(sent.view, Field.WANTED)
    if not wanted and not picked_people(sent.view, Field.PEOPLE):
        errors = field_error(Field.WANTED, say("say-what-changes"))
        return {"response_action": "errors", "errors": errors}
    once = f"view:{sent.place.trigger}"
    people = picked_people(sent.view, Field.PEOPLE)
    if people:
        wanted = f"{wanted}\n{mention_words(people, picked_option(sent.view, Field.MENTION_ON))}"
    say_to(edge, sent.place, mission, wanted.strip(), once, typed=True)
    if sent.origin.under or sent.place.channel != mission.channel:
        say_below(edge, sent.place, sent.origin.under, answered_in_thread(edge, mission))
    return None


def _card_key(edge: Edge, place: Place) -> str:
    """Where the kind of card is kept on which a dialog was opened."""
    return TeamKeys(edge.team).cache("card", f"{place.channel}:{place.message_ts}")


def _origin(place: Place, mission: MissionId, proposal: ProposalId | None = None) -> Origin:
    return Origin(
        mission=mission,
        proposal=proposal,
        channel=place.channel,
        message_ts=None if place.ephemeral else place.message_ts,
        thread_ts=place.thread_ts,
        under=under(place),
    )


def _mission(click: Click) -> MissionId:
    if click.value.mission is None:
        raise UnknownMission("")
    return click.value.mission
