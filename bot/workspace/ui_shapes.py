"""What the page is shown: the workspace, channels and messages as one person sees them."""

from typing import Any

from bot.workspace import streaming
from bot.workspace.config import Json
from bot.workspace.hub import Workspace
from bot.workspace.seed import TEAM_NAME

_SHOWN_MESSAGES = 500
_OWN_NAME = {"USLACKBOT": TEAM_NAME}


def state(ws: Workspace, user: str) -> Json:
    """Everything around the messages."""
    everyone = ws.world.people()
    bot = next(one for one in everyone if one["is_bot"])
    listed = [one for one in ws.world.channels() if _listed(ws, one, user)]
    dm = next((one["id"] for one in listed if one["is_im"]), "")
    return {
        "team": {"id": ws.identity.team_id, "name": TEAM_NAME},
        "me": user,
        "people": [_person(one) for one in everyone if not one["is_bot"] and not one["deleted"]],
        "bot": {"id": bot["id"], "name": bot["real_name"]},
        "channels": [_channel(ws, one, user) for one in listed],
        "commands": [
            {key: one.get(key, "") for key in ("command", "description", "usage_hint")}
            for one in ws.manifest.commands
        ],
        "shortcuts": list(ws.manifest.shortcuts),
        "prompts": ws.prompts.get(dm) or list(ws.manifest.prompts),
        "demo": ws.demo.as_json(),
        "misbehave": ws.misbehaviour.as_json(),
    }


def _person(person: Json) -> Json:
    shown = {key: person[key] for key in ("id", "name", "real_name", "tz", "is_admin")}
    shown["locale"] = person.get("locale", "en-US")
    return {**shown, "is_guest": person["is_restricted"], "color": f"#{person['color']}"}


def _listed(ws: Workspace, channel: Json, user: str) -> bool:
    if channel["is_archived"]:
        return False
    return channel["user"] == user if channel["is_im"] else ws.world.can_see(channel, user)


def _channel(ws: Workspace, channel: Json, user: str) -> Json:
    member = ws.world.is_member(channel["id"], user)
    return {
        "id": channel["id"],
        "name": channel["name"],
        "is_private": channel["is_private"],
        "is_im": channel["is_im"],
        "is_member": member,
        "im_user": ws.identity.bot_user_id if channel["is_im"] else None,
        "topic": channel["topic"],
        "unread": ws.world.unread(channel["id"], user) if member else 0,
    }


def messages(ws: Workspace, channel: Json, user: str, thread_ts: str | None) -> list[Json]:
    """A channel's root messages or a thread, with what only this person sees."""
    hidden = ws.ephemerals.get((channel["id"], user), [])
    if thread_ts is None:
        found = ws.storage.newest_roots(channel["id"], _SHOWN_MESSAGES)
        found += [one for one in hidden if not one.get("thread_ts")]
    else:
        root = ws.storage.message(channel["id"], thread_ts)
        found = ([root] if root else []) + ws.storage.replies(channel["id"], thread_ts)
        found += [one for one in hidden if one.get("thread_ts") == thread_ts]
    names = {one["id"]: one["real_name"] for one in ws.world.people()} | _OWN_NAME
    shown = [_message(ws, channel, user, one, names) for one in found]
    return sorted(shown, key=lambda one: str(one["ts"]))


def hidden_messages(ws: Workspace, channel: Json, user: str) -> list[Json]:
    """All that only this person sees in a channel, in threads or not."""
    names = {one["id"]: one["real_name"] for one in ws.world.people()} | _OWN_NAME
    shown = ws.ephemerals.get((channel["id"], user), [])
    return [_message(ws, channel, user, one, names) for one in shown]


def _message(ws: Workspace, channel: Json, user: str, message: Json, names: dict[str, str]) -> Json:
    return {
        "ts": message["ts"],
        "thread_ts": message.get("thread_ts"),
        "user": message["user"],
        "bot": message["user"] == ws.identity.bot_user_id,
        "name": names.get(message["user"], message["user"]),
        "text": message.get("text", ""),
        "subtype": message.get("subtype"),
        "blocks": visible(message.get("blocks", []), user),
        "edited": bool(message.get("edited")),
        "reply_count": message.get("reply_count", 0),
        "latest_reply": message.get("latest_reply"),
        "reactions": message.get("reactions", []),
        "files": message.get("files", []),
        "stream": streaming.state_of(ws, message),
        "ephemeral": bool(message.get("is_ephemeral")),
        "status": ws.status(channel["id"], message["ts"]).shown,
    }


def visible(value: Any, user: str) -> Any:
    """Blocks with addresses for files, without buttons that other people are meant to press."""
    if isinstance(value, list):
        return [visible(one, user) for one in value if _for(one, user)]
    if isinstance(value, dict):
        shown = {key: visible(one, user) for key, one in value.items() if _for(one, user)}
        file = shown.get("slack_file")
        if isinstance(file, dict) and "id" in file:
            shown["slack_file"] = {**file, "url": f"/files/{file['id']}"}
        return shown
    return value


def _for(value: Any, user: str) -> bool:
    return not isinstance(value, dict) or user in value.get("visible_to_user_ids", (user,))
