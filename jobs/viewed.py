"""What a person looks at beside a direct message: a hint at what they mean [C1 P1]."""

from __future__ import annotations

from dataclasses import dataclass

from missions.domain import Domain
from missions.errors import UnknownMission
from missions.ids import ExecutionId, MissionId
from missions.mailbox import Incoming
from missions.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Viewed:
    """The Mission in focus there, and the Execution if it is that of a report."""

    mission: MissionId | None = None
    execution: ExecutionId | None = None


NOTHING = Viewed()


def viewed(domain: Domain, incoming: Incoming) -> Viewed:
    """The Mission of the message that they look at, else the only one of the channel.

    Nothing of a channel that they may not read, or of which Slack does not say whether they may.
    """
    team, person, place = incoming.team, incoming.person, incoming.viewing
    if not (incoming.direct and place and domain.rights.may_read(team, person, place)):
        return NOTHING
    viewer = Viewer(team=team, person=person, place=place)
    ref = domain.outbox.ref(team, place, incoming.viewing_ts) if incoming.viewing_ts else None
    if ref and ref.mission:
        try:
            return Viewed(domain.reader.mission(viewer, ref.mission).id, ref.execution)
        except UnknownMission:
            return NOTHING
    found = domain.reader.missions(viewer, per_page=2)
    return Viewed(found.items[0].id if found.total == 1 else None)
