"""The index of pauses that end by themselves: whoever looks at an end may be late [M3 M9 M10].

While a sweep goes through the index a person can pause the same thing anew, with another end. That
end must stay: an entry is taken away only as it was before its pause was read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from missions import keys as k
from missions.ids import TeamId
from missions.store import Store
from missions.tx import Transaction


@dataclass(frozen=True)
class Resumption:
    """An entry of the index as it was read; `at` is None if there is none."""

    member: str
    at: float | None

    @classmethod
    def read(cls, store: Store, member: str) -> Resumption:
        """Read it before the pause itself: what changes in between shows in one of the two."""
        score = store.redis.zscore(k.RESUMES, member)
        return cls(member, None if score is None else float(score))

    def drop(self, store: Store, team: TeamId, now: datetime) -> None:
        """Take away an end that came but belongs to no pause; raises `Lost` if it changed."""
        if self.at is None or self.at > now.timestamp():
            return
        tx = store.team_tx(team).require_score("resume", k.RESUMES, self.member, self.at)
        tx.zrem(k.RESUMES, self.member).commit()


def write_resumed_at(tx: Transaction, member: str, until: datetime | None) -> None:
    """Have the transaction note when a pause ends, or that it does not end by itself."""
    if until:
        tx.zadd(k.RESUMES, member, until.timestamp())
    else:
        tx.zrem(k.RESUMES, member)
