"""Runs that change something outside: from the check to the pager, jobs and graph as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from missions import keys as k
from missions.approval import ApprovalState
from missions.blueprint import ActWhen, Finding, Grant, Notify
from missions.domain import Domain
from missions.execution import Cause, Status
from missions.keys import TeamKeys
from tests.support.approvals import (
    Pager,
    Works,
    act,
    acting,
    approvable,
    named,
    now_is,
    state_of,
    works,
)
from tests.support.build import actor, blueprint, draft, stored
from tests.support.fakes import ADA, GRACE, TEAM, FakeDirectory, ManualClock

KEYS = TeamKeys(TEAM)


@pytest.fixture
def pager() -> Iterator[Pager]:
    made = Pager()
    yield made
    made.close()


@pytest.fixture
def at_work(domain: Domain, pager: Pager, tmp_path: Path) -> Works:
    return works(domain, pager, tmp_path)


def test_a_check_fails_a_person_approves_and_it_is_done_once(
    domain: Domain, pager: Pager, at_work: Works
) -> None:
    """[A1 A3] The run waits without a worker, then says in its report what it did."""
    plan = acting(act(pager.url(), json='{"text": "down"}'))
    mission = approvable(domain, plan)
    at_work.run(mission, plan)
    assert pager.received == []
    asked = at_work.asked(mission)
    assert asked.arguments == {
        "method": "POST",
        "url": pager.url(),
        "headers": "Content-Type: application/json",
        "json": '{"text":"down"}',
    }
    domain.lifecycle.approve(actor(GRACE), mission.id, asked.id, asked.digest)
    at_work.resume(asked)
    at_work.resume(asked)
    (got,) = pager.received
    assert (got.method, got.path, got.body) == ("POST", "/hook", '{"text":"down"}')
    run = at_work.last(mission)
    assert (run.status, run.finding) == (Status.SUCCESS, Finding.CRITICAL)
    report = domain.reader.report(actor().viewer, mission.id, run.id)
    assert report is not None
    assert report.lines[0].startswith(
        f"Done: POST {pager.url()} – It answered 204. Approved by grace."
    )
    assert now_is(domain, asked).state is ApprovalState.DONE
    assert domain.redis.exists(KEYS.mission(mission.id).kept(run.id)) == 0


def test_nothing_is_asked_while_all_is_well_or_a_finding_continues(
    domain: Domain, pager: Pager, at_work: Works, clock: ManualClock
) -> None:
    """[A1] Once when it begins to fail, and not at each run."""
    plan = acting(act(pager.url()))
    mission = approvable(domain, plan)
    at_work.checks.status = 200
    at_work.run(mission, plan)
    assert at_work.last(mission).finding is Finding.ALL_GOOD
    at_work.checks.status = 503
    clock.advance(minutes=5)
    at_work.run(mission, plan)
    asked = at_work.asked(mission)
    domain.lifecycle.reject(actor(GRACE), mission.id, asked.id, asked.digest, "known")
    at_work.resume(asked)
    clock.advance(minutes=5)
    at_work.run(mission, plan)
    assert at_work.last(mission).status is Status.SUCCESS
    assert pager.received == []


def test_a_rejection_stands_in_the_report(domain: Domain, pager: Pager, at_work: Works) -> None:
    """[A1]"""
    plan = acting(act(pager.url()))
    mission = approvable(domain, plan)
    at_work.run(mission, plan)
    asked = at_work.asked(mission)
    domain.lifecycle.reject(actor(GRACE), mission.id, asked.id, asked.digest, "not during the sale")
    at_work.resume(asked)
    run = at_work.last(mission)
    report = domain.reader.report(actor().viewer, mission.id, run.id)
    assert report is not None
    assert report.lines[0] == (
        f"Not done: POST {pager.url()} – rejected by grace: “not during the sale”."
    )
    assert run.status is Status.SUCCESS
    assert pager.received == []


def test_what_an_approver_edited_is_what_is_sent(
    domain: Domain, pager: Pager, at_work: Works
) -> None:
    """[A1 A2]"""
    plan = acting(act(pager.url()))
    mission = approvable(domain, plan)
    at_work.run(mission, plan)
    asked = at_work.asked(mission)
    wanted = at_work.tool.effective({"url": pager.url("/quiet"), "method": "PUT"})
    edited = domain.lifecycle.edit_call(actor(GRACE), mission.id, asked.id, asked.digest, wanted)
    domain.lifecycle.approve(actor(GRACE), mission.id, asked.id, edited.digest)
    at_work.resume(asked)
    (got,) = pager.received
    assert (got.method, got.path) == ("PUT", "/quiet")


def test_granted_beforehand_it_is_done_without_asking(
    domain: Domain, pager: Pager, at_work: Works
) -> None:
    """[A1] For exactly these arguments, on record like the others."""
    plan = acting(act(pager.url(), granted=True), act(pager.url("/also"), number=2, granted=True))
    mission = approvable(domain, plan, approvers=())
    at_work.run(mission, plan)
    assert [got.path for got in pager.received] == ["/hook", "/also"]
    assert at_work.last(mission).status is Status.SUCCESS
    assert domain.redis.zcard(k.APPROVALS) == 0


def test_a_trial_asks_also_for_what_the_plan_would_grant(
    domain: Domain, pager: Pager, at_work: Works
) -> None:
    """[A1 C6] Nobody has confirmed a Draft's plan."""
    plan = acting(act(pager.url(), granted=True))
    mission, proposal = draft(domain, blueprint(plan))
    named(domain, mission, (GRACE,))
    (row,) = domain.lifecycle.try_once(actor(), mission.id, proposal.id, "click")
    from jobs.execute import execute

    execute(TEAM, mission.id, row)
    assert pager.received == []
    asked = at_work.asked(stored(domain, mission.id))
    assert asked.version == 0
    domain.lifecycle.approve(actor(GRACE), mission.id, asked.id, asked.digest)
    at_work.resume(asked)
    assert len(pager.received) == 1


