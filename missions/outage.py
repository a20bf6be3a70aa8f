"""What was missed while nobody looked, gathered per channel until it is told in one notice [S4]."""

from __future__ import annotations

import json

from missions import keys as k
from missions.ids import TaskId
from missions.keys import TeamKeys
from missions.mission import Mission
from missions.schedule import Missed
from missions.tx import Transaction


def gathered_in(team: TeamKeys, mission: Mission, task: TaskId) -> tuple[str, str]:
    """The hash and the field in which a Task's missed occurrences are gathered."""
    return team.outage(mission.channel), k.member(mission.id, task)


def write_gathered(
    tx: Transaction,
    before: str | None,
    mission: Mission,
    task: TaskId,
    missed: Missed,
    *,
    made_up: bool,
    untaken: bool = False,
) -> None:
    """Have the transaction that notes missed occurrences gather them for the notice.

    `before` is what was gathered of the Task until now. `made_up` says that the latest of them is
    run now; `untaken` that they were put up, and no worker took them.
    """
    key, name = gathered_in(tx.team, mission, task)
    gathered = json.loads(before) if before else {}
    value = {
        "count": missed.count + gathered.get("count", 0),
        "since": gathered.get("since") or missed.first.isoformat(),
        "made_up": made_up,
        "untaken": missed.count * untaken + gathered.get("untaken", 0),
    }
    tx.require_field("outage", key, name, before)
    tx.hset(key, {name: json.dumps(value)})
    tx.sadd(k.OUTAGES, k.member(mission.team, mission.channel))
