"""How a Mission's runs went in a stretch of time: all are counted, so none is forgotten [C8]."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from agent.desk import Desk
from agent.tools.facts import when_words
from missions.execution import Execution, Status
from missions.mission import Mission
from missions.phrases import say
from missions.sources import Fact, Source

LOOKED_THROUGH = 1_000
"""Records that are looked through: as many as are kept by default."""
NAMED = 10
"""Runs that were not all good and are named each, the latest first; the counts hold all."""


def stretch_facts(
    desk: Desk, mission: Mission, begin: datetime, end: datetime | None
) -> tuple[Fact, ...]:
    """The runs that began from `begin` up to `end`, or until now: how many, how they ended, and
    which of them were bad.
    """
    all_runs = desk.reader.executions(desk.viewer, mission.id, limit=LOOKED_THROUGH)
    runs = [r for r in all_runs if begin <= r.started_at and (end is None or r.started_at < end)]
    counts = Counter(map(outcome_word, runs))
    each = say("comma").join(f"{n} {what}" for what, n in counts.most_common())
    count = say("runs-counted", len(runs), said=each) if runs else f"• {say('runs-0')}"
    first, last = when_words(begin, desk), when_words(end or desk.now, desk)
    head = say("runs-between", mission=mission.name, first=first, last=last)
    bad = [r for r in runs if is_bad(r)]
    return (
        Fact(text=head, source=Source(mission=mission.id)),
        Fact(text=count),
        *(
            Fact(
                text=f"• {when_words(run.started_at, desk)}: {outcome_word(run)}",
                source=Source(mission=mission.id, execution=run.id),
            )
            for run in bad[:NAMED]
        ),
    )


def outcome_word(run: Execution) -> str:
    """How a run ended, in a word or two."""
    if run.status is Status.SUCCESS:
        return say(f"word-{run.finding.value.replace('_', '-') if run.finding else 'notes'}")
    return run.status.value.lower()


def is_bad(run: Execution) -> bool:
    """Whether it failed or found something."""
    return run.status is Status.FAILED or (run.finding is not None and run.finding.rank > 0)
