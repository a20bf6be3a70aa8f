"""What people say and press in a random run, and what was promised of it."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from redis.exceptions import RedisError

from bot.workspace.client import Refused
from missions.errors import HoustonError
from missions.ids import MissionId, TaskId
from tests.chaos.facts import Json, said
from tests.chaos.kit import OPS, System

TIMED = TaskId("T1")


@dataclass
class Workload:
    """What people do meanwhile: Run now, turns, and plans that they launch and change."""

    system: System
    chance: random.Random
    missions: list[MissionId]
    threads: list[str] = field(default_factory=list)
    plans: list[str] = field(default_factory=list)
    clicks: Iterator[int] = field(default_factory=itertools.count)

    def heard(self) -> list[str]:
        """What began a thread and was taken in."""
        return sorted(heard(self.system) & {*self.threads, *self.plans})

    def act(self) -> None:
        """One thing; what is refused because a part is away was not promised."""
        what = self.chance.random()
        with suppress(OSError, Refused, RedisError, HoustonError):
            if what < 0.25:
                mission = self.chance.choice(self.missions)
                self.system.run_now(mission, f"click-{next(self.clicks)}")
            elif what < 0.4:
                self.switch()
            elif what < 0.55:
                said_ = "@Houston list my missions"
                self.threads.append(self.system.workspace.post("ada", OPS, said_))
            elif what < 0.7:
                # A plan of its own each: else its card would name the Mission that is like it.
                number = next(self.clicks)
                where = f"https://shop.example/{number}"
                said_ = (
                    f"@Houston every day at 9:00 check {where} answers 200, call it Plan {number}"
                )
                self.plans.append(self.system.workspace.post("ada", OPS, said_))
            elif what < 0.8 and self.plans:
                self.change(self.chance.choice(self.plans[-5:]))
            elif self.plans:
                self.press(self.chance.choice(self.plans[-5:]))

    def switch(self) -> None:
        """Disable, enable, or pause or enable the Task alone, as it comes; [M2] may refuse it.

        A note says until when: what the Mission's own log does not tell.
        """
        verbs, ada = self.system.domain.lifecycle, self.system.ada
        mission = self.chance.choice(self.missions)
        until = datetime.now(UTC) + timedelta(seconds=self.chance.uniform(1, 40))
        match self.chance.choice(("disable", "while", "enable", "enable", "pause", "nap", "free")):
            case "disable":
                verbs.disable(ada, mission)
            case "while":
                verbs.disable(ada, mission, until.isoformat(), until)
            case "enable":
                verbs.enable(ada, mission)
            case "pause":
                verbs.pause_task(ada, mission, TIMED)
            case "nap":
                verbs.pause_task(ada, mission, TIMED, "", until)
            case "free":
                verbs.enable_task(ada, mission, TIMED)

    def go_on(self) -> None:
        """Press what a plan offers, then ask for a change of it: the next strike meets both."""
        with suppress(OSError, Refused, RedisError, HoustonError):
            if self.plans:
                thread = self.chance.choice(self.plans[-3:])
                self.press(thread)
                self.change(thread)

    def change(self, thread: str) -> None:
        """Say that a plan is to run at another time, in its thread."""
        if offered(self.system, thread, "launch", "apply", "view_plan"):
            said_ = f"@Houston make it 10:{next(self.clicks) % 60:02d}"
            self.system.workspace.post("ada", OPS, said_, thread)

    def press(self, thread: str) -> None:
        """Press Launch or Apply on the latest card of a thread, twice as the impatient do."""
        for action, card in offered(self.system, thread, "launch", "apply")[-1:]:
            for _ in range(2):
                self.system.workspace.click("ada", OPS, card["ts"], action)


def offered(system: System, thread: str, *actions: str) -> list[tuple[str, Json]]:
    """The bot's messages in a thread that have one of these buttons, oldest first."""
    elements = (
        (element.get("action_id", "").partition(":")[0], message)
        for message in said(system, thread)
        for block in message["blocks"]
        for element in block.get("elements", ())
    )
    return [(action, message) for action, message in elements if action in actions]


def heard(system: System) -> set[str]:
    """The messages that Houston took in; a killed workspace forgets what it had not delivered."""
    return {line["ts"] for line in system.logs("bot") if line["event"] == "accepted"}
