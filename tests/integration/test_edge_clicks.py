"""What people click, submit and type as commands acts once, for those who may [C6 P2]."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from redis import Redis

from bot.blocks.actions import ActionId, Value
from bot.edge import interactions
from bot.edge.click import Click
from bot.edge.context import Edge
from bot.edge.place import Place
from bot.edge.pools import Pools
from missions.cards import (
    Action,
    ActionCard,
    AskCard,
    ChangeCard,
    Choice,
    MissionCard,
    PlanCard,
    Question,
    RenamedCard,
    SorryCard,
)
from missions.execution import Cause
from missions.keys import TeamKeys
from missions.lanes import to_person
from missions.mailbox import Incoming
from missions.mission import Mission, MissionState
from missions.phrases import say
from missions.proposal import Proposal
from missions.saving import mark_of
from tests.integration.edge_kit import (
    ADA,
    GENERAL,
    GRACE,
    LINUS,
    OPS,
    RANDOM,
    SECRET,
    System,
    connected,
)
from tests.support.storage import StorageServer
from tests.support.story import words

Plan = tuple[Mission, Proposal, str]


@pytest.fixture(scope="module")
def system(storage: StorageServer) -> Iterator[System]:
    with Redis.from_url(storage.url, decode_responses=True) as redis, connected(redis) as made:
        yield made


@pytest.fixture(autouse=True)
def fresh(system: System, redis: Redis) -> None:
    """An empty database beside the same workspace."""
    system.people.misbehave("none")
    system.bell.turns.clear()
    system.bell.executions.clear()
    system.bell.deliveries.clear()


@pytest.fixture
def plan(system: System) -> Plan:
    """A Draft's plan card in #ops: Mission, Proposal, ts."""
    mission, proposal = system.draft(OPS)
    message = system.show(OPS, PlanCard(mission=mission.id, proposal=proposal.id))
    return mission, proposal, message["ts"]


def told(system: System, person: str, channel: str, part: str) -> str:
    """The sentence that this person alone was told."""

    def find() -> str | None:
        for one in reversed(system.people.ephemerals(person, channel)):
            if part in str(one):
                return str(one)
        return None

    return str(system.people.wait_for(find))


def state(system: System, mission: Mission) -> MissionState:
    found = system.domain.store.mission(system.team, mission.id)
    return found.state if found else MissionState.DELETED


def becomes(system: System, mission: Mission, wanted: MissionState) -> None:
    system.people.wait_for(lambda: state(system, mission) is wanted)


def heard(system: System) -> Incoming:
    """What the last rung mailbox holds."""
    conversation = system.people.wait_for(lambda: system.bell.turns)[-1]
    box = system.domain.mailboxes.take(system.team, conversation, "t")
    assert box is not None
    found = box.head()
    assert found is not None
    box.release()
    return found[1]


def opened(system: System, person: str) -> dict[str, str]:
    """The dialog that stands open for a person."""
    found = system.people.wait_for(lambda: system.people.views(person))[-1]
    return {"id": found["id"], "shown": str(found["view"])}


# --- plans ------------------------------------------------------------------------------------


def test_launch_makes_a_draft_active_and_the_card_says_so(system: System, plan: Plan) -> None:
    """[C2 C3 C6]"""
    mission, _, ts = plan
    assert system.people.click("ada", OPS, ts, "launch")["ok"]
    becomes(system, mission, MissionState.ACTIVE)
    system.people.wait_for(lambda: OPS in system.bell.deliveries)
    system.deliver_all()
    card = next(m for m in system.people.messages(OPS) if m["ts"] == ts)
    assert "Launched by" in str(card["blocks"])


def test_a_second_launch_does_nothing_and_says_why(system: System, plan: Plan) -> None:
    """[C6]"""
    mission, _, ts = plan
    system.people.click("ada", OPS, ts, "launch")
    becomes(system, mission, MissionState.ACTIVE)
    system.people.click("grace", OPS, ts, "launch")
    told(system, "grace", OPS, "already confirmed")
    assert system.stored(mission).version == 1


