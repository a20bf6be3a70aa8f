"""Opens the New Mission dialog and takes what was submitted: a wish, or a template's form [C1 C2].

What comes out is a Draft with its plan card in the channel, by the same verification and the same
Proposals as in a conversation. Nothing is scheduled before somebody's Launch [C6].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from agent.checks.registry import check_problems
from agent.names import clean_name
from agent.plan import default_name
from agent.templates import Blank, BlankRefused, Form, Template, blueprint
from bot.blocks import new_mission as form
from bot.edge.channels import PlaceRefused, require_place, spot_of, suitable
from bot.edge.click import Click
from bot.edge.context import Edge
from bot.edge.place import Place
from missions.blueprint import NAME_MAX, Blueprint
from missions.cards import WishCard
from missions.errors import HoustonError, InvalidName
from missions.ids import PersonId, new_mission_id, new_proposal_id
from missions.mission import Mission, MissionState
from missions.phrases import say
from missions.ports import Channel
from missions.proposal import Proposal, ProposalKind
from missions.verify import VerifyContext, verify
from missions.viewer import Actor

Json = dict[str, Any]


class UnknownTemplate(HoustonError):
    """A button that names a template that there is not: of another version, or forged."""

    event = "unknown_template"


class FieldRefused(HoustonError):
    """What stands in one field cannot be used; said below that field."""

    event = "field_refused"

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that was submitted: who, what stands in it, what the dialog carried."""

    actor: Actor
    view: Json
    begin: form.Beginning

    @property
    def once(self) -> str:
        """Names the dialog: however often it is submitted, it counts once."""
        return f"form-{self.view['id']}"


# --- opening --------------------------------------------------------------------------------


def ask(edge: Edge, place: Place, text: str = "", begin: form.Beginning | None = None) -> None:
    """Open the dialog; `text` fills the words, `begin` says of which message it is."""
    spot = spot_of(edge, place.person, place.channel)
    edge.client.open_view(place.trigger, form.wish_dialog(spot, text, begin))


def open_new(edge: Edge, click: Click) -> None:
    """The button of `ask`."""
    ask(edge, click.place, click.value.extra or "")


def use_template(edge: Edge, click: Click) -> None:
    """Open the fields of a template above the dialog; the place that was picked stays picked."""
    try:
        template = Template(click.value.extra or "")
    except ValueError:
        raise UnknownTemplate(say("card-unknown")) from None
    view = form.template_dialog(template, form.picked_spot(click.view or {}))
    edge.client.push_view(click.place.trigger, view)


def options(edge: Edge, body: Json) -> list[Json]:
    """The places that fit what was typed into the menu of places; raises `SlackFailure`."""
    if body.get("action_id") != form.CHANNEL:
        return []
    typed = str(body.get("value") or "")
    return form.places(suitable(edge, PersonId(body["user"]["id"]), typed))


# --- submitting: what Slack is answered; a refusal is said at its field ----------------------


def filled_form(edge: Edge, body: Json) -> Filled:
    """The form of a `view_submission` payload; ValueError if it is none of ours."""
    actor = Actor(team=edge.team, person=PersonId(body["user"]["id"]))
    return Filled(actor, body["view"], form.beginning_of(body["view"]))


def submit_wish(edge: Edge, sent: Filled) -> Json | None:
    """Say the wish in the channel; it is answered in its thread like any other words."""
    text = form.wished(sent.view)
    if not text:
        return _error(form.WISH, say("say-what-to-watch"))
    try:
        channel = require_place(edge, sent.actor.person, form.picked_channel(sent.view))
    except PlaceRefused as refusal:
        return _error(form.CHANNEL, refusal.sentence)
    card = WishCard(by=sent.actor.person, text=text, link=sent.begin.link)
    edge.domain.lifecycle.wish(sent.actor, channel.id, card, sent.once)
    return {"response_action": "clear"}


def submit_template(edge: Edge, sent: Filled) -> Json | None:
    """Make the plan and show it in the channel."""
    template = sent.begin.template
    if template is None:
        raise ValueError("a form without its template")
    person = edge.domain.directory.person(edge.team, sent.actor.person)
    zone = person.zone if person else "UTC"
    filled = Form(template, zone, form.filled(sent.view, template))
    try:
        channel = require_place(edge, sent.actor.person, form.picked_channel(sent.view))
        plan = blueprint(filled)
        _verify(edge, plan, channel, template)
        name = clean_name(filled.word(Blank.NAME) or _name(plan, channel, template))
    except PlaceRefused as refusal:
        return _error(form.CHANNEL, refusal.sentence)
    except BlankRefused as refusal:
        return _error(refusal.blank, refusal.sentence)
    except FieldRefused as refusal:
        return _error(refusal.field, refusal.sentence)
    except InvalidName as refusal:
        return _error(Blank.NAME, refusal.sentence)
    _draft(edge, sent, channel, name, plan)
    return {"response_action": "clear"}


_TIMED_BY: Final = {Template.ALERT: Blank.FIELD, Template.DIGEST: Blank.DAYS_OF}
"""Below which field it is said that a template's trigger cannot be used."""


def _name(plan: Blueprint, channel: Channel, template: Template) -> str:
    """A name for a Mission whose person gave none."""
    if template is Template.DIGEST:
        name = say("digest") if channel.is_direct else say("digest-of", channel=channel.name)
        return name[:NAME_MAX]
    return default_name(plan)


def _verify(edge: Edge, plan: Blueprint, channel: Channel, template: Template) -> None:
    """Raises `FieldRefused` with what must be mended [B7], at the field that it is about."""
    problems = [
        problem
        for task in plan.tasks
        for check in task.checks
        for problem in check_problems(check, edge.tools)
    ]
    if problems:
        raise FieldRefused(Blank.ADDRESSES, " ".join(dict.fromkeys(problems)))
    context = VerifyContext(
        now=edge.domain.clock.now(),
        floor=edge.domain.floor,
        tools=frozenset(edge.tools),
        problems=lambda check: check_problems(check, edge.tools),
        channel=channel,
    )
    if findings := verify(plan, context):
        at = _TIMED_BY.get(template, Blank.EVERY)
        raise FieldRefused(at, " ".join(findings))


def _draft(edge: Edge, sent: Filled, channel: Channel, name: str, plan: Blueprint) -> None:
    now = edge.domain.clock.now()
    proposal = Proposal(
        id=new_proposal_id(),
        mission=new_mission_id(),
        kind=ProposalKind.LAUNCH,
        base_version=0,
        blueprint=plan,
        by=sent.actor.person,
        at=now,
        request=name,
    )
    mission = Mission(
        id=proposal.mission,
        team=edge.team,
        name=name,
        state=MissionState.DRAFT,
        channel=channel.id,
        owner=sent.actor.person,
        created_at=now,
        draft=proposal.id,
        approvers=(sent.actor.person,),
    )
    edge.domain.lifecycle.draft(mission, proposal, sent.once)


def _error(field: str, sentence: str) -> Json:
    return {"response_action": "errors", "errors": form.error_at(field, sentence)}
