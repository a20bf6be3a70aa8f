"""What the offline interpreter understands, sentence by sentence. It is 11:00 in Berlin, a Monday.

The tables are the interpreter's promise: each row is a sentence and the tool call that it means.
"""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.clean import clean_slack_text
from agent.offline.intents import Call
from agent.offline.reading import Context, read

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
URL = "https://shop.example/health"
BERLIN = "Europe/Berlin"
SHOP = "M-ABC234"
UNASKED = "M-XYZ789"


def context(focus: str | None = None, asked: tuple[str, ...] = (), zone: str = BERLIN) -> Context:
    return Context(NOW, zone, focus, asked)


def only(text: str, where: Context | None = None) -> Call:
    (call,) = read(text, where or context())
    return call


def told(call: Call) -> str:
    """All that a question card says."""
    texts = [call.arguments.get("lead", ""), call.arguments.get("text", "")]
    return " ".join([*texts, *(q["text"] for q in call.arguments.get("questions", ()))])


def choices(call: Call) -> list[dict[str, str]]:
    return [c for q in call.arguments.get("questions", ()) for c in q["choices"]]


CRONS = [
    ("every 5 minutes", "*/5 * * * *"),
    ("every 15 minutes", "*/15 * * * *"),
    ("every 15 min", "*/15 * * * *"),
    ("every 15min", "*/15 * * * *"),
    ("each 30 minutes", "*/30 * * * *"),
    ("every half hour", "*/30 * * * *"),
    ("every quarter of an hour", "*/15 * * * *"),
    ("every ten minutes", "*/10 * * * *"),
    ("every minute", "* * * * *"),
    ("every 60 minutes", "0 * * * *"),
    ("every 120 minutes", "0 */2 * * *"),
    ("every hour", "0 * * * *"),
    ("hourly", "0 * * * *"),
    ("once an hour", "0 * * * *"),
    ("every other hour", "0 */2 * * *"),
    ("every 2 hours", "0 */2 * * *"),
    ("every 2h", "0 */2 * * *"),
    ("every 6 hours", "0 */6 * * *"),
    ("every hour at :20", "20 * * * *"),
    ("hourly at 20 past", "20 * * * *"),
    ("every 2 hours at :15", "15 */2 * * *"),
    ("every 2 hours on weekdays", "0 */2 * * 1-5"),
    ("every 15 minutes between 9 and 17", "*/15 9-16 * * *"),
    ("every 15 minutes between 9 and 17 on weekdays", "*/15 9-16 * * 1-5"),
    ("every hour from 8am to 6pm", "0 8-17 * * *"),
    ("every hour 8am to 6pm", "0 8-17 * * *"),
    ("every day at 9:00", "0 9 * * *"),
    ("daily at 9", "0 9 * * *"),
    ("daily at 9am", "0 9 * * *"),
    ("every day at 9 o'clock", "0 9 * * *"),
    ("every day at 9:30 pm", "30 21 * * *"),
    ("every day at half past 9", "30 9 * * *"),
    ("at 9:00 every day", "0 9 * * *"),
    ("9am daily", "0 9 * * *"),
    ("each morning at 8", "0 8 * * *"),
    ("every evening at 7", "0 19 * * *"),
    ("every afternoon at 3", "0 15 * * *"),
    ("every night at 2", "0 2 * * *"),
    ("every night at 11", "0 23 * * *"),
    ("nightly at 2:30", "30 2 * * *"),
    ("every day at noon", "0 12 * * *"),
    ("every day at midnight", "0 0 * * *"),
    ("every day at 12am", "0 0 * * *"),
    ("every day at 12pm", "0 12 * * *"),
    ("every day at 9:00 and 17:00", "0 9,17 * * *"),
    ("every day at 8 in the morning and 8 in the evening", "0 8,20 * * *"),
    ("every day at 9, 13 and 17", "0 9,13,17 * * *"),
    ("every weekday at 9:00", "0 9 * * 1-5"),
    ("on weekdays at 7:30", "30 7 * * 1-5"),
    ("weekdays at 7", "0 7 * * 1-5"),
    ("every working day at 8:15", "15 8 * * 1-5"),
    ("Monday to Friday at 9:00", "0 9 * * 1-5"),
    ("mon-fri at 9:00", "0 9 * * 1-5"),
    ("on weekends at noon", "0 12 * * 0,6"),
    ("every Monday and Thursday at 18:00", "0 18 * * 1,4"),
    ("every Mon, Wed and Fri at 18:00", "0 18 * * 1,3,5"),
    ("mondays 9am", "0 9 * * 1"),
    ("on Mondays at 9", "0 9 * * 1"),
    ("weekly on Friday at 17:00", "0 17 * * 5"),
    ("every Sunday at 20:00", "0 20 * * 0"),
    ("every day at 9 except Sundays", "0 9 * * 1-6"),
    ("every day at 9:00 but not on weekends", "0 9 * * 1-5"),
    ("on the 1st of every month at 9:00", "0 9 1 * *"),
    ("monthly on the 15th at 6:30", "30 6 15 * *"),
    ("on the last day of every month at 18:00", "0 18 L * *"),
    ('cron "*/5 9-17 * * 1-5"', "*/5 9-17 * * 1-5"),
    ("cron */5 9-17 * * 1-5", "*/5 9-17 * * 1-5"),
    ("with cron `0 9 * * MON-FRI`", "0 9 * * MON-FRI"),
    ("0 9 1 * *", "0 9 1 * *"),
    ("@daily", "@daily"),
]