def test_a_double_click_runs_once(system: System) -> None:
    """[C6]"""
    mission = system.launched(OPS)
    ts = system.show(OPS, MissionCard(mission=mission.id))["ts"]
    system.people.click("ada", OPS, ts, "run_now")
    system.people.click("ada", OPS, ts, "run_now")
    system.people.wait_for(lambda: system.bell.executions)
    told(system, "ada", OPS, "Running it now")
    rows = system.domain.reader.ledger(system.viewer(ADA), mission.id)
    assert [row.cause for row in rows] == [Cause.RUN_NOW]


def test_try_once_runs_a_draft_without_scheduling_it(system: System, plan: Plan) -> None:
    """[C3]"""
    mission, _, ts = plan
    system.people.click("ada", OPS, ts, "try_once")
    told(system, "ada", OPS, "nothing is scheduled")
    assert state(system, mission) is MissionState.DRAFT


def test_discarding_a_launch_proposal_removes_the_draft(system: System, plan: Plan) -> None:
    """[M1]"""
    mission, _, ts = plan
    system.people.click("ada", OPS, ts, "discard")
    told(system, "ada", OPS, "Discarded")
    assert state(system, mission) is MissionState.DELETED


def test_a_stale_change_cannot_be_applied_and_the_card_offers_to_redo_it(system: System) -> None:
    """[C5]"""
    mission = system.launched(OPS)
    first = system.change(mission)
    card = system.show(OPS, ChangeCard(mission=mission.id, proposal=first.id))
    system.domain.lifecycle.apply(system.actor(ADA), mission.id, first.id)
    second = system.change(system.stored(mission), base=1)
    stale = system.show(OPS, ChangeCard(mission=mission.id, proposal=second.id))
    system.people.click("ada", OPS, card["ts"], "apply")
    told(system, "ada", OPS, "already confirmed")
    assert "redo" in str(stale["blocks"])
    system.people.click("ada", OPS, stale["ts"], "redo")
    assert heard(system).text == "also check p95"


def test_change_asks_and_says_it_in_the_missions_thread(system: System) -> None:
    """[C5]"""
    root = system.people.post("ada", OPS, "make a plan")
    mission, proposal = system.draft(OPS, thread_ts=root)
    card = PlanCard(mission=mission.id, proposal=proposal.id)
    system.say(OPS, card, thread_ts=root)
    system.deliver(OPS)
    ts = system.people.messages(OPS, root)[-1]["ts"]
    system.people.click("grace", OPS, ts, "change")
    dialog = opened(system, "grace")
    system.people.submit("grace", dialog["id"], {"wanted": {"wanted": "not on Sundays"}})
    system.people.wait_for(lambda: system.queued(OPS), 15)
    system.deliver_all()
    said = system.people.messages(OPS, root)[-1]
    assert GRACE in str(said["blocks"]), "all in the thread see who asked"
    incoming = heard(system)
    assert (incoming.text, incoming.person) == ("not on Sundays", GRACE)
    assert incoming.thread_ts == root
    assert not incoming.answers, "what is typed into a dialog is the person's own words"


# --- rights -----------------------------------------------------------------------------------


def test_who_only_reads_the_channel_cannot_act(system: System) -> None:
    """[P2]"""
    mission, proposal = system.draft(GENERAL)
    ts = system.show(GENERAL, PlanCard(mission=mission.id, proposal=proposal.id))["ts"]
    system.people.admin("leave", channel=GENERAL, user="linus")
    try:
        system.people.click("linus", GENERAL, ts, "launch")
        system.people.wait_for(lambda: system.bell.deliveries)
        system.deliver_all()
    finally:
        system.people.admin("join", channel=GENERAL, user="linus")
    said = system.people.messages("dm", as_person="linus")[-1]["text"]
    assert "You cannot launch this Mission here." in said
    assert state(system, mission) is MissionState.DRAFT


def test_hidden_and_unknown_missions_get_the_same_sentence(system: System) -> None:
    """[P1]"""
    hidden = system.launched(SECRET)
    unknown = "M-222222"
    for name in ("show", "plan", "history", "disable", "delete", "enable", "run", "next"):
        sentences = []
        for mission in (hidden.id, unknown):
            before = len(system.people.ephemerals("linus", OPS))
            system.people.command("linus", OPS, f"/mission {name} {mission}")
            shown = system.people.ephemerals("linus", OPS)
            assert len(shown) == before + 1
            sentences.append(shown[-1]["text"].replace(mission, "M"))
        assert sentences[0] == sentences[1]
        assert "I know of no Mission" in sentences[0]


