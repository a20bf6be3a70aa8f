"""Looks at the tokens, and at their scopes against the manifest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.client import SlackClient
from bot.doctor.installations import look_at_installations
from bot.doctor.result import Result
from bot.manifest import load, needed_scopes, scopes
from bot.settings import Settings
from bot.slack_errors import SlackFailure, TokenRefused

SECONDS: Final = 5
"""How long Slack may take."""
_INSTALL: Final = "Take the Bot User OAuth Token anew from “Install App” of the Slack app."


def look_at_slack(settings: Settings) -> Iterator[Result]:
    """The bot's token, its scopes, and the way in which Slack reaches Houston."""
    if settings.several:
        yield from look_at_installations(settings)
        yield _secret(settings) if settings.called else _app_token(settings)
        return
    if settings.slack_bot_token is None:
        yield Result("Slack", "no tokens are set: `houston up` serves the local workspace")
        return
    client = SlackClient(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    try:
        granted = client.check_token()
        who = client.identity
    except TokenRefused as failure:
        yield Result("Slack", f"SLACK_BOT_TOKEN is refused ({failure.code})", _INSTALL)
        return
    except SlackFailure as failure:
        cure = f"See whether this machine reaches {settings.slack_api_url}, and try again."
        yield Result("Slack", f"Slack does not answer {failure.code}", cure)
        return
    yield Result("Slack", f"SLACK_BOT_TOKEN works in workspace {who.team}")
    yield _scopes(granted)
    yield _secret(settings) if settings.called else _app_token(settings)


def _scopes(granted: frozenset[str]) -> Result:
    if not granted:
        return Result("scopes", "Slack did not say which ones the token has")
    missing = sorted((needed_scopes() | scopes(load())) - granted)
    if missing:
        cure = "Put app_manifest.yml into the app's settings, and install the app again."
        return Result("scopes", f"the token lacks {', '.join(missing)}", cure)
    return Result("scopes", f"all {len(scopes(load()))} of app_manifest.yml are there")


def _secret(settings: Settings) -> Result:
    secret = settings.slack_signing_secret
    text = secret.get_secret_value() if secret else ""
    if len(text) != 32 or not all(c in "0123456789abcdef" for c in text):
        cure = "Copy the Signing Secret from “Basic Information”; it has 32 characters 0-9 a-f."
        return Result("HTTP mode", "SLACK_SIGNING_SECRET does not look like one", cure)
    port = settings.http_port
    return Result("HTTP mode", f"Slack is expected on port {port} at /slack/events")


def _app_token(settings: Settings) -> Result:
    token = settings.slack_app_token
    text = token.get_secret_value() if token else ""
    web = WebClient(base_url=settings.slack_api_url, timeout=SECONDS, retry_handlers=[])
    try:
        web.apps_connections_open(app_token=text)
    except SlackApiError as error:
        code = str(error.response.get("error", "?"))
        cure = (
            "Make an App-Level Token with the scope connections:write under “Basic Information”, "
            "and turn Socket Mode on."
        )
        return Result("Socket Mode", f"SLACK_APP_TOKEN is refused ({code})", cure)
    except (OSError, SlackClientError) as error:
        cure = f"See whether this machine reaches {settings.slack_api_url}, and try again."
        return Result("Socket Mode", f"Slack does not answer ({type(error).__name__})", cure)
    return Result("Socket Mode", "SLACK_APP_TOKEN works")
