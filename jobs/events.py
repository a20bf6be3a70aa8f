"""The job of one inbox: look into what arrived, and offer each event to its rule [B6]."""

from __future__ import annotations

import time
from contextlib import suppress

import structlog
from redis.exceptions import ResponseError
from rq import get_current_job

from jobs.runtime import Runtime, current
from missions import keys as k
from missions.blueprint import EventTrigger
from missions.errors import HoustonError
from missions.events import fields_of
from missions.ids import MissionId, TaskId, TeamId, new_token
from missions.keys import MissionKeys, TeamKeys
from missions.payloads import BadPayload, Delivery, beyond, events_of
from missions.quarantine import note
from missions.tx import Lost, is_records_fault

log = structlog.get_logger(__name__)

BUDGET_SECONDS = 2.0
"""How long one Mission's events keep a worker before those who wait for it come first [C10]."""


def take(team: str, mission: str) -> None:
    """Empty a Mission's inbox, unless another job is doing that already.

    After a while it is rung for again, behind the turns and the events of others.
    """
    runtime = current()
    keys = TeamKeys(TeamId(team)).mission(MissionId(mission))
    job = get_current_job()
    # The job's id tells which inbox a killed worker held, so that it is freed at once.
    inboxes, token = runtime.domain.inboxes, job.id if job else new_token()
    if not inboxes.hold(keys, token):
        return
    until = time.monotonic() + BUDGET_SECONDS
    while True:
        try:
            while (text := inboxes.head(keys)) is not None:
                _look_into_one(runtime, keys, text)
                inboxes.taken(keys, text, token)
                if time.monotonic() >= until:
                    inboxes.abandon(keys, token)
                    runtime.domain.bell.events(keys.team, keys.mission)
                    return
            inboxes.let_go(keys, token)
        except Lost as lost:
            if lost.guard != "filled":
                return
        else:
            return


def _look_into_one(runtime: Runtime, keys: MissionKeys, text: str) -> None:
    """Look into one delivery; what cannot be handled is told, and does not stop those after it."""
    try:
        _look_into(runtime, keys, text)
    except (Lost, HoustonError):
        raise
    except Exception as error:  # whatever is wrong with one record, the others must go on
        if not is_records_fault(error):
            raise
        log.error("delivery_set_aside", mission=keys.mission, error=type(error).__name__)
        name = k.member(keys.team, keys.mission, "inbox", new_token())
        note(runtime.domain.store, name, f"event: {type(error).__name__}")
        with suppress(ValueError, ResponseError):
            delivery = Delivery.load(text)
            runtime.domain.events.set_aside(keys, delivery.task, delivery.source, delivery.at)


def _look_into(runtime: Runtime, keys: MissionKeys, text: str) -> None:
    delivery = _delivery(keys, text)
    if delivery is None:
        return
    # Outside: a plan that cannot be read is no fault of what was delivered.
    wanted = _wanted(runtime, keys, delivery.task)
    try:
        events = events_of(delivery, wanted)
    except (BadPayload, ValueError) as error:
        log.warning("delivery_unreadable", mission=keys.mission, error=type(error).__name__)
        return
    if count := beyond(delivery):
        ids = keys.team, keys.mission, delivery.task
        log.warning("events_left_out", mission=keys.mission, task=delivery.task, count=count)
        runtime.domain.events.left_behind(*ids, delivery.at, count)
    for event in events:
        taken = runtime.domain.events.offer(keys.team, keys.mission, delivery.task, event)
        log.info(
            "event_offered",
            mission=keys.mission,
            task=delivery.task,
            source=event.source.value,
            event_id=event.id,
            verdict=taken.verdict.value,
            reason=taken.reason.value if taken.reason else None,
        )


def _delivery(keys: MissionKeys, text: str) -> Delivery | None:
    try:
        return Delivery.load(text)
    except ValueError as error:
        log.warning("delivery_unreadable", mission=keys.mission, error=type(error).__name__)
        return None


def _wanted(runtime: Runtime, keys: MissionKeys, task: TaskId) -> tuple[str, ...]:
    """The fields that the rule looks at or hands on."""
    store = runtime.domain.store
    mission = store.mission(keys.team, keys.mission)
    plan = store.blueprint(keys.team, keys.mission, mission.version) if mission else None
    found = plan.task(task) if plan else None
    trigger = found.trigger if found else None
    return fields_of(trigger) if isinstance(trigger, EventTrigger) else ()
