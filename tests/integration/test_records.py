"""Past and coming runs in dialogs: lists, one Execution, the calendar, for those who may see."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from redis import Redis

from bot.blocks.actions import ActionId, Value, encode
from bot.blocks.elements import actions, button, section
from bot.blocks.layout import Message
from bot.blocks.records import NOT_RUN, Scope
from bot.client import SlackClient
from bot.mrkdwn import Mrkdwn
from bot.slack_errors import FileGone, Refused
from missions.endings import Ending
from missions.execution import Execution, Status
from missions.keys import TeamKeys
from missions.lanes import to_person
from missions.ledger import time_occurrence, write_pending
from missions.mission import Mission
from tests.integration.edge_kit import GRACE, OPS, SECRET, System, connected
from tests.support.fakes import ManualClock
from tests.support.runs import FAILED, FOUND, GOOD
from tests.support.storage import StorageServer

Json = dict[str, Any]
NOVEMBER = "November 2026"


@pytest.fixture(scope="module")
def system(storage: StorageServer) -> Iterator[System]:
    with Redis.from_url(storage.url, decode_responses=True) as redis, connected(redis) as made:
        yield made


@pytest.fixture(autouse=True)
def fresh(system: System, redis: Redis) -> None:
    """An empty database beside the same workspace."""
    system.people.misbehave("none")
    for person in ("ada", "grace", "linus"):
        for view in system.people.views(person):
            system.people.close(person, view["view"]["id"])


def press(system: System, person: str, action: ActionId, value: Value) -> None:
    """Press a button in #ops, as a message of the bot offers it."""
    blocks = (section(Mrkdwn("Here")), actions(button("Go", action, value)))
    ts = system.client.post(OPS, Message(Mrkdwn("Here"), blocks))
    system.people.click(person, OPS, ts, str(action))


def top(system: System, person: str, callback: str = "records") -> Json:
    """The dialog that this person has before them."""
    views = system.people.wait_for(lambda: system.people.views(person))
    view = views[-1]["view"]
    assert view["callback_id"] == callback
    return dict(view)


def ran(system: System, mission: Mission, ending: Ending = GOOD) -> Execution:
    """One whole run by time, a minute after the last."""
    clock = system.domain.clock
    assert isinstance(clock, ManualClock)
    clock.advance(seconds=60)
    plan = system.domain.store.blueprint(system.team, mission.id, mission.version)
    assert plan is not None
    row = time_occurrence(plan.tasks[0], clock.now(), 1)
    keys = TeamKeys(system.team).mission(mission.id)
    tx = system.domain.store.mission_tx(keys)
    write_pending(tx, keys, row)
    tx.commit()
    claim = system.domain.claims.claim(system.team, mission.id, row.id, f"token {row.id}")
    assert claim is not None
    final = system.domain.endings.end(system.team, claim.execution, ending)
    assert final is not None
    return final


def text_of(view: Json) -> str:
    return str(view["blocks"])


def test_the_list_opens_narrows_and_shows_one_execution(system: System) -> None:
    """[R7 X4]"""
    mission = system.launched()
    ran(system, mission)
    failed = ran(system, mission, FAILED)
    press(system, "ada", ActionId.EXECUTIONS, Value(mission=mission.id))
    view = top(system, "ada")
    assert "All good" in text_of(view)
    assert "It broke." in text_of(view)
    only_failed = encode(Scope(mission.id, status=str(Status.FAILED)).value(), 150)
    system.people.click_view("ada", view["id"], "executions:1", only_failed)
    narrowed = system.people.wait_for(lambda: _changed(system, view))
    assert "It broke." in text_of(narrowed)
    assert "All good" not in text_of(narrowed)
    system.people.click_view("ada", view["id"], "execution")
    one = system.people.wait_for(lambda: _changed(system, narrowed))
    assert failed.id in text_of(one)
    assert len(system.people.views("ada")) == 1
    system.people.click_view("ada", view["id"], "executions")
    back = system.people.wait_for(lambda: _changed(system, one))
    assert "All good" not in text_of(back)
    press(system, "ada", ActionId.EXECUTION, Scope(mission.id).value(failed.id, session=1))
    transcript = system.people.wait_for(lambda: _changed(system, back))
    assert transcript["title"]["text"] == "Session"


def test_what_did_not_run_is_listed_by_itself(system: System) -> None:
    """[S1 R7]"""
    mission = system.launched()
    ran(system, mission)
    press(system, "ada", ActionId.EXECUTIONS, Scope(mission.id, status=NOT_RUN).value())
    assert "Nothing here matches" in text_of(top(system, "ada"))


def test_the_calendar_counts_days_and_opens_one(system: System) -> None:
    """[R7]"""
    mission = system.launched()
    ran(system, mission, FOUND)
    press(system, "ada", ActionId.CALENDAR, Value(mission=mission.id))
    view = top(system, "ada")
    assert "1 critical" in text_of(view)
    assert "to come" in text_of(view)
    assert view["blocks"][1]["type"] == "rich_text"
    view = system.people.wait_for(lambda: _changed(system, view), 15)
    assert view["blocks"][1]["alt_text"].startswith(f"{NOVEMBER}:\n")
    assert "1 critical" in view["blocks"][1]["alt_text"]
    day = _option(view)
    system.people.click_view("ada", view["id"], "executions:1", day)
    shown = system.people.wait_for(lambda: _changed(system, view))
    assert "Critical" in text_of(shown)
    assert "All days" in text_of(shown)


