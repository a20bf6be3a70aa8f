"""What else people and senders do in a random run: overlaps, retries, events, dependents, pauses
that end by themselves, stops and backfills; in a channel of their own."""

from __future__ import annotations

import http.client
import itertools
import json
import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from redis.exceptions import RedisError

from bot.http.ports import PORT_FILE
from bot.workspace.seed import channel_id
from missions import keys as k
from missions.blueprint import After, CronTrigger, EventTrigger, Notify, Overlap, Strategy, Task
from missions.errors import HoustonError, TransitionRefused
from missions.ids import ChannelId, MissionId, ProposalId, TaskId
from missions.keys import TeamKeys
from missions.mission import MissionState
from tests.chaos.kit import System, timed
from tests.support.build import proposed
from tests.support.events import after, rule
from tests.support.site import Site

CHANNEL = "#incidents"
BESIDE = ChannelId(channel_id(CHANNEL.removeprefix("#")))
SLOW = "/slow"
SLOW_SECONDS = 2.5
"""How long a run of the Tasks that overlap takes: another one comes due meanwhile."""
CAP = 4
"""Runs in an hour of the rule that has a cap; there are fewer hours in a run than that."""
EVENTS_MOST = 90
"""Events for one rule: as long as there are fewer, each has a row of its own [B6]."""
RETRIES = 2
FIRST, SECOND, THIRD, FOURTH = map(TaskId, ("T1", "T2", "T3", "T4"))
QUEUED, REPLACING, PARALLEL = FIRST, SECOND, THIRD
HEARD, AFTER_ANY, AFTER_SUCCESS, CAPPED = FIRST, SECOND, THIRD, FOURTH


def overlapping(site: Site) -> list[Task]:
    """Tasks that run longer than until the next click, one for each way to take that."""
    ways = (Overlap.QUEUE_ONE, Overlap.REPLACE, Overlap.PARALLEL)
    every = CronTrigger(cron="*/2 * * * *", zone="UTC")
    return [
        timed(site.url(SLOW), every, n, strategy=_tried(overlap))
        for n, overlap in enumerate(ways, 1)
    ]


def chained(site: Site) -> list[Task]:
    """A rule that hears every event, what follows its runs, and a rule with a cap."""
    every = rule(per_hour=720, fields=("n",))
    heard = timed(site.url(), every, 1, strategy=_tried(Overlap.PARALLEL))
    same = {"checks": heard.checks, "strategy": heard.strategy}
    capped = rule(per_hour=CAP, fields=("n",))
    return [
        heard.model_copy(update={"notify": Notify.NEVER}),
        after(1, After.FINISH).model_copy(update={**same, "notify": Notify.ALWAYS}),
        after(2, After.SUCCESS, 3).model_copy(update={**same, "notify": Notify.NEVER}),
        timed(site.url(), capped, 4, strategy=_tried(Overlap.QUEUE_ONE)),
    ]


def _tried(overlap: Overlap) -> Strategy:
    """With retries, the second after twice as long; never paused by Houston."""
    return Strategy(
        overlap=overlap, retries=RETRIES, retry_seconds=5, announce_after=100, pause_after=1_000
    )


def _another_trigger(task: Task) -> Task:
    """The Task as often as before, at other minutes or with another cap that is not reached."""
    trigger = task.trigger
    if isinstance(trigger, CronTrigger):
        other = "1-59/2 * * * *" if trigger.cron.startswith("*") else "*/2 * * * *"
        return task.model_copy(update={"trigger": trigger.model_copy(update={"cron": other})})
    assert isinstance(trigger, EventTrigger)
    cap = {"per_hour": 1_439 - trigger.per_hour}
    return task.model_copy(update={"trigger": trigger.model_copy(update=cap)})


