"""One turn's surroundings, and what it stages. Nothing is written before the turn's end [C6]."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agent.calling import Line
from missions.blueprint import Blueprint
from missions.calendar import ZoneError, zone
from missions.cards import Card, TextCard
from missions.effects import Effect, Propose
from missions.ids import ChannelId, ExecutionId, MissionId, PersonId, TeamId
from missions.live import StepKind
from missions.mission import Mission
from missions.ports import Channel, Person
from missions.proposal import Proposal, ProposalKind
from missions.sources import Fact
from missions.spending import Meter
from missions.viewer import Viewer

if TYPE_CHECKING:
    from missions.reader import Reader


def _sure() -> bool:
    """Where nobody else is in the channel."""
    return True


def _unseen(kind: StepKind) -> None:
    """Where nobody sees what is done."""


@dataclass
class Desk:
    """What a turn knows and may use, and what it wants done.

    `text` is cleaned (`agent.clean`). `focus` is the Mission that the thread is about, or that of
    the report replied to; `focus_execution` that report's Execution. `verify` answers the
    findings of a plan, and of the one it changes, in words [B7]; `can_edit` says whether the person
    may change a Mission.
    `quoted` says that it was taken from somebody else's message, and is data [P4].
    `source` is the message with its line breaks and blanks, for what is pasted.
    `focus_viewed` says that the focus is no more than what they look at beside a direct message.
    `people` and `channels` are those whom the person's own message names, by how `text` writes
    them: nobody else can be mentioned, or be handed a Mission [P4].
    `may_create` says whether the person may have a new Mission in this channel; people of another
    organisation may not [P2].
    `proposed_words` says that the text is a proposed answer that was clicked, not typed. `meter`
    counts what the model costs, `line` holds it and the time to its calls. `step` is told what is
    being done, for who waits. `records` are the cards that hold lines from the records.
    """

    team: TeamId
    person: Person
    channel: Channel
    thread_ts: str
    text: str
    link: str | None
    now: datetime
    reader: Reader
    viewer: Viewer
    focus: MissionId | None
    focus_execution: ExecutionId | None
    verify: Callable[[Blueprint, Blueprint | None], tuple[str, ...]]
    unmentionable: Callable[[Blueprint, ChannelId], tuple[str, ...]]
    new_id: Callable[[], MissionId]
    floor: timedelta
    default_zone: str
    can_edit: Callable[[Mission], bool]
    offline: bool = False
    proposed_words: bool = False
    quoted: bool = False
    focus_viewed: bool = False
    source: str = ""
    people: Mapping[str, PersonId] = field(default_factory=dict)
    channels: Mapping[str, ChannelId] = field(default_factory=dict)
    meter: Meter | None = None
    may_create: Callable[[], bool] = _sure
    step: Callable[[StepKind], None] = _unseen
    line: Line = field(default_factory=Line)
    effects: list[Effect] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    records: list[Card] = field(default_factory=list)

    @property
    def zone(self) -> str:
        """The zone in which the person's times are meant [B5]; the default if theirs is odd."""
        try:
            return zone(self.person.zone).key
        except ZoneError:
            return self.default_zone

    def clear(self) -> None:
        """Take back what was staged: the turn begins anew."""
        self.effects.clear()
        self.cards.clear()
        self.records.clear()

    def show(self, card: Card) -> None:
        """Stage a card; the same one twice counts once."""
        if card not in self.cards:
            self.cards.append(card)

    def tell(self, facts: Sequence[Fact]) -> None:
        """Show what code says from the records: a model's words stand below it [C7 C8]."""
        text, sources = "\n".join(f.line for f in facts), tuple(f.source for f in facts)
        card = TextCard(text=text, sources=sources if any(sources) else ())
        self.records.append(card)
        self.show(card)

    def stage(self, effect: Effect, card: Card) -> None:
        """Stage an effect with the card that tells of it."""
        self.effects.append(effect)
        self.cards.append(card)

    def proposed(
        self, mission: MissionId, kind: ProposalKind = ProposalKind.CHANGE
    ) -> Propose | None:
        """What this turn has proposed for a Mission already: of that kind, or its launch."""
        kinds = (kind, ProposalKind.LAUNCH)
        made = (e for e in self.effects if isinstance(e, Propose))
        return next(
            (e for e in made if e.proposal.mission == mission and e.proposal.kind in kinds), None
        )

    def planned(self, mission: MissionId) -> Blueprint:
        """The plan with what waits for a click in it: a further change is made on top of that.

        It is what this turn has proposed, else `waiting`, else the plan that holds [C5].
        """
        if earlier := self.proposed(mission):
            return earlier.proposal.blueprint
        waiting = self.waiting(mission)
        return waiting.blueprint if waiting else self.reader.blueprint(self.viewer, mission)

    def waiting(self, mission: MissionId) -> Proposal | None:
        """The change that waits for a click: the person's own, or the one of this thread."""
        return self.reader.open_change(self.viewer, mission, self.channel.id, self.thread_ts)

    def withdraw(self, effect: Propose) -> None:
        """Take back a staged Proposal and its card: a better one follows."""
        self.effects.remove(effect)
        gone = effect.proposal.id
        self.cards[:] = [c for c in self.cards if getattr(c, "proposal", None) != gone]