@pytest.mark.parametrize(("phrase", "cron"), CRONS)
@pytest.mark.parametrize("form", ["check {url} {phrase}", "{phrase} check {url}"])
def test_a_schedule_in_words_becomes_a_cron_task(phrase: str, cron: str, form: str) -> None:
    """[B5 C2] In front of the address or behind it, in the person's own zone."""
    call = only(form.format(url=URL, phrase=phrase))
    (task,) = call.arguments["tasks"]
    assert call.tool == "propose_mission"
    assert task["when"] == {"cron": cron, "zone": BERLIN}
    assert task["checks"] == [{"url": URL}]


ONCE = [
    ("tomorrow at 18:00", "2026-11-24T18:00"),
    ("tomorrow morning at 8", "2026-11-24T08:00"),
    ("today at 5pm", "2026-11-23T17:00"),
    ("tonight at 11", "2026-11-23T23:00"),
    ("the day after tomorrow at noon", "2026-11-25T12:00"),
    ("on 3 December at 18:00", "2026-12-03T18:00"),
    ("on December 3rd at 6pm", "2026-12-03T18:00"),
    ("on the 3rd of December 2027 at 18:00", "2027-12-03T18:00"),
    ("on 1 March at 9:00", "2027-03-01T09:00"),
    ("2026-12-03 18:00", "2026-12-03T18:00"),
    ("on 2026-12-03T18:00", "2026-12-03T18:00"),
    ("in 20 minutes", "2026-11-23T11:20"),
    ("in 2 hours", "2026-11-23T13:00"),
    ("in half an hour", "2026-11-23T11:30"),
    ("in an hour", "2026-11-23T12:00"),
    ("next monday 9am", "2026-11-30T09:00"),
    ("this friday at 17:00", "2026-11-27T17:00"),
    ("once on Friday at noon", "2026-11-27T12:00"),
]


@pytest.mark.parametrize(("phrase", "at"), ONCE)
def test_an_instant_in_words_becomes_a_once_task(phrase: str, at: str) -> None:
    """[B1] Dates without a year are the next such date."""
    call = only(f"check {URL} {phrase}")
    assert call.tool == "propose_mission"
    assert [t["when"] for t in call.arguments["tasks"]] == [{"at": at, "zone": BERLIN}]


ZONES = [
    ("Berlin time", BERLIN),
    ("in New York time", "America/New_York"),
    ("New York time", "America/New_York"),
    ("in Tokyo", "Asia/Tokyo"),
    ("London time", "Europe/London"),
    ("San Francisco time", "America/Los_Angeles"),
    ("America/New_York", "America/New_York"),
    ("Asia/Tokyo", "Asia/Tokyo"),
    ("UTC", "UTC"),
    ("GMT", "UTC"),
    ("CET", BERLIN),
    ("EST", "America/New_York"),
    ("PST", "America/Los_Angeles"),
    ("ET", "America/New_York"),
]


@pytest.mark.parametrize(("said", "zone"), ZONES)
def test_a_zone_in_words_becomes_its_iana_name(said: str, zone: str) -> None:
    """[B5] Cities, abbreviations with one meaning, and IANA names."""
    call = only(f"check {URL} every weekday at 9:00 {said}")
    (task,) = call.arguments["tasks"]
    assert task["when"] == {"cron": "0 9 * * 1-5", "zone": zone}


def test_an_abbreviation_of_the_persons_own_zone_means_that_zone() -> None:
    """[B5] IST is asked back in Berlin, but not in Kolkata."""
    text = f"check {URL} daily at 9:00 IST"
    assert only(text).tool == "ask"
    call = only(text, context(zone="Asia/Kolkata"))
    assert call.arguments["tasks"][0]["when"]["zone"] == "Asia/Kolkata"


