"""Puts a file of the outbox into Slack: announced, sent, shared, each file once [R4 M6].

The file's id is remembered before the file is shared. Whoever takes over after a lost answer asks
Slack about that very file, and shares it only if it is not shared yet; a file that was never
finished is seen by nobody, and vanishes by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from bot.client import SlackClient
from bot.slack_errors import FileGone, OutcomeUnknown
from missions.outbox import Entry, Lane

Json = dict[str, Any]

WAITS: Final = 3
"""How often a finished file that is shown nowhere yet is only waited for: Slack shares late."""
LOOKED: Final = 200
"""Messages of a place that are looked through for the file."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to be: its name when it is saved, its title, what is said with it (Mrkdwn)."""

    name: str
    title: str
    data: bytes
    comment: str = ""


class Uploads:
    """Entries that hold files."""

    def __init__(self, client: SlackClient) -> None:
        self._client = client

    def send(
        self, lane: Lane, e: Entry, upload: Upload, thread_ts: str | None
    ) -> tuple[Entry, str]:
        """Bring the file to Slack; the entry with its file, and the ts of the message.

        Raises `SlackFailure`; `OutcomeUnknown` also while Slack has not shown the file yet.
        """
        if e.file:
            try:
                found = self._found(e, e.file, thread_ts)
            except FileGone:
                e = e.model_copy(update={"file": None})
            else:
                if found:
                    return e, found
        if e.file is None:
            url, file = self._client.begin_file(upload.name, len(upload.data))
            self._client.send_bytes(url, upload.data)
            e = lane.uploaded(e, file)
        file = str(e.file)
        self._client.share_file(file, upload.title, e.channel, upload.comment, thread_ts)
        ts = self._shown(e, self._client.file_info(file), thread_ts)
        if ts is None:
            raise OutcomeUnknown("(file not shown yet)")
        return e, ts

    def _found(self, e: Entry, file: str, thread_ts: str | None) -> str | None:
        """Where the file stands already; None if it must be shared (again)."""
        info = self._client.file_info(file)
        ts = self._shown(e, info, thread_ts)
        if ts is None and e.attempts <= WAITS:
            raise OutcomeUnknown("(file not shown yet)")
        return ts

    def _shown(self, e: Entry, info: Json, thread_ts: str | None) -> str | None:
        """The ts of the message that shows the file, as the file or its place tells it."""
        for places in (info.get("shares") or {}).values():
            for share in places.get(e.channel) or ():
                return str(share["ts"])
        if e.channel not in [*info.get("channels", ()), *info.get("groups", ()), *_direct(info)]:
            return None
        oldest = f"{float(info.get('created') or 0) - 1:.6f}"
        if thread_ts:
            said = self._client.replies(e.channel, thread_ts, oldest)
        else:
            said = self._client.history(e.channel, oldest)
        for message in islice(said, LOOKED):
            if any(one.get("id") == info["id"] for one in message.get("files") or ()):
                return str(message["ts"])
        return None


def _direct(info: Json) -> list[str]:
    return list(info.get("ims") or ())
