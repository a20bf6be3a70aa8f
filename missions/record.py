"""The base of every stored or passed value: frozen, strict, JSON in and out."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json, to_json

from missions.upgrades import FIRST, upgraded, version_of


class Record(BaseModel):
    """A frozen value. Unknown fields are refused, and numbers that JSON does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def dump(self) -> str:
        """The value as compact JSON; fields that are None are left out."""
        return self.model_dump_json(exclude_none=True)

    @classmethod
    def load(cls, text: str) -> Self:
        """The value that `dump` wrote."""
        return cls.model_validate_json(text)


class Stored(Record):
    """A record that is stored by itself, with the version of its shape [L5].

    The default of `schema_version` is the present version of the class: it is raised whenever the
    stored shape changes. One of an older version is brought forward while it is read, and stays as
    it is in storage until it is next written. Whose a record is says its key.
    """

    __slots__ = ("_read",)

    schema_version: int = FIRST

    @classmethod
    def load(cls, text: str) -> Self:
        """The value that `dump` of this version, or of an older one, wrote.

        Raises `NewerRecord` for one that a newer Houston wrote, `ValueError` for anything else.
        """
        present: int = cls.model_fields["schema_version"].default
        try:
            made = cls.model_validate_json(text)
            version = made.schema_version if "schema_version" in made.model_fields_set else FIRST
        except ValidationError:
            version = version_of(_mapping(text))
            if version == present:
                raise
        if version != present:
            made = cls.model_validate_json(to_json(upgraded(cls.__name__, _mapping(text), present)))
        object.__setattr__(made, "_read", text)
        return made

    def stored(self) -> str:
        """Its text in storage, which guards compare: as it was read, or as `dump` writes it.

        A changed copy has not been read.
        """
        read: str | None = getattr(self, "_read", None)
        return self.dump() if read is None else read


def _mapping(text: str) -> dict[str, Any]:
    """The JSON object that a text holds; `ValueError` if it holds none."""
    found = from_json(text)
    if not isinstance(found, dict):
        raise ValueError("no record")
    return found
