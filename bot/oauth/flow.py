"""Installing: the way to Slack, back with a code, and the token that it stands for [L4 P7]."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Final
from urllib.error import URLError
from urllib.parse import quote, urlencode

import structlog
from redis.exceptions import RedisError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.oauth import AuthorizeUrlGenerator
from slack_sdk.oauth.installation_store import Installation

from bot.oauth import pages
from bot.oauth.installations import Grant, RedisInstallationStore, grant_of
from bot.oauth.pages import Page
from bot.oauth.states import ANY, States, same_browser
from missions.tx import Lost

INSTALL_PATH: Final = "/slack/install"
REDIRECT_PATH: Final = "/slack/oauth_redirect"
ASK_SECONDS: Final = 8
"""How long Slack may take for each of the two questions: a person waits."""

log = structlog.get_logger("bot.oauth")


@dataclass(frozen=True, slots=True)
class AppAtSlack:
    """The app as Slack knows it, and where it is reached; `public` has no slash at its end."""

    client_id: str
    client_secret: str
    scopes: tuple[str, ...]
    api_url: str
    public: str

    @property
    def redirect(self) -> str:
        """Where Slack sends people back to; it stands in the app's settings."""
        return f"{self.public}{REDIRECT_PATH}"

    @property
    def begin(self) -> str:
        """Where people begin."""
        return f"{self.public}{INSTALL_PATH}"

    @property
    def authorize(self) -> str:
        """Slack's page on which people say yes."""
        return f"{self.api_url.rstrip('/').removesuffix('/api')}/oauth/v2/authorize"


class SlackRefused(Exception):
    """Slack does not give a token; `code` is its word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SlackAway(Exception):
    """Slack does not answer; nothing is known."""


class Flow:
    """The two steps. Synchronous: called in threads."""

    def __init__(
        self, app: AppAtSlack, states: States, installations: RedisInstallationStore
    ) -> None:
        self._app = app
        self._states = states
        self._installations = installations
        quiet = logging.getLogger("bot.slack")
        quiet.setLevel(logging.CRITICAL)
        self._web = WebClient(
            base_url=app.api_url, timeout=ASK_SECONDS, retry_handlers=[], logger=quiet
        )

    def begin(self, team: str | None) -> tuple[Page, str]:
        """The first page, and the state that its browser is to keep; nobody is asked for it."""
        state = self._states.begin(team)
        maker = AuthorizeUrlGenerator(
            client_id=self._app.client_id,
            redirect_uri=quote(self._app.redirect, safe=""),
            scopes=self._app.scopes,
            authorization_url=self._app.authorize,
        )
        return pages.install(maker.generate(state, team)), state

    def finish(self, given: Mapping[str, str], cookie: str) -> Page:
        """What became of it; `given` is what Slack sent the browser back with."""
        begin, state = self._app.begin, given.get("state", "")
        try:
            wanted = self._states.read(state) if same_browser(state, cookie) else None
            if wanted and given.get("error"):
                log.info("install_denied", code=given["error"][:80])
                return pages.denied(begin)
            code = given.get("code", "")
            if wanted is None or not code or not self._states.use(state):
                log.info("install_state_refused")
                return pages.expired(begin)
            return self._keep(self._exchange(code), wanted)
        except SlackRefused as refusal:
            log.warning("install_refused", code=refusal.code)
            return pages.refused(refusal.code, begin)
        except (SlackAway, RedisError) as error:
            log.warning("install_not_finished", error=type(error).__name__)
            return pages.not_now(begin)

    def _keep(self, grant: Grant, wanted: str) -> Page:
        begin = self._app.begin
        if wanted not in (ANY, grant.team, grant.workspace):
            log.warning("install_elsewhere", team=grant.team)
            return pages.wrong_workspace(wanted, grant.name, f"{begin}?team={quote(wanted)}")
        again = self._installations.read(grant.team) is not None
        try:
            self._installations.keep(grant)
        except Lost:
            log.info("install_while_leaving", team=grant.team)
            return pages.still_clearing(begin)
        log.info("installed", team=grant.team, org=grant.is_org, again=again)
        return pages.installed(grant.name, again, _open(grant))

    def _exchange(self, code: str) -> Grant:
        """The token for a code; raises `SlackRefused` or `SlackAway`."""
        told = self._ask(
            lambda: self._web.oauth_v2_access(
                client_id=self._app.client_id,
                client_secret=self._app.client_secret,
                code=code,
                redirect_uri=self._app.redirect,
            )
        )
        token = str(told.get("access_token") or "")
        who = self._ask(lambda: self._web.auth_test(token=token))
        try:
            return grant_of(_installation(told, who))
        except ValueError:
            raise SlackRefused("no_bot_token") from None

    def _ask(self, call: Any) -> Mapping[str, Any]:
        try:
            found: Mapping[str, Any] = call().data
        except SlackApiError as error:
            raise SlackRefused(_code(error)) from None
        except (URLError, OSError, HTTPException, SlackClientError) as error:
            raise SlackAway(type(error).__name__) from None
        return found


def _installation(told: Mapping[str, Any], who: Mapping[str, Any]) -> Installation:
    """Slack's two answers as the SDK's installation; tokens of people are left out."""
    enterprise, team = told.get("enterprise") or {}, told.get("team") or {}
    return Installation(
        app_id=told.get("app_id"),
        enterprise_id=enterprise.get("id"),
        enterprise_name=enterprise.get("name"),
        team_id=team.get("id"),
        team_name=team.get("name"),
        bot_token=told.get("access_token"),
        bot_id=who.get("bot_id"),
        bot_user_id=told.get("bot_user_id") or who.get("user_id"),
        bot_scopes=str(told.get("scope") or ""),
        bot_refresh_token=told.get("refresh_token"),
        bot_token_expires_in=told.get("expires_in"),
        user_id=str((told.get("authed_user") or {}).get("id") or ""),
        is_enterprise_install=bool(told.get("is_enterprise_install")),
        custom_values={"url": who.get("url")},
    )


def _open(grant: Grant) -> str:
    """Where the app is found in Slack."""
    known = {"app": grant.app, "team": grant.workspace or ""}
    return f"https://slack.com/app_redirect?{urlencode({n: v for n, v in known.items() if v})}"


def _code(error: SlackApiError) -> str:
    """Slack's word; only what looks like one is shown to anybody."""
    data = getattr(error.response, "data", None)
    code = str(data.get("error") or "") if isinstance(data, dict) else ""
    if getattr(error.response, "status_code", 0) == 429 or not code:
        raise SlackAway("no answer") from None
    return code if code.replace("_", "").isalnum() and len(code) <= 80 else "unknown"
