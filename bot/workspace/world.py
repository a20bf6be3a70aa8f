"""People, channels and messages: what is there, and who may see it."""

from bot.workspace.config import Clock, Json
from bot.workspace.errors import SlackError
from bot.workspace.identity import Identity
from bot.workspace.storage import Storage

TOMBSTONE = "tombstone"  # what is left of a deleted root while its replies stay


def channel_type(channel: Json) -> str:
    """Slack's word for the kind of a conversation: im, group or channel."""
    if channel["is_im"]:
        return "im"
    return "group" if channel["is_private"] else "channel"


class World:
    """The state of the workspace. Asking for what is not there raises a SlackError."""

    def __init__(self, storage: Storage, identity: Identity, clock: Clock) -> None:
        self.storage = storage
        self.identity = identity
        self._clock = clock
        seconds, micros = storage.last_ts().split(".")
        self._last_micros = int(seconds) * 1_000_000 + int(micros)
        self._seen: dict[tuple[str, str], str] = {}

    def next_ts(self) -> str:
        """A timestamp later than every earlier one, in Slack's form."""
        now = int(self._clock() * 1_000_000) // 100 * 100
        self._last_micros = max(now, self._last_micros + 100)
        return f"{self._last_micros // 1_000_000}.{self._last_micros % 1_000_000:06d}"

    # people

    def people(self) -> list[Json]:
        """Everyone, the bot included."""
        return self.storage.people()

    def person(self, user: str) -> Json:
        """A person or the bot, by id."""
        found = self.storage.person(user)
        if found is None:
            raise SlackError("user_not_found")
        return found

    # channels

    def channels(self) -> list[Json]:
        """All channels and direct messages."""
        return self.storage.channels()

    def channel(self, name_or_id: str) -> Json:
        """A channel by id or #name."""
        storage = self.storage
        found = storage.channel(name_or_id) or storage.channel_named(name_or_id.removeprefix("#"))
        if found is None:
            raise SlackError("channel_not_found")
        return found

    def dm(self, user: str) -> Json:
        """The direct message between someone and the bot."""
        found = next((one for one in self.channels() if one.get("user") == user), None)
        if found is None:
            raise SlackError("channel_not_found")
        return found

    def is_member(self, channel: str, user: str) -> bool:
        """Whether someone is in a channel."""
        return user in self.storage.members(channel)

    def can_see(self, channel: Json, user: str) -> bool:
        """Members see; full members also see public channels."""
        if self.is_member(channel["id"], user):
            return True
        return not channel["is_private"] and not self.person(user)["is_restricted"]

    def for_bot(self, name_or_id: str) -> Json:
        """A channel as the bot knows it; private ones it is not in do not exist for it."""
        bot = self.identity.bot_user_id
        if name_or_id.startswith(("U", "W")):
            self.person(name_or_id)
            return self.dm(name_or_id)
        channel = self.channel(name_or_id)
        if channel["is_private"] and not self.is_member(channel["id"], bot):
            raise SlackError("channel_not_found")
        return channel

    # messages

    def message(self, channel: str, ts: str) -> Json:
        """One message."""
        found = self.storage.message(channel, ts)
        if found is None or found.get("subtype") == TOMBSTONE:
            raise SlackError("message_not_found")
        return found

    def add_message(self, channel: str, message: Json) -> None:
        """Keep a message and count it at its thread's root."""
        self.storage.save_message(channel, message)
        self._recount(channel, message)

    def change_message(self, channel: str, message: Json) -> None:
        """Keep a changed message."""
        self.storage.save_message(channel, message)

    def remove_message(self, channel: str, message: Json) -> None:
        """Remove a message; a root with replies stays as a tombstone, as in Slack."""
        if message.get("reply_count"):
            tombstone = {
                "type": "message",
                "subtype": TOMBSTONE,
                "user": "USLACKBOT",
                "hidden": True,
                "text": "This message was deleted.",
                **{key: message[key] for key in ("ts", "thread_ts", "reply_count", "latest_reply")},
            }
            self.storage.save_message(channel, tombstone)
            return
        self.storage.delete_message(channel, message["ts"])
        self._recount(channel, message)

    def _recount(self, channel: str, message: Json) -> None:
        root_ts = message.get("thread_ts")
        root = self.storage.message(channel, root_ts) if root_ts else None
        if root is None or root_ts == message["ts"]:
            return
        replies = self.storage.replies(channel, str(root_ts))
        if not replies and root.get("subtype") == TOMBSTONE:
            self.storage.delete_message(channel, str(root_ts))
            return
        for key in ("thread_ts", "reply_count", "reply_users", "reply_users_count", "latest_reply"):
            root.pop(key, None)
        if replies:
            users = list(dict.fromkeys(reply["user"] for reply in replies))
            root |= {"thread_ts": root_ts, "reply_count": len(replies), "reply_users": users}
            root |= {"reply_users_count": len(users), "latest_reply": replies[-1]["ts"]}
        self.storage.save_message(channel, root)

    # reading

    def mark_read(self, channel: str, user: str) -> None:
        """Note that someone has read a channel to its end."""
        self._seen[channel, user] = self.storage.last_ts()

    def unread(self, channel: str, user: str) -> int:
        """How many root messages came since someone last read a channel."""
        return self.storage.count_after(channel, self._seen.get((channel, user), "0"), user)
