"""Talking with Houston: change, look, undo; in threads, in direct messages, in bad weather."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from bot.workspace.client import WorkspaceClient
from tests.support.site import Site
from tests.support.story import Story, actions, mission_id, state_of, words
from tests.support.system import Houston, wait_for

Json = dict[str, Any]


@pytest.fixture
def ada(houston: Houston) -> Story:
    return Story(houston.workspace)


@pytest.fixture
def weather(workspace: WorkspaceClient) -> Iterator[WorkspaceClient]:
    """A workspace whose switches are all off again after the test."""
    yield workspace
    workspace.misbehave("none")


def name_of(houston: Houston, mission: str) -> str:
    return str(json.loads(state_of(houston)[mission])["name"])


# --- changing ---------------------------------------------------------------------------------


def test_a_rename_is_announced_and_undone(houston: Houston, ada: Story, site: Site) -> None:
    """[C4] The name changes at once, for all to see, and Undo gives the old one back."""
    root, _, mission = ada.launched(f"check {site.url()} every hour, call it Day watch")
    ada.reply("call it Night watch", root)
    renamed = ada.offered(root, "undo_rename")
    assert "Day watch" in words(renamed)
    assert name_of(houston, mission) == "Night watch"
    ada.as_("grace").click(renamed, "undo_rename")
    wait_for(lambda: name_of(houston, mission) == "Day watch")
    ada.said(root, "Night watch* is now called *Day watch")
    assert "Day watch" in words(ada.command(f"/mission show {mission}"))


def test_several_wishes_in_one_sentence_are_one_card(
    houston: Houston, ada: Story, site: Site
) -> None:
    """[C5] Time, days and a check together; nothing of the plan changes before Apply."""
    root, _, mission = ada.launched(f"check {site.url('/a')} every day at 9:00, call it Three")
    ada.reply(f"make it 8:30, not on Sundays, and also check {site.url('/b')}", root)
    card = ada.offered(root, "apply")
    for part in ("09:00", "08:30", "Sunday", "/b", "Next runs"):
        assert part in words(card), part
    assert "/b" not in words(ada.command(f"/mission plan {mission}"))
    ada.click(card, "apply")
    ada.said(root, "as version 2")
    plan = words(ada.command(f"/mission plan {mission}"))
    assert "08:30" in plan
    assert "/b" in plan
    assert len([m for m in ada.answers(root) if "as version 2" in words(m)]) == 1


def test_a_draft_is_changed_by_talking_and_its_old_card_is_refused(
    houston: Houston, ada: Story, site: Site
) -> None:
    """[C5 C6] The newest card counts."""
    root = ada.mention(f"check {site.url()} every day at 9:00, call it Draft talk")
    old = ada.offered(root, "launch")
    ada.reply("8:30 instead of 9", root)
    new = ada.said(root, "08:30")
    assert mission_id(new) == mission_id(old)
    assert "newer" in ada.refused(old, "launch")
    assert json.loads(state_of(houston)[mission_id(old)])["state"] == "Draft"
    ada.click(new, "launch")
    ada.said(root, "Launched by")
    assert "08:30" in words(ada.command(f"/mission plan {mission_id(old)}"))


def test_a_change_made_on_an_older_version_offers_to_redo_it(ada: Story, site: Site) -> None:
    """[C5] Of two changes the first is replaced; the button of a stale one applies nothing."""
    root, _, mission = ada.launched(f"check {site.url()} every day at 9:00, call it Stale talk")
    ada.reply("make it 8:30", root)
    first = ada.said(root, "08:30")
    ada.reply("make it 7:15", root)
    second = ada.said(root, "07:15")
    assert "newer" in ada.refused(first, "apply")
    ada.click(second, "apply")
    ada.said(root, "as version 2")
    plan = words(ada.command(f"/mission plan {mission}"))
    assert "07:15" in plan
    assert "08:30" not in plan


def test_a_change_goes_on_top_of_the_one_that_waits(ada: Story, site: Site) -> None:
    """[C5] The newest card has all that was asked for; one Apply does it."""
    root, _, mission = ada.launched(f"check {site.url()} every day at 9:00, call it Twice talk")
    ada.reply("make it 8:30", root)
    ada.said(root, "08:30")
    ada.reply(f"and also check {site.url('/b')}", root)
    newest = ada.said(root, "/b")
    assert "08:30" in words(newest)
    ada.click(newest, "apply")
    ada.said(root, "as version 2")
    plan = words(ada.command(f"/mission plan {mission}"))
    assert "08:30" in plan
    assert "/b" in plan


def test_the_change_dialog_says_it_in_the_thread(ada: Story, site: Site) -> None:
    """[C3 C5] What is typed there is taken as the person's words."""
    root = ada.mention(f"check {site.url()} every day at 9:00, call it Dialog talk")
    plan = ada.offered(root, "launch")
    ada.click(plan, "change")
    view = ada.dialog()
    assert ada.fill(view, "8:30 instead of 9")["result"] == "closed"
    new = ada.said(root, "08:30")
    ada.discard(new)


