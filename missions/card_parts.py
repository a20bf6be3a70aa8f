"""What cards are made of."""

from __future__ import annotations

from enum import StrEnum

from missions.record import Record


class Choice(Record):
    """A proposed answer: `label` on the button, `say` is sent as if the person had written it."""

    label: str
    say: str


class Question(Record):
    """One thing that is missing, with proposed answers."""

    text: str
    choices: tuple[Choice, ...] = ()


class Action(StrEnum):
    """What a card's button does or opens [C7]."""

    DISABLE = "disable"
    ENABLE = "enable"
    DELETE = "delete"
    RUN = "run"
    MUTE = "mute"
    UNMUTE = "unmute"
    RENAME = "rename"


class FileKind(StrEnum):
    """What a file holds."""

    SESSION = "session"
    TEXT = "text"
    CHART = "chart"
    CALENDAR = "calendar"
    EXECUTIONS = "executions"
