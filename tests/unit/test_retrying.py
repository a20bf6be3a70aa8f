"""A verb that lost a race reads again, after a pause that keeps rivals apart [X2]."""

from __future__ import annotations

import pytest

from missions.errors import StorageUnavailable
from missions.tx import RACE_SECONDS_MOST, RACES, Lost, retrying


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The longest that each pause may be; none is made."""
    made: list[float] = []
    monkeypatch.setattr("missions.tx.random.uniform", lambda _, most: most)
    monkeypatch.setattr("missions.tx.time.sleep", made.append)
    return made


def test_each_lost_race_makes_the_pause_longer_up_to_a_bound(pauses: list[float]) -> None:
    """[X2] Thirty runs that end at once would lose to each other again and again."""
    left = iter(range(RACES - 1))

    def attempt() -> str:
        if next(left, None) is not None:
            raise Lost("rev")
        return "done"

    assert retrying(attempt) == "done"
    assert len(pauses) == RACES - 1
    assert pauses == sorted(pauses)
    assert 0 < pauses[1] < pauses[-1] <= RACE_SECONDS_MOST


def test_who_always_loses_is_told_so(pauses: list[float]) -> None:
    """[X2] After so many tries; a guard that is final ends it at once."""

    def attempt() -> str:
        raise Lost("rev")

    with pytest.raises(StorageUnavailable):
        retrying(attempt)
    assert len(pauses) == RACES
    with pytest.raises(Lost):
        retrying(attempt, "rev")
    assert len(pauses) == RACES
