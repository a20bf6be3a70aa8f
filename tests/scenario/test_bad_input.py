"""What nobody should say or press, and what they get: a clear sentence, and nothing changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.support.site import Site
from tests.support.story import OPS, Story, actions, buttons, mission_id, state_of, words
from tests.support.system import Houston, wait_for

Json = dict[str, Any]


@pytest.fixture
def ada(houston: Houston) -> Story:
    return Story(houston.workspace)


@pytest.fixture
def nothing_changes(houston: Houston) -> Iterator[None]:
    """No Mission is made, changed or scheduled by what the test says."""
    before, timer = state_of(houston), houston.redis.zcard("houston:timer")
    yield
    assert state_of(houston) == before
    assert houston.redis.zcard("houston:timer") == timer


def marked_up(message: Json) -> str:
    """All text of a message in which Slack would see markup."""
    found: list[str] = [str(message.get("text", ""))]

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if node.get("type") == "mrkdwn":
                found.append(str(node["text"]))
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for item in node:
                walk(item)

    walk(message["blocks"])
    return "\n".join(found)


SAID = {
    "a day that no month has": ("check {url} on 31 Feb at 9:00", "no such date"),
    "a minute that no hour has": ("check {url} with cron 61 * * * *", "minutes go from 0 to 59"),
    "six fields": ("check {url} with cron 0 0 9 * * *", "five fields"),
    "a cron that never comes": ("check {url} with cron 0 9 31 2 *", "would never run"),
    "an hour that no day has": ("check {url} every day at 25:00", "did not understand “25:00”"),
    "a time in the past": ("check {url} on 2020-01-01 at 9:00", "is in the past"),
    "no time from now": ("check {url} in 0 minutes", "is in the past"),
    "an unknown city": ("check {url} every day at 9:00 in Atlantis time", "do not know the time"),
    "an unknown zone": ("check {url} every day at 9:00 Mars/Base", "do not know the time zone"),
    "more often than the floor": ("check {url} every 30 seconds", "more often than I can"),
    "an uneven rhythm": ("check {url} every 7 minutes", "does not divide evenly"),
    "an uneven rhythm of hours": ("check {url} every 90 minutes", "does not divide evenly"),
    "a private address": ("check http://10.0.0.1/ every hour", "HOUSTON_ALLOW_HOSTS"),
    "a loopback address": ("check http://127.0.0.1:1/ every hour", "HOUSTON_ALLOW_HOSTS"),
    "a loopback address of IPv6": ("check http://[::1]/ every hour", "HOUSTON_ALLOW_HOSTS"),
    "a place of credentials": ("check http://169.254.169.254/ every hour", "I never go there"),
    "an address with a password": ("check http://me:pw@x.example/ every hour", "not an address"),
    "another protocol": ("check ftp://x.example every hour", "Which address should I check?"),
    "an empty name": ('check {url} every hour, call it ""', "at least one letter or digit"),
    "a long name": ('check {url} every hour, call it "' + "x" * 300 + '"', "300 characters"),
    "a name that mentions all": (
        'check {url} every hour, call it "<!channel> @here *now* `x`"',
        "cannot hold mentions",
    ),
    "12,000 characters": ("check {url} every hour " + "word " * 2390, "too long"),
    "one word of 12,000 characters": ("x" * 12_000, "too long"),
    "emoji alone": ("🙂 :tada: 🚀", "Tell me what to keep an eye on"),
    "an unknown ID": ("disable M-ZZZZZZ", "no Mission `M-ZZZZZZ`"),
    "a vague wish": ("keep an eye on prod", "Which address should I check?"),
    "a yes to nothing": ("ok do it", "press the button"),
}


@pytest.mark.usefixtures("nothing_changes")
@pytest.mark.parametrize(("said", "answer"), SAID.values(), ids=SAID)
def test_what_makes_no_plan_gets_a_clear_sentence(
    ada: Story, site: Site, said: str, answer: str
) -> None:
    """[B5 B7 C2 C10 P5] It is answered in the thread, and nothing is proposed or scheduled."""
    told = ada.ask(said.replace("{url}", site.url()))
    assert answer in words(told)
    assert not {"launch", "apply"} & actions(told)
    assert "<!" not in marked_up(told)


def test_a_name_of_this_machine_is_refused(ada: Story) -> None:
    """[P5 B7] `localhost` is no address to watch; the refusal names the cure."""
    told = ada.ask("check http://localhost:1/ every hour")
    assert "HOUSTON_ALLOW_HOSTS" in words(told)
    assert "launch" not in actions(told)


# --- IDs --------------------------------------------------------------------------------------


def test_hidden_and_unknown_ids_get_the_same_sentence(
    houston: Houston, ada: Story, site: Site
) -> None:
    """[P1] From a place or a person that may not know of it, a private Mission does not exist."""
    _, _, hidden = ada.as_("ada", "#secret-ops").launched(f"check {site.url()} every hour")
    linus = ada.as_("linus")
    before = state_of(houston)

    for line in ("show", "plan", "history", "run", "stop", "next", "disable", "enable", "delete"):
        told = words(linus.command(f"/mission {line} {hidden}")).replace(hidden, "M-ZZZZZZ")
        assert told == words(linus.command(f"/mission {line} M-ZZZZZZ")), line
        assert "no Mission" in told
    for said in ("show {}", "disable {}", "{}: make it 8:30", "why did {} fail"):
        told = words(ada.ask(said.format(hidden))).replace(hidden, "M-ZZZZZZ")
        assert told == words(ada.ask(said.format("M-ZZZZZZ"))), said
    assert state_of(houston) == before


# --- cards ------------------------------------------------------------------------------------


def test_two_people_who_click_at_once_launch_once(houston: Houston, ada: Story, site: Site) -> None:
    """[C6 M2] One click wins; the other person is told that it was answered."""
    grace = ada.as_("grace")
    root = ada.mention(f"check {site.url()} every hour, call it Race watch")
    plan = ada.said(root, "Race watch")
    after = {s: s.last_whisper() for s in (ada, grace)}
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda s: s.press_old(plan, "launch"), (ada, grace)))

    ada.said(root, "Launched by")
    lost = wait_for(
        lambda: [
            words(m)
            for s in (ada, grace)
            for m in s.w.ephemerals(s.person, OPS)
            if m["ts"] > after[s]
        ]
    )
    assert len(lost) == 1
    assert "already" in lost[0]
    key = f"houston:{houston.told['team_id']}:m:{mission_id(plan)}:changes"
    log = [json.loads(line)["what"] for line in houston.redis.lrange(key, 0, -1)]
    assert sum("aunched" in what for what in log) == 1


def test_a_double_click_does_one_thing(houston: Houston, ada: Story, site: Site) -> None:
    """[C6] Two clicks of one person on the same button run once."""
    root, plan, _ = ada.launched(f"check {site.url('/double')} every hour")
    ada.reply("run it", root)
    card = ada.said(root, "runs once, now")
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda _: ada.press_old(card, "run_now"), range(2)))
    ada.whispered("Running it now")
    wait_for(lambda: site.requests == ["/double"])
    wait_for(lambda: houston.redis.zcard("houston:leases") == 0)
    assert site.requests == ["/double"]
    assert mission_id(plan)


@pytest.mark.parametrize("action", ["launch", "discard"])
def test_a_card_that_was_answered_says_so(
    houston: Houston, ada: Story, site: Site, action: str
) -> None:
    """[C6 M2] Launch and Discard of a card that was launched change nothing more."""
    root = ada.mention(f"check {site.url()} every hour, call it Answered watch")
    plan = ada.said(root, "Answered watch")
    ada.click(plan, "launch")
    ada.said(root, "Launched by")
    before = state_of(houston)
    assert "already" in ada.as_("grace").refused(plan, action)
    assert state_of(houston) == before


def aged(houston: Houston, mission: str, hours: float) -> None:
    """Make every open Proposal of a Mission older."""
    key = f"houston:{houston.told['team_id']}:m:{mission}:proposals"
    for field, text in houston.redis.hgetall(key).items():
        if str(field).startswith("P-"):
            stored = json.loads(text)
            at = datetime.fromisoformat(stored["at"]) - timedelta(hours=hours)
            changed = stored | {"at": at.isoformat().replace("+00:00", "Z")}
            houston.redis.hset(key, field, json.dumps(changed, separators=(",", ":")))


def test_an_expired_plan_is_refused_and_can_be_redone(
    houston: Houston, ada: Story, site: Site
) -> None:
    """[C5] Older than 24 h: the card says so and offers to redo it; a new card works."""
    root = ada.mention(f"check {site.url()} every hour, call it Old plan")
    plan = ada.said(root, "Old plan")
    aged(houston, mission_id(plan), 25)
    assert "older than 24 hours" in ada.refused(plan, "launch")
    old = ada.offered(root, "redo")
    assert "launch" not in actions(old)
    ada.click(old, "redo")
    fresh = ada.offered(root, "launch")
    assert mission_id(fresh) == mission_id(plan)
    ada.click(fresh, "launch")
    ada.said(root, "Launched by")


def test_an_expired_change_is_refused_and_can_be_redone(
    houston: Houston, ada: Story, site: Site
) -> None:
    """[C5]"""
    root, _, mission = ada.launched(f"check {site.url()} every hour, call it Old change")
    ada.reply("make it every 2 hours", root)
    change = ada.said(root, "Every 2 hours")
    aged(houston, mission, 25)
    assert "older than 24 hours" in ada.refused(change, "apply")
    old = ada.offered(root, "redo")
    assert "apply" not in actions(old)
    ada.click(old, "redo")
    fresh = ada.offered(root, "apply")
    ada.click(fresh, "apply")
    ada.said(root, "as version 2")


def test_a_yes_in_words_with_an_open_card_says_that_the_button_is_needed(
    houston: Houston, ada: Story, site: Site
) -> None:
    """[C6] Words do not launch."""
    root = ada.mention(f"check {site.url()} every hour, call it Yes watch")
    plan = ada.said(root, "Yes watch")
    before = state_of(houston)
    for yes in ("ok do it", "yes please", "launch it", ":+1:"):
        told = ada.ask(yes, root, mention=False)
        assert "button" in words(told), yes
    assert state_of(houston) == before
    assert "launch" in actions(ada.said(root, "Yes watch"))
    ada.discard(plan)


# --- asking back ------------------------------------------------------------------------------


def test_a_vague_wish_becomes_a_plan_by_answering_the_card(
    houston: Houston, ada: Story, site: Site
) -> None:
    """[C2] It is asked in one card; a button for one answer, words for the other, then the plan."""
    before = state_of(houston)
    root = ada.mention("keep an eye on prod")
    asked = ada.said(root, "Which address")
    ada.press(asked, "Every hour")
    ada.next_answer(root, {asked["ts"]})
    ada.reply(site.url("/prod"), root)
    plan = ada.offered(root, "launch")
    assert "/prod" in words(plan)
    assert "Every hour" in words(plan)
    new = set(state_of(houston)) - set(before)
    assert new == {mission_id(plan)}
    assert json.loads(state_of(houston)[mission_id(plan)])["state"] == "Draft"


def test_an_uneven_rhythm_is_asked_back_with_even_ones(ada: Story, site: Site) -> None:
    """[B5] Every 7 minutes is never approximated; a click on a proposal makes the plan."""
    root = ada.mention(f"check {site.url()} every 7 minutes")
    asked = ada.said(root, "does not divide evenly")
    assert [label for label, _, _ in buttons(asked)] == ["Every 5 minutes", "Every 10 minutes"]
    ada.press(asked, "Every 10 minutes")
    plan = ada.offered(root, "launch")
    assert "Every 10 minutes" in words(plan)
    ada.discard(plan)


def test_two_missions_that_match_are_listed(houston: Houston, ada: Story, site: Site) -> None:
    """[C7] Never guessed, in chat and by command; the button says which."""
    _, _, north = ada.launched(f"check {site.url()} every hour, call it North depot")
    _, _, south = ada.launched(f"check {site.url()} every hour, call it South depot")
    before = state_of(houston)
    root = ada.mention("disable depot")
    choose = ada.said(root, "Which one do you mean?")
    assert {north, south} <= set(re.findall(r"M-\w{6}", words(choose)))
    listed = words(ada.command("/mission disable depot"))
    assert north in listed
    assert south in listed
    assert ada.w.views("ada") == []

    _, block, button = next(b for b in buttons(choose) if south in b[2]["value"])
    ada.w.click("ada", OPS, choose["ts"], lambda b, _: b["block_id"] == block["block_id"])
    card = ada.offered(root, "open_disable")
    assert "South depot" in words(card)
    assert button["action_id"] == "choose"
    assert state_of(houston) == before


# --- commands and places ----------------------------------------------------------------------


@pytest.mark.usefixtures("nothing_changes")
@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/mission lst", "Did you mean `/mission list"),
        ("/mission histroy M-ABC234", "Did you mean `/mission history"),
        ("/mission disbale M-ABC234", "Did you mean `/mission disable"),
        ("/mission <!channel> *now*", "I do not know"),
        ("/mission 🙂", "I do not know"),
        ("/mission " + "x" * 3000, "I do not know"),
        ("/mission show", "Which Mission?"),
        ("/mission show nothing like it", "no Mission"),
        ("/mission delete M-OOOOOO", "no Mission"),
        ("/mission", "/mission list"),
    ],
)
def test_a_command_that_is_none_gets_a_hint(ada: Story, line: str, answer: str) -> None:
    """[C7 P1] To that person alone, with what comes closest."""
    told = ada.command(line)
    assert answer in words(told)
    assert "<!" not in marked_up(told)


@pytest.mark.parametrize(
    ("name", "answer"),
    [("", "Which name?"), ("x" * 300, "at most 80"), ("!?", "at least one letter or digit")],
)
def test_a_bad_name_leaves_the_name(
    houston: Houston, ada: Story, site: Site, name: str, answer: str
) -> None:
    """[C4] By command."""
    root = ada.mention(f"check {site.url()} every hour, call it Plain name")
    plan = ada.said(root, "Plain name")
    before = state_of(houston)
    assert answer in words(ada.command(f"/mission rename {mission_id(plan)} {name}"))
    assert state_of(houston) == before
    ada.discard(plan)


@pytest.mark.parametrize("name", ["<!channel> *all* & `x`", "@here ~a~ <b>", "_x_ <@U0LOCALADA>"])
def test_markup_in_a_name_is_never_markup(ada: Story, site: Site, name: str) -> None:
    """[P4] Whatever a name holds is escaped wherever it is shown."""
    root = ada.mention(f"check {site.url()} every hour, call it Before")
    plan = ada.said(root, "Before")
    mission = mission_id(plan)
    told = [ada.command(f"/mission rename {mission} {name}")]
    told += [ada.command(f"/mission {line} {mission}") for line in ("show", "plan", "history")]
    told.append(ada.ask(f"show {mission}"))
    for message in told:
        assert not re.search(r"<(?!!date\^|#C0LOCALOPS>)[!@#]", marked_up(message)), words(message)
        assert "&amp;lt;" not in marked_up(message)
    ada.discard(plan)


def test_a_mention_where_the_bot_is_not_a_member_reaches_nobody(ada: Story) -> None:
    """[C11] Slack itself says so to the person; commands are answered to them alone."""
    random = ada.as_("ada", "#random")
    root = random.mention("check https://shop.example every hour")
    shown = random.w.ephemerals("ada", "#random")
    assert any("not in this channel" in m["text"] for m in shown)
    assert random.answers(root) == []
    assert "/mission list" in words(random.command("/mission help"))


# --- what Slack does to typed text ------------------------------------------------------------


@pytest.mark.parametrize("smart", [False, True], ids=["plain", "smart quotes"])
def test_text_as_slack_sends_it_is_read_as_it_was_typed(
    ada: Story, site: Site, smart: bool
) -> None:
    """[C1 P4] Links, entities and curly quotes make no difference."""
    ada.w.misbehave("smart_quotes", on=smart)
    try:
        url = site.url("/path?a=1&b=2")
        root = ada.mention(f'check {url} every hour, call it "Tom & Jerry\'s watch"')
    finally:
        ada.w.misbehave("smart_quotes", on=False)
    plan = ada.said(root, "Jerry's watch")
    assert "Tom & Jerry's watch" in words(plan).replace("&amp;", "&")
    ada.click(plan, "try_once")
    wait_for(lambda: site.requests == ["/path?a=1&b=2"])
    ada.said(root, "all good")
    ada.discard(plan)


def test_a_bare_domain_that_slack_links_is_an_address(ada: Story) -> None:
    """[C1] `shop.example` arrives as `<https://shop.example|shop.example>`."""
    root = ada.mention("check shop.example/health every day at 9:00")
    plan = ada.said(root, "Launch")
    assert "shop.example/health answers 200" in words(plan)
    ada.discard(plan)
