"""Events in exactly the shapes that Slack sends them."""

from bot.workspace.config import Json
from bot.workspace.hub import Workspace
from bot.workspace.world import channel_type

_SUBSCRIPTIONS = {"im": "message.im", "group": "message.groups", "channel": "message.channels"}


def bot_fields(ws: Workspace) -> Json:
    """What a message of the bot carries beside its user."""
    identity = ws.identity
    profile: Json = {"id": identity.bot_id, "app_id": identity.app_id, "name": ws.manifest.name}
    profile |= {"deleted": False, "team_id": identity.team_id}
    return {"bot_id": identity.bot_id, "app_id": identity.app_id, "bot_profile": profile}


def _send_message(ws: Workspace, channel: Json, event: Json) -> None:
    kind = channel_type(channel)
    event |= {"channel": channel["id"], "channel_type": kind}
    ws.emit(event, channel, _SUBSCRIPTIONS[kind])


def app_context(channel: str) -> Json:
    """What stands in a direct message to the app of the channel that its author looks at."""
    return {"entities": [{"type": "slack#/types/channel_id", "value": channel}]}


def message_posted(ws: Workspace, channel: Json, message: Json) -> None:
    """A message event, and app_mention beside it when a person names the bot."""
    _send_message(ws, channel, {**message, "event_ts": message["ts"]})
    named = f"<@{ws.identity.bot_user_id}" in message.get("text", "")
    by_person = message["user"] != ws.identity.bot_user_id and "subtype" not in message
    if named and by_person and not channel["is_im"]:
        mention = {**message, "type": "app_mention", "event_ts": message["ts"]}
        ws.emit({**mention, "channel": channel["id"]}, channel)


def message_changed(ws: Workspace, channel: Json, message: Json, previous: Json) -> None:
    """A message was edited."""
    ts = ws.world.next_ts()
    event = {"type": "message", "subtype": "message_changed", "hidden": True, "ts": ts}
    event |= {"message": message, "previous_message": previous, "event_ts": ts}
    _send_message(ws, channel, event)


def message_deleted(ws: Workspace, channel: Json, message: Json) -> None:
    """A message was removed."""
    ts = ws.world.next_ts()
    event = {"type": "message", "subtype": "message_deleted", "hidden": True, "ts": ts}
    event |= {"deleted_ts": message["ts"], "previous_message": message, "event_ts": ts}
    _send_message(ws, channel, event)


def reaction(
    ws: Workspace, channel: Json, message: Json, user: str, name: str, added: bool
) -> None:
    """A reaction was put on a message, or taken back."""
    item = {"type": "message", "channel": channel["id"], "ts": message["ts"]}
    event: Json = {"type": "reaction_added" if added else "reaction_removed", "user": user}
    event |= {"reaction": name, "item_user": message["user"], "item": item}
    ws.emit({**event, "event_ts": ws.world.next_ts()}, channel)


def membership(ws: Workspace, channel: Json, user: str, joined: bool, inviter: str = "") -> None:
    """Someone came or went. The bot is told of its own leaving, too."""
    kind = "G" if channel["is_private"] else "C"
    event = {"type": "member_joined_channel" if joined else "member_left_channel", "user": user}
    event |= {"channel": channel["id"], "channel_type": kind, "team": ws.identity.team_id}
    event |= {"inviter": inviter} if inviter else {}
    own = user == ws.identity.bot_user_id
    ws.emit({**event, "event_ts": ws.world.next_ts()}, None if own else channel)
    if own and not joined:
        left = "group_left" if channel["is_private"] else "channel_left"
        ws.emit({"type": left, "channel": channel["id"], "event_ts": ws.world.next_ts()})


def channel_event(ws: Workspace, channel: Json, kind: str, user: str) -> None:
    """A channel was archived, renamed, deleted or the like; private ones say group_."""
    name = kind.replace("channel_", "group_") if channel["is_private"] else kind
    event: Json = {"type": name, "event_ts": ws.world.next_ts()}
    if kind == "channel_rename":
        shown = {key: channel[key] for key in ("id", "name", "created")}
        event |= {"channel": shown}
    else:
        event |= {"channel": channel["id"], "user": user}
    ws.emit(event, channel)


def channel_id_changed(ws: Workspace, old: str, new: str) -> None:
    """A channel has another id now."""
    event = {"type": "channel_id_changed", "old_channel_id": old, "new_channel_id": new}
    ws.emit({**event, "event_ts": ws.world.next_ts()})


def uninstalled(ws: Workspace) -> None:
    """The app was removed from the workspace, and its tokens with it."""
    tokens = {"oauth": [], "bot": [ws.identity.bot_user_id]}
    ws.emit({"type": "tokens_revoked", "tokens": tokens, "event_ts": ws.world.next_ts()})
    ws.emit({"type": "app_uninstalled", "event_ts": ws.world.next_ts()})


def user_change(ws: Workspace, user: Json) -> None:
    """A person's record changed; `user` is as users.info shows it."""
    ts = ws.world.next_ts()
    ws.emit({"type": "user_change", "user": user, "cache_ts": int(float(ts)), "event_ts": ts})


def home_opened(ws: Workspace, user: str, tab: str, view: Json | None) -> None:
    """Someone opened the app's Home or Messages tab."""
    channel = ws.world.dm(user)
    event = {"type": "app_home_opened", "user": user, "channel": channel["id"], "tab": tab}
    if view is not None and tab == "home":
        event["view"] = view
    ws.emit({**event, "event_ts": ws.world.next_ts()})


def session_stopped(
    ws: Workspace, channel: Json, user: str, thread_ts: str, streams: list[str]
) -> None:
    """Someone pressed Stop on a working agent session; its streams have ended."""
    event = {"type": "agent_session_stopped", "channel": channel["id"], "user": user}
    event |= {"thread_ts": thread_ts, "streaming_message_ts": streams}
    ws.emit({**event, "event_ts": ws.world.next_ts()})