def test_the_right_to_submit_a_dialog_is_asked_again(system: System) -> None:
    """[P2]"""
    mission = system.launched(GENERAL)
    ts = system.show(GENERAL, MissionCard(mission=mission.id))["ts"]
    system.people.click("linus", GENERAL, ts, "open_disable")
    dialog = opened(system, "linus")
    system.people.admin("leave", channel=GENERAL, user="linus")
    try:
        system.people.submit("linus", dialog["id"], {})
    finally:
        system.people.admin("join", channel=GENERAL, user="linus")
    assert "You cannot disable this Mission here." in opened(system, "linus")["shown"]
    assert state(system, mission) is MissionState.ACTIVE


def test_a_button_of_another_version_gets_an_answer(system: System) -> None:
    block = {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": "of_old",
                "text": {"type": "plain_text", "text": "Old"},
            }
        ],
    }
    told_ = system.client._web.chat_postMessage(channel=OPS, text="old", blocks=[block])
    assert system.people.click("ada", OPS, str(told_["ts"]), "of_old")["ok"]
    told(system, "ada", OPS, say("button-too-old"))


# --- the switch -------------------------------------------------------------------------------


def test_disable_asks_first_and_keeps_the_note(system: System) -> None:
    """[M3]"""
    mission = system.launched(OPS)
    ts = system.show(OPS, MissionCard(mission=mission.id))["ts"]
    system.people.click("ada", OPS, ts, "open_disable")
    dialog = opened(system, "ada")
    assert "1 scheduled Task" in dialog["shown"]
    assert state(system, mission) is MissionState.ACTIVE
    done = system.people.submit("ada", dialog["id"], {"note": {"note": "code freeze"}})
    assert done["result"] == "closed"
    paused = system.stored(mission)
    assert paused.state is MissionState.PAUSED
    assert paused.pause is not None
    assert paused.pause.note == "code freeze"
    system.deliver_all()
    card = next(m for m in system.people.messages(OPS) if m["ts"] == ts)
    assert "code freeze" in str(card["blocks"])


def test_a_disable_that_lost_a_race_says_what_the_state_is(system: System) -> None:
    """[M2]"""
    mission = system.launched(OPS)
    ts = system.show(OPS, MissionCard(mission=mission.id))["ts"]
    system.people.click("ada", OPS, ts, "open_disable")
    dialog = opened(system, "ada")
    system.domain.lifecycle.disable(system.actor(GRACE), mission.id)
    system.people.submit("ada", dialog["id"], {})
    assert "is Paused" in opened(system, "ada")["shown"]
    system.people.close("ada", opened(system, "ada")["id"])


def test_enable_resumes_and_the_card_shows_it(system: System) -> None:
    """[M4]"""
    mission = system.launched(OPS)
    system.domain.lifecycle.disable(system.actor(ADA), mission.id)
    ts = system.show(OPS, ActionCard(mission=mission.id, action=Action.ENABLE))["ts"]
    system.people.click("grace", OPS, ts, "enable")
    becomes(system, mission, MissionState.ACTIVE)


def test_delete_wants_the_id_typed(system: System) -> None:
    """[M5]"""
    mission = system.launched(OPS)
    ts = system.show(OPS, ActionCard(mission=mission.id, action=Action.DELETE))["ts"]
    system.people.click("ada", OPS, ts, "open_delete")
    dialog = opened(system, "ada")
    assert "cannot be undone" in dialog["shown"]
    wrong = system.people.submit("ada", dialog["id"], {"typed_id": {"typed_id": "M-222222"}})
    assert wrong["result"] == "errors"
    assert mission.id in str(wrong["errors"])
    assert state(system, mission) is MissionState.ACTIVE
    typed = {"typed_id": {"typed_id": mission.id.lower()}}
    assert system.people.submit("ada", dialog["id"], typed)["result"] == "closed"
    assert state(system, mission) is MissionState.DELETED
    assert mission.id in system.bell.cleanups


def test_a_rename_can_be_undone_by_a_click(system: System) -> None:
    """[C4]"""
    mission = system.launched(OPS, name="Before")
    system.domain.lifecycle.rename(system.actor(ADA), mission.id, "After")
    card = RenamedCard(mission=mission.id, before="Before", after="After")
    ts = system.show(OPS, card)["ts"]
    system.people.click("ada", OPS, ts, "undo_rename")
    system.people.wait_for(lambda: system.stored(mission).name == "Before")