def test_with_nobody_to_ask_it_is_not_done_and_says_so(
    domain: Domain, pager: Pager, at_work: Works
) -> None:
    """[A2] An empty approver list means nobody; the run does not wait in vain."""
    plan = acting(act(pager.url()))
    mission = approvable(domain, plan, approvers=())
    at_work.run(mission, plan)
    run = at_work.last(mission)
    report = domain.reader.report(actor().viewer, mission.id, run.id)
    assert report is not None
    assert "nobody may approve it" in report.lines[0]
    assert run.status is Status.SUCCESS
    assert pager.received == []


def test_a_refused_answer_needs_attention_also_if_all_is_well(
    domain: Domain, pager: Pager, at_work: Works
) -> None:
    """[X3]"""
    pager.status = 500
    at_work.checks.status = 200
    plan = acting(act(pager.url(), when=ActWhen.ALWAYS, granted=True))
    mission = approvable(domain, plan)
    at_work.run(mission, plan)
    assert at_work.last(mission).finding is Finding.ATTENTION


def test_a_secret_is_sent_and_shown_by_its_name_only(
    domain: Domain, pager: Pager, at_work: Works
) -> None:
    """[P7 A1] Not in the card, the report, the Session or storage."""
    plan = acting(act(pager.url(), headers="Authorization: Bearer {secret:pager}"))
    mission = approvable(domain, plan)
    at_work.run(mission, plan)
    asked = at_work.asked(mission)
    assert "{secret:pager}" in str(asked.arguments["headers"])
    domain.lifecycle.approve(actor(GRACE), mission.id, asked.id, asked.digest)
    at_work.resume(asked)
    (got,) = pager.received
    assert got.headers["authorization"] == "Bearer s3cr3t-value"
    for key in domain.redis.scan_iter():
        if domain.redis.type(key) == "hash":
            assert "s3cr3t" not in str(domain.redis.hgetall(key))


def test_the_owner_left_between_the_click_and_the_call(
    domain: Domain, pager: Pager, at_work: Works, directory: FakeDirectory
) -> None:
    """[A2 P3]"""
    plan = acting(act(pager.url()))
    mission = approvable(domain, plan)
    at_work.run(mission, plan)
    asked = at_work.asked(mission)
    domain.lifecycle.approve(actor(GRACE), mission.id, asked.id, asked.digest)
    del directory.access_table[(ADA, mission.channel)]
    at_work.resume(asked)
    assert pager.received == []
    assert state_of(domain, asked) is ApprovalState.REFUSED