@dataclass
class Strategies:
    """The Missions, what was asked of them, and what was promised of that."""

    system: System
    site: Site
    posted: dict[TaskId, dict[int, bool]] = field(default_factory=dict)
    """The events by number; whether one was answered 202."""
    backfills: list[ProposalId] = field(default_factory=list)
    pauses: int = 0
    stopped: int = 0
    number: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.site.slow[SLOW] = SLOW_SECONDS
        self.overlaps = self._made("Overlaps", *overlapping(self.site))
        self.chain = self._made("Chain", *chained(self.site))
        tens = CronTrigger(cron="*/10 * * * *", zone="UTC")
        queue = Strategy(overlap=Overlap.QUEUE_ONE, pause_after=1_000)
        self.past = self._made("Past", timed(self.site.url(), tens, strategy=queue))
        self.began = datetime.now(UTC)
        hooks = self.system.domain.lifecycle.hooks(self.system.ada, self.chain)
        self._paths = {task: hooks[task].path for task in (HEARD, CAPPED)}
        self.posted = {task: {} for task in self._paths}

    def _made(self, name: str, *tasks: Task) -> MissionId:
        return self.system.mission(name, *tasks, channel=BESIDE)

    @property
    def missions(self) -> tuple[MissionId, ...]:
        """All three."""
        return self.overlaps, self.chain, self.past

    def act(self, seed: int) -> None:
        """One thing, as the seed says; what is refused because a part is away was not promised."""
        chance = random.Random(seed)
        others = (self._pause, self._stop, self._past, self._reshape)
        acts = (self._post, self._post, self._run, self._run, *others)
        with suppress(OSError, http.client.HTTPException, RedisError, HoustonError):
            chance.choice(acts)(chance)

    def _run(self, chance: random.Random) -> None:
        task = chance.choice((QUEUED, REPLACING, PARALLEL))
        for _ in range(chance.randrange(1, 4)):
            click = f"click-{next(self.number)}"
            self.system.domain.lifecycle.run_now(self.system.ada, self.overlaps, click, task)

    def _post(self, chance: random.Random) -> None:
        """Send an event, at times twice, as a sender does that got no answer."""
        task = chance.choice((HEARD, HEARD, CAPPED))
        sent = self.posted[task]
        if len(sent) >= EVENTS_MOST:
            return
        number = next(self.number)
        sent[number] = False
        for _ in range(chance.randrange(1, 3)):
            sent[number] = self._send(self._paths[task], number) or sent[number]

    def _send(self, path: str, number: int) -> bool:
        port = int((self.system.folder / PORT_FILE).read_text())
        bot = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            bot.request("POST", path, json.dumps({"n": number, "severity": "critical"}))
            return bot.getresponse().status == 202
        except TimeoutError:
            return False
        finally:
            bot.close()

    def _pause(self, chance: random.Random) -> None:
        """Pause a Mission, a Task, a channel or all, until a moment within the run."""
        until = datetime.now(UTC) + timedelta(seconds=chance.uniform(0.5, 6))
        domain, ada = self.system.domain, self.system.ada
        match chance.randrange(6):
            case 0 | 1:
                domain.lifecycle.disable(ada, chance.choice(self.missions), "", until)
            case 2 | 3:
                task = chance.choice((FIRST, SECOND, THIRD))
                mission = chance.choice((self.overlaps, self.chain))
                domain.lifecycle.pause_task(ada, mission, task, "", until)
            case 4:
                domain.quiet.begin(ada, BESIDE, "", until)
            case _:
                domain.quiet.begin(ada, None, "", until)
        self.pauses += 1

    def _reshape(self, chance: random.Random) -> None:
        """Apply another trigger of a Task, of which rows wait to be taken or tried again."""
        domain, team = self.system.domain, self.system.team
        mission = chance.choice((self.overlaps, self.chain))
        found = domain.store.mission(team, mission)
        plan = domain.store.blueprint(team, mission, found.version) if found else None
        if found is None or plan is None:
            return
        changed = tuple(_another_trigger(t) if t.id == FIRST else t for t in plan.tasks)
        after = plan.model_copy(update={"tasks": changed})
        change = proposed(domain, found, after, by=self.system.ada.person)
        for _ in range(2):
            domain.lifecycle.apply(self.system.ada, mission, change.id)

    def _stop(self, chance: random.Random) -> None:
        mission = chance.choice((self.overlaps, self.chain))
        self.stopped += len(self.system.domain.lifecycle.stop(self.system.ada, mission))

    def _past(self, chance: random.Random) -> None:
        """Have half an hour of the past run again, by an impatient person's two clicks."""
        verbs, ada = self.system.domain.lifecycle, self.system.ada
        last = self.began - timedelta(minutes=30 * len(self.backfills))
        asked = verbs.propose_backfill(ada, self.past, last - timedelta(minutes=30), last)
        self.backfills.append(asked.id)
        for _ in range(2):
            verbs.backfill(ada, self.past, asked.id)

    def pauses_are_over(self) -> bool:
        """Whether each pause ended by itself: nobody here ends one."""
        domain, team = self.system.domain, TeamKeys(self.system.team)
        if self.system.redis.zcard(k.RESUMES):
            return False
        if self.system.redis.exists(team.quiet, team.channel_quiet(BESIDE)):
            return False
        for mission in self.missions:
            found = domain.store.mission(team.team, mission)
            states = domain.store.task_states(team.team, mission).values()
            if found is None or found.state is not MissionState.ACTIVE:
                return False
            if any(state.pause for state in states):
                return False
        return True

    def close(self) -> None:
        """Disable all of them for good."""
        for mission in self.missions:
            with suppress(TransitionRefused):
                self.system.domain.lifecycle.disable(self.system.ada, mission)