CHECKS: list[tuple[str, list[dict[str, Any]]]] = [
    (f"check {URL}", [{"url": URL}]),
    (f"watch {URL}", [{"url": URL}]),
    (f"keep an eye on {URL}", [{"url": URL}]),
    (f"make sure {URL} is up", [{"url": URL, "status": "200"}]),
    (f"check that {URL} answers 200", [{"url": URL, "status": "200"}]),
    (f"check {URL} returns 204", [{"url": URL, "status": "204"}]),
    (f"check that {URL} responds with status 301", [{"url": URL, "status": "301"}]),
    (f"check that {URL} is 401", [{"url": URL, "status": "401"}]),
    (f"check {URL} returns 2xx", [{"url": URL, "status": "200-299"}]),
    (f"check {URL} responds within 2 s", [{"url": URL, "under_ms": 2000}]),
    (f"check {URL} answers in under 800 ms", [{"url": URL, "under_ms": 800}]),
    (f"check {URL} is faster than 1.5s", [{"url": URL, "under_ms": 1500}]),
    (
        f"check {URL} answers 200 in under 800 ms and the certificate has 14 days left",
        [{"url": URL, "status": "200", "under_ms": 800, "cert_days": 14}],
    ),
    (f"check the certificate of {URL} has 30 days left", [{"url": URL, "cert_days": 30}]),
    (f"check {URL} and its certificate is valid for 2 weeks", [{"url": URL, "cert_days": 14}]),
    (f'check {URL} contains "Welcome back"', [{"url": URL, "contains": "Welcome back"}]),
    (f'check {URL} has the text "a, b; c"', [{"url": URL, "contains": "a, b; c"}]),
    (f"check {URL} says ok", [{"url": URL, "contains": "ok"}]),
    (
        rf"check {URL} matches /v\d+\.\d+ [a-z\/]+/",
        [{"url": URL, "matches": r"v\d+\.\d+ [a-z/]+"}],
    ),
    ("check shop.example", [{"url": "https://shop.example"}]),
    ("check shop.example:8443/health?x=1", [{"url": "https://shop.example:8443/health?x=1"}]),
    ("check http://127.0.0.1:9000/slow", [{"url": "http://127.0.0.1:9000/slow"}]),
    (
        "check https://a.example and https://b.example answer 200 in under 1 s",
        [
            {"url": "https://a.example", "status": "200", "under_ms": 1000},
            {"url": "https://b.example", "status": "200", "under_ms": 1000},
        ],
    ),
    (
        'check https://a.example answers 200 and https://b.example contains "Hi"',
        [
            {"url": "https://a.example", "status": "200"},
            {"url": "https://b.example", "contains": "Hi"},
        ],
    ),
    (
        "check https://a.example is up, https://b.example and https://c.example return 204",
        [
            {"url": "https://a.example", "status": "200"},
            {"url": "https://b.example", "status": "204"},
            {"url": "https://c.example", "status": "204"},
        ],
    ),
]


@pytest.mark.parametrize(("phrase", "specs"), CHECKS)
def test_checks_in_words_become_checks(phrase: str, specs: list[dict[str, Any]]) -> None:
    """[B2] Each address with what is expected of it."""
    call = only(f"{phrase}, every 15 minutes")
    (task,) = call.arguments["tasks"]
    assert call.tool == "propose_mission"
    assert task["checks"] == specs
    assert task["when"]["cron"] == "*/15 * * * *"


NOTIFY = [
    ("and only tell me when something changes", "on_change"),
    ("and only report changes", "on_change"),
    (", only tell me when something is wrong", "on_finding"),
    ("and tell me only if it fails", "on_finding"),
    ("and only report problems", "on_finding"),
    ("and alert me when something breaks", "on_finding"),
    ("and always report", "always"),
    ("and report every time", "always"),
]


@pytest.mark.parametrize(("phrase", "notify"), NOTIFY)
def test_when_to_speak_can_be_said(phrase: str, notify: str) -> None:
    """[R2] In the sentence that creates, and alone for the Mission of the thread."""
    created = only(f"check {URL} every 15 minutes {phrase}")
    assert created.arguments["tasks"][0]["notify"] == notify
    changed = only(phrase.removeprefix("and").lstrip(", "), context(SHOP))
    assert changed.arguments["changes"] == [{"op": "set_notify", "notify": notify}]


def test_a_name_does_not_swallow_a_person() -> None:
    """[C4 R1] Nor is what follows it dropped."""
    renamed, changed = read("call it Shop mention @grace", context(SHOP))
    assert renamed.arguments == {"name": "Shop"}
    assert changed.arguments["changes"][0]["people"] == ["@grace"]
    asked = only("call it Shop for @grace")
    assert asked.tool == "say"
    assert "in quotes" in told(asked)


def test_one_can_have_oneself_mentioned() -> None:
    """[R1] “tell me” asks for a report, not for a mention."""
    (change,) = only("mention me when it fails", context(SHOP)).arguments["changes"]
    assert change == {"op": "mention", "people": ["me"], "on": "attention"}
    (change,) = only("mention @grace and me", context(SHOP)).arguments["changes"]
    assert change["people"] == ["@grace", "me"]
    (change,) = only("tell me only if it fails", context(SHOP)).arguments["changes"]
    assert change == {"op": "set_notify", "notify": "on_finding"}


TOLD = [
    ("tell me when the certificate has less than 14 days left", {"cert_days": 14}),
    ("warn us if the certificate expires in less than 2 weeks", {"cert_days": 14}),
    ("alert me when it is slower than 2 seconds", {"under_ms": 2000}),
]


@pytest.mark.parametrize(("phrase", "limits"), TOLD)
def test_what_to_be_told_of_is_what_is_expected_not_to_be(
    phrase: str, limits: dict[str, int]
) -> None:
    """[B2 R2]"""
    (task,) = only(f"check {URL} every hour and {phrase}").arguments["tasks"]
    assert task["checks"] == [{"url": URL, **limits}]
    assert task["notify"] == "on_finding"


