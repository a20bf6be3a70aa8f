"""Questions on how a Mission stands, several at once, and orders that name several Missions."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agent.offline.intents import Call
from agent.offline.mending import more_than_a_name, names_several
from agent.offline.reading import Context, read
from missions.errors import InvalidName, UnknownMission
from missions.phrases import Language, speaking
from missions.saving import clean_name

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SHOP, PAY = "M-SHP234", "M-PAY234"


def calls(text: str, focus: str | None = SHOP) -> list[Call]:
    return read(text, Context(NOW, "Europe/Berlin", focus))


def tools(text: str, focus: str | None = SHOP) -> list[str]:
    return [c.tool for c in calls(text, focus)]


STANDING = [
    ("since when is it down", ["last_success", "explain_last"]),
    ("how long has it been down?", ["last_success", "explain_last"]),
    ("when did it go down?", ["last_success", "explain_last"]),
    ("is it down?", ["explain_last"]),
    ("is it still failing?", ["explain_last"]),
    ("is it ok?", ["explain_last"]),
    ("did it recover?", ["explain_last"]),
    ("who broke it", ["say", "explain_last", "what_changed"]),
    ("whats the status", ["show_mission"]),
    ("is it paused?", ["show_mission"]),
    ("why is it paused?", ["show_mission"]),
    ("how often does it run", ["show_plan"]),
    ("what is checked here", ["show_plan"]),
    ("who gets pinged", ["show_plan"]),
    ("when was the last run", ["show_history"]),
    ("when did it last run", ["show_history"]),
    ("when did it last succeed?", ["last_success"]),
    ("show last 10 runs", ["show_history"]),
    ("how many times did it fail this week", ["explain_last"]),
    ("what's the uptime", ["show_history"]),
    ("what did you do last night", ["what_changed"]),
    ("who changed the time?", ["who_did"]),
    ("who changed the schedule", ["who_did"]),
    ("kick it off", ["offer_run"]),
    ("help pls", ["help"]),
]


@pytest.mark.parametrize(("text", "answers"), STANDING)
def test_a_question_of_a_thread_is_about_its_mission(text: str, answers: list[str]) -> None:
    """[C7 C8] None of its words are taken for the name of another one."""
    found = calls(text)
    assert [c.tool for c in found] == answers
    assert not any(c.arguments.get("mission") for c in found)


NAMED = [
    ("is Shop watch down?", "explain_last", "Shop watch"),
    ("since when is Pay guard failing", "last_success", "Pay guard"),
    ("when did Pay guard go down", "last_success", "Pay guard"),
    ("how often does Pay guard run", "show_plan", "Pay guard"),
    ("show the last 5 runs of Pay guard", "show_history", "Pay guard"),
    ("who broke Pay guard", "explain_last", "Pay guard"),
    (f"is {PAY} still down?", "explain_last", PAY),
]


@pytest.mark.parametrize(("text", "tool", "name"), NAMED)
def test_a_question_can_name_its_mission(text: str, tool: str, name: str) -> None:
    """[C7]"""
    assert (tool, name) in [(c.tool, c.arguments.get("mission")) for c in calls(text, None)]


@pytest.mark.parametrize(
    "text", ["status", "anything broken?", "which ones are failing?", "what's red right now"]
)
def test_a_question_about_all_is_answered_by_the_list(text: str) -> None:
    """[C7]"""
    assert tools(text, None) == ["list_missions"]


TOGETHER = [
    ("show me the plan and the history", ["show_plan", "show_history"]),
    ("when does it run next and what does it cost?", ["show_next_runs", "what_it_costs"]),
    ("what changed since yesterday and who did it", ["what_changed", "who_did"]),
    ("is it down? since when?", ["ask"]),
    ("why did it fail? who changed it? when does it run next?",
     ["explain_last", "who_did", "show_next_runs"]),
    ("pause it and show me the history", ["offer_disable", "show_history"]),
    ("pause it because of the deploy and show the team", ["offer_disable"]),
    ("what changed between version 2 and version 3", ["show_difference"]),
    ("stop it and delete it", ["ask"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "answers"), TOGETHER)
def test_two_questions_at_once_are_both_answered(text: str, answers: list[str]) -> None:
    """[C7] A reason for people is not taken apart, and stopping stays alone."""
    found = tools(text)
    if answers != ["ask"]:
        assert found == answers
    assert "stop_execution" not in found or len(found) == 1


def test_both_questions_are_about_the_mission_that_one_names() -> None:
    """[C7]"""
    found = calls("show me the plan of Shop watch and the history", None)
    assert {c.arguments["mission"] for c in found} == {"Shop watch"}
    everywhere, cost = calls("what runs tonight and what does Pay guard cost", None)
    assert "mission" not in everywhere.arguments
    assert cost.arguments["mission"] == "Pay guard"


def test_orders_that_name_several_ids_are_one_card_each() -> None:
    """[C7] With the note and the end for each of them."""
    found = calls(f"pause {SHOP} and {PAY} until tomorrow", None)
    assert [(c.tool, c.arguments["mission"]) for c in found] == [
        ("offer_disable", SHOP),
        ("offer_disable", PAY),
    ]
    assert {c.arguments["until"] for c in found} == {"2026-11-24T08:00"}


def unknown(name: str, tool: str = "offer_disable") -> tuple[Call, list[str]]:
    """The call for a name, and the refusal if there is no such Mission."""
    return Call(tool, {"mission": name, "note": "deploy"}), [UnknownMission(name).sentence]


def test_a_name_of_no_mission_that_lists_some_is_tried_one_by_one() -> None:
    """[C7] The rest of the order is for each of them."""
    found = names_several(*unknown("Shop watch, Pay guard and Night watch"))
    assert [c.arguments for c in found] == [
        {"mission": name, "note": "deploy"} for name in ("Shop watch", "Pay guard", "Night watch")
    ]


@pytest.mark.parametrize("name", ["Zeus", "", "Shop watch and tomorrow", ", ".join("ABCDEFG")])
def test_another_name_is_not_taken_apart(name: str) -> None:
    """[C7]"""
    assert names_several(*unknown(name)) == []


def test_a_refusal_for_another_reason_is_left_as_it_is() -> None:
    """[P2] “Search and browse” may exist and be somebody else's."""
    call, _ = unknown("Search and browse")
    assert names_several(call, ["You cannot pause this Mission."]) == []
    assert more_than_a_name(call, ["You cannot pause this Mission."]) is None


