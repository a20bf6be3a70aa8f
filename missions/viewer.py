"""Who is looking or acting, and from where: every read has a viewer, every change an actor."""

from __future__ import annotations

from missions.ids import ChannelId, PersonId, TeamId
from missions.record import Record


class Viewer(Record):
    """A person who reads.

    `place` is the channel in which all readers will see the answer; lists are then limited to that
    channel's Missions [P1]. None means that only the person will see it (DM, Home, ephemeral).
    """

    team: TeamId
    person: PersonId
    place: ChannelId | None = None


class Actor(Record):
    """A person who acts. `link` is the message from which they acted [M7].

    `proven` is a channel that the person has just acted in: a click or message in a private channel
    proves reading it.
    """

    team: TeamId
    person: PersonId
    link: str | None = None
    proven: ChannelId | None = None

    @property
    def viewer(self) -> Viewer:
        """The actor as a private viewer."""
        return Viewer(team=self.team, person=self.person)