@pytest.mark.parametrize("when", ["if it fails", "when a check fails", "when it breaks"])
def test_who_is_mentioned_when_it_fails_is_mentioned_on_any_finding(when: str) -> None:
    """[R1] What fails is a check; a run that fails is said as such."""
    made = only(f"check {URL} every hour and mention @grace {when}").arguments["settings"]
    assert made == [{"op": "mention", "people": ["@grace"], "on": "attention"}]
    made = only(f"check {URL} every hour and mention @grace when a run fails").arguments["settings"]
    assert made[0]["on"] == "failure"


NAMES = [
    ("and call it Shop watch", "Shop watch"),
    ("and call it “Night: shop”", "Night: shop"),
    ('named "Shop, the big one"', "Shop, the big one"),
    ("and name it Daily Shop Watch", "Daily Shop Watch"),
    ("call it Shop and pay and always report", "Shop and pay"),
    ("call it Shop and mention @grace if it fails", "Shop"),
    ("call it Shop and retry twice", "Shop"),
]


@pytest.mark.parametrize(("phrase", "name"), NAMES)
def test_a_name_can_be_given_in_the_sentence(phrase: str, name: str) -> None:
    """[C2 C4]"""
    cleaned = clean_slack_text(f"check {URL} every 15 minutes {phrase}", "UBOT")
    assert only(cleaned).arguments["name"] == name


RENAMES = [
    ("call it Nightly Watch", {"name": "Nightly Watch"}),
    ("please call it Nightly Watch", {"name": "Nightly Watch"}),
    ("rename it to Nightly Watch", {"name": "Nightly Watch"}),
    ("rename this mission to Nightly Watch.", {"name": "Nightly Watch"}),
    ("rename Shop watch to Store watch", {"name": "Store watch", "mission": "Shop watch"}),
    ("rename M-XYZ789 to Store", {"name": "Store", "mission": "M-XYZ789"}),
    ("M-XYZ789: call it Store", {"name": "Store", "mission": "M-XYZ789"}),
]


@pytest.mark.parametrize(("text", "arguments"), RENAMES)
def test_renaming_by_saying_so(text: str, arguments: dict[str, str]) -> None:
    """[C4]"""
    call = only(text, context(SHOP))
    assert (call.tool, call.arguments) == ("rename_mission", arguments)


LOGIN = "https://shop.example/login"
CHANGES: list[tuple[str, list[dict[str, Any]]]] = [
    ("make it 8:30", [{"op": "set_time", "time": "08:30"}]),
    ("make it 8:30 please", [{"op": "set_time", "time": "08:30"}]),
    ("8:30 instead of 9", [{"op": "set_time", "time": "08:30", "instead_of": "09:00"}]),
    ("make it 8:30 instead of 9:00", [{"op": "set_time", "time": "08:30", "instead_of": "09:00"}]),
    ("at 8:30 instead", [{"op": "set_time", "time": "08:30"}]),
    ("move it from 9 to 8:30", [{"op": "set_time", "time": "08:30", "instead_of": "09:00"}]),
    ("change 9:00 to 8:30", [{"op": "set_time", "time": "08:30", "instead_of": "09:00"}]),
    ("change it to 5pm", [{"op": "set_time", "time": "17:00"}]),
    (
        "move it to weekdays at 7",
        [{"op": "set_trigger", "when": {"cron": "0 7 * * 1-5", "zone": BERLIN}}],
    ),
    (
        "make it every 15 minutes",
        [{"op": "set_trigger", "when": {"cron": "*/15 * * * *", "zone": BERLIN}}],
    ),
    ("every hour", [{"op": "set_trigger", "when": {"cron": "0 * * * *", "zone": BERLIN}}]),
    (
        "make it tomorrow at 18:00",
        [{"op": "set_trigger", "when": {"at": "2026-11-24T18:00", "zone": BERLIN}}],
    ),
    ("only on weekdays", [{"op": "set_days", "days": "1-5"}]),
    ("move it to weekends", [{"op": "set_days", "days": "0,6"}]),
    ("not on Sundays", [{"op": "skip_days", "days": [0]}]),
    ("skip weekends", [{"op": "skip_days", "days": [6, 0]}]),
    ("in New York time", [{"op": "set_zone", "zone": "America/New_York"}]),
    (
        "make it 8:30 London time",
        [{"op": "set_time", "time": "08:30"}, {"op": "set_zone", "zone": "Europe/London"}],
    ),
    (f"also check {LOGIN}", [{"op": "add_check", "check": {"url": LOGIN}}]),
    (
        f'also check that {LOGIN} contains "Sign in"',
        [{"op": "add_check", "check": {"url": LOGIN, "contains": "Sign in"}}],
    ),
    (
        f"also check {LOGIN} every hour",
        [
            {
                "op": "add_task",
                "when": {"cron": "0 * * * *", "zone": BERLIN},
                "checks": [{"url": LOGIN}],
            }
        ],
    ),
    (f"stop checking {LOGIN}", [{"op": "remove_check", "check": LOGIN}]),
    (f"don't check {LOGIN} anymore", [{"op": "remove_check", "check": LOGIN}]),
    (
        "every 2 hours instead of every hour",
        [{"op": "set_trigger", "when": {"cron": "0 */2 * * *", "zone": BERLIN}}],
    ),
    ("can you make it 9am?", [{"op": "set_time", "time": "09:00"}]),
    ("I'd like it at 7 in the evening", [{"op": "set_time", "time": "19:00"}]),
    (f"remove the check on {LOGIN}", [{"op": "remove_check", "check": LOGIN}]),
    ("drop the login check", [{"op": "remove_check", "check": "login"}]),
    ("stop checking the login page", [{"op": "remove_check", "check": "login"}]),
    ("remove C2", [{"op": "remove_check", "check": "C2"}]),
    ("remove task T2", [{"op": "remove_task", "task": "T2"}]),
    ("don't check the certificate", [{"op": "drop_limit", "what": "certificate"}]),
    ("stop checking the response time", [{"op": "drop_limit", "what": "latency"}]),
    ("make it under 500 ms", [{"op": "set_limits", "limits": {"under_ms": 500}}]),
    (
        "the certificate should have 30 days left",
        [{"op": "set_limits", "limits": {"cert_days": 30}}],
    ),
    ("set a timeout of 10 minutes", [{"op": "set_timeout", "minutes": 10}]),
    ("set the goal to keep the shop open", [{"op": "set_goal", "goal": "keep the shop open"}]),
    ("make T2 8:30", [{"op": "set_time", "time": "08:30", "task": "T2"}]),
    ("make it 8:30 in T2", [{"op": "set_time", "time": "08:30", "task": "T2"}]),
    (
        f"make it 8:30 and also check {LOGIN} and don't check the certificate",
        [
            {"op": "drop_limit", "what": "certificate"},
            {"op": "add_check", "check": {"url": LOGIN}},
            {"op": "set_time", "time": "08:30"},
        ],
    ),
    (
        f"remove {LOGIN} and check https://shop.example/cart instead",
        [
            {"op": "remove_check", "check": LOGIN},
            {"op": "add_check", "check": {"url": "https://shop.example/cart"}},
        ],
    ),
]


