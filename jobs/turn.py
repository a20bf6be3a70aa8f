"""The job of one mailbox: answer its messages in order, each once [C10]."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import Enum
from functools import partial

import structlog
from redis.exceptions import RedisError
from rq import get_current_job
from rq.timeouts import JobTimeoutException

from agent.checks.registry import check_problems
from agent.clean import channels_named, clean_slack_text, people_named, source_of
from agent.desk import Desk
from agent.effects.registry import act_problems, grant_problems
from jobs.noting import Noted
from jobs.queues import TURN_TIMEOUT_SECONDS
from jobs.runtime import NotInstalled, Runtime, current
from jobs.spoken import speaking_to
from jobs.thinking import TooSlow, TurnStopped, thought
from jobs.threads import thread_id
from jobs.traced import rung_in
from jobs.viewed import NOTHING, viewed
from missions.blueprint import Blueprint
from missions.conversation import CHECKPOINT, FOCUS
from missions.counting import TURNS
from missions.effects import mission_of
from missions.errors import HoustonError
from missions.ids import (
    ChannelId,
    ConversationId,
    ExecutionId,
    MissionId,
    TeamId,
    new_mission_id,
    new_token,
)
from missions.mailbox import ATTEMPTS, Box, Incoming
from missions.mentions import mention_problems
from missions.mission import Mission
from missions.phrases import say
from missions.ports import Channel, Person
from missions.rights import Right
from missions.tracing import job_span
from missions.turns import Answer
from missions.tx import Lost
from missions.verify import VerifyContext, verify
from missions.viewer import Viewer

log = structlog.get_logger(__name__)

RENEW_SECONDS = 5.0
"""How often a held mailbox of 20 s is renewed."""


def answer(team: str, conversation: str) -> None:
    """Empty a mailbox: one worker at a time, oldest message first."""
    runtime = current()
    job = get_current_job()
    token = job.id if job else new_token()
    boxes = runtime.domain.mailboxes
    box = boxes.take(TeamId(team), ConversationId(conversation), token)
    if box is None:
        return
    until = runtime.domain.clock.now() + timedelta(seconds=TURN_TIMEOUT_SECONDS / 2)
    with kept_alive(box.renew):
        while found := box.head():
            after = _answer_one(runtime, box, *found)
            if after is After.LOST:
                return
            late = runtime.domain.clock.now() >= until
            if late or after is After.LEFT:  # the rest gets a job with its own time limit
                break
    if not box.release():
        runtime.domain.bell.turn(TeamId(team), ConversationId(conversation))


@contextmanager
def kept_alive(renew: Callable[[], bool]) -> Iterator[None]:
    """Renew what is held every few seconds while the block works."""
    over = threading.Event()

    def go_on() -> None:
        while not over.wait(RENEW_SECONDS):
            try:
                if not renew():
                    return
            except RedisError as error:
                log.warning("renew_failed", error=type(error).__name__)

    thread = threading.Thread(target=go_on, name="renew", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


class After(Enum):
    """What comes after a message. LOST: the mailbox went to somebody else. LEFT: a call to the
    model was left behind, so this process is to end."""

    NEXT = "next"
    LEFT = "left"
    LOST = "lost"


def _answer_one(runtime: Runtime, box: Box, text: str, incoming: Incoming) -> After:
    """Answer the head, unless somebody stops that."""
    with job_span("turn", rung_in(), houston__message=incoming.id) as traced:
        with speaking_to(runtime.domain, incoming.team, incoming.person):
            after = _answered(runtime, box, text, incoming)
        traced.note(houston__after=after.value)
    return after


def _answered(runtime: Runtime, box: Box, text: str, incoming: Incoming) -> After:
    turns = runtime.domain.turns
    began = time.monotonic()
    try:
        attempts = box.count_attempt(incoming)
        log.info("turn_started", conversation=box.conversation, message=incoming.id, n=attempts)
        if attempts > ATTEMPTS:
            turns.give_up(box, text, incoming, say("turn-gave-up"))
            return After.NEXT
        try:
            turns.finish(box, text, incoming, _think(runtime, box, text, incoming))
        except TurnStopped as stopped:
            log.info("turn_stopped", message=incoming.id)
            turns.give_up(box, text, incoming, stopped.sentence)
            return After.LEFT
        except HoustonError as refusal:
            log.warning("turn_refused", message=incoming.id, error=refusal.event)
            turns.give_up(box, text, incoming, refusal.sentence)
            return After.LEFT if isinstance(refusal, TooSlow) else After.NEXT
    except Lost as lost:
        log.warning("turn_lost", message=incoming.id, guard=lost.guard)
        return After.LOST if lost.guard in ("mailbox", "head") else After.NEXT
    except (RedisError, JobTimeoutException):
        raise
    except Exception as error:  # whatever a tool raises, the attempt counts and the person is told
        log.exception("turn_raised", message=incoming.id, error=type(error).__name__)
        return After.NEXT
    log.info("turn_finished", conversation=box.conversation, message=incoming.id)
    runtime.domain.counting.observe(TURNS, time.monotonic() - began)
    return After.NEXT


def _think(runtime: Runtime, box: Box, text: str, incoming: Incoming) -> Answer:
    if runtime.conversation is None:
        raise NotInstalled("this worker has no conversation")
    memory = box.memory()
    focus, execution = _focus(runtime, memory, incoming)
    beside = viewed(runtime.domain, incoming) if focus is None else NOTHING
    desk = _desk(runtime, incoming, focus or beside.mission, execution or beside.execution)
    desk.focus_viewed = beside.mission is not None
    if incoming.direct and not runtime.offline:
        desk.step = Noted(box, text, incoming, runtime.domain.clock).step
    thread = thread_id(incoming.team, incoming.conversation)
    think = partial(runtime.conversation.turn, desk, thread, memory.get(CHECKPOINT) or None)
    try:
        result = thought(think, lambda: box.stop_asked(incoming), runtime.domain.clock)
    finally:  # a model that still speaks is cut off: nobody listens any more
        desk.line.close()
    named = [mission_of(e) for e in result.effects]
    return Answer(
        effects=result.effects,
        cards=result.cards,
        checkpoint=result.checkpoint_id,
        focus=named[-1] if named else focus,
        beside=None if named else beside.mission,
    )


def _focus(
    runtime: Runtime, memory: dict[str, str], incoming: Incoming
) -> tuple[MissionId | None, ExecutionId | None]:
    """The Mission of the thread, and the Execution if the thread hangs below a report [C8]."""
    ref = runtime.domain.outbox.ref(incoming.team, incoming.channel, incoming.thread_ts)
    if ref and ref.mission:
        return ref.mission, ref.execution
    focus = MissionId(memory.get(FOCUS) or "")
    if focus and runtime.domain.store.mission(incoming.team, focus):
        return focus, None
    return None, None


def _desk(
    runtime: Runtime,
    incoming: Incoming,
    focus: MissionId | None,
    execution: ExecutionId | None,
) -> Desk:
    domain = runtime.domain
    team, channel_id, now = incoming.team, incoming.channel, domain.clock.now()
    person = domain.directory.person(team, incoming.person)
    channel = domain.directory.channel(team, channel_id)
    own = not (incoming.answers or incoming.quoted)

    def findings(blueprint: Blueprint, before: Blueprint | None) -> tuple[str, ...]:
        context = VerifyContext(
            now=now,
            floor=domain.floor,
            tools=frozenset(runtime.tools) | frozenset(runtime.effects),
            problems=lambda check: check_problems(check, runtime.tools),
            channel=channel,
            before=before,
            act_problems=lambda act: act_problems(act, runtime.effects),
            grant_problems=lambda grant: grant_problems(grant, runtime.effects),
            unpriced=domain.spending.caps.unpriced,
        )
        return verify(blueprint, context)

    def unmentionable(blueprint: Blueprint, place: ChannelId) -> tuple[str, ...]:
        return mention_problems(blueprint, domain.directory, team, place)

    def can_edit(mission: Mission) -> bool:
        return domain.rights.may(incoming.person, mission, Right.EDIT)

    return Desk(
        team=team,
        person=person or Person(id=incoming.person, name="someone", zone=runtime.default_zone),
        channel=channel or _unknown_channel(incoming),
        thread_ts=incoming.thread_ts,
        text=clean_slack_text(incoming.text, incoming.bot_user),
        link=incoming.link,
        now=now,
        reader=domain.reader,
        viewer=Viewer(
            team=team, person=incoming.person, place=None if incoming.direct else channel_id
        ),
        focus=focus,
        focus_execution=execution,
        verify=findings,
        unmentionable=unmentionable,
        new_id=new_mission_id,
        floor=domain.floor,
        default_zone=runtime.default_zone,
        can_edit=can_edit,
        proposed_words=incoming.answers,
        quoted=incoming.quoted,
        source=source_of(incoming.text, incoming.bot_user) if own else "",
        people=people_named(incoming.text, incoming.bot_user) if own else {},
        channels=channels_named(incoming.text) if own else {},
        meter=domain.spending.meter(team),
        may_create=partial(domain.rights.may_create, team, incoming.person, channel_id),
    )


def _unknown_channel(incoming: Incoming) -> Channel:
    """What is known of a channel about which Slack does not answer."""
    return Channel(
        id=incoming.channel,
        name=say("this-channel"),
        is_private=incoming.private,
        is_direct=incoming.direct,
    )
