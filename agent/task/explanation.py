"""What a model may add to a report: typed, so that code can compare it with what was seen.

A model says of a check which state it is in, by the check's id; what it says of anything else is a
comment. Nothing is found out from the words themselves.
"""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, Field

from agent.offered import small
from missions.execution import ItemState

NOTES_MAX: Final = 3
"""Claims, comments, pieces of advice and gaps of a model, of each; code leaves out the rest."""

ITEMS_MAX: Final = 10
"""Things that a model may judge, the worst ones first."""
UNREAD: Final = "Nothing of that can be read. Call Explanation with what you add, once."
"""What a model is told of an answer of which nothing can be made out."""


class Claim(BaseModel):
    """What you say of one check."""

    check: str = Field(description="The check's id, as in the results.")
    state: ItemState | None = Field(description="The state that you say it is in.")
    text: str = Field(description="One plain sentence.")


class Comment(BaseModel):
    """What you say of anything but a check."""

    text: str = Field(description="One plain sentence.")
    seen_with: str = Field(
        default="", description="The tool that you called in this run and that showed it, if any."
    )


class Item(BaseModel):
    """What you judge of one thing that is no check."""

    name: str = Field(description="What it is, in a few words; as in the last run.")
    state: ItemState | None = Field(description="How you judge it.")
    evidence: str = Field(description="The tool that showed it in this run, or its address.")
    measured: str = Field(default="", description="The value that you read there.")
    threshold: str = Field(default="", description="The limit that you judged it by.")
    advice: str = Field(default="", description="What a person could do.")


class Explanation(BaseModel):
    """What you add to the report."""

    items: list[Item] = Field(default_factory=list)
    claims: list[Claim] = Field(default_factory=list)
    comments: list[Comment] = Field(default_factory=list)
    advice: list[str] = Field(default_factory=list, description="What a person could do.")
    gaps: list[str] = Field(default_factory=list, description="What could not be looked at.")

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The schema in the part that all providers take, without references."""
        return small(super().model_json_schema(*args, **kwargs), cls.__name__)
