"""Mailboxes and turns: what people said is accepted once, answered in order, and never lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from missions import keys as k
from missions.cards import AskCard, ChooseCard, PlanCard, SorryCard, TextCard
from missions.conversation import ASKED, CHECKPOINT, FOCUS, people
from missions.domain import Domain
from missions.effects import CreateDraft, Propose, Rename, Stop
from missions.endings import Ending
from missions.execution import Status
from missions.ids import MissionId, new_mission_id, new_proposal_id
from missions.keys import TeamKeys
from missions.mailbox import ATTEMPTS, Box, Incoming
from missions.mission import Mission, MissionState
from missions.proposal import Proposal, ProposalKind, ProposalState
from missions.turns import Answer
from missions.tx import Lost
from tests.integration.test_claims import claim, due
from tests.support.build import DAILY_9, actor, blueprint, draft, launched, stored, task
from tests.support.fakes import ADA, GRACE, MONDAY, OPS, TEAM, RecordingBell
from tests.support.stored import lane


def incoming(number: int = 1, text: str = "hello", **changes: Any) -> Incoming:
    made = Incoming(
        id=f"I-{number}",
        team=TEAM,
        channel=OPS,
        thread_ts="100.000100",
        ts=f"100.00010{number}",
        person=ADA,
        text=text,
        event_id=f"Ev{number}",
        at=MONDAY,
    )
    return made.model_copy(update=changes)


def said(*cards: Any, effects: tuple[Any, ...] = (), focus: MissionId | None = None) -> Answer:
    return Answer(effects=effects, cards=cards, checkpoint="cp-1", focus=focus)


def take(domain: Domain, token: str = "a") -> Box:
    box = domain.mailboxes.take(TEAM, incoming().conversation, token)
    assert box is not None
    return box


def head(box: Box) -> tuple[str, Incoming]:
    found = box.head()
    assert found is not None
    return found


def test_a_message_is_accepted_once_by_its_event_and_by_its_place(domain: Domain) -> None:
    """[P6] Slack sends a mention twice, as two kinds of event, and repeats both."""
    assert domain.mailboxes.accept(incoming())
    assert not domain.mailboxes.accept(incoming())
    assert not domain.mailboxes.accept(incoming(id="I-x", event_id="Ev-other"))
    assert not domain.mailboxes.accept(incoming(id="I-y", ts="999.1"))
    assert domain.redis.llen(TeamKeys(TEAM).mailbox(incoming().conversation)) == 1


def test_many_at_once_accept_one(domain: Domain) -> None:
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _: domain.mailboxes.accept(incoming()), range(8)))
    assert done.count(True) == 1


def test_messages_keep_their_order_and_text(domain: Domain) -> None:
    """[C10]"""
    texts = ["first", 'sec"ond\x00 🚀', "  third\n"]
    for number, text in enumerate(texts):
        domain.mailboxes.accept(incoming(number, text))
    box = take(domain)
    answered = []
    while found := box.head():
        text, message = found
        answered.append(message.text)
        domain.turns.finish(box, text, message, said(TextCard(text="ok")))
    assert answered == texts
    assert box.release()
    assert domain.redis.zcard(k.MAILBOXES) == 0


def test_one_worker_answers_at_a_time(domain: Domain) -> None:
    domain.mailboxes.accept(incoming())
    take(domain, "a")
    assert domain.mailboxes.take(TEAM, incoming().conversation, "b") is None


def test_the_head_stays_until_it_is_answered(domain: Domain) -> None:
    """[C10] A worker that dies before the answer loses nothing."""
    domain.mailboxes.accept(incoming())
    assert head(take(domain, "dies"))
    domain.mailboxes.abandon(TEAM, incoming().conversation, "dies")
    assert head(take(domain, "b"))[1] == incoming()


def test_a_repeated_turn_answers_nothing_twice(domain: Domain, bell: RecordingBell) -> None:
    """The job may run twice; the answer is committed once."""
    domain.mailboxes.accept(incoming())
    box = take(domain)
    text, message = head(box)
    domain.turns.finish(box, text, message, said(TextCard(text="once")))
    with pytest.raises(Lost) as lost:
        domain.turns.finish(box, text, message, said(TextCard(text="twice")))
    assert lost.value.guard == "head"
    assert [e.card for e in lane(domain)] == [TextCard(text="once")]
    assert bell.deliveries == [OPS]


def test_a_lease_lost_in_the_middle_of_a_turn_writes_nothing(domain: Domain) -> None:
    """A frozen worker wakes up: its answer, effects and memory are refused."""
    mission = launched(domain)
    domain.mailboxes.accept(incoming())
    frozen = take(domain, "frozen")
    text, message = head(frozen)
    domain.redis.delete(TeamKeys(TEAM).mailbox_lease(message.conversation))
    take(domain, "next")
    before = {key: domain.redis.dump(key) for key in domain.redis.scan_iter("houston:T1:*")}
    rename = Rename(mission=mission.id, before=mission.name, after="Other")
    with pytest.raises(Lost) as lost:
        domain.turns.finish(frozen, text, message, said(TextCard(text="late"), effects=(rename,)))
    assert lost.value.guard == "mailbox"
    with pytest.raises(Lost):
        domain.turns.give_up(frozen, text, message, "Sorry.")
    with pytest.raises(Lost):
        frozen.count_attempt(message)
    assert not frozen.renew()
    assert not frozen.release()
    after = {key: domain.redis.dump(key) for key in domain.redis.scan_iter("houston:T1:*")}
    assert after == before


def test_attempts_are_counted_across_workers(domain: Domain) -> None:
    """[C10]"""
    domain.mailboxes.accept(incoming())
    for attempt in range(1, ATTEMPTS + 2):
        box = take(domain, f"worker {attempt}")
        assert box.count_attempt(head(box)[1]) == attempt
        domain.mailboxes.abandon(TEAM, box.conversation, box.token)


def test_giving_up_apologises_keeps_the_message_and_goes_on(domain: Domain) -> None:
    """[C10] It can be retried, once per click."""
    domain.mailboxes.accept(incoming(1, "what I wanted"))
    domain.mailboxes.accept(incoming(2, "next"))
    box = take(domain)
    text, message = head(box)
    box.count_attempt(message)
    domain.turns.give_up(box, text, message, "Sorry.")
    assert [e.card for e in lane(domain)] == [SorryCard(text="Sorry.", turn="I-1")]
    assert head(box)[1].text == "next"
    assert domain.mailboxes.retry(TEAM, message.conversation, "I-1")
    assert not domain.mailboxes.retry(TEAM, message.conversation, "I-1")
    domain.turns.finish(box, *head(box), said(TextCard(text="ok")))
    again = head(box)
    assert again[1] == message
    assert box.count_attempt(again[1]) == 1


def test_two_clicks_on_retry_are_one(domain: Domain) -> None:
    domain.mailboxes.accept(incoming())
    box = take(domain)
    domain.turns.give_up(box, *head(box), "Sorry.")
    with ThreadPoolExecutor(6) as pool:
        done = list(
            pool.map(lambda _: domain.mailboxes.retry(TEAM, box.conversation, "I-1"), range(6))
        )
    assert done.count(True) == 1


def test_a_message_that_comes_while_letting_go_is_not_forgotten(domain: Domain) -> None:
    domain.mailboxes.accept(incoming())
    box = take(domain)
    domain.turns.finish(box, *head(box), said(TextCard(text="ok")))
    assert box.head() is None
    domain.mailboxes.accept(incoming(2))
    assert not box.release()
    assert domain.redis.zcard(k.MAILBOXES) == 1
    assert head(take(domain, "next"))[1].id == "I-2"


def test_a_held_mailbox_is_renewed(domain: Domain) -> None:
    domain.mailboxes.accept(incoming())
    box = take(domain)
    lease = TeamKeys(TEAM).mailbox_lease(box.conversation)
    domain.redis.pexpire(lease, 1_000)
    assert box.renew()
    assert domain.redis.pttl(lease) > 15_000


def test_only_the_dead_workers_mailbox_is_freed(domain: Domain) -> None:
    domain.mailboxes.accept(incoming())
    box = take(domain, "alive")
    domain.mailboxes.abandon(TEAM, box.conversation, "somebody else")
    assert box.renew()


def test_a_turn_remembers_focus_checkpoint_and_whom_it_asked(domain: Domain) -> None:
    """[C1]"""
    mission = launched(domain)
    domain.mailboxes.accept(incoming())
    box = take(domain)
    domain.turns.finish(box, *head(box), said(AskCard(lead="When?"), focus=mission.id))
    memory = domain.mailboxes.memory(TEAM, OPS, "100.000100")
    assert (memory[FOCUS], memory[CHECKPOINT], memory[ASKED]) == (mission.id, "cp-1", ADA)
    domain.mailboxes.accept(incoming(2, person=GRACE))
    domain.turns.finish(box, *head(box), said(TextCard(text="ok")))
    memory = box.memory()
    assert (memory[FOCUS], memory[ASKED]) == ("", ADA), "she has not answered yet"
    domain.mailboxes.accept(incoming(3, person=ADA))
    domain.turns.finish(box, *head(box), said(TextCard(text="ok")))
    assert box.memory()[ASKED] == ""
    assert people(memory) == {ADA, GRACE}
    assert not [f for f in memory if f.startswith("attempts:")]


def test_a_draft_and_its_card_appear_in_one_step(domain: Domain) -> None:
    """[C2 C6]"""
    mission, proposal = _drafted()
    domain.mailboxes.accept(incoming())
    box = take(domain)
    card = PlanCard(mission=mission.id, proposal=proposal.id)
    made = CreateDraft(mission=mission, proposal=proposal)
    domain.turns.finish(box, *head(box), said(card, effects=(made,), focus=mission.id))
    assert stored(domain, mission.id).draft == proposal.id
    keys = TeamKeys(TEAM).mission(mission.id)
    assert domain.redis.smembers(keys.conversations) == {box.conversation}
    (entry,) = lane(domain)
    assert domain.redis.smembers(keys.outbox) == {entry.id}


def _drafted() -> tuple[Mission, Proposal]:
    mission = Mission(
        id=new_mission_id(),
        team=TEAM,
        name="Fresh",
        state=MissionState.DRAFT,
        channel=OPS,
        owner=ADA,
        created_at=MONDAY,
        thread_ts="100.000100",
    )
    return mission, _launch_proposal(mission)


def _launch_proposal(mission: Mission) -> Proposal:
    return Proposal(
        id=new_proposal_id(),
        mission=mission.id,
        kind=ProposalKind.LAUNCH,
        base_version=0,
        blueprint=blueprint(task(DAILY_9)),
        by=ADA,
        at=MONDAY,
    )


def test_an_id_is_never_used_again(domain: Domain) -> None:
    """[M8] Neither that of a Mission nor that of a deleted one."""
    gone = launched(domain)
    domain.lifecycle.delete(actor(), gone.id, gone.id)
    domain.remains.clear(TEAM, gone.id)
    for taken in (gone, launched(domain)):
        mission, proposal = _drafted()
        mission = mission.model_copy(update={"id": taken.id})
        proposal = proposal.model_copy(update={"mission": taken.id})
        domain.mailboxes.accept(incoming())
        box = take(domain)
        made = CreateDraft(mission=mission, proposal=proposal)
        with pytest.raises(Lost):
            domain.turns.finish(box, *head(box), said(TextCard(text="x"), effects=(made,)))


def test_a_rename_and_a_new_plan_in_one_turn_both_happen(domain: Domain) -> None:
    """[C4 C5] "Call it Storefront, and at nine instead"."""
    mission, old = draft(domain)
    new = _launch_proposal(mission)
    rename = Rename(mission=mission.id, before=mission.name, after="Storefront")
    for number, effects in enumerate([(rename, Propose(proposal=new))]):
        domain.mailboxes.accept(incoming(number))
        box = take(domain)
        domain.turns.finish(box, *head(box), said(TextCard(text="ok"), effects=effects))
    found = stored(domain, mission.id)
    assert (found.name, found.draft, found.rev) == ("Storefront", new.id, mission.rev + 2)
    before = domain.store.proposal(TEAM, mission.id, old.id)
    assert before is not None
    assert before.state is ProposalState.SUPERSEDED
    assert domain.lifecycle.launch(actor(), mission.id, new.id).name == "Storefront"


def test_a_draft_is_renamed_in_the_turn_that_makes_it(domain: Domain) -> None:
    """[C2 C4]"""
    mission, proposal = _drafted()
    rename = Rename(mission=mission.id, before="Fresh", after="Crisp")
    domain.mailboxes.accept(incoming())
    box = take(domain)
    effects = (CreateDraft(mission=mission, proposal=proposal), rename)
    domain.turns.finish(box, *head(box), said(TextCard(text="ok"), effects=effects))
    found = stored(domain, mission.id)
    assert (found.name, found.draft) == ("Crisp", proposal.id)


def test_a_mission_deleted_meanwhile_refuses_the_turn(domain: Domain) -> None:
    """[M6] The turn is repeated, and finds it gone."""
    mission = launched(domain)
    domain.mailboxes.accept(incoming())
    box = take(domain)
    found = head(box)
    domain.lifecycle.delete(actor(), mission.id, mission.id)
    choose = ChooseCard(missions=(mission.id, MissionId("M-BBBBBB")), say="show {id}")
    for answer in (said(TextCard(text="x"), focus=mission.id), said(choose)):
        with pytest.raises(Lost) as lost:
            domain.turns.finish(box, *found, answer)
        assert lost.value.guard == "deleted"
    assert head(box) == found


def test_words_stop_a_running_execution_and_nothing_else(domain: Domain) -> None:
    """[X5] What ended meanwhile is left alone."""
    mission = launched(domain)
    held = claim(domain, mission, due(domain, mission))
    stop = Stop(mission=mission.id, execution=held.execution.id)
    domain.mailboxes.accept(incoming())
    box = take(domain)
    domain.turns.finish(box, *head(box), said(TextCard(text="Stopping."), effects=(stop,)))
    assert domain.endings.stop_asked(TEAM, mission.id, held.execution.id) == ADA
    domain.endings.end(TEAM, held.execution, Ending(status=Status.CANCELLED))
    domain.mailboxes.accept(incoming(2))
    domain.turns.finish(box, *head(box), said(TextCard(text="Stopping."), effects=(stop,)))
    assert domain.redis.hlen(TeamKeys(TEAM).mission(mission.id).stops) == 0


def test_an_answer_about_several_missions_names_each_of_them(domain: Domain) -> None:
    """[M6] The conversation is forgotten whole with any of them."""
    both = [launched(domain) for _ in range(2)]
    domain.mailboxes.accept(incoming())
    box = take(domain)
    choose = ChooseCard(missions=tuple(m.id for m in both), say="show {id}")
    domain.turns.finish(box, *head(box), said(choose, focus=both[0].id))
    for mission in both:
        assert domain.remains.conversations(TEAM, mission.id) == (box.conversation,)
    (entry,) = lane(domain)
    assert (entry.mission, entry.conversation) == (None, box.conversation)