def test_an_undo_takes_back_only_the_name_that_it_is_about(system: System) -> None:
    """[C4 C6 M2] What somebody called it since is not overwritten, and it is told."""
    mission = system.launched(OPS, name="Before")
    rename = system.domain.lifecycle.rename
    rename(system.actor(ADA), mission.id, "After")
    card = RenamedCard(mission=mission.id, before="Before", after="After")
    ts = system.show(OPS, card)["ts"]
    # The message as it stands on a screen that has not followed.
    value = Value(mission=mission.id, extra="Before", holds=mark_of("After"))
    rename(system.actor(GRACE), mission.id, "Gamma")
    edge = Edge.build(system.domain, system.client)
    place = Place(person=ADA, channel=OPS, message_ts=ts)
    click = Click(place, ActionId.UNDO_RENAME, value, "b", system.actor(ADA))
    interactions.on_click(edge, click)
    told(system, "ada", OPS, "called Gamma by now")
    old = Click(place, ActionId.UNDO_RENAME, Value(mission=mission.id), "b", system.actor(ADA))
    interactions.on_click(edge, old)
    assert system.stored(mission).name == "Gamma"


# --- words by button --------------------------------------------------------------------------


def test_a_proposed_answer_is_said_by_who_clicked_it(system: System) -> None:
    """[C2]"""
    root = system.people.post("ada", OPS, "check the shop")
    question = Question(text="How often?", choices=(Choice(label="Daily", say="every day"),))
    system.say(OPS, AskCard(lead="Almost", questions=(question,)), thread_ts=root)
    system.deliver(OPS)
    ts = system.people.messages(OPS, root)[-1]["ts"]
    system.people.click("grace", OPS, ts, "answer")
    incoming = heard(system)
    assert (incoming.text, incoming.person) == ("every day", GRACE)
    assert incoming.thread_ts == root
    assert incoming.answers


def test_retry_sends_a_kept_message_again_once(system: System) -> None:
    """[C10]"""
    root = system.people.post("ada", OPS, "hard question")
    kept = Incoming(
        id="kept-1",
        team=system.team,
        channel=OPS,
        thread_ts=root,
        ts=root,
        person=ADA,
        text="hard question",
        event_id="kept-1",
        at=system.domain.clock.now(),
    )
    memory = TeamKeys(system.team).conversation(kept.conversation)
    system.domain.redis.hset(memory, f"kept:{kept.id}", kept.dump())
    system.say(OPS, SorryCard(text="I could not", turn=kept.id), thread_ts=root)
    system.deliver(OPS)
    ts = system.people.messages(OPS, root)[-1]["ts"]
    system.people.click("grace", OPS, ts, "retry")
    told(system, "grace", OPS, "Only who wrote that message")
    assert system.bell.turns == []
    system.people.click("ada", OPS, ts, "retry")
    assert heard(system).text == "hard question"
    system.domain.redis.delete(*system.domain.redis.keys("*:cache:click:*"))
    system.people.click("grace", OPS, ts, "retry")
    told(system, "grace", OPS, "sent again already")
    assert len(system.bell.turns) == 1


def test_history_and_plan_are_shown_to_one_person(system: System) -> None:
    """[R7 R8 P1]"""
    mission = system.launched(OPS)
    ts = system.show(OPS, MissionCard(mission=mission.id))["ts"]
    system.people.click("ada", OPS, ts, "executions")
    opened = system.people.wait_for(lambda: system.people.views("ada"))[-1]
    assert "Nothing has run yet" in words(opened["view"])
    system.people.close("ada", opened["id"])
    system.people.click("ada", OPS, ts, "details_tab:1")
    opened = system.people.wait_for(lambda: system.people.views("ada"))[-1]
    assert '"tab":"plan"' in opened["view"]["private_metadata"]
    assert "Every 5 minutes" in words(opened["view"])


# --- commands ---------------------------------------------------------------------------------


def test_a_command_is_answered_to_the_person_alone(system: System) -> None:
    """[C1 P1]"""
    mission = system.launched(OPS)
    system.people.command("grace", OPS, "/mission list")
    told(system, "grace", OPS, mission.id)
    assert mission.id not in str(system.people.ephemerals("ada", OPS)[-1:])


