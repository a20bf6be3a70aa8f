"""What the jobs of this package get besides the domain: the Slack client, set before the fork."""

from __future__ import annotations

from bot.client import SlackClient
from bot.settings import Settings

_installed: list[SlackClient] = []


class NotWired(Exception):
    """A job ran in a process that was not put together."""


def make_client(settings: Settings) -> SlackClient:
    """The client for the settings' token and address; Slack is not asked anything yet."""
    if settings.slack_bot_token is None:
        raise NotWired("SLACK_BOT_TOKEN is not set")
    return SlackClient(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)


def install(client: SlackClient) -> None:
    """Make the client known to the jobs of this process and of those forked from it."""
    _installed[:] = [client]


def client() -> SlackClient:
    """The installed client; raises `NotWired` if there is none."""
    if not _installed:
        raise NotWired("no Slack client was installed before the workers were forked")
    return _installed[0]
