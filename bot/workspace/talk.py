"""Saying things in channels: what is stored, sent to the app and shown on pages."""

from bot.workspace import events
from bot.workspace.config import Json
from bot.workspace.dialogs import with_ids
from bot.workspace.hub import Workspace

_HIDDEN_KEPT = 200  # ephemeral messages of one person in one channel
_EARLIER_KEPT = 20  # what a message showed before its latest edits


def post(ws: Workspace, channel: Json, user: str, fields: Json) -> Json:
    """A new message of a person or the bot; `fields` holds text, blocks, thread_ts and the like."""
    ts = ws.world.next_ts()
    message: Json = {"type": "message", "user": user, "ts": ts, "team": ws.identity.team_id}
    message |= {key: value for key, value in fields.items() if value not in (None, [])}
    if "blocks" in message:
        message["blocks"] = with_ids(message["blocks"])
    root = ws.storage.message(channel["id"], message.get("thread_ts", ""))
    if root is not None:
        message["parent_user_id"] = root["user"]
    if user == ws.identity.bot_user_id:
        message |= events.bot_fields(ws)
        _clear_status(ws, channel, str(fields.get("thread_ts") or ""))
    ws.world.add_message(channel["id"], message)
    events.message_posted(ws, channel, message)
    thread_ts = message.get("thread_ts")
    ws.tell("message", channel, ts=ts, thread_ts=thread_ts)
    if thread_ts and thread_ts != ts:
        ws.tell("update", channel, ts=thread_ts, thread_ts=thread_ts)
    return message


def edit(ws: Workspace, channel: Json, message: Json, changes: Json) -> Json:
    """A changed message; None removes a field."""
    changed = {**message, **changes}
    changed = {key: value for key, value in changed.items() if value is not None}
    if changes.get("blocks") is not None:
        changed["blocks"] = with_ids(changes["blocks"])
    earlier = ws.outdated.setdefault((channel["id"], message["ts"]), [])
    earlier.append(message.get("blocks", []))
    del earlier[:-_EARLIER_KEPT]
    changed["edited"] = {"user": message["user"], "ts": ws.world.next_ts()}
    ws.world.change_message(channel["id"], changed)
    events.message_changed(ws, channel, changed, message)
    ws.tell("update", channel, ts=message["ts"], thread_ts=message.get("thread_ts"))
    return changed


def streamed(ws: Workspace, channel: Json, message: Json) -> None:
    """Tell the app that a message which grew is complete."""
    events.message_changed(ws, channel, message, message)


def delete(ws: Workspace, channel: Json, message: Json) -> None:
    """Remove a message."""
    ws.world.remove_message(channel["id"], message)
    events.message_deleted(ws, channel, message)
    ws.tell("delete", channel, ts=message["ts"], thread_ts=message.get("thread_ts"))


def whisper(ws: Workspace, channel: Json, user: str, fields: Json, sender: str = "") -> str:
    """A message that only one person sees, until the workspace stops; its timestamp."""
    ts = ws.world.next_ts()
    message: Json = {"type": "message", "user": sender or ws.identity.bot_user_id, "ts": ts}
    message |= {key: value for key, value in fields.items() if value not in (None, [])}
    message["is_ephemeral"] = True
    if "blocks" in message:
        message["blocks"] = with_ids(message["blocks"])
    hidden = ws.ephemerals.setdefault((channel["id"], user), [])
    hidden.append(message)
    del hidden[:-_HIDDEN_KEPT]
    thread_ts = message.get("thread_ts")
    ws.tell_person(user, "ephemeral", channel=channel["id"], ts=ts, thread_ts=thread_ts)
    return ts


def warn(ws: Workspace, channel: Json, user: str, text: str) -> None:
    """A word of the workspace itself to one person."""
    whisper(ws, channel, user, {"text": text}, sender="USLACKBOT")


def react(ws: Workspace, channel: Json, message: Json, user: str, name: str, add: bool) -> bool:
    """Add or take back a reaction; False when there was nothing to do."""
    reactions: list[Json] = [dict(one) for one in message.get("reactions", [])]
    found = next((one for one in reactions if one["name"] == name), None)
    users = list(found["users"]) if found else []
    if (user in users) == add:
        return False
    users = [*users, user] if add else [one for one in users if one != user]
    reactions = [one for one in reactions if one["name"] != name]
    if users:
        reactions.append({"name": name, "users": users, "count": len(users)})
    changed = {**message, "reactions": reactions}
    ws.world.change_message(channel["id"], changed)
    events.reaction(ws, channel, message, user, name, add)
    ws.tell("update", channel, ts=message["ts"], thread_ts=message.get("thread_ts"))
    return True


def join(ws: Workspace, channel: Json, user: str, inviter: str = "") -> None:
    """Make someone a member, and say so, and who invited them."""
    if ws.world.is_member(channel["id"], user):
        return
    ws.storage.add_member(channel["id"], user)
    text = f"<@{user}> has joined the channel"
    post(ws, channel, user, {"subtype": "channel_join", "text": text})
    events.membership(ws, channel, user, joined=True, inviter=inviter)
    ws.tell("state")


def leave(ws: Workspace, channel: Json, user: str) -> None:
    """End a membership."""
    if not ws.world.is_member(channel["id"], user):
        return
    ws.storage.remove_member(channel["id"], user)
    events.membership(ws, channel, user, joined=False)
    ws.tell("state")


def _clear_status(ws: Workspace, channel: Json, thread_ts: str) -> None:
    if (channel["id"], thread_ts) in ws.statuses:
        ws.set_status(channel, thread_ts, status="", loading_messages=[])