# --- looking ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def watched(houston: Houston, site_for_all: Site) -> tuple[str, str]:
    """A Mission that has run twice: first badly, then well. Its thread and ID."""
    ada = Story(houston.workspace)
    root, _, mission = ada.launched(
        f"check {site_for_all.url('/seen')} every day at 9:00, always report, call it Seen watch"
    )
    try:
        for number, status in ((1, 503), (2, 200)):
            site_for_all.status = status
            ada.command(f"/mission run {mission}")
            _until_reports(ada, number)
    finally:
        site_for_all.status = 200
    return root, mission


def _until_reports(ada: Story, count: int) -> None:
    wait_for(lambda: len(reports(ada)) == count, 30)


def reports(ada: Story) -> list[Json]:
    """The reports of that Mission in the channel, oldest first."""
    found = [m for m in ada.answers(None) if "view_plan" in actions(m)]
    return [m for m in found if "Seen watch" in words(m)]


LOOKS = {
    "plan": "plan of {}",
    "history": "history of {}",
    "next": "next runs of {}",
}


@pytest.mark.parametrize("verb", LOOKS)
def test_chat_and_commands_give_the_same_facts(
    ada: Story, watched: tuple[str, str], verb: str
) -> None:
    """[C1 C7] The same agent, the same rights, the same answer."""
    _, mission = watched
    said = words(ada.ask(LOOKS[verb].format(mission)))
    typed = words(ada.command(f"/mission {verb} {mission}"))
    assert said == typed
    assert "Seen watch" in said


def test_in_its_thread_a_mission_need_not_be_named(ada: Story, watched: tuple[str, str]) -> None:
    """[C7] The thread knows what it is about; history and plan answer there."""
    root, mission = watched
    for said, has in (("history", "Success"), ("show the plan", "/seen"), ("next runs", "09:00")):
        told = words(ada.ask(said, root, mention=False))
        assert has in told, said
    assert mission in words(ada.ask("show it", root, mention=False))


def test_a_reply_under_a_report_is_about_that_execution(
    ada: Story, watched: tuple[str, str]
) -> None:
    """[C8] Two reports of one Mission, two answers."""
    bad, good = reports(ada)
    assert "503" in words(ada.ask("what happened?", bad["ts"], mention=False))
    told = words(ada.ask("what happened?", good["ts"], mention=False))
    assert "all was good" in told
    assert "503" not in told


# --- people and places ------------------------------------------------------------------------


def test_two_people_in_a_thread_are_answered_when_they_mention(ada: Story, site: Site) -> None:
    """[C1] Among themselves people can talk; a mention, or an answer to a question, is heard."""
    grace = ada.as_("grace")
    root = ada.mention(f"check {site.url()} every hour, call it Two of us")
    plan = ada.offered(root, "launch")
    count = len(ada.answers(root))
    grace.reply("next runs", root)
    time.sleep(0.5)  # events of the same instant come in any order: then ada is alone in the thread
    ada.reply("list missions", root)
    told = grace.ask("show it", root)
    assert "Two of us" in words(told)
    assert len(ada.answers(root)) == count + 1

    asked = grace.ask("what is up with the shop", root)
    assert "?" in words(asked)
    told = grace.ask("next runs", root, mention=False)
    assert "Next runs" in words(told)
    ada.discard(plan)


