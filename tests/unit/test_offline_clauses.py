"""Words that are no name, no order and no wish by themselves; orders beside orders [C4 C5 C7]."""

from __future__ import annotations

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from agent.offline.intents import Call
from agent.offline.interpreter import OfflineInterpreter
from agent.offline.mending import not_this_one
from agent.surroundings import FACTS_CLOSE, FACTS_OPEN
from missions.errors import UnknownMission
from tests.unit.test_offline_strays import A, asked, calls, changes


def only(text: str, focus: str | None = "M-SHP234") -> Call:
    (call,) = calls(text, focus)
    return call


@pytest.mark.parametrize(
    "words", ["down", "critical", "resolved", "every hour", "at 9", "the old name"]
)
@pytest.mark.parametrize("order", ["call it", "rename this to"])
def test_a_state_a_schedule_or_the_old_one_is_hardly_a_name(order: str, words: str) -> None:
    """[C4] Who means it puts it in quotation marks."""
    call = only(f"{order} {words}")
    assert call.tool == "say"
    assert f"“{words}”" in call.arguments["text"]
    assert only(f'{order} "{words}"') == Call("rename_mission", {"name": words})


def test_a_new_mission_is_not_called_so_either() -> None:
    """[C2 C4] What is written as a name is one."""
    assert only(f"check {A} hourly and call it critical", None).tool == "say"
    named = only(f"check {A} hourly and call it New", None)
    assert (named.tool, named.arguments["name"]) == ("propose_mission", "New")


@pytest.mark.parametrize("text", ["it is up", "make it up", "move it up"])
def test_how_things_stand_is_no_expectation(text: str) -> None:
    """[C5] A remark in an incident's thread proposes nothing."""
    assert only(text).tool == "ask"
    expected = [{"op": "set_limits", "limits": {"status": "200"}}]
    assert changes("expect that it is up") == expected
    assert changes("make sure it is up") == expected


@pytest.mark.parametrize(
    "text",
    [
        "split it: EU at 8:00 and 12:00, US at 18:00",
        "split it: everything but EU at 8:00, US at 18:00",
        "move T2 before T1 and make it 9:00",
    ],
)
def test_times_and_other_orders_are_no_words_of_an_address_or_a_task(text: str) -> None:
    """[C5]"""
    assert only(text).tool == "ask"


@pytest.mark.parametrize(
    "text",
    ["run it and make it hourly", "make it hourly, then run it", "delete T2 and run it"],
)
def test_a_run_that_is_ordered_beside_a_change_is_not_left_out(text: str) -> None:
    """[C5 C7]"""
    assert "I did not understand “run it”" in asked(text)
    told = changes("run it hourly and mention @Ana")
    assert [o["op"] for o in told] == ["mention", "set_trigger"]


@pytest.mark.parametrize("words", ["an hour later", "2 hours earlier", "half an hour later"])
def test_a_time_reckoned_from_another_one_is_asked_for(words: str) -> None:
    """[C5]"""
    assert asked(f"make it {words}").startswith(f"“{words}”: which time is that?")


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("why did it fail at 9:00", {"at": "09:00"}),
        ("why did it go red at 9:00", {"at": "09:00"}),
        ("why did it fail yesterday", {"after": "2026-11-22T00:00", "until": "2026-11-23T00:00"}),
        ("why did this go red", {"failed": True}),
    ],
)
def test_why_at_a_time_is_answered_from_that_time(text: str, arguments: dict[str, object]) -> None:
    """[C7 C8] Not from the latest run."""
    assert only(text) == Call("explain_last", arguments)


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("which of mine are failing", Call("list_missions")),
        ("which ones are red right now", Call("list_missions")),
        ("list the paused ones", Call("list_missions", {"state": "Paused"})),
        ("show my drafts", Call("list_missions", {"state": "Draft"})),
        ("what do you have running", Call("list_missions")),
        ("show Red", Call("show_mission", {"mission": "Red"})),
    ],
)
def test_a_list_is_narrowed_by_words(text: str, call: Call) -> None:
    """[R6 C7]"""
    assert only(text, None) == call


def test_the_checks_that_fail_are_those_of_the_thread() -> None:
    """[C7]"""
    assert only("which checks are failing").tool == "explain_last"
    assert only("which checks are failing", None).tool == "list_missions"


@pytest.mark.parametrize("text", ["critical ones this week", "which ones failed last week"])
def test_a_list_over_some_time_is_offered_as_what_there_is(text: str) -> None:
    """[C7] The time is not left out."""
    call = only(text, None)
    assert call.tool == "ask"
    said = [c["say"] for q in call.arguments["questions"] for c in q["choices"]]
    assert said == ["list missions", "what changed"]


@pytest.mark.parametrize("text", ["ack", "on it", "cool", "noted, thanks", "thanks for your help!"])
def test_a_nod_is_answered_in_two_words(text: str) -> None:
    """[C10] Without a question what should change, and without a word on what was not."""
    call = only(text)
    assert call.tool == "say"
    assert call.arguments["text"] in ("All right.", "You are welcome.")


def test_words_in_a_thread_that_name_no_mission_may_mean_the_one_at_hand() -> None:
    """[C7] It is asked, with what can be done then."""
    finding = UnknownMission("this for the deploy").sentence
    call = Call("offer_mute", {"mission": "this for the deploy"})
    question = not_this_one(call, [finding])
    assert question is not None
    assert question.arguments["lead"] == finding
    said = [c["say"] for q in question.arguments["questions"] for c in q["choices"]]
    assert said == ["mute it for 2 hours", "mute it until it recovers"]
    assert not_this_one(Call("offer_mute", {"mission": "M-ABC234"}), [finding]) is None


@pytest.mark.parametrize(("mission", "tool"), [('{"id": "M-SHP234"}', "ask"), ("null", None)])
def test_only_in_a_thread_is_there_one_at_hand(mission: str, tool: str | None) -> None:
    """[C7 P1]"""
    facts = '{"now": "2026-11-23T10:00:00+00:00", "zone": "Europe/Berlin", "mission": ' + mission
    finding = UnknownMission("the deploy").sentence
    made = {"name": "offer_mute", "args": {"mission": "the deploy"}, "id": "c1"}
    refused = '{"ok": false, "findings": ["' + finding.replace('"', '\\"') + '"]}'
    reply = OfflineInterpreter().invoke(
        [
            SystemMessage(f"{FACTS_OPEN}{facts}}}{FACTS_CLOSE}"),
            HumanMessage("silence the deploy"),
            AIMessage(content="", tool_calls=[made]),
            ToolMessage(refused, tool_call_id="c1"),
        ]
    )
    assert [c["name"] for c in reply.tool_calls] == ([tool] if tool else [])
    assert tool or str(reply.text) == finding