@pytest.mark.parametrize(("text", "changes"), CHANGES)
def test_a_change_in_words_becomes_operations(text: str, changes: list[dict[str, Any]]) -> None:
    """[C5] On the Mission of the thread, and on one named in front."""
    call = only(text, context(SHOP))
    assert (call.tool, call.arguments) == ("propose_change", {"changes": changes})
    aimed = only(f"{UNASKED}: {text}", context(SHOP))
    assert aimed.arguments == {"changes": changes, "mission": UNASKED}


NAMED_CHANGES = [
    ("change Shop watch to 8:30", "Shop watch"),
    ("change the time of M-XYZ789 to 8:30", "M-XYZ789"),
    ("make Shop watch run at 8:30", "Shop watch"),
    ("make M-XYZ789 8:30", "M-XYZ789"),
    ("move it to 8:30 in M-XYZ789", "M-XYZ789"),
    ('move "Shop watch" to 8:30', "Shop watch"),
]


@pytest.mark.parametrize(("text", "mission"), NAMED_CHANGES)
def test_a_change_can_name_its_mission(text: str, mission: str) -> None:
    """[C5]"""
    call = only(text, context())
    changes = [{"op": "set_time", "time": "08:30"}]
    assert (call.tool, call.arguments) == (
        "propose_change",
        {"changes": changes, "mission": mission},
    )


def test_a_rename_and_a_change_in_one_sentence_are_two_calls() -> None:
    """[C4 C5]"""
    rename, change = read("call it Nightly Watch and make it 8:30", context(SHOP))
    assert (rename.tool, rename.arguments) == ("rename_mission", {"name": "Nightly Watch"})
    assert change.arguments == {"changes": [{"op": "set_time", "time": "08:30"}]}


