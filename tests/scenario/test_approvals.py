"""What a run may change outside, with four people: owner, editor, approver, outsider [A1 A2].

Ada owns the Mission, Grace may edit it, Linus alone may approve. The guest is in another channel.
"""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.site import Site
from tests.support.story import Story, actions, words
from tests.support.system import Houston, wait_for

Json = dict[str, Any]
NEEDED = "Approval needed"
TITLE = "Pager duty"


@dataclass
class Duty:
    """A Mission that pages when its check begins to fail."""

    houston: Houston
    site: Site
    channel: str
    mission: str
    plan: Json
    pager: str

    def at(self, person: str) -> Story:
        return Story(self.houston.workspace, person, self.channel)

    def paged(self) -> list[str]:
        """What the pager got, newest first."""
        with urllib.request.urlopen(self.pager, timeout=5) as answer:
            found: list[str] = json.loads(answer.read())
        return found

    def fails(self) -> Json:
        """The check begins to fail, and the run asks: its card."""
        ada = self.at("ada")
        before = {m["ts"] for m in ada.answers(None)}
        self.site.status = 200
        self._run(before, "All good")
        self.site.status = 503
        before = {m["ts"] for m in ada.answers(None)}
        ada.command(f"/mission run {self.mission}")
        return self._new(before, NEEDED)

    def _run(self, before: set[str], has: str) -> None:
        self.at("ada").command(f"/mission run {self.mission}")
        self._new(before, has)

    def _new(self, before: set[str], has: str) -> Json:
        def find() -> Json | None:
            new = [m for m in self.at("ada").answers(None) if m["ts"] not in before]
            return next((m for m in new if has in words(m)), None)

        return wait_for(find, 20) or {}


@pytest.fixture(scope="module")
def duty(houston: Houston, site_for_all: Site) -> Duty:
    w = houston.workspace
    channel = w.admin("create", name="approvals")["channel"]
    for person in ("grace", "linus", str(w.state()["bot"]["id"])):
        w.admin("join", channel=channel, user=person)
    pager = f"{w.state()['demo']['url']}/pager"
    ada = Story(w, "ada", channel)
    url = site_for_all.url("/duty")
    _, plan, mission = ada.launched(
        f'check {url} every day at 3:00 and if it fails POST {pager} with {{"text": "Shop down"}} '
        f"(ask first), call it {TITLE}"
    )
    made = Duty(houston, site_for_all, channel, mission, plan, pager)
    approvers(made, "linus")
    return made


def approvers(duty: Duty, *people: str) -> Json:
    """Ada says in the settings who may approve; what Slack was answered."""
    return settings_of(duty, "ada", *people)


def settings_of(duty: Duty, who: str, *people: str) -> Json:
    w, person = duty.houston.workspace, duty.at(who)
    w.open_home(who)
    wait_for(lambda: duty.mission in json.dumps(w.home(who)), 20)
    home = w.home(who) or {}
    w.click_view(who, home["id"], lambda _, e: e["action_id"] == "show" and duty.mission in str(e))
    wait_for(lambda: "details_tab:3" in json.dumps(person.dialog()), 10)
    details = person.dialog()
    w.click_view(who, details["id"], "details_tab:3")
    wait_for(lambda: "open_settings" in json.dumps(person.dialog()), 10)
    w.click_view(who, details["id"], "open_settings")
    wait_for(lambda: len(w.views(who)) == 2, 10)
    given = {"approvers": {"approvers": [w.person(p) for p in people]}}
    answer = w.submit(who, person.dialog()["id"], given)
    for view in reversed(w.views(who)):
        w.close(who, view["id"])
    return answer


@pytest.mark.usefixtures("site")
def test_the_plan_says_what_it_would_do_and_who_may_approve(duty: Duty) -> None:
    """[A1 B7 C3] In words, before anybody launches it."""
    shown = words(duty.plan)
    assert f'When a check begins to fail: POST {duty.pager} with {{"text": "Shop down"}}' in shown
    assert "asks first" in shown
    assert "Can approve" in shown


