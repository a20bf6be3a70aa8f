"""A Mission's details and settings fit Slack's limits, and offer what the viewer may do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot import limits
from bot.blocks import dialogs
from bot.blocks.details import (
    ChangePage,
    DetailsAt,
    DetailsFacts,
    SettingLine,
    details_view,
)
from bot.blocks.details_settings import settings_dialog, settings_in
from bot.blocks.elements import remark
from bot.blocks.health import Health
from bot.blocks.mission_card import MissionFacts, TaskLine, mission_card
from bot.blocks.plan_view import PlanViewFacts, plan_view
from bot.blocks.records import said_below
from bot.blocks.tabs import Tab
from bot.blocks.ways import Waits
from missions.blueprint import Budget, Finding, Keeping, Notify
from missions.execution import Status
from missions.ids import PersonId, TaskId
from missions.mission import Change, Editing, MissionState, Mute
from missions.spending import Caps
from missions.verbs.settings import Settings
from tests.unit.block_samples import (
    ANN,
    HOSTILE,
    ID,
    NOW,
    REPORT_URL,
    assert_openable,
    blueprint,
    mission,
    proposal,
    runs,
    strings,
    task,
    task_facts,
)

Json = dict[str, Any]
ORIGIN = dialogs.Origin(mission=ID, under=Tab.SETTINGS.value)
LINE = TaskLine("Check the shop", "Every 5 minutes", Status.SUCCESS, Finding.ATTENTION)


def details_of(text: str, count: int, state: MissionState) -> Iterator[Json]:
    """The details of a Mission part by part, filled with this text and `count` of everything."""
    logged = Change(at=NOW, by=ANN, what=text, link=REPORT_URL, before=text, after=text)
    one, many = mission(text, state), min(count, 20)
    lines = (TaskLine(text, text, Status.SUCCESS, Finding.ATTENTION),) * many
    facts = MissionFacts(
        *(one, text, lines, runs(text, count), count, (logged,)),
        people={ANN: text},
        zone=text,
        health=Health(NOW.date(), (Finding.CRITICAL, None) * 7),
    )
    tasks = tuple(task_facts(text, n, count) for n in range(1, many + 1))
    plan = plan_view(PlanViewFacts(one, blueprint(text, many), 3, tasks, {ANN: text}, text))
    for tab in Tab:
        yield details_view(
            DetailsFacts(
                at=DetailsAt(mission=ID, tab=tab),
                mission=facts,
                can_edit=bool(count),
                plan=[b for b in plan.blocks if b["type"] not in ("header", "actions")],
                log=ChangePage((logged,) * min(count, 15), 2, 3),
                settings=(SettingLine(text, text),) * min(count, 22),
                card=REPORT_URL,
                notice=text,
            )
        )


def shown(
    state: MissionState = MissionState.ACTIVE, tab: Tab = Tab.OVERVIEW, **more: Any
) -> DetailsFacts:
    facts = MissionFacts(mission(state=state), "Keep the shop up", (LINE,), people={ANN: "Ann"})
    at = DetailsAt(mission=ID, tab=tab)
    return DetailsFacts(at, facts, **{"can_edit": True, **more})


def offered(facts: DetailsFacts) -> set[str]:
    """The labels of the buttons."""
    found = set()
    for block in details_view(facts)["blocks"]:
        for one in (*block.get("elements", ()), block.get("accessory") or {}):
            if one.get("type") == "button":
                found.add(one["text"]["text"])
    return found


WORDS = "I know of no Mission `M-ZNVWH4` here <!channel>. `/mission list` shows all."


def said(view: Json) -> str:
    return "\n".join(strings(view, "mrkdwn"))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("count", [0, 50])
def test_details_fit_whatever_they_hold(text: str, count: int) -> None:
    """[R5 R7 P4] At most 100 blocks and 250 kB, and nothing in them acts."""
    for state in (MissionState.DRAFT, MissionState.PAUSED):
        for view in details_of(text, count, state):
            assert_openable(view)
            assert len(view["blocks"]) <= limits.VIEW_BLOCKS * 0.7
            assert len(json.dumps(view).encode()) <= limits.VIEW_BYTES


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_settings_fit_whatever_they_hold(text: str) -> None:
    """[R5 R7]"""
    settings = Settings.model_construct(
        name=text, editing=Editing.NAMED, editors=(ANN,) * 60, notify={}, keep=Keeping()
    )
    tasks = tuple(task(text, n) for n in range(1, 21))
    assert_openable(settings_dialog(mission(text), settings, tasks, ORIGIN, text))


def test_what_a_view_says_of_a_click_keeps_its_code_style() -> None:
    """[C10] A command can be copied from it; what is in it neither mentions nor links."""
    for notice in (said(details_view(shown(notice=WORDS))), "\n".join(mrkdwn_of(WORDS))):
        assert "`/mission list`" in notice
        assert "`M-ZNVWH4`" in notice
        assert "<!channel>" not in notice


def mrkdwn_of(notice: str) -> list[str]:
    """The same in the dialogs about runs and in Home."""
    return [*strings({"blocks": [*said_below(notice), remark(notice)]}, "mrkdwn")]


def test_the_toggle_switches_what_the_state_allows() -> None:
    """[R7 M3] Disable asks in its dialog; Enable acts."""
    assert "Disable…" in offered(shown())
    assert "Enable" in offered(shown(MissionState.PAUSED))
    assert "*Active*: its Tasks run when they are due." in said(details_view(shown()))
    assert not {"Disable…", "Enable"} & offered(shown(MissionState.DRAFT))
    assert "Open its plan" in offered(shown(MissionState.DRAFT, card=REPORT_URL))


def test_who_only_reads_is_offered_nothing_that_changes_it() -> None:
    """[P2]"""
    tabs = {"Overview", "Plan", "Executions", "Calendar", "Changes", "Settings"}
    for state in (MissionState.ACTIVE, MissionState.PAUSED):
        assert offered(shown(state, can_edit=False)) == tabs
    assert offered(shown(tab=Tab.SETTINGS, can_edit=False)) == tabs
    assert {"Change settings…", "Delete…"} <= offered(shown(tab=Tab.SETTINGS))
    assert "Delete…" not in offered(shown(MissionState.DRAFT, tab=Tab.SETTINGS))
    assert "Versions…" in offered(shown(tab=Tab.PLAN, can_edit=False))
    assert "Versions…" not in offered(shown(tab=Tab.OVERVIEW))


def test_the_part_that_is_shown_stands_out_and_is_kept() -> None:
    """[R7]"""
    view = details_view(shown(tab=Tab.CHANGES))
    row = next(b for b in view["blocks"] if b["type"] == "actions")["elements"]
    assert [b["text"]["text"] for b in row if b.get("style")] == ["Changes"]
    assert DetailsAt.load(view["private_metadata"]).tab is Tab.CHANGES


def test_health_shows_the_worst_of_each_day_and_says_it_in_words() -> None:
    """[R7]"""
    days = (None,) * 11 + (Finding.ALL_GOOD, Finding.CRITICAL, Status.FAILED)
    facts = shown()
    went = replace(facts.mission, health=Health(NOW.date() - timedelta(days=13), days))
    for text in (said(details_view(replace(facts, mission=went))), mission_card(went).text):
        assert "*Health* 10 Nov to 23 Nov\n" + "⬜" * 11 + "🟩🟥⬛" in text
        assert "14 days: 1 critical, 1 failed, 1 all good, 11 without a run" in text


def test_the_card_leads_to_the_parts_that_the_dialog_has() -> None:
    """[R7] In the same words and order; the card itself is the overview. Five at most in a row."""
    facts = shown().mission
    dialog = next(b for b in details_view(shown())["blocks"] if b["type"] == "actions")["elements"]
    *_, row = [b["elements"] for b in mission_card(facts).blocks if b["type"] == "actions"]
    assert [b["text"]["text"] for b in row] == [
        *("Plan", "Executions", "Calendar", "Changes", "Settings"),
    ]
    assert row == [b for b in dialog if b["text"]["text"] != "Overview"]


@pytest.mark.parametrize("state", [MissionState.DRAFT, MissionState.ACTIVE, MissionState.PAUSED])
def test_no_row_of_the_card_has_more_than_five_buttons(state: MissionState) -> None:
    """[R5 R7] Slack shows five and hides the others behind a word."""
    facts = replace(shown(state).mission, launch=Waits(proposal(), NOW))
    muted = facts.mission.model_copy(update={"mute": Mute(by=ANN, at=NOW)})
    rows = [
        b["elements"]
        for b in mission_card(replace(facts, mission=muted)).blocks
        if b["type"] == "actions"
    ]
    assert len(rows) == 2
    assert max(map(len, rows)) <= 5


def test_the_change_log_shows_who_when_where_and_what() -> None:
    """[M7] Page by page."""
    logged = Change(at=NOW, by=ANN, what="Renamed", link=REPORT_URL, before="Shop", after="Store")
    facts = shown(tab=Tab.CHANGES, log=ChangePage((logged,), 2, 3))
    text = said(details_view(facts))
    assert f"<{REPORT_URL}|Renamed> · Shop → Store · Ann" in text
    assert {"‹ Newer", "Older ›"} <= offered(facts)
    last = replace(facts, log=ChangePage((logged,), 3, 3))
    assert "Older ›" not in offered(last)


def test_a_muted_mission_offers_to_unmute() -> None:
    """[R1]"""
    facts = shown()
    muted = facts.mission.mission.model_copy(update={"mute": Mute(by=ANN, at=NOW)})
    assert "Unmute" in offered(replace(facts, mission=replace(facts.mission, mission=muted)))


def test_a_submitted_dialog_says_what_is_set() -> None:
    """[R7] What it does not hold stays as it was."""
    before = Settings(name="Shop", notify={TaskId("T1"): Notify.ALWAYS, TaskId("T2"): Notify.NEVER})
    values = {
        "name": {"name": {"value": "Store"}},
        "editing": {"editing": {"selected_option": {"value": "named"}}},
        "editors": {"editors": {"selected_users": [ANN]}},
        "notify-T1": {"notify-T1": {"selected_option": {"value": "on_change"}}},
        "days": {"days": {"value": "30"}},
    }
    assert settings_in({"state": {"values": values}}, before) == Settings(
        name="Store",
        editing=Editing.NAMED,
        editors=(PersonId(ANN),),
        notify={TaskId("T1"): Notify.ON_CHANGE, TaskId("T2"): Notify.NEVER},
        keep=Keeping(days=30),
    )
    dialog = settings_dialog(mission(), before, (task(), task(number=2)), ORIGIN)
    assert dialogs.origin_of(dialog).rev == mission().rev


def test_the_budget_can_be_set_where_a_model_costs_something() -> None:
    """[X6 R7] Up to what the administrator allows; an emptied input means just that."""
    budget = Budget(run_tokens=5_000, day_tokens=90_000, run_usd=0.5)
    before = Settings(name="Shop", notify={TaskId("T1"): Notify.ALWAYS}, budget=budget)
    caps = Caps(run_tokens=200_000, mission_day_tokens=None, run_usd=2.5)
    dialog = settings_dialog(mission(), before, (task(),), ORIGIN, "", caps)
    assert_openable(dialog)
    asked = {b["block_id"]: b for b in dialog["blocks"] if b["type"] == "input"}
    assert asked["run_tokens"]["element"]["initial_value"] == "5000"
    assert asked["run_tokens"]["element"]["max_value"] == "200000"
    assert "max_value" not in asked["day_tokens"]["element"]
    assert asked["run_usd"]["element"]["initial_value"] == "0.5"
    assert asked["run_usd"]["element"]["max_value"] == "2.5"
    assert "$2.50" in asked["run_usd"]["hint"]["text"]
    assert "initial_value" not in asked["day_usd"]["element"]
    values = {
        "run_usd": {"run_usd": {"type": "number_input", "value": None}},
        "day_usd": {"day_usd": {"type": "number_input", "value": "1.25"}},
        "run_tokens": {"run_tokens": {"type": "number_input", "value": "7000"}},
        "day_tokens": {"day_tokens": {"type": "number_input", "value": None}},
    }
    said = settings_in({"state": {"values": values}}, before).budget
    assert said == Budget(run_tokens=7_000, day_usd=1.25)
    assert settings_in({"state": {"values": {}}}, before).budget == budget
    plain = settings_dialog(mission(), before, (task(),), ORIGIN)
    assert not {"run_tokens", "day_tokens"} & {b.get("block_id") for b in plain["blocks"]}
