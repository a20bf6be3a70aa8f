"""The base of every stored or passed value: frozen, strict, JSON in and out."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict

SCHEMA = 1
"""Version of the stored shape; every stored record carries it [L5]."""


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