@pytest.mark.usefixtures("site")
def test_only_the_approver_can_answer_and_what_they_edited_is_sent(duty: Duty) -> None:
    """[A1 A2 P1 P2] Owner and editor are refused, others are not even asked."""
    card = duty.fails()
    linus = duty.at("linus")
    for person in ("ada", "grace"):
        for action in ("approve", "open_reject", "open_edit_call"):
            told = duty.at(person).refused(card, action)
            assert "named as approvers in its settings can" in told, (person, action)
    duty.houston.workspace.open_home("linus")
    wait_for(lambda: "To approve" in json.dumps(duty.houston.workspace.home("linus")), 20)
    assert "To approve" not in json.dumps(duty.houston.workspace.home("ada"))

    linus.click(card, "open_edit_call")
    dialog = linus.dialog()
    bad = {"json": {"json": "{not json"}}
    assert "not JSON" in json.dumps(duty.houston.workspace.submit("linus", dialog["id"], bad))
    good = {"json": {"json": '{"text": "Shop down, Linus is on it"}'}}
    assert duty.houston.workspace.submit("linus", dialog["id"], good)["result"] == "closed"
    edited = linus.said(None, "Edited by Linus")
    assert edited["ts"] == card["ts"]
    assert "Shop down" not in "".join(duty.paged())

    linus.click(edited, "approve")
    done = linus.said(None, "Approved and done")
    assert "approve" not in actions(done)
    assert duty.paged()[0] == '{"text":"Shop down, Linus is on it"}'
    linus.said(None, f"Done: POST {duty.pager}")


@pytest.mark.usefixtures("site")
def test_a_rejection_and_its_reason_stand_in_the_report(duty: Duty) -> None:
    """[A1]"""
    paged = duty.paged()
    card = duty.fails()
    linus = duty.at("linus")
    linus.click(card, "open_reject")
    why = {"reason": {"reason": "not during the sale"}}
    sent = duty.houston.workspace.submit("linus", linus.dialog()["id"], why)
    assert sent["result"] == "closed"
    told = words(linus.said(None, "Not done: POST"))
    assert "rejected by Linus: “not during the sale”" in told
    assert duty.paged() == paged


@pytest.mark.usefixtures("site")
def test_what_waits_is_shown_and_can_be_stopped(duty: Duty) -> None:
    """[X1 X5 A3] Running, with a visible note; Stop needs no worker."""
    card = duty.fails()
    ada = duty.at("ada")
    shown = words(ada.command(f"/mission show {duty.mission}"))
    assert "Waits for an approval" in shown
    assert "1 Execution running" in shown
    ada.press(card, "Stop the run")
    ended = ada.said(None, "Not done: the run has ended")
    assert ended["ts"] == card["ts"]
    assert actions(ended) == set()
    assert "The run was stopped before anybody answered." in words(ended)


@pytest.mark.usefixtures("site")
def test_the_owner_says_in_words_who_may_approve_and_confirms_by_a_click(duty: Duty) -> None:
    """[A2 C6 C7] The words alone change nothing, and nobody else's click does."""
    ada, grace = duty.at("ada"), duty.at("grace")
    card = ada.ask(f"{duty.mission}: @linus and @ada approve")
    assert "Linus → *Linus, Ada*" in words(card)
    assert "Its owner or an administrator can" in grace.refused(card, "set_approvers")
    ada.click(card, "set_approvers")
    wait_for(lambda: "set_approvers" not in actions(ada.said(card["thread_ts"], "Can approve")), 20)


@pytest.mark.usefixtures("site")
def test_an_editor_cannot_make_themselves_an_approver(duty: Duty) -> None:
    """[A2 P2] The dialog says so at its field; nothing changes."""
    answer = settings_of(duty, "grace", "linus", "grace")
    assert "Its owner or an administrator can" in json.dumps(answer)