class Scripted(BaseChatModel):
    """A model that does what a function of the talk so far says."""

    script: Callable[[list[BaseMessage]], AIMessage]

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self.script(messages))])


def wants(pager: Pager, **arguments: Any) -> Callable[[list[BaseMessage]], AIMessage]:
    """Calls the pager once, then explains what it was told of it."""

    def script(messages: list[BaseMessage]) -> AIMessage:
        told = [m for m in messages if isinstance(m, ToolMessage)]
        if not told:
            call = {"url": pager.url(), "json": {"text": "restart"}, **arguments}
            return AIMessage("", tool_calls=[{"name": "http_request", "args": call, "id": "1"}])
        said = [{"text": f"I was told: {told[-1].content}", "seen_with": "http_request"}]
        return AIMessage(
            "", tool_calls=[{"name": "Explanation", "args": {"comments": said}, "id": "2"}]
        )

    return script


def asking(**changes: Any) -> Any:
    plan = acting(instructions="Restart it if need be.", tools=("http", "http_request"))
    return plan.model_copy(update={"acts": (), "notify": Notify.ALWAYS, **changes})


@pytest.mark.parametrize("approved", [True, False])
def test_a_model_that_asks_goes_on_with_the_answer(
    approved: bool, domain: Domain, pager: Pager, tmp_path: Path
) -> None:
    """[A1 A3 X8] From the checkpoint, which holds the talk so far."""
    plan = asking()
    at_work = works(domain, pager, tmp_path, Scripted(script=wants(pager)))
    mission = approvable(domain, plan)
    at_work.run(mission, plan)
    asked = at_work.asked(mission)
    assert asked.act is None
    assert pager.received == []
    verb = domain.lifecycle.approve if approved else domain.lifecycle.reject
    verb(actor(GRACE), mission.id, asked.id, asked.digest)
    at_work.resume(asked)
    assert len(pager.received) == int(approved)
    run = at_work.last(mission)
    assert run.status is Status.SUCCESS
    report = domain.reader.report(actor().viewer, mission.id, run.id)
    assert report is not None
    (told,) = (note.text for note in report.notes if "I was told" in note.text)
    assert ('"ok": true' in told) is approved


def test_a_model_may_do_what_the_plan_grants_and_only_that(
    domain: Domain, pager: Pager, tmp_path: Path
) -> None:
    """[A1] A grant is a beginning of an address with methods."""
    grant = Grant(tool="http_request", methods=("POST",), url=pager.url("/hook"))
    plan = asking(grants=(grant,))
    at_work = works(domain, pager, tmp_path, Scripted(script=wants(pager)))
    mission = approvable(domain, plan)
    at_work.run(mission, plan)
    assert [got.path for got in pager.received] == ["/hook"]
    for url in (pager.url("/hooked"), pager.url("/hook/../admin"), pager.url("/hook/%2e%2e/x")):
        works(domain, pager, tmp_path, Scripted(script=wants(pager, url=url)))
        other = approvable(domain, plan)
        at_work.run(other, plan)
        assert at_work.asked(other).state is ApprovalState.OPEN
    assert len(pager.received) == 1


def test_a_tool_that_is_not_granted_cannot_be_called(
    domain: Domain, pager: Pager, tmp_path: Path
) -> None:
    """[X8 P4]"""
    plan = asking(tools=("http",))
    at_work = works(domain, pager, tmp_path, Scripted(script=wants(pager)))
    mission = approvable(domain, plan)
    at_work.run(mission, plan)
    assert pager.received == []
    assert domain.store.running(TEAM, mission.id) == ()


def test_a_run_for_the_past_changes_nothing(
    domain: Domain, pager: Pager, at_work: Works, clock: ManualClock
) -> None:
    """[S6 A1]"""
    from jobs.execute import execute
    from missions.keys import TeamKeys
    from missions.ledger import time_occurrence, write_pending

    plan = acting(act(pager.url(), granted=True))
    mission = approvable(domain, plan)
    row = time_occurrence(plan, clock.now(), 1).model_copy(update={"cause": Cause.BACKFILL})
    keys = TeamKeys(TEAM).mission(mission.id)
    tx = domain.store.mission_tx(keys)
    write_pending(tx, keys, row)
    tx.commit()
    execute(TEAM, mission.id, row.id)
    assert at_work.last(mission).status is Status.SUCCESS
    assert pager.received == []
