"""Facts about what waits for somebody and soon runs out [A2 C5]."""

from __future__ import annotations

from bot.blocks.reminder import ReminderFacts
from bot.facts.gather import Gather
from missions.approval import Approval, approval_of
from missions.cards import ReminderCard
from missions.errors import UnknownMission
from missions.ids import ChannelId, PersonId
from missions.keys import MissionKeys, TeamKeys
from missions.mission import Mission
from missions.proposal import Proposal
from missions.proposals import shown_by
from missions.rights import Right


def reminder_facts(gather: Gather, card: ReminderCard) -> ReminderFacts:
    """`UnknownMission` if what it reminds of is gone. For whom it waits is asked as it is now: its
    approvers, or who asked for the Proposal; if they may not any more, the Mission's owner."""
    mission = gather.mission(card.mission)
    store, keys = gather.domain.store, TeamKeys(mission.team).mission(card.mission)
    waits: Approval | Proposal | None = None
    if card.approval:
        waits = approval_of(store, keys, card.approval)
    elif card.proposal:
        waits = store.proposal(mission.team, card.mission, card.proposal)
    if waits is None:
        raise UnknownMission(card.mission)
    by = waits.by if isinstance(waits, Approval) else waits.answered_by
    return ReminderFacts(
        mission=mission,
        waits=waits,
        whom=_whom(gather, mission, waits) or (mission.owner,),
        now=gather.now,
        url=_url(gather, keys, waits),
        people=gather.people([by]),
        zone=gather.zone(mission),
    )


def _whom(gather: Gather, mission: Mission, waits: Approval | Proposal) -> tuple[PersonId, ...]:
    rights = gather.domain.rights
    if isinstance(waits, Approval):
        return tuple(p for p in waits.approvers if rights.may(p, mission, Right.APPROVE))
    return (waits.by,) if rights.may(waits.by, mission, Right.EDIT) else ()


def _url(gather: Gather, keys: MissionKeys, waits: Approval | Proposal) -> str | None:
    """The Proposal's card, which may be far above in its thread; an approval's begins it."""
    if isinstance(waits, Approval):
        return None
    shown = shown_by(gather.domain.store, keys, waits.id)
    return gather.link(ChannelId(shown.channel), shown.ts) if shown else None
