"""Checkpoints as text: JSON around what the strict serializer wrote."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from missions.errors import NewerRecord

RECORD_VERSION = 1
"""Version of the stored shape [L5]."""
_READABLE = frozenset({"msgpack", "null", "bytes", "bytearray"})


class StrictSerializer(JsonPlusSerializer):
    """Revives plain values, messages, LangGraph's own types and the `revive` types [P8].

    Other classes come back as the plain data they held, whatever the environment says; pickle
    and the old JSON form, which names constructors, are refused with ValueError.
    """

    def __init__(self, revive: Iterable[type] = ()) -> None:
        super().__init__(
            pickle_fallback=False,
            allowed_json_modules=None,
            allowed_msgpack_modules=tuple(revive) or None,
        )

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        """The value that `dumps_typed` wrote."""
        if data[0] not in _READABLE:
            raise ValueError(f"checkpoint of an unexpected kind: {data[0]}")
        return super().loads_typed(data)


@dataclass(frozen=True)
class Address:
    """Which checkpoint of a thread: its namespace ("" for the outermost graph) and id."""

    ns: str
    id: str

    def field(self) -> str:
        """The field of the thread's hash that holds it."""
        return json.dumps([self.ns, self.id])

    @classmethod
    def of_field(cls, field: str) -> Address:
        """What `field` wrote."""
        ns, checkpoint_id = json.loads(field)
        return cls(ns, checkpoint_id)


@dataclass(frozen=True)
class WriteAddress:
    """Which pending write of a checkpoint. `index` is negative for LangGraph's special writes."""

    of: Address
    task: str
    index: int

    def field(self) -> str:
        """The field of the writes' hash that holds it."""
        return json.dumps([self.of.ns, self.of.id, self.task, self.index])

    @classmethod
    def of_field(cls, field: str) -> WriteAddress:
        """What `field` wrote."""
        ns, checkpoint_id, task, index = json.loads(field)
        return cls(Address(ns, checkpoint_id), task, index)


def record_of(text: str) -> dict[str, Any]:
    """A stored checkpoint; raises `NewerRecord` for one of a shape that came later."""
    record: dict[str, Any] = json.loads(text)
    if record["v"] > RECORD_VERSION:
        raise NewerRecord("Checkpoint", record["v"])
    return record


def pack(typed: tuple[str, bytes]) -> list[str]:
    """A serialized value as JSON can hold it."""
    return [typed[0], b64encode(typed[1]).decode("ascii")]


def unpack(packed: list[str]) -> tuple[str, bytes]:
    """What `pack` wrote."""
    return packed[0], b64decode(packed[1])