def test_where_the_bot_is_not_a_member_a_command_is_answered_too(system: System) -> None:
    """[C11]"""
    mission = system.launched(OPS)
    assert system.people.command("ada", RANDOM, f"/mission plan {mission.id}")["ok"]
    told(system, "ada", RANDOM, "Plan of Shop watch")


def test_a_command_that_is_none_gets_a_hint(system: System) -> None:
    """[C1]"""
    system.people.command("ada", OPS, "/mission lst")
    assert "/mission list" in told(system, "ada", OPS, "I do not know `lst`")
    system.people.command("ada", OPS, "/mission check the shop every day")
    assert "mention me" in told(system, "ada", OPS, "I do not know `check`")


def test_commands_steer_a_mission_by_id_or_name(system: System) -> None:
    """[C7]"""
    mission = system.launched(OPS, name="Nightly Watch")
    system.people.command("ada", OPS, f"/mission rename {mission.id.lower()} Morning Watch")
    system.people.wait_for(lambda: system.stored(mission).name == "Morning Watch")
    system.people.command("ada", OPS, "/mission run Morning Watch")
    system.people.wait_for(lambda: system.bell.executions)
    system.people.command("ada", OPS, "/mission stop Morning Watch")
    told(system, "ada", OPS, "Nothing of this Mission is running")


def test_a_name_that_two_missions_have_is_never_guessed(system: System) -> None:
    """[C7]"""
    first, second = system.launched(OPS), system.launched(OPS)
    system.people.command("ada", OPS, "/mission run Shop watch")
    said = told(system, "ada", OPS, "Several Missions match")
    assert first.id in said
    assert second.id in said
    assert not system.bell.executions


def test_commands_open_the_dialogs_directly(system: System) -> None:
    """[C7]"""
    mission = system.launched(OPS)
    system.people.command("ada", OPS, f"/mission disable {mission.id} code freeze")
    dialog = opened(system, "ada")
    assert "code freeze" in dialog["shown"]
    system.people.close("ada", dialog["id"])
    system.people.command("ada", OPS, f"/mission delete {mission.id}")
    assert "Delete this Mission?" in opened(system, "ada")["shown"]
    system.people.close("ada", opened(system, "ada")["id"])


