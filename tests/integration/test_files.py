"""Files reach Slack once, whatever Slack answers, and go with their Mission [R4 R5 M6 P1]."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from redis import Redis

from bot.cleanup import Cleanup
from bot.deliveries import Delivery
from bot.facts.files import upload_of
from bot.facts.gather import Gather
from bot.facts.sessions import without_secrets
from bot.slack_errors import FileGone
from missions import keys as k
from missions.cards import FileCard, FileKind, ReportDetailCard
from missions.endings import Ending
from missions.execution import Execution, Report, Session, Status, Step
from missions.ids import OutboxId
from missions.keys import TeamKeys
from missions.mission import Mission
from missions.outbox import entry
from tests.integration.edge_kit import ADA, OPS, System, alone
from tests.integration.test_records import ran
from tests.integration.test_series import took
from tests.support.runs import FAILED
from tests.support.storage import StorageServer

Json = dict[str, Any]
UPLOAD = (
    "files.getUploadURLExternal",
    "files.completeUploadExternal",
    "files.info",
)


@pytest.fixture(scope="module")
def system(storage: StorageServer) -> Iterator[System]:
    with Redis.from_url(storage.url, decode_responses=True) as redis, alone(redis) as made:
        yield made


@pytest.fixture(autouse=True)
def fresh(system: System, redis: Redis) -> None:
    """An empty database beside the same workspace."""
    system.people.misbehave("none")
    system.bell.deliveries.clear()


def session(run: Execution) -> Session:
    step = Step(
        at=run.started_at,
        what="Check C1: Health",
        tool="http",
        arguments={"url": "https://shop.example/?token=hush-hush"},
        result="all good; <!channel> Bearer abcdefghijkl",
    )
    return Session(execution=run.id, steps=(step,))


def deliver(system: System, channel: str = OPS) -> None:
    """Empty the lane, which need not wait any more."""
    system.domain.redis.zadd(k.LANES, {k.member(system.team, channel): 0}, xx=True)
    found = Delivery(system.domain, system.client, lambda _, run: session(run), "test")
    found.run(system.team, OPS)


def files(system: System, thread_ts: str | None = None) -> list[Json]:
    """The files that Ada sees in #ops, or in a thread."""
    shown = system.people.messages(OPS, thread_ts)
    return [file for message in shown for file in message.get("files") or ()]


def ask(system: System, what: FileKind = FileKind.CALENDAR) -> Mission:
    """A Mission of which a file is to be posted in #ops."""
    mission = system.launched()
    run = ran(system, mission)
    card = FileCard(mission=mission.id, what=what, execution=run.id)
    system.domain.outbox.say(entry(system.team, OPS, card))
    return mission


def newest(system: System, mission: Mission) -> list[Json]:
    """The files whose name tells that they are about this Mission."""
    return [file for file in files(system) if mission.id in file["name"]]


def test_a_file_is_posted_and_remembered(system: System) -> None:
    """[R7 M6]"""
    mission = ask(system)
    deliver(system)
    (file,) = newest(system, mission)
    assert file["mimetype"] == "image/png"
    posts = system.domain.store.hgetall(TeamKeys(system.team).mission(mission.id).posts)
    assert any(file["id"] in place for place in posts.values())


@pytest.mark.parametrize("method", UPLOAD)
def test_a_file_whose_answer_was_lost_is_looked_for_and_shared_once(
    system: System, method: str
) -> None:
    """[R4] Whichever of the answers is lost after Slack had done it."""
    mission = ask(system)
    system.people.misbehave("timeout_after_accept", method=method)
    for _ in range(6):
        deliver(system)
    assert len(newest(system, mission)) == 1
    assert system.queued(OPS) == []


@pytest.mark.parametrize("method", UPLOAD)
def test_a_rate_limit_makes_the_file_wait(system: System, method: str) -> None:
    """[R4]"""
    mission = ask(system)
    system.people.misbehave("rate_limit", method=method, retry_after=30)
    deliver(system)
    for _ in range(3):
        deliver(system)
    assert len(newest(system, mission)) == 1
    assert system.queued(OPS) == []


