"""What the New Mission dialog makes: a Draft of a form's, or a wish that is to be answered [C2]."""

from __future__ import annotations

from missions.cards import PlanCard, WishCard
from missions.ids import ChannelId
from missions.mailbox import SEEN_MS
from missions.mission import Mission
from missions.outbox import entry, put
from missions.proposal import Proposal
from missions.proposals import write_draft, write_shown
from missions.tx import Lost, Transaction
from missions.verbs.base import Verb
from missions.viewer import Actor


class Drafts(Verb):
    """`once` names the dialog that was submitted: the same one counts once."""

    def draft(self, mission: Mission, proposal: Proposal, once: str) -> bool:
        """Keep a Draft and show its plan in its channel; False if that was done before.

        Nothing is scheduled [C6]. Raises `Lost` if the ID was used before.
        """
        keys = self._keys(mission)
        card = PlanCard(mission=mission.id, proposal=proposal.id)
        said = entry(mission.team, mission.channel, card)
        tx = self._store.mission_tx(keys)
        _first(tx, once)
        write_draft(tx, keys, mission, proposal)
        put(tx, said)
        write_shown(tx, keys, proposal.id, said)
        if not _done(tx):
            return False
        self._ring_delivery(mission)
        return True

    def wish(self, actor: Actor, channel: ChannelId, card: WishCard, once: str) -> bool:
        """Say a wish in a channel, where it is answered in its thread; False if said before."""
        tx = self._store.team_tx(actor.team)
        _first(tx, once)
        put(tx, entry(actor.team, channel, card))
        if not _done(tx):
            return False
        self._bell.delivery(actor.team, channel)
        return True


def _first(tx: Transaction, once: str) -> None:
    seen = tx.team.seen(once)
    tx.require_absent("seen", seen).set(seen, "1", px=SEEN_MS)


def _done(tx: Transaction) -> bool:
    try:
        tx.commit()
    except Lost as lost:
        if lost.guard != "seen":
            raise
        return False
    return True
