"""What a clock that was ahead set to end: it ends as long after now as it was to [M3 M9 M10 R1].

A pause or a mute of an hour that began by a clock a year ahead would hold for that year once the
clock is set back.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, TypeVar

from missions import keys as k
from missions.ids import TaskId
from missions.keys import MissionKeys
from missions.mission import Change, Mission, Mute, Pause
from missions.onshow import write_redraw
from missions.pausing import WHOLE
from missions.recorded import kept
from missions.resuming import write_resumed_at
from missions.saving import write_change, write_mission
from missions.taskstate import PAUSE, field
from missions.tx import Transaction

SKEW: Final = timedelta(hours=1)
"""By how much clocks of machines may differ at the most: what began later than that began by one
that was ahead."""

T = TypeVar("T", Pause, Mute)


def brought_back(what: T | None, now: datetime) -> T | None:
    """The same from now on, for as long as it was to be; None if it did not begin ahead."""
    if what is None or what.until is None or what.at <= now + SKEW:
        return None
    return what.model_copy(update={"at": now, "until": now + (what.until - what.at)})


def write_mission_brought_back(
    tx: Transaction, keys: MissionKeys, mission: Mission, now: datetime
) -> bool:
    """Have the transaction bring back a Mission's pause and mute; False if neither was ahead."""
    pause, mute = brought_back(mission.pause, now), brought_back(mission.mute, now)
    if pause:
        write_resumed_at(tx, k.member(keys.team, keys.mission, WHOLE), pause.until)
        _write_log(tx, keys, pause, now)
    if mute:
        _write_log(tx, keys, mute, now)
    if pause or mute:
        write_mission(tx, keys, mission, pause=pause or mission.pause, mute=mute or mission.mute)
    return bool(pause or mute)


def write_task_brought_back(
    tx: Transaction, keys: MissionKeys, task: TaskId, before: Pause, now: datetime
) -> bool:
    """The same for the pause of a Task alone."""
    pause = brought_back(before, now)
    if pause:
        tx.require_field("paused", keys.tasks, field(task, PAUSE), before.stored())
        tx.hset(keys.tasks, {field(task, PAUSE): pause.dump()})
        write_resumed_at(tx, k.member(keys.team, keys.mission, task), pause.until)
        _write_log(tx, keys, pause, now)
        write_redraw(tx, keys)
    return pause is not None


def _write_log(tx: Transaction, keys: MissionKeys, what: Pause | Mute, now: datetime) -> None:
    end = what.until.isoformat(timespec="minutes") if what.until else ""
    said = kept("rec-until", end=end)
    write_change(tx, keys, Change(at=now, what=kept("log-clock-back"), after=said))
