"""Home fits Slack's limits whatever it holds, and says what it shows in words too."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import limits
from bot.blocks.home import CHANGES_SHOWN, HomeFacts, WaitingCard, home_view
from bot.blocks.home_pause import pause_all_dialog
from bot.blocks.list_card import ListFacts, ListItem, list_card
from bot.blocks.results_row import outcome, squares, tally, worst
from bot.blocks.ways import Waits
from missions.blueprint import Finding
from missions.diff import FieldChange
from missions.execution import Status
from missions.ids import ChannelId
from missions.mission import MissionState, Pause
from missions.overview import Result
from missions.proposal import ProposalKind
from tests.unit.block_samples import (
    ANN,
    HOSTILE,
    NOW,
    REPORT_URL,
    ZONE,
    assert_openable,
    mission,
    proposal,
    strings,
)

GOOD, BAD = Finding.ALL_GOOD, Finding.CRITICAL
COUNTS = {MissionState.ACTIVE: 9, MissionState.PAUSED: 2, MissionState.DRAFT: 1}
C1 = ChannelId("C1")


def ran(finding: Finding | None = GOOD, status: Status = Status.SUCCESS) -> Result:
    return Result(started_at=NOW, status=status, finding=finding)


def item(text: str = "Shop", state: MissionState = MissionState.ACTIVE) -> ListItem:
    results = (ran(), ran(BAD), ran(None, Status.FAILED)) * 3 + (ran(),)
    return ListItem(
        mission(text, state), text, NOW, ZONE, Status.SUCCESS, GOOD, True, results, quiet=True
    )


def facts(text: str = "Shop", count: int = 10, waiting: int = 3) -> HomeFacts:
    items = tuple(item(text, state) for state in (*COUNTS, MissionState.ACTIVE) * 5)[:count]
    shown = ListFacts(items, 123, 2, 13, MissionState.ACTIVE, text, COUNTS)
    card = WaitingCard(ProposalKind.LAUNCH, C1, mission(text), REPORT_URL, NOW)
    asked = WaitingCard(None, ChannelId("D1"), url=REPORT_URL)
    pause = Pause(by=ANN, at=NOW, note=text, until=NOW)
    return HomeFacts(
        shown,
        NOW,
        ((card, asked) * waiting)[:waiting],
        True,
        pause,
        {ANN: text},
        ZONE,
        text,
    )


def said(view: dict[str, object]) -> str:
    return "\n".join(strings(view, "mrkdwn"))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("count", [0, 10])
def test_home_fits_whatever_it_holds(text: str, count: int) -> None:
    """[R5 R6 P4] At most 100 blocks and 250 kB, and nothing in it acts."""
    view = home_view(facts(text, count, waiting=50))
    assert_openable(view | {"type": "home"})
    assert len(view["blocks"]) <= limits.VIEW_BLOCKS / 2
    assert len(json.dumps(view).encode()) <= limits.VIEW_BYTES / 4


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_changes_that_are_answered_on_home_fit(text: str) -> None:
    """[R5 C5] Shown as on their card; one that is not shown whole cannot be applied."""

    def waits(many: int) -> WaitingCard:
        changes = (FieldChange(path="goal", label=text or "x", before=text, after=text),) * many
        of = (ProposalKind.CHANGE, C1, mission(text))
        return WaitingCard(*of, ends=NOW, answer=Waits(proposal(text), NOW), changes=changes)

    for many, applied in ((1, True), (CHANGES_SHOWN, True), (CHANGES_SHOWN + 1, False)):
        view = home_view(replace(facts(text), waiting=(waits(many),) * 50))
        assert_openable(view | {"type": "home"})
        assert ("'apply'" in str(view["blocks"])) is applied


def test_a_mission_shows_state_next_run_results_channel_and_owner() -> None:
    """[R6]"""
    text = said(home_view(facts(count=1)))
    assert "▶️ *Shop*  `M-7K2PQF`" in text
    assert "🟩🟥⬛🟩🟥⬛🟩🟥⬛🟩  🟢 All good" in text
    assert "Active · next <!date^" in text
    assert "<#C1>" in text
    assert "last 10 runs: 3 critical, 3 failed, 4 all good" in text
    assert "⏸️ its channel is paused" in text


def test_who_paused_the_task_without_which_nothing_runs_is_said() -> None:
    """[M9] On Home and in lists, with the reason."""
    pause = Pause(by=ANN, at=NOW, note="flaky target")
    alone = replace(item(), next_at=None, alone=pause, people={ANN: "Ann"})
    shown = ListFacts((alone,), 1, counts=COUNTS)
    for text in (said(home_view(HomeFacts(shown, NOW))), list_card(shown).text):
        assert "⏸️ Paused alone by Ann <!date^" in text
        assert "flaky target" in text


def test_ones_own_come_first_and_others_say_whose_they_are() -> None:
    """[R6]"""
    others = replace(item(), own=False, owner="Grace")
    shown = ListFacts((item(), others), 2, counts=COUNTS)
    text = said(home_view(HomeFacts(shown, NOW)))
    assert text.index("*Yours*") < text.index("*Others that you can see*")
    assert "owner Grace" in text
    assert "owner Shop" not in text


def test_what_home_says_of_a_click_keeps_its_code_style() -> None:
    """[C10] A command can be copied from it."""
    notice = "I know of no Mission `M-ZNVWH4` here. `/mission list` shows all."
    assert notice in said(home_view(replace(facts(), notice=notice)))


def test_a_question_that_waits_says_what_was_asked() -> None:
    """[C1 P4] In one line, as it was asked."""
    card = WaitingCard(None, ChannelId("D1"), question="How often?\n*Say* <!here>")
    text = said(home_view(replace(facts("Shop", 1), waiting=(card,))))
    assert "💬 I asked: How often? ∗Say∗ &lt;!here&gt;\n" in text


def test_what_waits_stands_above_the_missions_with_a_link_to_the_card() -> None:
    """[R6 C5]"""
    view = home_view(facts(waiting=7))
    text = said(view)
    assert text.index("*Waiting for you* (7)") < text.index("*Yours*")
    assert "📝 A plan to launch · ▶️ *Shop*  `M-7K2PQF`" in text
    assert "💬 I asked you something\ndirect message" in text
    assert "and 2 more" in text
    links = [b["accessory"]["url"] for b in view["blocks"] if "url" in b.get("accessory", {})]
    assert links == [REPORT_URL] * 5


def test_an_empty_home_teaches_in_three_lines() -> None:
    """[R6]"""
    view = home_view(HomeFacts(ListFacts((), 0), NOW))
    lesson = said(view).split("\n")
    assert [line[:2] for line in lesson[-3:]] == ["1.", "2.", "3."]
    assert "home_search" not in json.dumps(view)
    assert "new_mission" in json.dumps(view)


def test_a_home_that_slack_did_not_answer_for_teaches_nothing() -> None:
    """[R5 R6] "Nothing is watched yet" would be a guess."""
    view = home_view(HomeFacts(ListFacts((), 0, unsure=True), NOW))
    assert "Slack did not answer" in said(view)
    assert "Nothing is watched" not in said(view)
    listed = list_card(ListFacts((), 0, unsure=True))
    assert "Slack did not answer" in json.dumps(listed.blocks)
    assert "no Missions" not in json.dumps(listed.blocks)
    partly = home_view(replace(facts("Shop"), list=replace(facts("Shop").list, unsure=True)))
    assert "Slack did not answer" in said(partly)


def test_no_match_can_be_left() -> None:
    """[R6]"""
    view = home_view(HomeFacts(ListFacts((), 0, search="x", counts=COUNTS), NOW))
    assert "No Mission matches" in said(view)
    assert "list_page" in json.dumps(view)


def test_only_an_administrator_can_pause_and_resume_everything() -> None:
    """[M10] The pause is shown to all, with author, note and end."""
    none = HomeFacts(ListFacts((), 0), NOW)
    assert "open_pause_all" in json.dumps(home_view(replace(none, is_admin=True)))
    assert "open_pause_all" not in json.dumps(home_view(none))
    quiet = facts("Freeze")
    view = home_view(quiet)
    assert "*Everything in the workspace is paused* by Freeze" in said(view)
    assert ": Freeze" in said(view)
    assert "resume_all" in json.dumps(view)
    assert "open_pause_all" not in json.dumps(view)
    assert "resume_all" not in json.dumps(home_view(replace(quiet, is_admin=False)))
    assert_openable(pause_all_dialog())


def test_the_search_input_changes_with_the_words() -> None:
    """Slack keeps what an input of one id held, so that it would go on showing old words."""

    def block(words: str) -> dict[str, object]:
        shown = home_view(HomeFacts(ListFacts((), 0, search=words, counts=COUNTS), NOW))
        return next(b for b in shown["blocks"] if b["type"] == "input")

    assert block("a")["block_id"] != block("")["block_id"]
    assert block("a")["element"]["initial_value"] == "a"  # type: ignore[index]


def test_a_row_of_results_has_a_twin_in_words() -> None:
    """[R6 R7] The worst of several runs of a day is shown."""
    runs = [ran(), ran(Finding.ATTENTION), ran(None, Status.CANCELLED), ran(None)]
    outcomes = [outcome(one) for one in runs]
    assert squares([*outcomes, None]) == "🟩🟨🟫🟪⬜"
    told = tally([*outcomes, None], "last days", "without a run")
    assert told == "last days: 1 attention, 1 all good, 1 notes, 1 cancelled, 1 without a run"
    assert worst(runs) is Finding.ATTENTION
    assert worst([ran(None, Status.FAILED), ran(BAD)]) is BAD
    assert worst([]) is None


def test_times_on_home_follow_the_reader() -> None:
    """[C9] The view stands until it is renewed, so it says as of when it is."""
    later = replace(facts(), now=NOW + timedelta(hours=1))
    assert "as of <!date^" in said(home_view(later))
