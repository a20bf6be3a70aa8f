"""What the jobs of this package get besides the domain: Slack's clients, set before the fork."""

from __future__ import annotations

from redis import Redis

from bot.client import SlackClient
from bot.clients import Clients, InstalledClients, OneClient
from bot.oauth.installations import RedisInstallationStore
from bot.oauth.keys import read_keys
from bot.oauth.tokens import Tokens, make_rotator
from bot.oauth.vault import Vault
from bot.pace import Pace
from bot.settings import Settings
from missions.counting import Counting
from missions.ids import TeamId

_installed: list[Clients] = []


class NotWired(Exception):
    """A job ran in a process that was not put together."""


def make_clients(settings: Settings, redis: Redis) -> Clients:
    """The client for the settings' token and address; Slack is not asked anything yet.

    It keeps Slack's pace together with every other process on the same storage.
    """
    if settings.several:
        return make_installed(settings, redis)
    if settings.slack_bot_token is None:
        raise NotWired("SLACK_BOT_TOKEN is not set")
    token = settings.slack_bot_token.get_secret_value()
    return OneClient(SlackClient(token, settings.slack_api_url, Pace(redis), Counting(redis)))


def make_installed(settings: Settings, redis: Redis) -> InstalledClients:
    """The clients of all installations."""
    secret, keys = settings.slack_client_secret, settings.encryption_keys
    if settings.slack_client_id is None or secret is None or keys is None:
        raise NotWired("SLACK_CLIENT_ID, its secret or HOUSTON_ENCRYPTION_KEYS is not set")
    store = RedisInstallationStore(redis, Vault(read_keys(keys.get_secret_value())))
    url = settings.slack_api_url
    rotator = make_rotator(settings.slack_client_id, secret.get_secret_value(), url)
    return InstalledClients(store, Tokens(store, redis, rotator), url, redis)


def install(clients: Clients) -> None:
    """Make the clients known to the jobs of this process and of those forked from it."""
    _installed[:] = [clients]


def client(team: TeamId) -> SlackClient:
    """The workspace's client; raises `NotWired` if nothing was installed."""
    if not _installed:
        raise NotWired("no Slack client was installed before the workers were forked")
    return _installed[0].of(team)
