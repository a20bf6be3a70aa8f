"""Who the workspace and its app are: ids and random secrets, kept over restarts."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from bot.workspace.storage import Storage

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"


def new_id(prefix: str) -> str:
    """An id as Slack makes them: a letter for the kind, then ten random ones."""
    return prefix + "".join(secrets.choice(_LETTERS) for _ in range(10))


@dataclass(frozen=True, slots=True)
class Identity:
    """The ids of team, app and bot, and the secrets that open them."""

    team_id: str
    app_id: str
    bot_id: str
    bot_user_id: str
    bot_token: str
    app_token: str
    signing_secret: str
    client_id: str
    client_secret: str
    verification_token: str
    page_key: str


def load_identity(storage: Storage, app: Mapping[str, str] | None = None) -> Identity:
    """The identity in this storage, made once; `app` is what it shares with other workspaces."""
    for key, value in (app or {}).items():
        storage.set_meta(key, value)

    def kept(key: str, value: str) -> str:
        found = storage.meta(key)
        if found is None:
            storage.set_meta(key, value)
        return found or value

    return Identity(
        team_id=kept("team_id", new_id("T")),
        app_id=kept("app_id", new_id("A")),
        bot_id=kept("bot_id", new_id("B")),
        bot_user_id=kept("bot_user_id", new_id("U")),
        bot_token=kept("bot_token", f"xoxb-local-{secrets.token_hex(16)}"),
        app_token=kept("app_token", f"xapp-1-local-{secrets.token_hex(16)}"),
        signing_secret=kept("signing_secret", secrets.token_hex(16)),
        client_id=kept("client_id", f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}"),
        client_secret=kept("client_secret", secrets.token_hex(16)),
        verification_token=kept("verification_token", secrets.token_urlsafe(18)),
        page_key=kept("page_key", secrets.token_urlsafe(24)),
    )
