"""Who may do what: each action declares the right it needs, and it is checked here [P1 P2]."""

from __future__ import annotations

from enum import StrEnum

from missions.closed import Closed
from missions.errors import Forbidden, UnknownMission
from missions.ids import ChannelId, PersonId, TeamId
from missions.mission import Editing, Mission
from missions.phrases import say
from missions.ports import Access, Channel, Directory, Person
from missions.viewer import Actor, Viewer


class Right(StrEnum):
    """What an action needs: to see a Mission, to change it, or to approve what it does outside.

    KEEP is EDIT for what the owner may do even if Houston cannot see the channel any more.
    """

    VIEW = "view"
    KEEP = "keep"
    EDIT = "edit"
    APPROVE = "approve"


class Rights:
    """Answers with the directory; no answer from it means no."""

    def __init__(self, directory: Directory, closed: Closed) -> None:
        self._directory = self.directory = directory
        self._closed = closed

    def can_read(self, team: TeamId, person: PersonId, channel: ChannelId) -> bool:
        """Whether the person may read the channel, and so learn of its Missions [P1]."""
        return self._directory.access(team, person, channel) >= Access.READ

    def may_read(self, team: TeamId, person: PersonId, channel: ChannelId) -> bool | None:
        """As `can_read`; None if nobody says so or otherwise just now."""
        told = self._directory.told_access(team, person, channel)
        return None if told is None else told >= Access.READ

    def name(self, team: TeamId, person: PersonId) -> str | None:
        """A person's display name; None if the directory does not know them."""
        found = self._directory.person(team, person)
        return found.name if found else None

    def reads(self, team: TeamId, person: PersonId, channel: ChannelId) -> bool:
        """The same, asked afresh, before an effect."""
        return self._directory.access(team, person, channel, fresh=True) >= Access.READ

    def person(self, team: TeamId, person: PersonId) -> Person | None:
        """Who that is."""
        return self._directory.person(team, person)

    def channel(self, team: TeamId, channel: ChannelId) -> Channel | None:
        """Which channel that is; None if Houston cannot see it."""
        return self._directory.channel(team, channel)

    def is_member(self, actor: Actor, channel: ChannelId) -> bool:
        """Whether the actor is a member of a channel, asked afresh."""
        access = self._directory.access(actor.team, actor.person, channel, fresh=True)
        return access >= Access.MEMBER

    def may_create(self, team: TeamId, person: PersonId, channel: ChannelId) -> bool:
        """Whether the person may have a Mission in a channel: its members, asked afresh.

        People of another organisation are no more than readers there (`bot.directory`).
        """
        return self._directory.access(team, person, channel, fresh=True) >= Access.MEMBER

    def can_see(self, viewer: Viewer, mission: Mission) -> bool:
        """Whether an answer to the viewer may show the Mission [P1].

        What is said in a channel shows that channel's Missions only.
        """
        if viewer.place is not None and viewer.place != mission.channel:
            return False
        if self.can_read(viewer.team, viewer.person, mission.channel):
            return True
        return viewer.place is None and self.keeps(viewer.person, mission)

    def keeps(self, person: PersonId, mission: Mission) -> bool:
        """Whether it is the person's own, in a channel that Houston cannot see any more, and the
        last that was heard of them is that they read it."""
        if person != mission.owner or mission.away is not None:
            return False
        if not self._closed(mission.team, mission.channel):
            return False
        known = self._directory.person(mission.team, person)
        if known is None or known.is_deleted:
            return False
        return not self._directory.has_left(mission.team, person, mission.channel)

    def may(self, person: PersonId, mission: Mission, right: Right) -> bool:
        """Whether the person has the right, by what is known now or a minute ago."""
        access = self._directory.access(mission.team, person, mission.channel)
        if self._enough(person, mission, right, access):
            return True
        return access is Access.NONE and right in _KEPT and self.keeps(person, mission)

    def require(self, actor: Actor, mission: Mission, right: Right, what: str) -> None:
        """Refuse unless the actor has the right, asked afresh.

        `UnknownMission` for those who may not know of the Mission, `Forbidden` for the others;
        `what` is the id of what completes "You cannot … here".
        """
        access = self._directory.access(actor.team, actor.person, mission.channel, fresh=True)
        if actor.proven == mission.channel:
            access = max(access, Access.READ)
        if actor.team != mission.team:
            raise UnknownMission(mission.id)
        if access < Access.READ:
            if not self.keeps(actor.person, mission):
                raise UnknownMission(mission.id)
            if right not in _KEPT:
                raise Forbidden(say(what), say("closed-owner-can"))
            return
        if not self._enough(actor.person, mission, right, access):
            who_can = APPROVERS_CAN if right is Right.APPROVE else _WHO_CAN[mission.editing]
            raise Forbidden(say(what), say(who_can))

    def _enough(self, person: PersonId, mission: Mission, right: Right, access: Access) -> bool:
        """Editors are the owner and, by default, the channel's members; else named people [P2].

        Whoever cannot read the channel is none, named or not. An administrator who is a member of
        the channel always is one, so that nobody is locked out for good. Approvers are the named
        people only: neither owner nor administrator is one by being that [A2].
        """
        if right is Right.APPROVE:
            return person in mission.approvers and access >= Access.READ
        if right is Right.VIEW or person == mission.owner:
            return access >= Access.READ
        if mission.editing is Editing.MEMBERS:
            return access >= Access.MEMBER
        if person in mission.editors:
            return access >= Access.READ
        return access >= Access.MEMBER and self._is_admin(mission.team, person)

    def _is_admin(self, team: TeamId, person: PersonId) -> bool:
        known = self._directory.person(team, person)
        return known is not None and known.is_admin


_KEPT = frozenset({Right.VIEW, Right.KEEP})
"""What stays with the owner of a Mission in a channel that Houston cannot see any more."""
APPROVERS_CAN = "approvers-can"

_WHO_CAN = {
    Editing.MEMBERS: "members-can",
    Editing.NAMED: "named-can",
}
