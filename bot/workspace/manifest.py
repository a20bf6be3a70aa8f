"""What the app may do here, read from its manifest."""

from dataclasses import dataclass, field
from pathlib import Path

import yaml

from bot.workspace.config import Json

# What an event needs beside its subscription; Slack sends the others without any scope.
_EVENT_SCOPES = {
    "app_context_changed": "assistant:write",
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "channel_archive": "channels:read",
    "channel_unarchive": "channels:read",
    "channel_rename": "channels:read",
    "group_archive": "groups:read",
    "group_unarchive": "groups:read",
    "group_rename": "groups:read",
    "channel_deleted": "channels:read",
    "channel_left": "channels:read",
    "group_deleted": "groups:read",
    "group_left": "groups:read",
    "user_change": "users:read",
    "agent_session_stopped": "chat:write",
}
_DEFAULT_COMMANDS = (
    {"command": "/mission", "description": "Missions", "usage_hint": "list", "should_escape": True},
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """Scopes, subscriptions, commands, shortcuts and prompts; None means everything is granted."""

    name: str = "Houston"
    scopes: frozenset[str] | None = None
    events: frozenset[str] | None = None
    interactive: bool = True
    commands: tuple[Json, ...] = _DEFAULT_COMMANDS
    shortcuts: tuple[Json, ...] = ()
    prompts: tuple[Json, ...] = field(default=())

    def allows(self, *scopes: str) -> bool:
        """Whether every one of these scopes is granted."""
        return self.scopes is None or self.scopes.issuperset(scopes)

    def hears(self, event: str) -> bool:
        """Whether the app subscribed to this event and has the scope for it."""
        scope = _EVENT_SCOPES.get(event)
        subscribed = self.events is None or event in self.events
        return subscribed and (scope is None or self.allows(scope))

    def command(self, name: str) -> Json | None:
        """The declaration of a slash command, if it is there and the scope granted."""
        if not self.allows("commands"):
            return None
        return next((one for one in self.commands if one["command"] == name), None)


def load_manifest(path: Path | None) -> Manifest:
    """Read a manifest (YAML or JSON, version 2); without a path everything is granted."""
    if path is None:
        return Manifest()
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    features = document.get("features", {})
    settings = document.get("settings", {})
    scopes = document.get("oauth_config", {}).get("scopes", {})
    bot_user = features.get("bot_user", {})
    return Manifest(
        name=bot_user.get("display_name") or document["display_information"]["name"],
        scopes=frozenset(scopes.get("bot", ())),
        events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", ())),
        interactive=bool(settings.get("interactivity", {}).get("is_enabled")),
        commands=tuple(features.get("slash_commands", ())),
        shortcuts=tuple(features.get("shortcuts", ())),
        prompts=tuple(features.get("agent_view", {}).get("suggested_prompts", ())),
    )