@pytest.mark.parametrize(
    ("name", "tool", "offered"),
    [
        ("tomorrow", "stop_execution", ["stop it", "pause it", "mute it for 2 hours"]),
        ("Pay guard from friday 6pm", "offer_disable",
         ["pause Pay guard", "pause Pay guard until tomorrow 8:00"]),
        ("Pay guard for last week", "show_history", ["history of Pay guard"]),
        ("Pay guard on Friday", "show_history", ["history of Pay guard"]),
    ],
)  # fmt: skip
def test_a_time_in_the_place_of_a_name_is_asked_about(
    name: str, tool: str, offered: list[str]
) -> None:
    """[C7] With what can be done instead, which is read back."""
    question = more_than_a_name(*unknown(name, tool))
    assert question is not None
    (asked,) = question.arguments["questions"]
    assert [c["say"] for c in asked["choices"]] == offered
    assert not {"ask", "say"} & {t for words in offered for t in tools(words)}


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("move the reports to #sre", ["move it to #sre", "copy it to #sre"]),
        ("post the reports in #sre", ["move it to #sre", "copy it to #sre"]),
        ("run all checks now", ["list missions"]),
        ("delete everything", ["list missions"]),
        (f"stop {SHOP} at 6pm", [f"stop {SHOP}", f"pause {SHOP}", f"mute {SHOP} for 2 hours"]),
    ],
)
def test_what_cannot_be_done_so_is_asked_with_what_can(text: str, choices: list[str]) -> None:
    """[C7] Each answer is an order that is understood."""
    (call,) = calls(text)
    assert call.tool == "ask"
    (asked,) = call.arguments["questions"]
    assert [c["say"] for c in asked["choices"]] == choices
    assert not {"ask", "say"} & {t for words in choices for t in tools(words)}


def test_a_slip_of_the_finger_is_read_as_the_word_it_stands_for() -> None:
    """[C2] In orders, not in names."""
    (plan,) = calls("chekc https://shop.example evry hour pls", None)
    assert plan.arguments["tasks"][0]["when"]["cron"] == "0 * * * *"
    (renamed,) = calls("call it Evry Bank watch pls")
    assert renamed.arguments["name"] == "Evry Bank watch"


def test_proposed_times_are_said_in_the_readers_language_and_sent_in_english() -> None:
    """[C2 C9] The words of the button are for reading, what it sends is understood."""
    with speaking(Language.DE):
        (asked,) = calls("check https://shop.example", focus=None)
    choices = asked.arguments["questions"][0]["choices"]
    assert "Alle 15 Minuten" in [c["label"] for c in choices]
    assert any(c["say"].endswith("every 15 minutes") for c in choices)


@pytest.mark.parametrize("name", ["M-ZNVWH4", "m-znvwh4", "C0123ABCD", "U0LOCALADA9"])
def test_a_mission_is_not_called_like_an_id(name: str) -> None:
    """[M8 P4] Whoever reads it would take it for another Mission's, or a channel's."""
    with pytest.raises(InvalidName):
        clean_name(name)
    assert clean_name(f"{name} watch") == f"{name} watch"


def test_a_name_may_begin_with_to() -> None:
    """[C4]"""
    assert calls("call it To delete")[0].arguments["name"] == "To delete"
    assert calls("rename it to Storefront")[0].arguments["name"] == "Storefront"