OPERATE: list[tuple[str, str, dict[str, Any]]] = [
    ("list missions", "list_missions", {}),
    ("show me all missions", "list_missions", {}),
    ("which missions are paused?", "list_missions", {"state": "Paused"}),
    ("find missions with shop", "list_missions", {"search": "shop"}),
    ("show M-ABC234", "show_mission", {"mission": "M-ABC234"}),
    ("m-abc234", "show_mission", {"mission": "m-abc234"}),
    ("show Shop watch", "show_mission", {"mission": "Shop watch"}),
    ("how is Shop watch doing?", "show_mission", {"mission": "Shop watch"}),
    ("what's the plan of Shop watch?", "show_plan", {"mission": "Shop watch"}),
    ("show the plan", "show_plan", {}),
    ("show me Shop watch's plan", "show_plan", {"mission": "Shop watch"}),
    ("history of Shop watch", "show_history", {"mission": "Shop watch"}),
    ("Shop watch history", "show_history", {"mission": "Shop watch"}),
    ("next runs", "show_next_runs", {}),
    ("what runs next?", "show_next_runs", {}),
    ("what runs next here?", "show_next_runs", {"everywhere": True}),
    ("what is next here", "show_next_runs", {"everywhere": True}),
    ("what's next in this channel?", "show_next_runs", {"everywhere": True}),
    ("what's coming up", "show_next_runs", {"everywhere": True}),
    ("what is coming up here?", "show_next_runs", {"everywhere": True}),
    ("when does Shop watch run next?", "show_next_runs", {"mission": "Shop watch"}),
    ("when is the next run of M-ABC234", "show_next_runs", {"mission": "M-ABC234"}),
    ("run it now", "offer_run", {}),
    ("please run Shop watch now", "offer_run", {"mission": "Shop watch"}),
    ("can you run the Shop watch mission?", "offer_run", {"mission": "Shop watch"}),
    ("stop it", "stop_execution", {}),
    ("stop what you're doing", "stop_execution", {}),
    ("stop", "stop_execution", {}),
    ("cancel Shop watch", "stop_execution", {"mission": "Shop watch"}),
    ("disable Shop watch", "offer_disable", {"mission": "Shop watch"}),
    (
        "disable Shop watch because code freeze",
        "offer_disable",
        {"mission": "Shop watch", "note": "code freeze"},
    ),
    ("pause it, note: code freeze", "offer_disable", {"note": "code freeze"}),
    (
        "pause M-ABC234 due to maintenance",
        "offer_disable",
        {"mission": "M-ABC234", "note": "maintenance"},
    ),
    ("resume Shop watch", "offer_enable", {"mission": "Shop watch"}),
    ("enable it again", "offer_enable", {}),
    ("delete Shop watch", "offer_delete", {"mission": "Shop watch"}),
    ("delete M-ABC234", "offer_delete", {"mission": "M-ABC234"}),
    ("why did it fail?", "explain_last", {"failed": True}),
    ("why did Shop watch fail?", "explain_last", {"mission": "Shop watch", "failed": True}),
    ("what happened?", "explain_last", {"failed": False}),
    ("help", "help", {}),
    ("what can you do?", "help", {}),
    ("hi", "help", {}),
    ("", "help", {}),
    ("🎉", "help", {}),
    (":wave: :tada:", "help", {}),
    ("what is M-ABC234?", "show_mission", {"mission": "M-ABC234"}),
    ("show its plan", "show_plan", {}),
    ("stop the run", "stop_execution", {}),
    (
        "disable Shop watch (code freeze)",
        "offer_disable",
        {"mission": "Shop watch", "note": "code freeze"},
    ),
]


@pytest.mark.parametrize(("text", "tool", "arguments"), OPERATE)
def test_operating_in_words(text: str, tool: str, arguments: dict[str, Any]) -> None:
    """[C7]"""
    call = only(text)
    assert (call.tool, call.arguments) == (tool, arguments)


@pytest.mark.parametrize(
    "text", ["yes", "ok", "do it", "Launch it!", "go ahead", "apply", "sounds good", "confirm"]
)
def test_a_word_of_consent_is_answered_by_pointing_at_the_button(text: str) -> None:
    """[C6] Launch and apply happen by a click, never by words."""
    call = only(text, context(SHOP))
    assert call.tool == "say"
    assert "button" in told(call)


