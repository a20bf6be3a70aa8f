"""The Slack app's manifest (`app_manifest.yml`), and which scope each of our calls needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

PATH: Final = Path(__file__).parents[1] / "app_manifest.yml"

METHOD_SCOPES: Final[dict[str, frozenset[str]]] = {
    "agents.sessions.setStatus": frozenset({"chat:write"}),
    "assistant.threads.setStatus": frozenset({"assistant:write", "chat:write"}),
    "assistant.threads.setSuggestedPrompts": frozenset({"assistant:write"}),
    "auth.teams.list": frozenset(),
    "auth.test": frozenset(),
    "chat.appendStream": frozenset({"chat:write"}),
    "chat.delete": frozenset({"chat:write"}),
    "chat.getPermalink": frozenset(),
    "chat.postEphemeral": frozenset({"chat:write"}),
    "chat.postMessage": frozenset({"chat:write"}),
    "chat.startStream": frozenset({"chat:write"}),
    "chat.stopStream": frozenset({"chat:write"}),
    "chat.update": frozenset({"chat:write"}),
    "conversations.history": frozenset(
        {"channels:history", "groups:history", "im:history", "mpim:history"}
    ),
    "conversations.info": frozenset({"channels:read", "groups:read", "im:read", "mpim:read"}),
    "conversations.members": frozenset({"channels:read", "groups:read", "im:read", "mpim:read"}),
    "conversations.open": frozenset({"im:write"}),
    "conversations.replies": frozenset(
        {"channels:history", "groups:history", "im:history", "mpim:history"}
    ),
    "users.conversations": frozenset({"channels:read", "groups:read", "im:read", "mpim:read"}),
    "files.completeUploadExternal": frozenset({"files:write"}),
    "files.delete": frozenset({"files:write"}),
    "files.getUploadURLExternal": frozenset({"files:write"}),
    "files.info": frozenset({"files:read"}),
    "users.info": frozenset({"users:read"}),
    "views.open": frozenset(),
    "views.push": frozenset(),
    "views.publish": frozenset(),
    "views.update": frozenset(),
}
"""Every method that `bot.client` calls, with the scopes that it needs in all kinds of channels."""

EVENT_SCOPES: Final[dict[str, str | None]] = {
    "agent_session_stopped": "chat:write",
    "app_context_changed": "assistant:write",
    "app_home_opened": None,
    "app_mention": "app_mentions:read",
    "app_uninstalled": None,
    "channel_archive": "channels:read",
    "channel_deleted": "channels:read",
    "channel_id_changed": None,
    "channel_left": "channels:read",
    "channel_rename": "channels:read",
    "channel_unarchive": "channels:read",
    "group_archive": "groups:read",
    "group_deleted": "groups:read",
    "group_left": "groups:read",
    "group_rename": "groups:read",
    "group_unarchive": "groups:read",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "reaction_added": "reactions:read",
    "tokens_revoked": None,
    "user_change": "users:read",
}
"""Every event that the edge hears, with the scope that it needs; see `bot.edge.viewing` for that of
the context."""


def load(path: Path = PATH) -> dict[str, Any]:
    """The manifest as Slack is given it."""
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def scopes(manifest: dict[str, Any]) -> frozenset[str]:
    """The bot scopes that the manifest asks for."""
    return frozenset(manifest["oauth_config"]["scopes"]["bot"])


def needed_scopes() -> frozenset[str]:
    """The bot scopes without which something that we do fails."""
    called = frozenset(scope for each in METHOD_SCOPES.values() for scope in each)
    heard = frozenset(scope for scope in EVENT_SCOPES.values() if scope)
    return called | heard | {"commands"}
