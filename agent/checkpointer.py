"""LangGraph's memory in plain Redis (5 or newer) or Valkey: no modules, two keys per thread.

`<prefix>` is a hash of checkpoints and `<prefix>:writes` one of their pending writes, so that
deleting a thread deletes two keys and nothing is left [M6]. The last few checkpoints of each
namespace are kept, and the thread forgets itself after a time without writes.
"""

from __future__ import annotations

import asyncio
import builtins
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    WRITES_IDX_MAP,
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    PendingWrite,
    get_checkpoint_id,
    get_checkpoint_metadata,
    writes_sort_key,
)
from redis import Redis

from agent.checkpoints.codec import (
    RECORD_VERSION,
    Address,
    StrictSerializer,
    WriteAddress,
    pack,
    record_of,
    unpack,
)
from agent.checkpoints.pruning import oldest_kept, outdated

KEEP = 4
"""Checkpoints kept per namespace: more than the three attempts that a turn gets."""
DELTA_COUNTERS = "counters_since_delta_snapshot"
"""Metadata of threads whose state is spread over all their checkpoints: those are not pruned."""


class RedisCheckpointer(BaseCheckpointSaver[int]):
    """Checkpoints of threads. One writer per thread at a time: savers do no locking.

    `prefix_for` gives the key prefix of a thread, `ttl_seconds` how long an untouched thread
    lives, `keep` how many checkpoints of a namespace stay, `revive` which classes besides
    LangGraph's own and messages come back as themselves. The client may decode or not.
    """

    def __init__(
        self,
        redis: Redis,
        prefix_for: Callable[[str], str],
        *,
        ttl_seconds: int,
        keep: int = KEEP,
        revive: Iterable[type] = (),
    ) -> None:
        super().__init__(serde=StrictSerializer(revive))
        self._redis: Any = redis
        self._prefix_for = prefix_for
        self._ttl_seconds = ttl_seconds
        self._keep = keep

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The checkpoint that `config` names, or the newest of its namespace; None if absent."""
        thread, ns = _thread(config), _ns(config)
        checkpoint_id = get_checkpoint_id(config)
        if checkpoint_id is None:
            ids = [a.id for a in self._addresses(thread) if a.ns == ns]
            if not ids:
                return None
            checkpoint_id = max(ids)
        return self._tuple(thread, Address(ns, checkpoint_id))

    def list(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,  # noqa: A002 — the name is LangGraph's
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> Iterator[CheckpointTuple]:
        """Checkpoints of one thread, newest first; ValueError without a thread."""
        if config is None:
            raise ValueError("name a thread: checkpoints are listed per thread")
        thread = _thread(config)
        ns = config["configurable"].get("checkpoint_ns")
        only, end = get_checkpoint_id(config), get_checkpoint_id(before) if before else None
        given = 0
        for address in sorted(self._addresses(thread), key=lambda a: (a.ns, a.id), reverse=True):
            if limit is not None and given >= limit:
                return
            if (ns is not None and address.ns != ns) or (only and address.id != only):
                continue
            if end is not None and address.id >= end:
                continue
            found = self._tuple(thread, address)
            if found is not None and _fits(found.metadata, filter):
                given += 1
                yield found

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Store a checkpoint, drop those that are no longer needed, and renew the thread's life."""
        thread, address = _thread(config), Address(_ns(config), checkpoint["id"])
        parent = get_checkpoint_id(config)
        meta = get_checkpoint_metadata(config, metadata)
        record = {
            "v": RECORD_VERSION,
            "parent": parent,
            "checkpoint": pack(self.serde.dumps_typed(checkpoint)),
            "metadata": pack(self.serde.dumps_typed(meta)),
        }
        key, writes = self._keys(thread)
        spread = meta.get(DELTA_COUNTERS)
        gone, stale = ([], []) if spread else self._outdated(thread, address, parent)
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(key, address.field(), json.dumps(record))
            if gone:
                pipe.hdel(key, *gone)
            if stale:
                pipe.hdel(writes, *stale)
            self._renew(pipe, thread)
            pipe.execute()
        return _config(thread, address)

    def put_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        """Store a task's writes; a repeated ordinary write changes nothing, a special one does."""
        thread = _thread(config)
        of = Address(_ns(config), config["configurable"]["checkpoint_id"])
        _, key = self._keys(thread)
        with self._redis.pipeline(transaction=True) as pipe:
            for position, (channel, value) in enumerate(writes):
                index = WRITES_IDX_MAP.get(channel, position)
                record = {
                    "channel": channel,
                    "path": task_path,
                    "value": pack(self.serde.dumps_typed(value)),
                }
                store = pipe.hset if index < 0 else pipe.hsetnx
                store(key, WriteAddress(of, task_id, index).field(), json.dumps(record))
            self._renew(pipe, thread)
            pipe.execute()

    def delete_thread(self, thread_id: str) -> None:
        """Remove everything of a thread: zero keys are left."""
        self._redis.delete(*self._keys(thread_id))

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """`get_tuple` in a thread."""
        return await asyncio.to_thread(self.get_tuple, config)

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,  # noqa: A002 — the name is LangGraph's
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        """`list` in a thread."""

        def read() -> builtins.list[CheckpointTuple]:
            return builtins.list(self.list(config, filter=filter, before=before, limit=limit))

        for found in await asyncio.to_thread(read):
            yield found

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """`put` in a thread."""
        return await asyncio.to_thread(self.put, config, checkpoint, metadata, new_versions)

    async def aput_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        """`put_writes` in a thread."""
        await asyncio.to_thread(self.put_writes, config, writes, task_id, task_path)

    async def adelete_thread(self, thread_id: str) -> None:
        """`delete_thread` in a thread."""
        await asyncio.to_thread(self.delete_thread, thread_id)

    def _keys(self, thread: str) -> tuple[str, str]:
        prefix = self._prefix_for(thread)
        return prefix, f"{prefix}:writes"

    def _renew(self, pipe: Any, thread: str) -> None:
        for key in self._keys(thread):
            pipe.expire(key, self._ttl_seconds)

    def _addresses(self, thread: str) -> builtins.list[Address]:
        key, _ = self._keys(thread)
        return [Address.of_field(_text(field)) for field in self._redis.hkeys(key)]

    def _writes(self, thread: str) -> builtins.list[WriteAddress]:
        _, key = self._keys(thread)
        return [WriteAddress.of_field(_text(field)) for field in self._redis.hkeys(key)]

    def _outdated(
        self, thread: str, new: Address, parent: str | None
    ) -> tuple[builtins.list[str], builtins.list[str]]:
        """The fields of checkpoints and of writes that can go once `new` is stored."""
        addresses = {*self._addresses(thread), new}
        gone = outdated(addresses, self._keep, self._parents(thread, addresses, new, parent))
        stays = addresses - gone
        stale = [w for w in self._writes(thread) if w.of not in stays and w.of.id < new.id]
        return [a.field() for a in gone], [w.field() for w in stale]

    def _parents(
        self, thread: str, addresses: set[Address], new: Address, parent: str | None
    ) -> dict[Address, str | None]:
        """The parents of the newest checkpoints of each namespace."""
        found: dict[Address, str | None] = {}
        key, _ = self._keys(thread)
        for ns in {a.ns for a in addresses}:
            oldest = oldest_kept([a.id for a in addresses if a.ns == ns], self._keep)
            newest = [a for a in addresses if a.ns == ns and a.id >= oldest]
            records = self._redis.hmget(key, [a.field() for a in newest])
            for address, record in zip(newest, records, strict=True):
                found[address] = json.loads(_text(record))["parent"] if record else None
        return found | {new: parent}

    def _tuple(self, thread: str, address: Address) -> CheckpointTuple | None:
        key, _ = self._keys(thread)
        text = self._redis.hget(key, address.field())
        if text is None:
            return None
        record = record_of(_text(text))
        parent = record["parent"]
        return CheckpointTuple(
            config=_config(thread, address),
            checkpoint=self.serde.loads_typed(unpack(record["checkpoint"])),
            metadata=self.serde.loads_typed(unpack(record["metadata"])),
            parent_config=_config(thread, Address(address.ns, parent)) if parent else None,
            pending_writes=self._pending(thread, address),
        )

    def _pending(self, thread: str, address: Address) -> builtins.list[PendingWrite]:
        _, key = self._keys(thread)
        mine = [w for w in self._writes(thread) if w.of == address]
        if not mine:
            return []
        texts = self._redis.hmget(key, [w.field() for w in mine])
        found = [
            (write, json.loads(_text(text)))
            for write, text in zip(mine, texts, strict=True)
            if text is not None
        ]
        found.sort(key=lambda pair: writes_sort_key(pair[1]["path"], pair[0].task, pair[0].index))
        return [
            (write.task, record["channel"], self.serde.loads_typed(unpack(record["value"])))
            for write, record in found
        ]


def _thread(config: RunnableConfig) -> str:
    return str(config["configurable"]["thread_id"])


def _ns(config: RunnableConfig) -> str:
    return str(config["configurable"].get("checkpoint_ns", ""))


def _config(thread: str, address: Address) -> RunnableConfig:
    return {
        "configurable": {
            "thread_id": thread,
            "checkpoint_ns": address.ns,
            "checkpoint_id": address.id,
        }
    }


def _fits(metadata: CheckpointMetadata, wanted: dict[str, Any] | None) -> bool:
    return all(metadata.get(name) == value for name, value in (wanted or {}).items())


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