ASKED_BACK = [
    ("keep an eye on prod", "Which address"),
    ("watch the website", "Which address"),
    ("watch the website every hour", "Which address"),
    ("make sure everything is fine", "Which address"),
    (f"check {URL}", "How often"),
    (f"check {URL} regularly", "How often"),
    (f"check {URL} every few minutes", "did not understand"),
    (f"is {URL} up?", "How often"),
    (f"check {URL} every 7 minutes", "divide evenly"),
    (f"check {URL} every 90 minutes", "divide evenly"),
    (f"check {URL} every 5 hours", "divide evenly"),
    (f"check {URL} every second Friday at 10:00", "evenly"),
    (f"check {URL} every other day at 9:00", "evenly"),
    (f"check {URL} every 3 days at 9:00", "evenly"),
    (f"check {URL} every 2 weeks on Monday at 9:00", "evenly"),
    (f"check {URL} biweekly", "evenly"),
    (f"check {URL} every 30 seconds", "more often than I can"),
    (f"check {URL} twice a day", "what times"),
    (f"check {URL} daily", "what time"),
    (f"check {URL} every morning", "what time"),
    (f"check {URL} every Monday", "what time"),
    (f"check {URL} weekly", "which day"),
    (f"check {URL} monthly", "which day"),
    (f"check {URL} tomorrow", "what time"),
    (f"check {URL} at 9:00", "Every day at 09:00, or once"),
    (f"check {URL} on Monday at 9:00", "only once"),
    (f"check {URL} every day at 5", "05:00 in the morning or 17:00"),
    (f"check {URL} every 15 minutes at 9:00", "or only at"),
    (f"check {URL} on 31 February at 9:00", "no such date"),
    (f"check {URL} on 2026-02-30 at 9:00", "no such date"),
    (f"check {URL} today at 9am", "in the past"),
    (f"check {URL} on 2020-01-01 at 9:00", "in the past"),
    (f"check {URL} yesterday at 9:00", "did not understand"),
    (f"check {URL} daily at 9:00 IST", "several time zones"),
    (f"check {URL} daily at 9:00 CST", "several time zones"),
    (f"check {URL} daily at 9:00 Atlantis time", "do not know the time zone"),
    (f"check {URL} daily at 9:00 Europe/Atlantis", "do not know the time zone"),
    (f"check {URL} every 15 minutes until Friday", "cannot take “until Friday”"),
    (f"check {URL} every 15 minutes starting tomorrow at 9:00", "cannot take “starting tomorrow”"),
    (f"check {URL} every hour unless it is a holiday", "did not understand"),
    (f"check {URL} every hour with header X-Token 123", "did not understand"),
    (f'check {URL} does not contain "error" every hour', "not contain"),
    (f"check {URL} never returns 500 every hour", "not return"),
    (f"check {URL} returns 200 or 204 every hour", "one status"),
    (f"check {URL} returns 200/204 every hour", "one status"),
    (f"check {URL} contains some words here every hour", "in quotes"),
    (f"check the certificate of {URL} every day at 9:00", "How many days"),
    ("check ftp://files.example every hour", "Which address"),
    ("new mission: watch prod", "Which address"),
    ("tell me a joke", "Which address"),
    (f"check {URL} every 15 minutes and every hour", "more than one schedule"),
    (f"check {URL} every 15 minutes, but at night every hour", "more than one schedule"),
    (f"check {URL} every day at 9:00 or 10:00", "more than one schedule"),
    (f"check {URL} at 9:00 on weekdays and at 11:00 on weekends", "more than one schedule"),
    (f"check {URL} at 9:00 and https://b.example at 10:00 every day", "more than one schedule"),
    (f"check {URL} every hour in 20 minutes", "more than one schedule"),
    (f"check {URL} on Tuesday 30 November at 9:00", "is no Tuesday"),
    (f"check {URL} every Monday in December at 9:00", "did not understand"),
    (f"check {URL} on 3/12 at 18:00", "did not understand"),
    (f"check {URL} every day at 25:00", "did not understand"),
    (f"check {URL} every day at 13pm", "did not understand"),
    (f"check {URL} every hour between 22:30 and 6:00", "full hours"),
    (f"do not check {URL} every hour", "did not understand"),
    (f"check {URL} every hour and delete it", "did not understand"),
    (f"run {URL} every hour", "did not understand"),
    (f"POST {URL} every hour", "did not understand"),
    (f"überwache {URL} alle 15 Minuten", "did not understand"),
    ("every 15 minutes", "Which address"),
]


@pytest.mark.parametrize(("text", "question"), ASKED_BACK)
def test_what_is_missing_or_unclear_is_asked_and_schedules_nothing(
    text: str, question: str
) -> None:
    """[C2 B5] Never guessed, never approximated."""
    call = only(text)
    assert call.tool == "ask"
    assert question in told(call)
    assert 1 <= len(call.arguments["questions"]) <= 3


ASKED_IN_A_THREAD = [
    ("every 7 minutes", "divide evenly"),
    ("make it 5", "05:00 in the morning or 17:00"),
    ("make it daily at 9:00 IST", "several time zones"),
    ("make it better", "did not understand"),
    ("also check p95", "cannot work out p95"),
    ("split it: EU in the morning, US in the evening", "At what times?"),
    ("change the Store mission to 8:30", "did not understand"),
    ("also on Sundays", "In addition?"),
    ("run it also at 17:00", "In addition?"),
    ("add 17:00", "In addition?"),
    ("it's too slow, make it every 5 minutes", "did not understand"),
    ("status 204 instead of 200", "did not understand"),
    (f"check {LOGIN} every hour", "new Mission, or part of this one"),
    (f"check {LOGIN}", "new Mission, or part of this one"),
]


@pytest.mark.parametrize(("text", "question"), ASKED_IN_A_THREAD)
def test_an_unclear_change_is_asked_back(text: str, question: str) -> None:
    """[C5 C7] Words that were not understood may name another Mission: nothing is proposed."""
    call = only(text, context(SHOP))
    assert call.tool == "ask"
    assert question in told(call)


@pytest.mark.parametrize(("text", "_"), ASKED_BACK)
def test_each_proposed_answer_is_a_sentence_that_gets_further(text: str, _: str) -> None:
    """[C2] A click on an answer completes the Mission or leaves fewer questions."""
    asked = only(text)
    for choice in choices(asked):
        (after,) = read(choice["say"], context(asked=(text,)))
        fewer = len(after.arguments.get("questions", ())) < len(asked.arguments["questions"])
        assert after.tool == "propose_mission" or fewer, choice["say"]
        assert len(choice["label"]) <= 75


@pytest.mark.parametrize(("text", "_"), ASKED_IN_A_THREAD)
def test_each_proposed_answer_to_a_change_gets_further(text: str, _: str) -> None:
    """[C5] Or shows what there is and what can be done with it, for whoever was not understood."""
    for choice in choices(only(text, context(SHOP))):
        (after,) = read(choice["say"], context(SHOP))
        assert after.tool not in ("ask", "say") or "How often" in told(after)


