"""What all verbs share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from missions.errors import TimePassed, TransitionRefused, UnknownMission
from missions.ids import MissionId
from missions.keys import MissionKeys, TeamKeys
from missions.mission import Change, Mission, MissionState
from missions.phrases import say
from missions.ports import Bell, Clock
from missions.rights import Right, Rights
from missions.saving import write_change
from missions.store import Store
from missions.tx import DELETED, Lost, Transaction, retrying
from missions.viewer import Actor

if TYPE_CHECKING:
    from missions.quiet import Quiet

T = TypeVar("T")

STATE_NOW = {
    MissionState.DRAFT: "state-is-draft",
    MissionState.ACTIVE: "state-is-active",
    MissionState.PAUSED: "state-is-paused",
}
"""Where a Mission stands, the id of a part of a sentence [M2]."""


class Verb:
    """The store, the clock, the rights, the bell to ring when something is due, and the quiet."""

    def __init__(
        self, store: Store, clock: Clock, rights: Rights, bell: Bell, quiet: Quiet
    ) -> None:
        self._store = store
        self._clock = clock
        self._rights = rights
        self._bell = bell
        self._quiet = quiet

    def _permitted(self, actor: Actor, mission: MissionId, right: Right, what: str) -> Mission:
        """The Mission, if the actor may do `what`."""
        found = self._store.mission(actor.team, mission)
        if found is None:
            raise UnknownMission(mission)
        self._rights.require(actor, found, right, what)
        return found

    def _carry_out(self, mission: MissionId, attempt: Callable[[], T]) -> T:
        """Read, decide and commit, again if a race is lost; a deleted Mission is unknown."""
        try:
            return retrying(attempt)
        except Lost as lost:
            if lost.guard == DELETED:
                raise UnknownMission(mission) from None
            raise

    def _keys(self, mission: Mission) -> MissionKeys:
        return TeamKeys(mission.team).mission(mission.id)

    def _log(
        self,
        tx: Transaction,
        mission: Mission,
        actor: Actor | None,
        now: datetime,
        what: str,
        before: str | None = None,
        after: str | None = None,
    ) -> None:
        by, link = (actor.person, actor.link) if actor else (None, None)
        change = Change(at=now, by=by, what=what, link=link, before=before, after=after)
        write_change(tx, self._keys(mission), change)

    def _ring_delivery(self, mission: Mission) -> None:
        self._bell.delivery(mission.team, mission.channel)


def future(until: datetime | None, now: datetime) -> datetime | None:
    """The instant at which something is to end by itself; raises `TimePassed`."""
    if until is not None and until <= now:
        raise TimePassed
    return until


def refuse(mission: Mission, wanted: str, so: str = "nothing-changed") -> TransitionRefused:
    """The refusal of an action that the Mission's state does not allow [M2].

    `wanted` and `so` are ids of what was wanted, and of the sentence that says what now.
    """
    state = say(STATE_NOW[mission.state])
    sentence = say("refused", wanted=say(wanted), state=state, so=say(so))
    return TransitionRefused(sentence, mission.state)
