"""The drawn month as a file in Slack that a dialog can show; uploaded once while nothing changes.

It is shared nowhere: only who sees the dialog sees it [P1]. It is remembered before any dialog
shows it, so that a delete removes it [M6].
"""

from __future__ import annotations

import hashlib
import time
from typing import Final

import structlog

from bot.blocks.calendar import MonthFacts
from bot.client import SlackClient
from bot.edge.context import Edge
from bot.pictures.month import draw_month
from bot.slack_errors import FileGone, SlackFailure
from missions.mission import Mission
from missions.phrases import spoken
from missions.pictures import Pictures
from missions.tx import Lost
from missions.words import month_in_words

LOOKS: Final = 8
LOOK_SECONDS: Final = 0.4
"""How often, and how far apart, it is asked whether Slack has looked into the file."""

log = structlog.get_logger("bot.edge")


def picture_of(edge: Edge, facts: MonthFacts) -> str | None:
    """Slack's id of the file; None if Slack does not take one now."""
    data = draw_month(facts)
    mission, digest = facts.mission, hashlib.sha256(data).hexdigest()[:12]
    name = f"{mission.id}-{facts.first:%Y-%m}-{digest}.png"
    place = f"{facts.first:%Y-%m}-{facts.zone}-{spoken()}"
    kept = Pictures(edge.domain.store)
    before = kept.find(mission, place)
    try:
        if before and _is(edge.client, before, name):
            return before
        url, file = edge.client.begin_file(name, len(data))
        kept.keep(mission, place, file, before)
        edge.client.send_bytes(url, data)
        edge.client.finish_file(file, month_in_words(facts.first))
        if before:
            _remove(edge, mission, before)
        return file if _shows(edge.client, file) else None
    except SlackFailure as failure:
        log.info("no_picture", mission=mission.id, code=failure.code)
    except Lost as race:  # what was not finished vanishes by itself
        log.info("picture_not_kept", mission=mission.id, guard=race.guard)
    return None


def _is(client: SlackClient, file: str, name: str) -> bool:
    """Whether a file is there, and is this very picture."""
    try:
        found = client.file_info(file)
    except FileGone:
        return False
    return found.get("name") == name and bool(found.get("mimetype"))


def _shows(client: SlackClient, file: str) -> bool:
    """Wait until Slack knows what the file is: before that, it refuses blocks with it."""
    for _ in range(LOOKS):
        if client.file_info(file).get("mimetype"):
            return True
        time.sleep(LOOK_SECONDS)
    return False


def _remove(edge: Edge, mission: Mission, file: str) -> None:
    """The picture before this one; what Slack keeps goes with the Mission."""
    try:
        edge.client.delete_file(file)
    except FileGone:
        return
    except SlackFailure as failure:
        log.info("picture_stays", mission=mission.id, code=failure.code)
        Pictures(edge.domain.store).keep_replaced(mission, file)