def test_a_coming_day_opens_what_it_holds(system: System) -> None:
    """[R7] Each day shows its results and what is to come."""
    mission = system.launched()
    press(system, "ada", ActionId.CALENDAR, Value(mission=mission.id))
    view = top(system, "ada")
    day = _option(view, last=True)
    system.people.click_view("ada", view["id"], "executions:1", day)
    shown = system.people.wait_for(lambda: _day(system), 15)
    assert "*To come*" in text_of(shown)
    assert "Nothing" not in text_of(shown)


def test_a_picture_is_uploaded_once_and_goes_with_the_mission(system: System) -> None:
    """[R7 M6] Shared with nobody, and remembered where a delete looks."""
    mission = system.launched()
    for _ in range(2):
        press(system, "ada", ActionId.CALENDAR, Value(mission=mission.id))
        file = system.people.wait_for(lambda: _pictured(system), 15)
        system.people.close("ada", top(system, "ada")["id"])
        kept = system.domain.redis.hgetall(TeamKeys(system.team).mission(mission.id).posts)
        assert [f"{OPS}", file] in [json.loads(place) for place in kept.values()]
        assert len([name for name in kept if str(name).startswith("picture-")]) == 1
    ran(system, mission)
    press(system, "ada", ActionId.CALENDAR, Value(mission=mission.id))
    after = system.people.wait_for(lambda: _pictured(system), 15)
    assert after != file
    with pytest.raises(FileGone):
        system.client.file_info(file)
    assert system.client.file_info(after)["channels"] == []


def test_where_slack_takes_no_file_the_month_stays_text(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[R5]"""
    asked: list[str] = []

    def refuse(client: SlackClient, name: str, length: int) -> tuple[str, str]:
        asked.append(name)
        raise Refused("missing_scope")

    monkeypatch.setattr(SlackClient, "begin_file", refuse)
    mission = system.launched()
    press(system, "ada", ActionId.CALENDAR, Value(mission=mission.id))
    view = top(system, "ada")
    system.people.wait_for(lambda: asked, 15)
    assert top(system, "ada")["hash"] == view["hash"]
    assert view["blocks"][1]["type"] == "rich_text"


def test_who_may_not_see_the_mission_gets_no_dialog(system: System) -> None:
    """[P1]"""
    mission = system.launched(SECRET)
    for action in (ActionId.EXECUTIONS, ActionId.CALENDAR):
        before = len(system.people.ephemerals("linus", OPS))
        press(system, "linus", action, Value(mission=mission.id))
        system.people.wait_for(partial(_more_told, system, before))
        assert system.people.views("linus") == []


def test_the_picture_of_a_month_goes_to_who_asked_alone(system: System) -> None:
    """[P1] In a direct message; nobody else in the channel gets it."""
    mission = system.launched()
    ran(system, mission)
    press(system, "grace", ActionId.CALENDAR, Value(mission=mission.id))
    system.people.click_view("grace", top(system, "grace")["id"], "calendar_file")
    direct = system.client.direct(GRACE)
    system.people.wait_for(lambda: system.queued(to_person(GRACE)))
    system.people.wait_for(lambda: "Sent to you" in text_of(top(system, "grace")), 15)
    system.deliver_all()
    (message,) = system.people.messages(direct, as_person="grace")[-1:]
    assert message["files"][0]["name"].startswith(mission.id)
    assert not any(m.get("files") for m in system.people.messages(OPS))


def test_a_session_is_sent_as_a_file_once_into_the_reports_thread(system: System) -> None:
    """[R1] A person of the channel may ask; the second is told that it is there."""
    mission = system.launched()
    run = ran(system, mission)
    system.deliver(OPS)
    root = next(m["ts"] for m in system.people.messages(OPS)[::-1] if mission.id in str(m))
    value = Value(mission=mission.id, execution=run.id)
    for _ in range(2):
        press(system, "grace", ActionId.SESSION_FILE, value)
        system.people.wait_for(lambda: system.people.ephemerals("grace", OPS) or system.queued(OPS))
        system.deliver(OPS)
    system.people.wait_for(lambda: system.people.ephemerals("grace", OPS))
    thread = system.people.messages(OPS, root)
    assert [f["name"] for m in thread for f in m.get("files") or ()] == [f"session-{run.id}.txt"]


def _more_told(system: System, before: int) -> bool:
    return len(system.people.ephemerals("linus", OPS)) > before


def _changed(system: System, before: Json) -> Json | None:
    """The top dialog, once it is another revision."""
    now = system.people.views("ada")[-1]["view"]
    return dict(now) if now["hash"] != before["hash"] else None


def _pictured(system: System) -> str | None:
    """The file in the dialog on top, once there is one."""
    views = system.people.views("ada")
    image = views[-1]["view"]["blocks"][1] if views else {}
    return str(image["slack_file"]["id"]) if image.get("type") == "image" else None


def _day(system: System) -> Json | None:
    now = system.people.views("ada")[-1]["view"]
    return dict(now) if "All days" in text_of(now) else None


def _option(view: Json, *, last: bool = False) -> str:
    for block in view["blocks"]:
        for element in block.get("elements", ()):
            if element.get("type") == "static_select":
                return str(element["options"][-1 if last else 0]["value"])
    raise AssertionError("no menu")
