"""The workspace's own SQLite file: people, channels, messages, files and Home views.

Records are kept as the JSON that Slack would show.
"""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from bot.workspace.config import Json

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS people (id TEXT PRIMARY KEY, doc TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS channels (id TEXT PRIMARY KEY, doc TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS members (channel TEXT, user TEXT, PRIMARY KEY (channel, user));
CREATE TABLE IF NOT EXISTS messages (
    channel TEXT, ts TEXT, thread_ts TEXT, doc TEXT NOT NULL, PRIMARY KEY (channel, ts));
CREATE INDEX IF NOT EXISTS threads ON messages (channel, thread_ts);
CREATE TABLE IF NOT EXISTS files (id TEXT PRIMARY KEY, doc TEXT NOT NULL, content BLOB);
CREATE TABLE IF NOT EXISTS homes (user TEXT PRIMARY KEY, doc TEXT NOT NULL);
"""


class Storage:
    """Reads and writes the file; every write is committed before it returns."""

    def __init__(self, data_dir: Path | None) -> None:
        where = ":memory:"
        if data_dir is not None:
            data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            where = str(data_dir / "workspace.sqlite3")
        self._db = sqlite3.connect(where, isolation_level=None, check_same_thread=False)
        if data_dir is not None:
            Path(where).chmod(0o600)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    # meta

    def meta(self, key: str) -> str | None:
        """A setting kept over restarts."""
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def set_meta(self, key: str, value: str) -> None:
        """Keep a setting."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    # people and channels

    def people(self) -> list[Json]:
        """Everyone, the bot included, in the order they came."""
        return self._docs("SELECT doc FROM people ORDER BY rowid")

    def person(self, user: str) -> Json | None:
        """A person or the bot, by id."""
        found = self._docs("SELECT doc FROM people WHERE id = ?", user)
        return found[0] if found else None

    def save_person(self, doc: Json) -> None:
        """Add or change a person."""
        self._save("people", doc)

    def channels(self) -> list[Json]:
        """Every channel and direct message, in the order they were made."""
        return self._docs("SELECT doc FROM channels ORDER BY rowid")

    def channel(self, channel: str) -> Json | None:
        """A channel or direct message, by id."""
        found = self._docs("SELECT doc FROM channels WHERE id = ?", channel)
        return found[0] if found else None

    def channel_named(self, name: str) -> Json | None:
        """The first channel that was made with that name; direct messages have none."""
        found = self._docs(
            "SELECT doc FROM channels WHERE json_extract(doc, '$.name') = ? AND ? != ''"
            " ORDER BY rowid LIMIT 1",
            name,
            name,
        )
        return found[0] if found else None

    def save_channel(self, doc: Json) -> None:
        """Add or change a channel."""
        self._save("channels", doc)

    def delete_channel(self, channel: str) -> None:
        """Remove a channel with its members and messages."""
        self._db.execute("DELETE FROM channels WHERE id = ?", (channel,))
        self._db.execute("DELETE FROM members WHERE channel = ?", (channel,))
        self._db.execute("DELETE FROM messages WHERE channel = ?", (channel,))

    def change_channel_id(self, doc: Json, old: str) -> None:
        """Keep a channel under its new id, with its members and messages."""
        self._db.execute("DELETE FROM channels WHERE id = ?", (old,))
        self._save("channels", doc)
        self._db.execute("UPDATE members SET channel = ? WHERE channel = ?", (doc["id"], old))
        self._db.execute("UPDATE messages SET channel = ? WHERE channel = ?", (doc["id"], old))

    def members(self, channel: str) -> list[str]:
        """The ids of a channel's members, in the order they joined."""
        rows = self._db.execute(
            "SELECT user FROM members WHERE channel = ? ORDER BY rowid", (channel,)
        )
        return [str(row[0]) for row in rows]

    def add_member(self, channel: str, user: str) -> None:
        """Make someone a member."""
        self._db.execute("INSERT OR IGNORE INTO members VALUES (?, ?)", (channel, user))

    def remove_member(self, channel: str, user: str) -> None:
        """Take a membership away."""
        self._db.execute("DELETE FROM members WHERE channel = ? AND user = ?", (channel, user))

    # messages

    def save_message(self, channel: str, doc: Json) -> None:
        """Add or change a message; its `ts` is the key."""
        self._db.execute(
            "INSERT OR REPLACE INTO messages VALUES (?, ?, ?, ?)",
            (channel, doc["ts"], doc.get("thread_ts"), json.dumps(doc)),
        )

    def message(self, channel: str, ts: str) -> Json | None:
        """One message."""
        found = self._docs("SELECT doc FROM messages WHERE channel = ? AND ts = ?", channel, ts)
        return found[0] if found else None

    def delete_message(self, channel: str, ts: str) -> None:
        """Remove a message."""
        self._db.execute("DELETE FROM messages WHERE channel = ? AND ts = ?", (channel, ts))

    def roots(self, channel: str, oldest: str = "0", latest: str = "9") -> list[Json]:
        """A channel's messages outside threads from `oldest` to `latest`, oldest first."""
        return self._docs(
            "SELECT doc FROM messages WHERE channel = ? AND ts >= ? AND ts <= ?"
            " AND (thread_ts IS NULL OR thread_ts = ts) ORDER BY ts",
            channel,
            oldest,
            latest,
        )

    def newest_roots(self, channel: str, count: int) -> list[Json]:
        """A channel's last messages outside threads, oldest first."""
        found = self._docs(
            "SELECT doc FROM messages WHERE channel = ?"
            " AND (thread_ts IS NULL OR thread_ts = ts) ORDER BY ts DESC LIMIT ?",
            channel,
            count,
        )
        return found[::-1]

    def count_after(self, channel: str, ts: str, user: str) -> int:
        """How many root messages of others came after a timestamp."""
        row = self._db.execute(
            "SELECT count(*) FROM messages WHERE channel = ? AND ts > ?"
            " AND (thread_ts IS NULL OR thread_ts = ts) AND json_extract(doc, '$.user') != ?",
            (channel, ts, user),
        ).fetchone()
        return int(row[0])

    def replies(self, channel: str, thread_ts: str) -> list[Json]:
        """A thread's replies without its root, oldest first."""
        return self._docs(
            "SELECT doc FROM messages WHERE channel = ? AND thread_ts = ? AND ts != ? ORDER BY ts",
            channel,
            thread_ts,
            thread_ts,
        )

    def last_ts(self) -> str:
        """The newest timestamp in the workspace, or zero."""
        row = self._db.execute("SELECT max(ts) FROM messages").fetchone()
        return str(row[0] or "0.000000")

    # files and Home

    def save_file(self, doc: Json, content: bytes | None) -> None:
        """Add or change a file; None keeps its content."""
        self._db.execute(
            "INSERT INTO files VALUES (:id, :doc, :content) ON CONFLICT (id) DO UPDATE"
            " SET doc = :doc, content = coalesce(:content, content)",
            {"id": doc["id"], "doc": json.dumps(doc), "content": content},
        )

    def file(self, file_id: str) -> tuple[Json, bytes | None] | None:
        """A file and its content."""
        row = self._db.execute("SELECT doc, content FROM files WHERE id = ?", (file_id,)).fetchone()
        return None if row is None else (json.loads(row[0]), row[1])

    def delete_file(self, file_id: str) -> None:
        """Remove a file."""
        self._db.execute("DELETE FROM files WHERE id = ?", (file_id,))

    def home(self, user: str) -> Json | None:
        """The Home view published for someone."""
        found = self._docs("SELECT doc FROM homes WHERE user = ?", user)
        return found[0] if found else None

    def save_home(self, user: str, doc: Json) -> None:
        """Keep the Home view of someone."""
        self._db.execute("INSERT OR REPLACE INTO homes VALUES (?, ?)", (user, json.dumps(doc)))

    def _save(self, table: str, doc: Json) -> None:
        self._db.execute(
            f"INSERT INTO {table} VALUES (:id, :doc)"  # noqa: S608 - the name is our own
            " ON CONFLICT (id) DO UPDATE SET doc = :doc",
            {"id": doc["id"], "doc": json.dumps(doc)},
        )

    def _docs(self, query: str, *values: str | int) -> list[Json]:
        rows: Iterator[tuple[str]] = self._db.execute(query, values)
        return [json.loads(row[0]) for row in rows]
