"""States of begun installations: signed, for ten minutes, used once by whichever process [P6]."""

from __future__ import annotations

import pytest
from redis import Redis

from bot.oauth.states import AHEAD_MS, ANY, KEPT_MS, States
from bot.oauth.vault import Vault
from tests.support.fakes import ManualClock

KEY, NEW = b"k" * 32, b"n" * 32
TEAM = "T0SHOP"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def states(redis: Redis, clock: ManualClock) -> States:
    return States(Vault([KEY]), redis, clock.now)


def test_a_state_tells_for_whom_it_was_begun(states: States) -> None:
    assert states.read(states.begin(None)) == ANY
    assert states.read(states.begin(TEAM)) == TEAM
    assert states.begin(TEAM) != states.begin(TEAM)


def test_a_state_that_somebody_made_or_changed_holds_nowhere(states: States, redis: Redis) -> None:
    """[P6] Neither another workspace, nor another time, nor another Houston's signature."""
    state = states.begin(TEAM)
    head, began, team, signature = state.split(".")
    later = str(int(began) + 1)
    wrong = [
        ".".join((head, began, "T0OTHER", signature)),
        ".".join((head, later, team, signature)),
        ".".join((head, began, team, "0" * 64)),
        ".".join((head, began, team, "ü")),
        ".".join((head, began, team)),
        f"{state}.",
        "",
        "...",
        States(Vault([NEW]), redis, ManualClock().now).begin(TEAM),
    ]
    assert [states.read(one) for one in wrong] == [None] * len(wrong)
    assert states.read(state) == TEAM


def test_a_state_holds_for_ten_minutes(states: States, clock: ManualClock) -> None:
    state = states.begin(None)
    clock.advance(milliseconds=KEPT_MS - 1)
    assert states.read(state) == ANY
    clock.advance(milliseconds=1)
    assert states.read(state) is None


def test_a_state_from_the_future_is_none(states: States, clock: ManualClock) -> None:
    """But the clocks of two processes may differ a little."""
    state = states.begin(None)
    clock.advance(milliseconds=-AHEAD_MS)
    assert states.read(state) == ANY
    clock.advance(milliseconds=-1)
    assert states.read(state) is None


def test_a_state_is_used_once_by_whichever_process(
    states: States, redis: Redis, clock: ManualClock
) -> None:
    """[P6] And what says so is kept for as long as the state could come back."""
    other = States(Vault([KEY]), redis, clock.now)
    state = states.begin(None)
    assert states.use(state)
    assert not other.use(state)
    (kept,) = redis.scan_iter("houston:oauth:*")
    assert KEPT_MS < redis.pttl(kept) <= KEPT_MS + AHEAD_MS
    assert state not in kept


def test_a_state_holds_while_keys_are_exchanged(
    states: States, redis: Redis, clock: ManualClock
) -> None:
    """[P7] Signed with the old key, read where a new one stands in front."""
    both = States(Vault([NEW, KEY]), redis, clock.now)
    assert both.read(states.begin(TEAM)) == TEAM
    assert states.read(both.begin(TEAM)) is None