def test_a_direct_message_makes_a_mission_that_is_private(
    houston: Houston, ada: Story, site: Site
) -> None:
    """[C1 P1] It lives and reports in the conversation; nobody else learns of it."""
    direct = ada.as_("ada", "dm")
    root = direct.w.post("ada", "dm", f"check {site.url()} every hour, call it My own")
    plan = direct.offered(root, "launch")
    direct.click(plan, "try_once")
    direct.said(root, "all good", 30)
    direct.click(plan, "launch")
    direct.said(root, "Launched by")
    mission = mission_id(plan)
    assert json.loads(state_of(houston)[mission])["channel"] == "D0LOCALADA"
    grace = ada.as_("grace")
    assert "no Mission" in words(grace.command(f"/mission show {mission}"))
    assert mission not in words(grace.command("/mission list My own"))
    assert mission not in words(ada.ask("search My own"))
    assert mission in words(direct.command("/mission list My own"))


# --- bad weather ------------------------------------------------------------------------------


def test_an_event_that_comes_twice_is_answered_once(
    ada: Story, weather: WorkspaceClient, site: Site
) -> None:
    """[P6 C10] Slack delivers again what it believes was lost."""
    weather.misbehave("redeliver", count=4)

    def again() -> bool:
        return any(e.get("retry_attempt") and e["name"] == "app_mention" for e in weather.api_log())

    assert not again()
    root = ada.mention("list missions")
    ada.next_answer(root)
    wait_for(again)
    second = ada.ask("help", root, mention=False)
    told = ada.answers(root)
    assert len(told) == 2
    assert told[-1]["ts"] == second["ts"]


def test_an_ack_that_is_lost_loses_no_message(
    ada: Story, weather: WorkspaceClient, site: Site
) -> None:
    """[C10] Accepted before it is acknowledged, and not twice."""
    weather.misbehave("drop_acks", count=1)
    root = ada.mention("list missions")
    ada.next_answer(root)
    ada.ask("help", root, mention=False)
    assert len(ada.answers(root)) == 2


def test_a_rate_limit_loses_nothing_and_keeps_the_order(
    houston: Houston, ada: Story, weather: WorkspaceClient
) -> None:
    """[R4] Three answers in one thread while Slack refuses to post."""
    root = ada.mention("hello")
    ada.next_answer(root)
    weather.misbehave("rate_limit", method="chat.postMessage", count=2, retry_after=1)
    unknown = ["M-ZZZZZ2", "M-ZZZZZ3", "M-ZZZZZ4"]
    for mission in unknown:
        accepted = _accepted(houston)
        ada.reply(f"show {mission}", root)
        _until_accepted(houston, accepted + 1)
    wait_for(lambda: len(ada.answers(root)) == 4, 20)
    assert [mission_id(m) for m in ada.answers(root)[1:]] == unknown


def _accepted(houston: Houston) -> int:
    return sum(line["event"] == "accepted" for line in houston.logs("bot"))


def _until_accepted(houston: Houston, count: int) -> None:
    wait_for(lambda: _accepted(houston) == count)


def test_a_post_whose_answer_is_lost_is_not_posted_twice(
    ada: Story, weather: WorkspaceClient, site: Site
) -> None:
    """[R4] It is looked for in the thread before it is sent again."""
    weather.misbehave("timeout_after_accept", method="chat.postMessage", count=1)
    root = ada.mention("list missions")
    ada.next_answer(root)
    ada.ask("help", root, mention=False)
    assert len(ada.answers(root)) == 2


def test_blocks_that_slack_refuses_become_text(
    ada: Story, weather: WorkspaceClient, site: Site
) -> None:
    """[R5] Never silence."""
    weather.misbehave("invalid_blocks", count=1)
    told = ada.ask(f"check {site.url()} every hour, call it Plain text")
    assert "Plain text" in words(told)
    assert not actions(told)
