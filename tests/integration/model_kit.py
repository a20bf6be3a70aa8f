"""A turn and a run with a provider's own client against a stub of the provider."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import cast

import pytest
from langchain_core.language_models import BaseChatModel

from agent.address import AllowedHosts
from agent.calling import Terms
from agent.checkpointer import RedisCheckpointer
from agent.checks.http import HttpTool
from agent.conversation import Conversation
from agent.model import make_model
from agent.patience import Patience
from agent.task.graph import TaskRunner
from agent.task.values import TaskInput, TaskResult
from jobs import runtime
from jobs.threads import checkpoint_prefix
from jobs.turn import answer
from missions.artifacts import Artifacts
from missions.blueprint import Check, Expectation, Op, Task
from missions.cards import Card
from missions.domain import Domain
from missions.ids import CheckId, ExecutionId, MissionId, TaskId
from missions.keys import TeamKeys
from missions.mailbox import Incoming
from missions.outbox import Entry
from missions.spending import Meter
from tests.support.build import EVERY_5
from tests.support.fakes import ADA, MONDAY, OPS, TEAM, ManualClock
from tests.support.modelserver import ModelServer
from tests.support.site import Site
from tests.support.taskrun import finished


@dataclass(frozen=True)
class Impatient(Patience):
    """Waits for so many calls only as long as `limits` say: for those that the test is late with.

    All others have time enough on the slowest machine, so that nothing else can be late.
    """

    limits: list[float] = field(default_factory=list)

    def of_call(self, left: float) -> float:
        """The next of the limits; after their end, as for everybody."""
        return self.limits.pop(0) if self.limits else super().of_call(left)


QUICK = Impatient(total=80.0, call=30.0, retries=1, pause=0.01, longest=0.5)
"""Repeats at once, and is never short of time."""
HASTE = 0.4
"""Seconds: the limit for a call that the test is late with."""
LATE = 60.0
"""Seconds that a late answer takes: until the test is over."""


def impatient(*limits: float) -> Impatient:
    """Gives these limits to the first calls, in their order."""
    return replace(QUICK, limits=list(limits))


PLAN = (
    "propose_mission",
    {
        "name": "Shop watch",
        "tasks": [
            {
                "when": {"cron": "0 9 * * 1-5", "zone": "Europe/Berlin"},
                "checks": [{"url": "https://shop.example/health"}],
            }
        ],
    },
)
EXPLAINED = ("Explanation", {"comments": [{"text": "The page says why.", "seen_with": "http"}]})


def led_to(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> BaseChatModel:
    """The provider's client, as the product makes it."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return make_model(server.dialect.model)


@cache
def _http(hosts: str) -> HttpTool:
    """Made once: each reads all authorities that the system trusts."""
    return HttpTool(ManualClock(), AllowedHosts.parse(hosts))


class Talk:
    """A thread in #ops with Houston, whose turns are carried out here."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._number = 0

    def say(self, text: str) -> list[Card]:
        """Say it; the cards that it is answered by."""
        self._number += 1
        incoming = Incoming(
            id=f"I-{self._number}",
            team=TEAM,
            channel=OPS,
            thread_ts="100.000001",
            ts=f"100.{self._number:06}",
            person=ADA,
            text=text,
            event_id=f"Ev{self._number}",
            at=MONDAY,
        )
        self.last = incoming
        assert self._domain.mailboxes.accept(incoming)
        return self._answered()

    def retry(self) -> list[Card]:
        """Press Retry below what was said last."""
        assert self._domain.mailboxes.retry(TEAM, self.last.conversation, self.last.id)
        return self._answered()

    def _answered(self) -> list[Card]:
        keys, store = TeamKeys(TEAM), self._domain.store
        before = store.redis.llen(keys.lane(OPS))
        answer(TEAM, self.last.conversation)
        new = cast("list[str]", store.redis.lrange(keys.lane(OPS), before, -1))
        return [Entry.load(text).card for text in store.hmget(keys.outbox, new) if text]


@contextmanager
def talking(domain: Domain, model: BaseChatModel, folder: Path, terms: Terms) -> Iterator[Talk]:
    """A conversation with this model, through mailbox, turn and outbox."""
    saver = RedisCheckpointer(domain.redis, checkpoint_prefix, ttl_seconds=60)
    made = runtime.Runtime(
        domain=domain,
        tools={"http": _http("")},
        checkpointer=saver,
        artifacts=Artifacts(folder.as_uri()),
        offline=False,
        conversation=Conversation(model, saver, offline=False, terms=terms),
    )
    runtime.install(made)
    yield Talk(domain)


def run_task(
    site: Site,
    model: BaseChatModel,
    terms: Terms,
    meter: Meter | None = None,
    instructions: str = "Say why.",
) -> TaskResult:
    """An Execution of a Task that checks the site and wants it explained."""
    clock = ManualClock()
    http = _http(site.host)
    check = Check(
        id=CheckId("C1"),
        tool="http",
        arguments={"url": site.url()},
        expect=(Expectation(field="status", op=Op.EQ, value=200),),
    )
    task = Task(
        id=TaskId("T1"),
        title="Check",
        trigger=EVERY_5,
        checks=(check,),
        tools=("http",),
        instructions=instructions,
    )
    work = TaskInput(
        mission=MissionId("M-SHP234"),
        mission_name="Shop watch",
        execution=ExecutionId("E-1"),
        task=task,
        carry={},
        zone="UTC",
        stopped=lambda: False,
        meter=meter,
    )
    runner = TaskRunner({"http": http}, model, clock, pause=lambda _: None, terms=terms)
    return finished(runner, work)
