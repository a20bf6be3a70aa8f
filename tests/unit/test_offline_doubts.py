"""Words that the offline interpreter does not read: it asks, and never plans around them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agent.offline.intents import Call
from agent.offline.reading import Context, read

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
A, B = "https://a.example", "https://b.example"
SHOP = "M-SHP234"


def calls(text: str, focus: str | None = None, asked: tuple[str, ...] = ()) -> list[Call]:
    return read(text, Context(NOW, "Europe/Berlin", focus, asked))


def only(text: str, focus: str | None = None, asked: tuple[str, ...] = ()) -> Call:
    (call,) = calls(text, focus, asked)
    return call


def offered(call: Call) -> list[str]:
    """What the buttons of a question say."""
    return [c["say"] for q in call.arguments["questions"] for c in q["choices"]]


UNREAD = [
    f"check {A} hourly, skipping weekends",
    f"check {A} every day at 9 apart from Sundays",
    f"quit checking {A} hourly",
    f"avoid checking {A} hourly",
    f"no need to check {A} hourly",
    f"neither check {A} nor {B} hourly",
    f"check {A} anything but every hour",
    f"check {A} less than every hour",
    f"check {A} every hour outside business hours",
    f"check {A} every hour on odd days",
    f"check {A} every hour for a day",
    f"check {A} every 10 minutes in the next hour",
    f"check {A} hourly this week",
    f"check {A} hourly as long as the freeze lasts",
    f"check {A} hourly as logged in user bob",
    f"check {A} hourly and file a jira ticket on failure",
    f"check {A} hourly and DM me",
    f"check {A} hourly from Frankfurt and Singapore",
    f"check {A} hourly and compare it with {B}",
    f"check {A} right now and then every hour",
    f"check {A} now and every hour",
    f"check {A} hourly and run it now",
    f"same as the pay watch, for {A} hourly",
    f"check {A} tomorrow at 9 and again on Friday at 9",
    f"check {A} every day at 9 and at 10 check {B}",
    f"check {A}/health and {A}/login every hour, login should be under 500ms",
    f"check {A} every day at 10 except Mondays at 9",
    f"check {A} hourly and remind me on Friday to rotate the keys",
    f"when alertmanager fires for the payments service check {A}",
    f"when alertmanager fires for api or web check {A}",
    f"when github says a workflow failed on main check {A}",
    f"when github reports a workflow failed check {A}",
    f"when someone reacts with :fire: or :boom: check {A}",
    f"check {A} hourly and call it Prod and staging watch",
]


@pytest.mark.parametrize("text", UNREAD)
def test_words_that_nobody_read_are_asked_about(text: str) -> None:
    """[C2 L1] Without answers to click, which would leave them out."""
    call = only(text)
    assert call.tool == "ask"
    assert offered(call) == []


QUESTIONS = [
    f"how do I check {A} every hour?",
    f"do you check {A} every hour?",
    f"why would anyone check {A} every hour?",
    f"should we check {A} every hour?",
    f"is it wise to check {A} every hour?",
    f"hey Houston, did you check {A} every hour?",
]


@pytest.mark.parametrize("focus", [None, SHOP])
@pytest.mark.parametrize("text", QUESTIONS)
def test_a_question_is_no_order(text: str, focus: str | None) -> None:
    """[C2] Also in the thread of a Mission."""
    call = only(text, focus)
    assert call.tool == "ask"
    assert offered(call) == []


@pytest.mark.parametrize(
    "text", [f"can you check {A} every hour?", f"could you please check {A} every hour"]
)
def test_a_polite_order_is_one(text: str) -> None:
    """[C2]"""
    (task,) = only(text).arguments["tasks"]
    assert (task["when"]["cron"], task["checks"]) == ("0 * * * *", [{"url": A}])


@pytest.mark.parametrize(
    "text",
    [
        f"check {A} every weekday except on holidays",
        f"check {A} every weekday but only if {B} is up",
        f"check {A} second and fourth Friday",
        f"check {A} hourly, but not at night",
    ],
)
def test_no_answer_is_offered_that_would_drop_what_was_not_understood(text: str) -> None:
    """[C2]"""
    call = only(text)
    assert call.tool == "ask"
    assert offered(call) == []


def test_what_was_not_understood_stays_open_until_all_is_said_anew() -> None:
    """[C2] “at 8” does not answer what “except on holidays” means; a whole sentence does."""
    first = f"check {A} every weekday except on holidays"
    asked = only("at 8", asked=(first,))
    assert asked.tool == "ask"
    assert "holidays" in asked.arguments["questions"][0]["text"]
    plan = only(f"check {A} every weekday at 8", asked=(first, "at 8"))
    assert plan.arguments["tasks"][0]["when"]["cron"] == "0 8 * * 1-5"


def test_words_for_what_the_address_then_names_are_answered_by_it() -> None:
    """[C2]"""
    plan = only("every hour", asked=("keep an eye on our shop", A))
    assert plan.arguments["tasks"][0]["checks"] == [{"url": A}]


def test_an_answer_about_a_setting_keeps_the_rest() -> None:
    """[C2] The hour and the retries stay, and the question is answered for good."""
    call = only(f"check {A} every hour, timeout 30 seconds, retry twice")
    answer = offered(call)[0]
    plan = only(answer, asked=(f"check {A} every hour, timeout 30 seconds, retry twice",))
    assert plan.tool == "propose_mission"
    assert plan.arguments["tasks"][0]["when"]["cron"] == "0 * * * *"
    assert {o["op"] for o in plan.arguments["settings"]} == {"set_retries", "set_timeout"}


UNREAD_CHANGES = [
    "make the us check every hour",
    "run it tomorrow at 5pm",
    "run Shop watch tomorrow at 5pm",
    "run Pay watch in 10 minutes",
    "make it hourly and run it now",
    "only report after 3 failures in a row",
    "tell me if it fails more than twice",
    "call it what you want",
    "call it Store and forget the rest",
    "every day at 10 except Mondays at 9",
    f"{SHOP}: mute until it recovers, then tell grace",
    "should we make it hourly?",
    "why do you check it hourly?",
]


@pytest.mark.parametrize("text", UNREAD_CHANGES)
def test_a_change_with_words_unread_is_asked_about(text: str) -> None:
    """[C5]"""
    assert only(text, SHOP).tool == "ask"


UNREAD_COMMANDS = [
    f"stop bugging me about {SHOP}",
    f"stop {SHOP} at 6pm",
    f"cancel {SHOP} next Friday",
    f"{SHOP}: cancel it if it takes longer than 5 minutes",
    f"{SHOP}: pause on weekends",
    f"{SHOP}: pause from Friday 18:00 to Monday 8:00",
    f"pause {SHOP} from Friday 18:00 until Monday 8:00",
    f"{SHOP}: delete the login page unless it is used",
    f"delete {SHOP} tomorrow",
    f"delete {SHOP} and M-PAY234 unless it is used",
    f"delete it and {SHOP}",
    f"enable {SHOP} on Monday",
    f"run {SHOP} twice",
]


@pytest.mark.parametrize("text", UNREAD_COMMANDS)
def test_a_command_accounts_for_every_word(text: str) -> None:
    """[C6 C7] An ID among words that nobody read is no order."""
    assert only(text, SHOP).tool == "ask"


def test_words_behind_an_id_in_front_are_compared_with_its_name() -> None:
    """[C6 C7] The tool finds no Mission of that name."""
    call = only(f"{SHOP}: stop mailing people")
    assert call == Call("stop_execution", {"mission": f"{SHOP} mailing people"})


READ_COMMANDS = [
    (f"stop {SHOP}", "stop_execution"),
    (f"please stop {SHOP} now", "stop_execution"),
    (f"stop running {SHOP}", "stop_execution"),
    (f"{SHOP}: stop it", "stop_execution"),
    (f"{SHOP}: delete it", "offer_delete"),
    (f"delete {SHOP} please", "offer_delete"),
    (f"disable {SHOP} because of the freeze", "offer_disable"),
    (f"disable {SHOP} (code freeze)", "offer_disable"),
    (f"pause {SHOP} until Monday, code freeze", "offer_disable"),
    (f"pause T1 of {SHOP}", "offer_disable"),
    (f"mute {SHOP} for 2 hours", "offer_mute"),
    (f"run {SHOP} now, only for eu-west", "offer_run"),
    (f"kick off {SHOP}", "offer_run"),
]


@pytest.mark.parametrize(("text", "tool"), READ_COMMANDS)
def test_a_command_that_is_wholly_read_is_carried_out(text: str, tool: str) -> None:
    """[C7]"""
    call = only(text)
    assert (call.tool, call.arguments["mission"]) == (tool, SHOP)


RENAMES = [
    ("rename it to Store watch please", "Store watch"),
    ("call it Store watch please", "Store watch"),
    ("call it Store watch but keep the schedule", "Store watch"),
    ("rename it to Store watch, please", "Store watch"),
    ('rename it to "Search and browse tools"', "Search and browse tools"),
    ("call it Search and browse", "Search and browse"),
]


@pytest.mark.parametrize(("text", "name"), RENAMES)
def test_a_name_ends_where_the_sentence_goes_on(text: str, name: str) -> None:
    """[C5] Unless it is quoted."""
    assert only(text, SHOP) == Call("rename_mission", {"name": name})


def test_what_follows_a_new_name_is_a_clause_of_its_own() -> None:
    """[C5]"""
    renamed, paused = calls("rename it to Payments and pause it", SHOP)
    assert renamed.arguments["name"] == "Payments"
    assert (paused.tool, paused.arguments["mission"]) == ("offer_disable", SHOP)


@pytest.mark.parametrize(
    "text",
    [
        "rename Pay watch to Payments and pause it",
        "rename Pay watch to Store watch but keep the schedule",
        "rename it to Payments and forget the rest",
    ],
)
def test_a_name_with_words_left_over_is_asked_for_in_quotes(text: str) -> None:
    """[C5] A rename is done at once, so it is done only if all was read."""
    call = only(text, SHOP)
    assert call.tool == "say"
    assert "quotes" in call.arguments["text"]
