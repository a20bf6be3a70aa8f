"""What is paused, muted or did not run is shown: who, until when, why, and the way back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.blocks import dialogs
from bot.blocks.action_card import action_card
from bot.blocks.actions import ActionId, decode
from bot.blocks.dialogs import Field, Origin
from bot.blocks.history import HistoryFacts, HistoryItem, NotRun, history
from bot.blocks.layout import Message
from bot.blocks.list_card import ListFacts, ListItem, list_card
from bot.blocks.mission_card import MissionFacts, TaskLine, mission_card
from bot.blocks.pauses import quiet_card, task_paused_card
from bot.blocks.plan_view import PlanViewFacts, plan_view
from bot.blocks.report import ReportFacts, report
from missions.cards import Action, ActionCard, QuietCard
from missions.execution import Outcome, Reason
from missions.ids import TaskId
from missions.mission import MissionState, Mute, Pause
from missions.verbs.switches import DisablePreview
from tests.unit.block_samples import ANN, ID, NOW, blueprint, execution, mission

T1 = TaskId("T1")
PEOPLE = {ANN: "Ann"}
PAUSE = Pause(by=ANN, at=NOW, note="freeze", until=datetime(2026, 12, 24, tzinfo=UTC))
END = f" until <!date^{int(PAUSE.until.timestamp())}^" if PAUSE.until else ""


def strings_of(message: Message) -> str:
    return str(message.blocks)


@pytest.mark.parametrize("still", [True, False])
def test_a_paused_task_says_who_and_why_and_how_to_go_on(still: bool) -> None:
    """[M9 S7]"""
    shown = task_paused_card(
        mission(), T1, "Check shop", None, "10 runs failed", None, "UTC", still=still
    )
    assert "*Check shop* was paused by Houston." in shown.text
    assert "10 runs failed" in shown.text
    assert (ActionId.ENABLE_TASK in strings_of(shown)) is still


def test_the_mission_shows_its_paused_task_with_enable() -> None:
    """[M9]"""
    line = TaskLine("Check shop", "Every hour", pause=PAUSE, task=T1)
    shown = mission_card(MissionFacts(mission(), "Goal", (line,), people=PEOPLE))
    assert "Paused alone by Ann" in shown.text
    assert END in shown.text
    assert ActionId.ENABLE_TASK in strings_of(shown)


def test_pauses_and_mutes_are_shown_wherever_the_mission_is() -> None:
    """[M3 M10 R1] Details, plan, report, list."""
    paused = mission(state=MissionState.PAUSED).model_copy(
        update={"pause": PAUSE, "mute": Mute(by=ANN, at=NOW)}
    )
    views = [
        mission_card(MissionFacts(paused, "Goal", people=PEOPLE, quiet=PAUSE)),
        plan_view(PlanViewFacts(paused, blueprint("x", 1), 1, (), PEOPLE, quiet=PAUSE)),
        report(ReportFacts(paused, execution(), None, PEOPLE, quiet=PAUSE)),
    ]
    for shown in views:
        for words in (
            "Paused by Ann",
            "Everything here is paused by Ann",
            "Muted by Ann until it has recovered",
            END,
            ": freeze",
        ):
            assert words in shown.text, words
    listed = list_card(ListFacts((ListItem(paused, "Ann"),), 1)).text
    assert "🔕 muted" in listed
    assert END.strip() in listed


def test_a_report_offers_to_mute_and_then_to_unmute() -> None:
    """[R1] Until recovered, 2 hours, tomorrow."""
    loud = report(ReportFacts(mission(), execution(), None))
    (menu,) = [
        e for b in loud.blocks for e in b.get("elements", ()) if e["type"] == "static_select"
    ]
    picked = [decode(option["value"]).extra for option in menu["options"]]
    assert picked == ["recovered", "2h", "tomorrow"]
    muted = mission().model_copy(update={"mute": Mute(by=ANN, at=NOW, until=PAUSE.until)})
    quiet = report(ReportFacts(muted, execution(), None, PEOPLE))
    assert "static_select" not in strings_of(quiet)
    assert ActionId.UNMUTE in strings_of(quiet)


def test_a_pause_of_all_says_until_when_and_offers_the_end() -> None:
    """[M10]"""
    shown = quiet_card(QuietCard(begun=True, by=ANN, note="drill", until=PAUSE.until), "UTC")
    assert f"*Everything in this channel is paused*{END}" in shown.text
    assert ActionId.RESUME_ALL in strings_of(shown)
    over = quiet_card(QuietCard(begun=False, everywhere=True), "UTC")
    assert "*Everything in the whole workspace goes on again*" in over.text
    assert ActionId.RESUME_ALL not in strings_of(over)


def test_history_shows_what_did_not_run_and_which_attempt_it_was() -> None:
    """[S1 X2] In words, many at once in one line."""
    again = execution().model_copy(update={"attempt": 2, "attempts": 3})
    items = (
        HistoryItem(again),
        NotRun("Check shop", Outcome.SKIPPED, Reason.QUIET, NOW, NOW, 12),
        NotRun("Check shop", Outcome.MISSED, Reason.OUTAGE, NOW, NOW),
    )
    text = history(HistoryFacts(mission(), items, 1)).text
    assert "attempt 2 of 3" in text
    assert "*Skipped*: everything here was paused · Check shop · 12 runs, due" in text
    assert "*Missed*: I was not running · Check shop · due" in text


def test_the_disable_dialog_asks_for_a_resume_time_that_words_may_have_filled() -> None:
    """[M3 C7]"""
    preview = DisablePreview(
        mission=mission(), scheduled_tasks=1, next_at=NOW, queued=0, running=()
    )
    view = dialogs.disable_dialog(preview, Origin(mission=ID), "", "UTC", PAUSE.until)
    (asked,) = [b for b in view["blocks"] if b.get("block_id") == Field.UNTIL]
    assert asked["optional"] is True
    assert PAUSE.until is not None
    assert asked["element"]["initial_date_time"] == int(PAUSE.until.timestamp())
    sent = {"state": {"values": {"until": {"until": {"selected_date_time": 1_800_000_000}}}}}
    assert dialogs.picked_time(sent, Field.UNTIL) == datetime.fromtimestamp(1_800_000_000, UTC)
    assert dialogs.picked_time({}, Field.UNTIL) is None


def test_a_card_that_would_act_offers_nothing_once_it_is_done() -> None:
    """[M3 C7] By whatever way: the button would only be refused."""
    frozen = mission(state=MissionState.PAUSED)
    done = (
        (frozen, ActionCard(mission=ID, action=Action.DISABLE), None),
        (mission(), ActionCard(mission=ID, action=Action.ENABLE), None),
        (mission(), ActionCard(mission=ID, action=Action.UNMUTE), None),
        (mission(), ActionCard(mission=ID, action=Action.ENABLE, task=T1), None),
        (mission(), ActionCard(mission=ID, action=Action.DISABLE, task=T1), Pause(by=ANN, at=NOW)),
        (mission("Shop"), ActionCard(mission=ID, action=Action.RENAME, note="Shop"), None),
    )
    for of, card, alone in done:
        shown = action_card(of, card, alone=alone)
        assert "action_id" not in str(shown.blocks)
        assert "nothing left to do" in shown.text
    timed = frozen.model_copy(update={"pause": PAUSE})
    again = action_card(timed, ActionCard(mission=ID, action=Action.DISABLE))
    assert ActionId.OPEN_DISABLE in strings_of(again)


@pytest.mark.parametrize(
    ("card", "opens", "words"),
    [
        (ActionCard(mission=ID, action=Action.MUTE), ActionId.MUTE, "until it has recovered"),
        (ActionCard(mission=ID, action=Action.UNMUTE), ActionId.UNMUTE, "said again"),
        (ActionCard(mission=ID, action=Action.DISABLE, task=T1), ActionId.PAUSE_TASK, "Task alone"),
        (ActionCard(mission=ID, action=Action.ENABLE, task=T1), ActionId.ENABLE_TASK, "scheduled"),
        (
            ActionCard(mission=ID, action=Action.RUN, note="only eu"),
            ActionId.RUN_NOW,
            "For this run only: only eu",
        ),
    ],
)
def test_words_are_answered_by_the_button_that_acts(
    card: ActionCard, opens: ActionId, words: str
) -> None:
    """[C7]"""
    muted = Mute(by=ANN, at=NOW) if card.action is Action.UNMUTE else None
    alone = PAUSE if card.action is Action.ENABLE else None
    of = mission().model_copy(update={"mute": muted})
    shown = action_card(of, card, "Check shop" if card.task else "", alone=alone)
    assert opens in strings_of(shown)
    assert words in shown.text
