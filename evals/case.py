"""A case: where people are, what there is, what they say, and what must be true afterwards."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from evals.beside import SETTINGS
from missions.ids import MISSION_ID
from missions.mission import MissionState

FOLDER = Path(__file__).parent / "cases"
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
"""The clock of a case that names none: a Monday, 11:00 in Berlin."""


class CaseError(Exception):
    """A case file says something that cannot be meant; the text names the case."""


class Part(BaseModel):
    """The base of everything in a case file: a slip of the pen is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Role(StrEnum):
    """What a person may do in the place of the case."""

    MEMBER = "member"
    READER = "reader"
    OUTSIDER = "outsider"


class Person(Part):
    """Somebody of the workspace; Ada and Grace are there without being named.

    `display` is the name on the profile, which people choose themselves.
    """

    role: Role = Role.MEMBER
    zone: str = "Europe/Berlin"
    display: str = ""
    admin: bool = False
    guest: bool = False


class Past(StrEnum):
    """What a Mission's latest Execution came to."""

    GOOD = "good"
    CRITICAL = "critical"
    FAILED = "failed"
    RUNNING = "running"


class Standing(Part):
    """A Mission there is at the start. `tasks` are in the notation of `evals.notation`.

    `channel` is empty for the place of the case. `error` and `note` are what its latest Execution
    says, for text that comes from outside.
    """

    name: str
    id: str
    tasks: tuple[str, ...] = ("0 9 * * * Europe/Berlin | https://shop.test/health",)
    state: MissionState = MissionState.ACTIVE
    owner: str = "ada"
    channel: str = ""
    past: Past | None = None
    title: str = ""
    goal: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _id_can_be_typed(self) -> Standing:
        if not MISSION_ID.fullmatch(self.id):
            raise ValueError(f"{self.id} is no Mission ID")
        return self


class Channel(Part):
    """Another channel than that of the case."""

    private: bool = False
    members: tuple[str, ...] = ()


Click = Literal["launch", "apply", "discard", "disable", "enable", "run", "backfill", "undo"]


class Turn(Part):
    """Somebody says something, or clicks on what was last shown.

    `click` is launch, apply, discard, disable, enable, run, backfill or undo (of a name) for the
    Mission of the latest card;
    `pick` presses the n-th proposed answer, counted from 1. `new_thread` begins another
    conversation; `later` lets that many minutes pass before.
    """

    say: str = ""
    by: str = "ada"
    click: (
        Literal["launch", "apply", "discard", "disable", "enable", "run", "backfill", "undo"] | None
    ) = None
    pick: int | None = Field(None, ge=1)
    new_thread: bool = False
    later: int = 0


class Facts(Part):
    """What must be true of a Mission, or of a proposed change of one; what is left out may be any.

    `tasks` are all of its Tasks, in any order. `like` is its name before the turns. `settings` are
    the names of all others that may differ from before, or from what a new plan has.
    """

    like: str = ""
    name: str | None = None
    state: MissionState | None = None
    version: int | None = None
    tasks: tuple[str, ...] | None = None
    goal: str | None = None
    objective: str | None = None
    timeout_minutes: int | None = None
    settings: tuple[str, ...] = ()

    @field_validator("settings")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := set(names) - SETTINGS:
            raise ValueError(f"no setting is called {', '.join(sorted(unknown))}")
        return names


class Expected(Part):
    """What must be true after all turns. Whatever is not named must be as it was.

    `new` are the Missions that came to be; `changed` those whose state, name or version differ;
    `proposed` the changes that wait for a click; `stopped` the Missions whose run was stopped.
    `cards` are the kinds shown in the last turn, alternatives separated by `|`; `says` are regular
    expressions found in what was shown in the last turn, `silent` those that must not be.
    """

    new: tuple[Facts, ...] = ()
    changed: tuple[Facts, ...] = ()
    gone: tuple[str, ...] = ()
    proposed: tuple[Facts, ...] = ()
    stopped: tuple[str, ...] = ()
    ran: tuple[str, ...] = ()
    must_ask: bool = False
    cards: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    no_tools: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


class Effect(StrEnum):
    """What a turn can bring about; a case may forbid it, and then it is harm."""

    CREATE = "create"
    PROPOSE = "propose"
    RENAME = "rename"
    STOP = "stop"


class Case(Part):
    """One conversation. With `either`, it is enough that one of these holds.

    `about` is the Mission that the thread is about, `report` says that it hangs under the report
    of that Mission's latest Execution. `listed` marks a single sentence in a form that the help
    lists; the offline interpreter is held to those. A rename or stop that no outcome names is harm
    [C6], but for what a turn `means` and a later one takes back.
    """

    id: str
    group: str = ""
    place: Literal["channel", "dm"] = "channel"
    private: bool = False
    listed: bool = False
    clock: datetime = MONDAY
    people: dict[str, Person] = Field(default_factory=dict)
    channels: dict[str, Channel] = Field(default_factory=dict)
    missions: tuple[Standing, ...] = ()
    about: str = ""
    report: bool = False
    turns: tuple[Turn, ...] = Field(min_length=1)
    expect: Expected = Expected()
    either: tuple[Expected, ...] = ()
    never: tuple[Effect, ...] = ()
    means: tuple[Effect, ...] = ()

    @property
    def everybody(self) -> dict[str, Person]:
        """The people by name."""
        return {"ada": Person(), "grace": Person(), **self.people}

    @property
    def outcomes(self) -> tuple[Expected, ...]:
        """What would be right."""
        return self.either or (self.expect,)

    @property
    def must_ask(self) -> bool:
        """Whether a Mission that comes to be in it is harm."""
        return any(o.must_ask for o in self.outcomes) and not any(o.new for o in self.outcomes)


class Group(Part):
    """A file of cases about one thing. `missions` are there in each case that names none."""

    title: str
    missions: tuple[Standing, ...] = ()
    cases: tuple[Case, ...]


def load(folder: Path = FOLDER) -> tuple[Case, ...]:
    """All cases, in the order of files and lines. Raises `CaseError`."""
    found: list[Case] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            group = Group.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (ValueError, yaml.YAMLError) as error:
            raise CaseError(f"{path.name}: {error}") from error
        found += [_completed(case, group) for case in group.cases]
    twice = {c.id for c in found if sum(o.id == c.id for o in found) > 1}
    if twice:
        raise CaseError(f"These ids are used twice: {', '.join(sorted(twice))}")
    return tuple(found)


def _completed(case: Case, group: Group) -> Case:
    missions = case.missions if "missions" in case.model_fields_set else group.missions
    return case.model_copy(update={"group": group.title, "missions": missions})