def test_a_file_that_was_never_finished_is_sent_anew(system: System) -> None:
    """[R4] Nobody saw it: it vanishes by itself."""
    mission = ask(system)
    system.people.misbehave("error", method="files.completeUploadExternal", error="internal_error")
    for _ in range(3):
        deliver(system)
    assert len(newest(system, mission)) == 1


def test_a_delete_removes_files_and_their_messages(system: System) -> None:
    """[M6]"""
    mission = ask(system)
    ask_again = FileCard(mission=mission.id, what=FileKind.EXECUTIONS)
    system.domain.outbox.say(entry(system.team, OPS, ask_again))
    deliver(system)
    gone = [file["id"] for file in newest(system, mission)]
    assert len(gone) == 2
    system.domain.lifecycle.delete(system.actor(ADA), mission.id, mission.id)
    Cleanup(system.domain, system.client, system.team, mission.id).run()
    assert newest(system, mission) == []
    assert system.domain.remains.places(system.team, mission.id) == ()
    for file in gone:
        with pytest.raises(FileGone):
            system.client.file_info(file)


def test_a_file_of_a_mission_deleted_meanwhile_is_not_posted(system: System) -> None:
    """[M6]"""
    mission = ask(system)
    system.domain.lifecycle.delete(system.actor(ADA), mission.id, mission.id)
    deliver(system)
    assert newest(system, mission) == []
    assert system.queued(OPS) == []


def test_a_long_text_goes_on_in_a_file_once(system: System) -> None:
    """[R5]"""
    mission = system.launched()
    text = "A line of the report.\n" * 900
    report = Report(headline="Much to say", text=text)
    run = ran(system, mission, Ending(status=Status.SUCCESS, report=report))
    for _ in range(2):
        deliver(system)
    root = next(m["ts"] for m in system.people.messages(OPS)[::-1] if mission.id in str(m))
    names = [file["name"] for file in files(system, root)]
    assert names == [f"report-{run.id}.md"]
    posts = system.domain.store.hgetall(TeamKeys(system.team).mission(mission.id).posts)
    first = next(name for name, place in posts.items() if root in place)
    again = ReportDetailCard(mission=mission.id, execution=run.id)
    system.domain.outbox.say(entry(system.team, OPS, again, thread_of=OutboxId(first)))
    deliver(system)
    assert [file["name"] for file in files(system, root)] == names


def test_where_slack_takes_no_charts_the_words_stay_and_a_picture_follows(
    system: System,
) -> None:
    """[R1 R5]"""
    mission = system.launched()
    for value in (100, 200):
        report = Report(headline="All good", results=(took(value),))
        run = ran(system, mission, Ending(status=Status.SUCCESS, report=report))
        if value == 200:
            system.people.misbehave("invalid_blocks")
        deliver(system)
    root = next(m for m in system.people.messages(OPS)[::-1] if mission.id in str(m["blocks"]))
    kinds = [block["type"] for block in root["blocks"]]
    assert "data_visualization" not in kinds
    assert "median" in str(root["blocks"])
    assert f"chart-{run.id}.png" in [file["name"] for file in files(system, root["ts"])]


def test_a_session_has_no_secrets_and_nothing_in_it_acts(system: System) -> None:
    """[P4 P7]"""
    mission = system.launched()
    run = ran(system, mission, FAILED)

    def kept(_: Mission, run: Execution) -> Session:
        return without_secrets(session(run), ())

    card = FileCard(mission=mission.id, what=FileKind.SESSION, execution=run.id)
    gather = Gather(system.domain, system.viewer(ADA), lambda *_: "", kept)
    text = upload_of(card, gather).data.decode()
    assert "Check C1: Health" in text
    assert "hush-hush" not in text
    assert "abcdefghijkl" not in text
