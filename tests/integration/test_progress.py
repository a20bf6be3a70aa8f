"""What an Execution shows while it runs: one message, which the report takes over or which goes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from redis import Redis

from jobs import progress as showing
from jobs.progress import Showing
from missions.blueprint import Finding, Notify
from missions.claims import Claim
from missions.endings import Ending
from missions.execution import Report, Status
from missions.ids import ExecutionId
from missions.keys import TeamKeys
from missions.ledger import time_occurrence, write_pending
from missions.mission import Mission
from missions.progress import ProgressStep, StepState, message_of
from tests.integration.edge_kit import ADA, OPS, System, alone
from tests.support.build import task
from tests.support.storage import StorageServer
from tests.support.stored import content
from tests.support.story import actions, words

Json = dict[str, Any]
REPORT = Report(headline="All is well")
GOOD = Ending(status=Status.SUCCESS, finding=Finding.ALL_GOOD, report=REPORT)
BAD = Ending(status=Status.SUCCESS, finding=Finding.CRITICAL, report=REPORT, changed=True)
STEPS = (
    ProgressStep(title="GET /health", state=StepState.RUNNING),
    ProgressStep(title="Write the report"),
)


@pytest.fixture(scope="module")
def system(storage: StorageServer) -> Iterator[System]:
    with Redis.from_url(storage.url, decode_responses=True) as redis, alone(redis) as made:
        yield made


@pytest.fixture
def mission(system: System, redis: Redis) -> Mission:
    """An Active Mission in an empty database."""
    system.bell.deliveries.clear()
    return system.launched(OPS)


def begun(system: System, mission: Mission) -> Claim:
    """An Execution by hand that runs."""
    system.domain.lifecycle.run_now(system.actor(ADA), mission.id, f"c{mission.rev}")
    keys = TeamKeys(system.team).mission(mission.id)
    (row,) = system.domain.store.smembers(keys.queued)
    claim = system.domain.claims.claim(system.team, mission.id, row, "token")  # type: ignore[arg-type]
    assert claim
    return claim


def seen(system: System) -> list[Json]:
    """The bot's messages in the channel about this database's Missions, oldest first."""
    system.bell.deliveries.clear()
    system.deliver(OPS)
    posts = TeamKeys(system.team)
    ts = set()
    for key in system.domain.redis.scan_iter(f"{posts.mission('*').posts}"):  # type: ignore[arg-type]
        ts |= {v.split('"')[3] for v in content(system.domain.redis, key).values()}
    return [m for m in system.people.messages(OPS) if m["ts"] in ts]


def test_a_run_shows_its_steps_with_stop(system: System, mission: Mission) -> None:
    """[C10 X5]"""
    claim = begun(system, mission)
    assert system.domain.progress.show(claim, STEPS)
    (message,) = seen(system)
    plan = next(b for b in message["blocks"] if b["type"] == "plan")
    assert [t["status"] for t in plan["tasks"]] == ["in_progress", "pending"]
    assert "stop" in actions(message)
    assert "GET /health" in message["text"]


def test_changes_go_into_the_same_message(system: System, mission: Mission) -> None:
    """[C10]"""
    claim = begun(system, mission)
    system.domain.progress.show(claim, STEPS)
    (first,) = seen(system)
    done = (STEPS[0].model_copy(update={"state": StepState.DONE}), STEPS[1])
    system.domain.progress.show(claim, done)
    (second,) = seen(system)
    assert first["ts"] == second["ts"]
    assert second["blocks"] != first["blocks"]


def test_while_slack_is_slow_changes_do_not_pile_up(system: System, mission: Mission) -> None:
    """[C10] The card is drawn when it is delivered, so what waits shows the latest."""
    claim = begun(system, mission)
    for _ in range(5):
        system.domain.progress.show(claim, STEPS)
    assert len(system.queued(OPS)) == 1


def test_good_news_takes_the_message_over(system: System, mission: Mission) -> None:
    """[C10 R1]"""
    claim = begun(system, mission)
    system.domain.progress.show(claim, STEPS)
    (before,) = seen(system)
    system.domain.endings.end(system.team, claim.execution, GOOD)
    after = seen(system)
    assert after[0]["ts"] == before["ts"]
    assert "All is well" in words(after[0])
    assert "stop" not in actions(after[0])
    assert after[0]["reply_count"] == 1
    assert len(after) == 1
    ref = system.domain.outbox.ref(system.team, OPS, after[0]["ts"])
    assert ref
    assert ref.execution == claim.execution.id


@pytest.mark.parametrize("ending", [BAD, Ending(status=Status.FAILED, error="It broke.")])
def test_bad_news_is_a_message_of_its_own(system: System, mission: Mission, ending: Ending) -> None:
    """[R1] An edit notifies nobody."""
    claim = begun(system, mission)
    system.domain.progress.show(claim, STEPS)
    (before,) = seen(system)
    system.domain.endings.end(system.team, claim.execution, ending)
    (after,) = seen(system)
    assert after["ts"] != before["ts"]
    assert before["ts"] not in {m["ts"] for m in system.people.messages(OPS)}
    assert system.domain.outbox.ref(system.team, OPS, before["ts"]) is None


def test_a_silent_end_leaves_nothing(system: System, mission: Mission) -> None:
    """[R2]"""
    claim = timed(system, mission)
    assert system.domain.progress.worth(claim)
    system.domain.progress.show(claim, STEPS)
    (before,) = seen(system)
    system.domain.lifecycle.mute(system.actor(ADA), mission.id, None)
    system.domain.endings.end(system.team, claim.execution, BAD)
    assert not [m for m in seen(system) if "All is well" in words(m)]
    assert before["ts"] not in {m["ts"] for m in system.people.messages(OPS)}


def timed(system: System, mission: Mission) -> Claim:
    """An Execution by time that runs."""
    row = time_occurrence(task(), system.domain.clock.now(), 1)
    keys = TeamKeys(system.team).mission(mission.id)
    tx = system.domain.store.mission_tx(keys)
    write_pending(tx, keys, row)
    tx.commit()
    claim = system.domain.claims.claim(system.team, mission.id, row.id, "timed")
    assert claim
    return claim


def test_who_speaks_only_on_change_shows_nothing(system: System, mission: Mission) -> None:
    """[R2]"""
    claim = timed(system, mission)
    for notify in Notify:
        quiet = Claim(
            mission=claim.mission,
            task=claim.task.model_copy(update={"notify": notify}),
            state=claim.state,
            execution=claim.execution,
        )
        assert system.domain.progress.worth(quiet) is (notify is Notify.ALWAYS)


def test_after_the_end_nothing_is_shown_any_more(system: System, mission: Mission) -> None:
    """[C10] Also what was queued before the end and is delivered after it."""
    claim = begun(system, mission)
    system.domain.progress.show(claim, STEPS)
    system.domain.endings.end(system.team, claim.execution, GOOD)
    assert not system.domain.progress.show(claim, STEPS)
    (message,) = seen(system)
    assert "All is well" in words(message)
    keys = TeamKeys(system.team).mission(mission.id)
    assert not system.domain.redis.exists(keys.progress)


def test_a_short_run_says_nothing_and_a_long_one_what_it_does(
    system: System, mission: Mission, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[C10]"""
    monkeypatch.setattr(showing, "AFTER_SECONDS", 0.05)
    monkeypatch.setattr(showing, "APART_SECONDS", 0.05)
    claim = begun(system, mission)
    with Showing(system.domain, claim) as short:
        assert short.steps()[0].state is StepState.WAITING
    assert not system.queued(OPS)
    check = claim.task.checks[0].id
    shown = threading.Event()
    show = system.domain.progress.show

    def noticed(made: Claim, steps: tuple[ProgressStep, ...]) -> bool:
        shown.set()
        return show(made, steps)

    monkeypatch.setattr(system.domain.progress, "show", noticed)
    with Showing(system.domain, claim) as long:
        long.noticed(check, None)
        assert long.steps()[0].state is StepState.RUNNING
        assert shown.wait(5)
        long.noticed(check, Finding.CRITICAL)
        assert [s.state for s in long.steps()] == [StepState.FAILED, StepState.RUNNING]
    assert message_of(ExecutionId(claim.execution.id)) in system.queued(OPS)
