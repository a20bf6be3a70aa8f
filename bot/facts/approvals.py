"""Facts about what an Execution wants to do outside [A1]."""

from __future__ import annotations

from bot.blocks.approval_card import ApprovalFacts
from bot.facts.gather import Gather
from missions.approval import approval_of
from missions.errors import UnknownMission
from missions.ids import ApprovalId, MissionId
from missions.keys import TeamKeys
from missions.rights import Right


def approval_facts(gather: Gather, mission_id: MissionId, approval: ApprovalId) -> ApprovalFacts:
    """One call; `UnknownMission` if it is gone. Who may answer is asked as it is now [A2 P4]."""
    mission = gather.mission(mission_id)
    keys = TeamKeys(mission.team).mission(mission_id)
    found = approval_of(gather.domain.store, keys, approval)
    if found is None:
        raise UnknownMission(mission_id)
    rights = gather.domain.rights
    may = [p for p in found.approvers if rights.may(p, mission, Right.APPROVE)]
    return ApprovalFacts(
        mission=mission,
        approval=found,
        may=tuple(may),
        people=gather.people([*found.approvers, found.by, found.edited_by]),
        zone=gather.zone(mission),
    )
