"""Instants that a tool is given on the person's clock."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from agent.desk import Desk
from agent.triggers import OperationRefused
from missions.cron import CronError, local_instant
from missions.phrases import say


def past_instant(desk: Desk, local: str | None) -> datetime | None:
    """The instant of a local date and time that may lie in the past; None if none was said.

    Raises `OperationRefused` for what is no date and time.
    """
    if local is None:
        return None
    try:
        naive = datetime.fromisoformat(local)
        return naive if naive.tzinfo else local_instant(naive, ZoneInfo(desk.zone))
    except (ValueError, CronError):
        raise OperationRefused(say("say-date-time")) from None
