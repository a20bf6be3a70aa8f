"""Puts what happens in a channel into the inboxes of the Missions that wait for it [B6]."""

from __future__ import annotations

import structlog

from bot.edge.context import Edge
from bot.edge.noticed import Noticed
from missions.hooks import Target, heard_in
from missions.inbox import INBOX_MAX
from missions.payloads import Delivery
from missions.tx import Lost

log = structlog.get_logger("bot.edge")


def take_notice(edge: Edge, happened: Noticed) -> None:
    """Store it for each rule on such things in that channel; an event delivered twice is one."""
    domain = edge.domain
    rules = heard_in(domain.store, edge.team, happened.channel)
    for rule in rules:
        if rule.source is happened.source:
            _put(edge, rule, happened)


def _put(edge: Edge, rule: Target, happened: Noticed) -> None:
    domain = edge.domain
    if int(domain.redis.llen(rule.keys.inbox)) >= INBOX_MAX:
        log.warning("inbox_full", mission=rule.mission, event_id=happened.id)
        ids = rule.team, rule.mission, rule.task
        domain.events.left_behind(*ids, domain.clock.now(), 1)
        return
    delivery = Delivery(
        task=rule.task,
        source=rule.source,
        at=domain.clock.now(),
        body=happened.body,
        id=happened.id,
    )
    try:
        domain.inboxes.prepare(rule.keys, delivery).commit()
    except Lost as lost:
        log.info("nobody_waits", mission=rule.mission, guard=lost.guard)
        return
    log.info("noticed", mission=rule.mission, source=rule.source.value, event_id=happened.id)
    domain.bell.events(rule.team, rule.mission)
