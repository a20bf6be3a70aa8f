"""Tokens that expire: renewed once, whoever notices; a failure is no matter while the old holds."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from redis import Redis
from slack_sdk.errors import SlackApiError, SlackTokenRotationError
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.token_rotation import TokenRotator

from bot.oauth.installations import Grant, RedisInstallationStore, installation_of
from bot.oauth.tokens import EARLY_SECONDS, Tokens
from bot.oauth.vault import Vault
from bot.slack_errors import TokenRefused, Unreachable
from missions.ids import PersonId, TeamId
from missions.keys import TeamKeys
from missions.leaving import Leaving
from missions.store import Store

TEAM = TeamId("T1")
NOW = 1_800_000_000.0
KEYS = [b"k" * 32]


class Rotator(TokenRotator):
    """Slack's answer to a refresh token; each counts once."""

    def __init__(self) -> None:
        self.used: list[str] = []
        self.failure: Exception | None = None
        self.seconds = 0.0

    def perform_bot_token_rotation(
        self, *, bot: Bot, minutes_before_expiration: int = 120
    ) -> Bot | None:
        self.used.append(str(bot.bot_refresh_token))
        time.sleep(self.seconds)
        if self.failure:
            raise self.failure
        made = Bot(**bot.to_dict_for_copying())
        made.bot_token = f"xoxb-{len(self.used)}"
        made.bot_refresh_token = f"xoxe-{len(self.used)}"
        made.bot_token_expires_at = int(NOW) + 43_200
        return made


def grant(**changes: Any) -> Grant:
    made = Grant(
        team=TEAM,
        bot_token="xoxb-0",
        bot_user=PersonId("UBOT"),
        bot_id="B1",
        url="https://one.slack.com/",
        name="One",
        by=PersonId("U1"),
        installed_at=NOW,
        workspace="T1",
        refresh_token="xoxe-0",
        expires_at=int(NOW) + 60,
    )
    return made.model_copy(update=changes)


@pytest.fixture
def store(redis: Redis) -> RedisInstallationStore:
    return RedisInstallationStore(redis, Vault(KEYS))


@pytest.fixture
def rotator() -> Rotator:
    return Rotator()


@pytest.fixture
def tokens(redis: Redis, store: RedisInstallationStore, rotator: Rotator) -> Tokens:
    return Tokens(store, redis, rotator, lambda: NOW)


def api_error(code: str, status: int = 200) -> SlackTokenRotationError:
    class Answer(dict[str, Any]):
        status_code = status
        data: dict[str, Any] = {"ok": False, "error": code}

    return SlackTokenRotationError(SlackApiError("refused", Answer()))


@pytest.mark.parametrize("over", [False, True])
def test_eight_that_notice_at_once_make_one_renewal(
    redis: Redis, store: RedisInstallationStore, rotator: Rotator, *, over: bool
) -> None:
    """[L4] Each with a client and a store of its own, as processes have."""
    store.keep(grant(expires_at=int(NOW) - 5 if over else int(NOW) + 60))
    rotator.seconds = 0.2
    start = threading.Barrier(8)

    def call(_: int) -> str:
        own = RedisInstallationStore(redis, Vault(KEYS))
        one = Tokens(own, redis, rotator, lambda: NOW)
        start.wait()
        return one.token(TEAM)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(call, range(8)))
    assert rotator.used == ["xoxe-0"]
    assert set(found) <= ({"xoxb-1"} if over else {"xoxb-0", "xoxb-1"})
    assert "xoxb-1" in found
    kept = store.read(TEAM)
    assert kept
    assert (kept.grant.bot_token, kept.grant.refresh_token) == ("xoxb-1", "xoxe-1")
    assert not redis.exists(TeamKeys(TEAM).renewal)


def test_a_token_with_time_left_is_used_as_it_is(
    store: RedisInstallationStore, tokens: Tokens, rotator: Rotator
) -> None:
    store.keep(grant(expires_at=int(NOW) + EARLY_SECONDS + 1))
    assert tokens.token(TEAM) == "xoxb-0"
    store.keep(grant(expires_at=None, refresh_token=None))
    assert tokens.token(TEAM) == "xoxb-0"
    assert rotator.used == []


def test_a_token_that_slack_calls_expired_is_renewed_once(
    store: RedisInstallationStore, tokens: Tokens, rotator: Rotator
) -> None:
    """[L4] The one who hears of it later finds the new one."""
    store.keep(grant(expires_at=int(NOW) + 40_000))
    assert tokens.token(TEAM, "xoxb-0") == "xoxb-1"
    assert tokens.token(TEAM, "xoxb-0") == "xoxb-1"
    assert rotator.used == ["xoxe-0"]


