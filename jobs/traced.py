"""The span that a job was rung in: its id travels with the job, beside the ids it is about."""

from __future__ import annotations

from rq import get_current_job

from missions.tracing import CARRIED, carrier


def to_carry() -> dict[str, str] | None:
    """What a job that is rung now is to carry; None if nobody collects spans."""
    found = carrier()
    return {CARRIED: found} if found else None


def rung_in() -> str:
    """What the job of this process carries; "" if nothing."""
    job = get_current_job()
    return str(job.meta.get(CARRIED, "")) if job else ""