def test_what_takes_too_long_is_answered_later(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[C1 M2]"""
    mission = system.launched(OPS)
    ts = system.show(OPS, MissionCard(mission=mission.id))["ts"]
    system.people.click("ada", OPS, ts, "open_disable")
    dialog = opened(system, "ada")
    system.domain.lifecycle.disable(system.actor(GRACE), mission.id)
    monkeypatch.setattr("bot.edge.app.ANSWER_SECONDS", 0)
    assert system.people.submit("ada", dialog["id"], {})["result"] == "closed"
    told(system, "ada", OPS, "was not done")
    system.people.command("ada", RANDOM, f"/mission plan {mission.id}")
    dm = system.people.channel("dm", "ada")
    system.people.wait_for(lambda: to_person(ADA) in system.bell.deliveries)
    system.deliver_all()
    assert mission.id in str(system.people.messages(dm)[-1]["blocks"])


# --- stopping ---------------------------------------------------------------------------------


async def test_what_is_under_way_ends_before_the_bot_does() -> None:
    """[L4]"""
    pools = Pools()
    done: list[int] = []
    pools.start(pools.slack(done.append, 1))
    await pools.drain(5)
    assert done == [1]


# --- what one person alone was shown ------------------------------------------------------------


def alone_shown(system: System, person: str = "ada") -> dict[str, Any]:
    """The last thing that only this person sees in #general."""
    found = system.people.wait_for(lambda: system.people.ephemerals(person, GENERAL), 15)
    return found[-1]


def test_a_card_that_one_person_sees_is_renewed_by_their_click(system: System) -> None:
    """[M3 C5]"""
    mission = system.launched(OPS)
    system.domain.lifecycle.disable(system.actor(ADA), mission.id)
    before = len(system.people.ephemerals("ada", GENERAL))
    system.people.command("ada", GENERAL, f"/mission plan {mission.id}")
    system.people.wait_for(lambda: len(system.people.ephemerals("ada", GENERAL)) > before, 15)
    shown = alone_shown(system)
    assert "Paused" in str(shown["blocks"])
    system.people.click("ada", GENERAL, shown["ts"], "enable")
    becomes(system, mission, MissionState.ACTIVE)
    system.people.wait_for(lambda: "Paused" not in str(alone_shown(system)["blocks"]), 15)
    assert len(system.people.ephemerals("ada", GENERAL)) == before + 1


def test_a_change_applied_where_one_sees_it_is_said_to_all(system: System) -> None:
    """[C5 M7]"""
    mission = system.launched(OPS, thread_ts=system.people.post("ada", OPS, "watch the shop"))
    card = ChangeCard(mission=mission.id, proposal=system.change(mission).id)
    edge = Edge.build(system.domain, system.client)
    assert edge.whisper(Place(person=ADA, channel=GENERAL), card)
    shown = alone_shown(system)
    system.people.click("ada", GENERAL, shown["ts"], "apply")
    system.people.wait_for(lambda: system.stored(mission).version == 2, 15)
    system.people.wait_for(lambda: "'apply'" not in str(alone_shown(system)["blocks"]), 15)
    system.people.wait_for(lambda: system.queued(OPS), 15)
    system.deliver_all()
    thread = system.people.messages(OPS, mission.thread_ts)
    assert "version 2 of its plan applies now" in words(thread[-1])


@pytest.mark.parametrize("launched", [False, True])
def test_a_mission_report_set_by_a_command_is_offered_to_all(
    system: System, launched: bool
) -> None:
    """[C2 C3 C5] In the Mission's thread, as its card is the only one that can be answered."""
    root = system.people.post("ada", OPS, "watch the shop")
    options = {"thread_ts": root}
    mission = system.launched(OPS, **options) if launched else system.draft(OPS, **options)[0]
    system.people.command("grace", OPS, f"/mission summary {mission.id} weekly monday 9:00")
    system.people.wait_for(lambda: system.queued(OPS), 15)
    system.deliver_all()
    card = system.people.messages(OPS, root)[-1]
    system.people.click("ada", OPS, card["ts"], "apply" if launched else "launch")
    version = 2 if launched else 1
    system.people.wait_for(lambda: system.stored(mission).version == version, 15)
    plan = system.domain.reader.blueprint(system.viewer(ADA), mission.id)
    assert plan.summary


def test_a_command_runs_the_one_task_that_it_names(system: System) -> None:
    """[C7 C6] What it does not understand is said, with how to type it, and nothing runs."""
    mission = system.launched(OPS)
    (task,) = system.domain.reader.blueprint(system.viewer(ADA), mission.id).tasks
    for words_behind in ("T99", f"{task.id} and more", "tomorrow"):
        system.people.command("ada", OPS, f"/mission run {mission.id} {words_behind}")
    told(system, "ada", OPS, "I do not understand “tomorrow”")
    told(system, "ada", OPS, "I do not understand “and more”")
    told(system, "ada", OPS, "T99")
    system.people.command("ada", OPS, f"/mission history {mission.id} failed")
    told(system, "ada", OPS, "I do not understand “failed”")
    assert not system.bell.executions
    system.people.command("ada", OPS, f"/mission run {mission.id} {task.id.lower()}")
    told(system, "ada", OPS, f"Running “{task.title}”")
    assert len(system.bell.executions) == 1


@pytest.mark.parametrize("typed", ["{}.", '"{}"', "#{}", "({}),", "`{}`", "“{}”"])
def test_an_id_is_known_as_it_is_copied_out_of_a_sentence(system: System, typed: str) -> None:
    """[C7 M8]"""
    mission = system.launched(OPS)
    system.people.command("ada", OPS, f"/mission stop {typed.format(mission.id)}")
    told(system, "ada", OPS, "Nothing of this Mission is running")


def test_a_list_is_searched_by_id_by_who_may_see_it(system: System) -> None:
    """[R6 P1]"""
    mission, hidden = system.launched(OPS), system.launched(SECRET)
    find = system.domain.reader.missions
    system.launched(OPS)
    assert [m.id for m in find(system.viewer(ADA), search=mission.id.lower()).items] == [mission.id]
    assert find(system.viewer(ADA), state=MissionState.PAUSED, search=mission.id).total == 0
    linus = system.viewer(LINUS)
    assert find(linus, search=hidden.id).total == find(linus, search="M-222222").total == 0