@pytest.mark.parametrize("code", ["invalid_refresh_token", "token_revoked", "bad_client_secret"])
def test_a_refusal_is_marked_and_the_old_token_used_to_its_end(
    redis: Redis, store: RedisInstallationStore, rotator: Rotator, code: str
) -> None:
    """[L3] And Slack is not asked again with every call."""
    now = [NOW]
    tokens = Tokens(store, redis, rotator, lambda: now[0])
    store.keep(grant())
    rotator.failure = api_error(code)
    assert tokens.token(TEAM) == "xoxb-0"
    assert tokens.token(TEAM) == "xoxb-0"
    assert len(rotator.used) == 1
    assert store.stale() == {TEAM: code}
    now[0] += 61
    with pytest.raises(TokenRefused, match=code):
        tokens.token(TEAM)
    store.keep(grant(bot_token="xoxb-new", expires_at=int(NOW) + 40_000))
    assert tokens.token(TEAM) == "xoxb-new"
    assert store.stale() == {}


@pytest.mark.parametrize(
    "failure", [ConnectionRefusedError(), api_error("ratelimited", 429), api_error("?", 503)]
)
def test_a_slack_that_does_not_answer_is_asked_again(
    store: RedisInstallationStore, tokens: Tokens, rotator: Rotator, failure: Exception
) -> None:
    store.keep(grant())
    rotator.failure = failure
    assert tokens.token(TEAM) == "xoxb-0"
    store.keep(grant(expires_at=int(NOW) - 1))
    with pytest.raises(Unreachable):
        tokens.token(TEAM)
    assert store.stale() == {}
    rotator.failure = None
    assert tokens.token(TEAM) == "xoxb-3"


def test_a_renewal_never_brings_an_installation_back(
    redis: Redis, store: RedisInstallationStore, tokens: Tokens, rotator: Rotator
) -> None:
    """[M6] It was removed while Slack was asked."""
    store.keep(grant(expires_at=int(NOW) - 1))
    rotator.seconds = 0.2
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(tokens.token, TEAM)
        while not rotator.used:
            time.sleep(0.005)
        Leaving(Store(redis)).left(TEAM)
        with pytest.raises(Unreachable):
            call.result()
    assert store.read(TEAM) is None
    assert store.teams() == {}
    with pytest.raises(TokenRefused, match="not installed"):
        tokens.token(TEAM)


def test_a_lock_whose_holder_died_ends_by_itself(
    redis: Redis, store: RedisInstallationStore, tokens: Tokens
) -> None:
    store.keep(grant(expires_at=int(NOW) - 1))
    redis.set(TeamKeys(TEAM).renewal, "somebody", px=300)
    assert tokens.token(TEAM) == "xoxb-1"


def test_the_sdk_finds_what_it_saved(store: RedisInstallationStore) -> None:
    """[L5] The interface of `slack_sdk.oauth`, for workspaces and organisations."""
    store.save(installation_of(grant()))
    org = grant(team=TeamId("E1"), workspace=None, enterprise="E1", is_org=True)
    store.save(installation_of(org))
    bot = store.find_bot(enterprise_id="E1", team_id="T1")
    assert bot
    assert bot.bot_token == "xoxb-0"
    found = store.find_installation(enterprise_id="E1", team_id="T9", is_enterprise_install=True)
    assert found
    assert found.is_enterprise_install
    assert store.find_bot(enterprise_id="E1", team_id="T9") is None
    assert set(store.teams()) == {"T1", "E1"}
    store.delete_all(enterprise_id=None, team_id="T1")
    assert set(store.teams()) == {"E1"}
    assert store.find_bot(enterprise_id=None, team_id="T1") is None


def test_a_key_can_be_exchanged(redis: Redis, store: RedisInstallationStore) -> None:
    """[P7]"""
    store.keep(grant())
    new = RedisInstallationStore(redis, Vault([b"n" * 32, *KEYS]))
    assert new.seal_anew() == 1
    assert new.seal_anew() == 0
    only = RedisInstallationStore(redis, Vault([b"n" * 32])).read(TEAM)
    assert only
    assert only.grant == grant()
    assert store.read(TEAM) is None, "the old key alone opens it no more"


def test_a_record_copied_to_another_workspace_is_not_read(
    redis: Redis, store: RedisInstallationStore
) -> None:
    """[P7 P1]"""
    store.keep(grant())
    redis.copy(TeamKeys(TEAM).installation, TeamKeys(TeamId("T2")).installation)
    assert store.read(TeamId("T2")) is None
