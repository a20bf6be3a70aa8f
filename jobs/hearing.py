"""The way in which a run reads its Mission's channel [P1 P3]."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from missions.recorded import kept
from missions.said import Heard, Listen, NotHeard

if TYPE_CHECKING:
    from jobs.runtime import Runtime
    from missions.claims import Claim

OWNER_GONE: Final = "rec-owner-not-reading"


def hearing(runtime: Runtime, claim: Claim) -> Listen | None:
    """Reads that channel and no other, for as long as the Mission's owner may; None if this
    worker cannot read channels."""
    listen, mission = runtime.listen, claim.mission
    if listen is None:
        return None

    def since(oldest: datetime) -> Heard:
        if not runtime.domain.rights.reads(mission.team, mission.owner, mission.channel):
            raise NotHeard(kept(OWNER_GONE))
        return listen(mission.team, mission.channel, oldest)

    return since
