"""What was missed while nobody looked, gathered per channel until it is told in one notice [S4]."""

from __future__ import annotations

import json

from missions import keys as k
from missions.ids import TaskId
from missions.mission import Mission
from missions.schedule import Missed
from missions.store import Store
from missions.tx import Transaction


def write_gathered(
    tx: Transaction,
    store: Store,
    mission: Mission,
    task: TaskId,
    missed: Missed,
    *,
    made_up: bool,
    untaken: bool = False,
) -> None:
    """Have the transaction that notes missed occurrences gather them for the notice.

    `made_up` says that the latest of them is run now; `untaken` that they were put up, and no
    worker took them.
    """
    key, name = tx.team.outage(mission.channel), k.member(mission.id, task)
    before = store.hget(key, name)
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