COMPLETED = [
    (("keep an eye on prod", URL), "every 15 minutes", "*/15 * * * *"),
    ((URL,), "every 15 minutes", "*/15 * * * *"),
    (("every 15 minutes",), URL, "*/15 * * * *"),
    ((f"check {URL} every day",), "at 9:00", "0 9 * * *"),
    ((f"check {URL} every day",), "9", "0 9 * * *"),
    ((f"check {URL} every Monday",), "8:30", "30 8 * * 1"),
    ((f"check {URL} at 9:00",), "every weekday", "0 9 * * 1-5"),
    ((f"check {URL} every 7 minutes",), "every 10 minutes", "*/10 * * * *"),
    ((f"check {URL} every day at 5",), "17:00", "0 17 * * *"),
    ((f"check {URL}", "every 90 minutes"), "every hour", "0 * * * *"),
]


@pytest.mark.parametrize(("before", "text", "cron"), COMPLETED)
def test_answers_over_several_messages_complete_a_mission(
    before: tuple[str, ...], text: str, cron: str
) -> None:
    """[C2] The message history is part of the sentence."""
    call = only(text, context(asked=before))
    assert call.tool == "propose_mission"
    (task,) = call.arguments["tasks"]
    assert (task["when"]["cron"], task["checks"]) == (cron, [{"url": URL}])


def test_an_answer_keeps_what_was_said_before() -> None:
    """[C2] Expectations, name and notify of the first message stay."""
    first = f"check {URL} answers 204 and call it Shop watch and only report changes"
    call = only("every hour", context(asked=(first,)))
    (task,) = call.arguments["tasks"]
    assert task["checks"] == [{"url": URL, "status": "204"}]
    assert (call.arguments["name"], task["notify"]) == ("Shop watch", "on_change")


def test_two_times_with_different_minutes_are_two_tasks() -> None:
    """[B5] One cron expression cannot say 9:00 and 17:30."""
    call = only(f"check {URL} every day at 9:00 and 17:30")
    crons = [t["when"]["cron"] for t in call.arguments["tasks"]]
    assert crons == ["0 9 * * *", "30 17 * * *"]


def test_a_new_mission_can_be_asked_for_in_the_thread_of_another() -> None:
    """[C2]"""
    call = only(f"new mission: check {LOGIN} every hour", context(SHOP))
    assert call.tool == "propose_mission"


def test_a_mission_named_in_front_wins_over_the_words_behind() -> None:
    """[C7] That is how a click on one of several matches is said; the tool compares the name."""
    call = only(f"{UNASKED}: run Shop watch", context(SHOP))
    assert (call.tool, call.arguments) == ("offer_run", {"mission": f"{UNASKED} Shop watch"})


def test_pausing_until_a_day_fills_the_resume_time() -> None:
    """[M3 C7] On the person's own clock, at 8:00; the dialog shows it."""
    offer = only("pause it until Monday, code freeze", context(SHOP))
    assert offer.tool == "offer_disable"
    assert offer.arguments["note"] == "code freeze"
    assert offer.arguments["until"].endswith("T08:00")


def test_a_very_long_message_is_answered_quickly() -> None:
    """[C10] 12,000 characters of anything, without backtracking."""
    rng = random.Random(7)
    hostile = ["'" * 12_000, "/" * 12_000, "a." * 6_000, "and " * 3_000, "every " * 2_000]
    hostile += ["".join(rng.choice("ab.:/'\"<>@ 0129*") for _ in range(12_000)) for _ in range(3)]
    for text in hostile:
        begun = time.process_time()
        assert only(clean_slack_text(text, "UBOT")).tool in ("help", "ask")
        only(clean_slack_text(text[:1990], "UBOT"))
        assert time.process_time() - begun < 2


VOCABULARY = (
    "check every https://x.example at 9:00 9 15 minutes monday on the and , . call it stop 'a \"b "
    "matches / cron * 0 M-ABC234 : in tomorrow not instead of until certificate days answers 200 "
    "ms make T2 remove run every second between 31 february 1st am next rename to from half past"
)
WORDS = st.sampled_from(VOCABULARY.split())


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, max_size=14).map(" ".join) | st.text(max_size=80))
def test_no_message_breaks_the_interpreter(text: str) -> None:
    """[C10] Nonsense ends in a tool call like anything else."""
    for where in (context(), context(SHOP), context(asked=(f"check {URL}",))):
        assert read(text, where)


CLEANED = [
    ("<@UBOT> check <https://x.example|x.example> &amp; more", "check https://x.example & more"),
    ("&lt;b&gt; &amp;lt;", "<b> &lt;"),
    ("“8:30” ‘x’\u00a0– y", "\"8:30\" 'x' - y"),
    ("see <#C1|ops> and <#C2> <@U2|anna> <@U3>", "see #ops and #C2 @anna @U3"),
    ("<!channel> <!subteam^S1|@ops> <mailto:a@b.example|a@b.example>", "@channel @ops a@b.example"),
    ("a\u200bb\x07c\n\n  d ", "abc\nd"),
]


@pytest.mark.parametrize(("raw", "plain"), CLEANED)
def test_slack_markup_becomes_plain_text(raw: str, plain: str) -> None:
    """[C1] What the person believes to have typed."""
    assert clean_slack_text(raw, "UBOT") == plain
