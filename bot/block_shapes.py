"""The small rules that block shapes are put together from.

A rule reads one value and notes each problem with its JSON pointer. A shape is the rule for an
object: its fields, which of them are required, and a rule over all of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bot import limits

Rule = Callable[["Check", Any, str], None]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing Slack refuses: its error code, a sentence, and a JSON pointer to the place."""

    code: str
    message: str
    pointer: str


@dataclass(slots=True)
class Check:
    """What is gathered while one message or view is read."""

    surface: str
    problems: list[Problem] = field(default_factory=list)
    block_ids: set[str] = field(default_factory=set)
    markdown: int = 0
    table: int = 0
    charts: int = 0
    focused: int = 0

    def say(self, pointer: str, message: str, code: str | None = None) -> None:
        """Note a problem; the code defaults to the surface's own."""
        default = "invalid_blocks" if self.surface == "message" else "invalid_arguments"
        self.problems.append(Problem(code or default, message, pointer))


@dataclass(frozen=True, slots=True)
class Shape:
    """The fields of one type, those required, and a rule over all of them."""

    fields: Mapping[str, Rule]
    required: tuple[str, ...] = ()
    also: Rule | None = None

    def __call__(self, check: Check, value: Any, pointer: str) -> None:
        """Hold an object against this shape."""
        if not isinstance(value, dict):
            check.say(pointer, "must be an object")
            return
        for name in self.required:
            if name not in value:
                check.say(pointer, f"missing required field: {name}")
        for name, item in value.items():
            rule = self.fields.get(name)
            if rule is not None:
                rule(check, item, f"{pointer}/{name}")
            elif name != "type":
                check.say(pointer, f"invalid additional property: {name}")
        if self.also is not None:
            self.also(check, value, pointer)


def string(limit: int, low: int = 1) -> Rule:
    """A string of `low` to `limit` characters."""

    def rule(check: Check, value: Any, pointer: str) -> None:
        if not isinstance(value, str):
            check.say(pointer, "must be a string")
        elif len(value) > limit:
            check.say(pointer, f"must be less than {limit + 1} characters")
        elif len(value) < low:
            check.say(pointer, f"must be more than {low - 1} characters")

    return rule


def number(low: float, high: float) -> Rule:
    """A number between two bounds, both included."""

    def rule(check: Check, value: Any, pointer: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            check.say(pointer, "must be a number")
        elif not low <= value <= high:
            check.say(pointer, f"must be between {low:g} and {high:g}")

    return rule


def choice(*allowed: object) -> Rule:
    """One of the allowed values."""

    def rule(check: Check, value: Any, pointer: str) -> None:
        if value not in allowed:
            check.say(pointer, f"must be a valid enum value: {', '.join(map(str, allowed))}")

    return rule


def many(item: Rule, low: int, high: int) -> Rule:
    """A list of `low` to `high` items that each keep the rule."""

    def rule(check: Check, value: Any, pointer: str) -> None:
        if not isinstance(value, list):
            check.say(pointer, "must be an array")
            return
        if len(value) > high:
            check.say(pointer, f"no more than {high} items allowed")
        if len(value) < low:
            check.say(pointer, f"no fewer than {low} items allowed")
        for index, part in enumerate(value):
            item(check, part, f"{pointer}/{index}")

    return rule


def one_of(table: Callable[[], Mapping[str, Rule]], *kinds: str) -> Rule:
    """Something with a type out of `kinds`, held against that type's rule in the table."""

    def rule(check: Check, value: Any, pointer: str) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in kinds:
            check.say(pointer, f"unsupported type: {kind}")
            return
        table()[kind](check, value, pointer)

    return rule


def text(limit: int, *kinds: str) -> Rule:
    """A text object of one of the kinds, 1 to `limit` characters."""
    plain = Shape({"text": string(limit), "emoji": flag}, ("text",))
    marked = Shape({"text": string(limit), "verbatim": flag}, ("text",))
    return one_of(lambda: {"plain_text": plain, "mrkdwn": marked}, *(kinds or BOTH))


def anything(check: Check, value: Any, pointer: str) -> None:
    """Anything goes."""


def exactly_one(*names: str) -> Rule:
    """Exactly one of these fields is there."""

    def rule(check: Check, value: Any, pointer: str) -> None:
        if sum(name in value for name in names) != 1:
            check.say(pointer, f"must have exactly one of: {', '.join(names)}")

    return rule


def some(*names: str) -> Rule:
    """At least one of these fields is there and not empty."""

    def rule(check: Check, value: Any, pointer: str) -> None:
        if not any(value.get(name) for name in names):
            check.say(pointer, f"must have one of: {', '.join(names)}")

    return rule


def focus(check: Check, value: Any, pointer: str) -> None:
    """At most one element of a view takes the focus."""
    check.focused += value is True
    if check.focused > 1:
        check.say(pointer, "only one element can have focus_on_load")


BOTH: Final = ("plain_text", "mrkdwn")
flag: Final = choice(True, False)
whole: Final = number(0, 2**53)
url: Final = string(limits.URL)
name: Final = string(limits.BLOCK_ID)
PLAIN: Final = "plain_text"
