"""The keys of one workspace."""

from __future__ import annotations

from dataclasses import dataclass

from missions.ids import (
    ChannelId,
    ConversationId,
    MissionId,
    PersonId,
    TeamId,
)
from missions.keys.mission import MissionKeys
from missions.keys.shared import ROOT


@dataclass(frozen=True)
class TeamKeys:
    """Keys of one workspace."""

    team: TeamId

    def _key(self, *parts: str) -> str:
        return ":".join((ROOT, self.team, *parts))

    @property
    def prefix(self) -> str:
        """How every key of the workspace begins, and no other key."""
        return self._key("")

    @property
    def missions(self) -> str:
        """Sorted set: Mission id → when created, unix seconds."""
        return self._key("missions")

    @property
    def audit(self) -> str:
        """List of content-free JSON lines about deletes [M7]."""
        return self._key("audit")

    @property
    def channels(self) -> str:
        """Set of the channels in which there are Missions."""
        return self._key("channels")

    def listed(self, channel: ChannelId, state: str) -> str:
        """Sorted set: a Mission of that state in a channel → when created, unix seconds."""
        return self._key("channel", channel, "missions", state)

    def listed_first(self, channel: ChannelId) -> str:
        """Set of a channel's Missions, as the first version kept it; see `missions.relisting`."""
        return self._key("channel", channel, "missions")

    def owned(self, channel: ChannelId, state: str, owner: PersonId) -> str:
        """Sorted set: a person's own Mission of that state in a channel → when created."""
        return self._key("channel", channel, "missions", state, "of", owner)

    def waiting(self, person: PersonId) -> str:
        """Sorted set: what waits for a person's answer → since, unix seconds; a week long.

        A member is `proposal|mission|id`, `approval|mission|id` or `question|conversation`.
        """
        return self._key("waiting", person)

    def channel_words(self, channel: ChannelId) -> str:
        """Hash: a Mission of a channel → its name, and with `:tasks` its Tasks' titles."""
        return self._key("channel", channel, "words")

    def channel_index(self, channel: ChannelId) -> tuple[str, str]:
        """Two sorted sets by name: what a channel's Missions are found by; see `commit.lua`."""
        return self._key("channel", channel, "terms"), self._key("channel", channel, "parts")

    def channel_rules(self, channel: ChannelId) -> str:
        """Hash: `mission|task` → source, of Event Rules on what happens in a channel."""
        return self._key("channel", channel, "rules")

    def away(self, channel: ChannelId) -> str:
        """Hash: `-` → why Houston cannot speak in a channel; a Mission → JSON of whom to tell."""
        return self._key("channel", channel, "away")

    def channel_refs(self, channel: ChannelId) -> str:
        """Hash: ts of a message of the bot → JSON of what it is about."""
        return self._key("channel", channel, "refs")

    def lane(self, channel: ChannelId) -> str:
        """List of outbox ids, oldest first."""
        return self._key("lane", channel)

    def lane_lease(self, channel: ChannelId) -> str:
        """String: token of the worker that empties the lane."""
        return self._key("lane", channel, "lease")

    @property
    def outbox(self) -> str:
        """Hash: outbox id → JSON entry."""
        return self._key("outbox")

    @property
    def parked(self) -> str:
        """Hash: outbox id → JSON entry that Slack refused for good."""
        return self._key("parked")

    def seen(self, event: str) -> str:
        """String with a time to live: this event or message was accepted."""
        return self._key("seen", event)

    def mailbox(self, conversation: ConversationId) -> str:
        """List of JSON messages of a conversation, oldest first."""
        return self._key("mailbox", conversation)

    def mailbox_lease(self, conversation: ConversationId) -> str:
        """String: token of the worker that empties the mailbox."""
        return self._key("mailbox", conversation, "lease")

    def conversation(self, conversation: ConversationId) -> str:
        """Hash: what a conversation remembers besides its checkpoints (focus, attempts, done)."""
        return self._key("conversation", conversation)

    def checkpoints(self, thread: str) -> str:
        """Prefix of the keys in which LangGraph keeps a thread."""
        return self._key("checkpoints", thread)

    @property
    def spending(self) -> str:
        """Hash: `day|what` → what the workspace spent on the language model [X6]."""
        return self._key("spending")

    @property
    def installation(self) -> str:
        """String: the app's installation with its tokens, encrypted."""
        return self._key("installation")

    @property
    def renewal(self) -> str:
        """String: token of the process that renews the workspace's token at Slack."""
        return self._key("renewal")

    @property
    def quiet(self) -> str:
        """String: JSON `Pause` of everything in the workspace [M10]."""
        return self._key("quiet")

    def channel_quiet(self, channel: ChannelId) -> str:
        """String: JSON `Pause` of everything in a channel [M10]."""
        return self._key("channel", channel, "quiet")

    @property
    def quieted(self) -> str:
        """String with a time to live: JSON `Quieted` of what `quiet` held before."""
        return self._key("quieted")

    def channel_quieted(self, channel: ChannelId) -> str:
        """String with a time to live: JSON `Quieted` of what `channel_quiet` held before."""
        return self._key("channel", channel, "quieted")

    def outage(self, channel: ChannelId) -> str:
        """Hash: `mission|task` → JSON of what was missed, until one notice has told it [S4]."""
        return self._key("outage", channel)

    def cache(self, *parts: str) -> str:
        """String with a time to live: an answer of Slack."""
        return self._key("cache", *parts)

    def mission(self, mission: MissionId) -> MissionKeys:
        """Keys of one Mission."""
        return MissionKeys(self.team, mission)
