"""What every part of the edge works with, and how it speaks to one person."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from agent.checks.registry import CheckTool
from agent.effects.registry import EffectTool
from bot.client import SlackClient
from bot.directory import SlackDirectory
from bot.edge.click import kinded
from bot.edge.place import Place
from bot.facts.cards import show
from bot.facts.gather import Gather, no_files
from bot.facts.sessions import Files, Sessions
from bot.slack_errors import SlackFailure
from missions.cards import (
    Card,
    MissionCard,
    PlanViewCard,
    ReportCard,
    TextCard,
)
from missions.domain import Domain
from missions.errors import ProposalRefused, UnknownMission
from missions.execution import Execution, Session
from missions.ids import ChannelId, MissionId, PersonId, TeamId
from missions.keys import TeamKeys
from missions.lanes import to_person
from missions.mission import Mission
from missions.outbox import Entry, entry, put
from missions.proposal import Proposal
from missions.proposals import card_of, write_shown
from missions.rights import Right
from missions.tx import Lost
from missions.viewer import Actor, Viewer

DOUBLE_CLICK_MS: Final = 2_000
"""A second click on the same button by the same person within this time does nothing."""

log = structlog.get_logger("bot.edge")


def _no_session(mission: Mission, execution: Execution) -> Session | None:
    """Where no artifacts are known."""
    return None


@dataclass(frozen=True)
class Edge:
    """The domain, the way to Slack, whose workspace it is, and where Sessions and files are.

    `effects` verify what an approver edits.
    `installed` says that the workspace installed the app by itself, and may remove it: with the
    token of the settings, what it has is kept until Houston is started with another one.
    """

    domain: Domain
    client: SlackClient
    directory: SlackDirectory
    team: TeamId
    bot_user: PersonId
    tools: Mapping[str, CheckTool] = field(default_factory=dict)
    session: Sessions = _no_session
    files: Files = no_files
    effects: Mapping[str, EffectTool] = field(default_factory=dict)
    installed: bool = False

    @classmethod
    def build(
        cls, domain: Domain, client: SlackClient, tools: Mapping[str, CheckTool] | None = None
    ) -> Edge:
        """For the workspace of the client's token; asks Slack who that is.

        `tools` are those that verify a form's checks.
        """
        who = client.identity
        directory = SlackDirectory(lambda _: client, domain.redis)
        return cls(domain, client, directory, who.team, who.bot_user, tools or {})

    def permitted(self, actor: Actor, mission: MissionId, right: Right, what: str) -> Mission:
        """The Mission, if the actor has the right; hidden and unknown refuse alike [P1 P2].

        A minute-old answer may permit, as whatever changes a Mission asks afresh; a refusal is
        asked afresh here.
        """
        found = self.domain.store.mission(self.team, mission)
        if found is None:
            raise UnknownMission(mission)
        if not self.domain.rights.may(actor.person, found, right):
            self.domain.rights.require(actor, found, right, what)
        return found

    def gather(self, person: PersonId) -> Gather:
        """Facts for one person's eyes."""
        viewer = Viewer(team=self.team, person=person)
        link = self.client.identity.permalink
        return Gather(self.domain, viewer, link, self.session, self.files)

    def tell(self, place: Place, card: Card) -> None:
        """Show a card to one person alone: where they are, else in a direct message.

        What Slack cannot take at the moment waits in the outbox, and is shown when it can.
        """
        if place.channel is None:
            self.tell_directly(place.person, card)
            return
        failure = self._whispered(place.channel, place, card)
        if failure is None:
            return
        if failure.permanent:
            self.tell_directly(place.person, card)
            return
        to, thread = place.person, place.thread_ts
        self.put(entry(self.team, place.channel, card, thread_ts=thread, to=to))

    def whisper(self, place: Place, card: Card) -> bool:
        """Show a card to one person alone where they are; False if Slack does not."""
        if place.channel is None:
            return False
        return self._whispered(place.channel, place, card) is None

    def _whispered(self, channel: ChannelId, place: Place, card: Card) -> SlackFailure | None:
        """Show it there, to that person alone; why not, if Slack does not."""
        message = kinded(show(card, self.gather(place.person)).message, card.kind)
        try:
            self.client.ephemeral(channel, place.person, message, place.thread_ts)
        except SlackFailure as failure:
            log.info("not_shown_there", channel=channel, code=failure.code)
            return failure
        return None

    def say(self, place: Place, sentence: str) -> None:
        """Say a sentence to one person alone."""
        self.tell(place, TextCard(text=sentence))

    def tell_directly(self, person: PersonId, card: Card) -> None:
        """A direct message, through the outbox, so that a delete finds it."""
        self.put(entry(self.team, to_person(person), card))

    def open_dialog(self, place: Place, view: dict[str, Any]) -> None:
        """Open a dialog for a click or command; on top of the dialog it was done in, if any."""
        if place.shown is None or place.shown.is_home:
            self.client.open_view(place.trigger, view)
        else:
            self.client.push_view(place.trigger, view)

    def redraw(self, place: Place, card: Card) -> None:
        """Have the clicked message show the card as it is now."""
        if place.ephemeral:
            self.replace(place, card)
            return
        if place.channel is None or place.message_ts is None:
            return
        ref = self.domain.outbox.ref(self.team, place.channel, place.message_ts)
        if ref is None:
            return
        root = place.root if place.root != place.message_ts else None
        said = entry(self.team, place.channel, card, thread_ts=root, update=ref.entry)
        self.put(said)

    def replace(self, place: Place, card: Card) -> bool:
        """Have what was shown to one person alone become this card; False if Slack does not."""
        if not place.ephemeral or not place.answer_url:
            return False
        try:
            message = kinded(show(card, self.gather(place.person)).message, card.kind)
            self.client.replace(place.answer_url, message)
        except (UnknownMission, ProposalRefused):
            return False
        except SlackFailure as failure:
            log.info("not_replaced", channel=place.channel, code=failure.code)
            return False
        return True

    def redraw_mission(self, place: Place, kind: str, mission: MissionId) -> None:
        """Have the clicked card of that kind show the Mission's new state.

        What stands for one moment (a notice, a question) stays as it is.
        """
        card: Card | None = None
        match kind:
            case "mission" | "action":
                card = MissionCard(mission=mission)
            case "plan_view":
                card = PlanViewCard(mission=mission)
            case "report" if place.channel and place.message_ts:
                ref = self.domain.outbox.ref(self.team, place.channel, place.message_ts)
                if ref and ref.execution:
                    card = ReportCard(mission=mission, execution=ref.execution)
        if card:
            self.redraw(place, card)

    def show_proposal(self, place: Place, proposal: Proposal) -> None:
        """Show a Proposal's card below the one that was clicked; later it is redrawn with it.

        Where that was shown to one person alone, it is shown in the Mission's thread.
        """
        channel, root = place.channel, place.root
        if channel is None or place.ephemeral:
            found = self.domain.store.mission(self.team, proposal.mission)
            if found is None:
                return
            channel, root = found.channel, found.thread_ts
        said = entry(self.team, channel, card_of(proposal), thread_ts=root)
        said = said.model_copy(update={"reader": place.person})
        keys = TeamKeys(self.team).mission(proposal.mission)
        tx = self.domain.store.mission_tx(keys)
        write_shown(tx, keys, proposal.id, said)
        put(tx, said)
        tx.commit()
        self.domain.bell.delivery(self.team, said.channel)

    def put(self, said: Entry) -> None:
        """Put an entry into the outbox and ring; about a Mission deleted meanwhile, nothing."""
        try:
            self.domain.outbox.say(said)
        except Lost as race:
            log.info("nothing_to_say", mission=said.mission, guard=race.guard)
            return
        self.domain.bell.delivery(self.team, said.channel)

    def first(self, place: Place, button: str) -> bool:
        """Whether this is not the second half of a double click."""
        at = hashlib.sha256(f"{place.channel}:{place.message_ts}:{button}".encode()).hexdigest()
        key = TeamKeys(self.team).cache("click", at, place.person)
        return bool(self.domain.redis.set(key, "1", nx=True, px=DOUBLE_CLICK_MS))
