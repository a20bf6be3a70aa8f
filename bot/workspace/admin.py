"""What an owner of the workspace does: members, channels and people come, change and go."""

from bot.workspace import events, talk
from bot.workspace.config import Json
from bot.workspace.errors import SlackError
from bot.workspace.hub import Workspace
from bot.workspace.identity import new_id
from bot.workspace.methods.users import shown_user
from bot.workspace.seed import machine_zone, move_in, person, user_id


async def administer(ws: Workspace, body: Json) -> Json:
    """One operation; `op` names it. Raises SlackError for one that is unknown or impossible."""
    actor = str(body.get("as") or user_id("ada"))
    match str(body.get("op")):
        case "create":
            return _create(ws, actor, body)
        case "join" | "invite":
            inviter = actor if str(body["op"]) == "invite" else ""
            talk.join(ws, _channel(ws, body), str(body.get("user") or actor), inviter)
        case "leave" | "kick":
            talk.leave(ws, _channel(ws, body), str(body.get("user") or actor))
        case "archive" | "unarchive" as kind:
            _changed(ws, body, {"is_archived": kind == "archive"}, f"channel_{kind}", actor)
        case "convert":
            return _converted(ws, body, actor)
        case "delete":
            channel = _channel(ws, body)
            events.channel_event(ws, channel, "channel_deleted", actor)
            ws.storage.delete_channel(channel["id"])
            ws.tell("state")
        case "uninstall" | "install" as kind:
            ws.revoked = kind == "uninstall"
            if ws.revoked:
                ws.grants.revoke_all()
                events.uninstalled(ws)
        case "approve":
            return {"code": ws.grants.approve(str(body["redirect_uri"]))}
        case "rotate":
            ws.grants.rotation = int(body["seconds"]) if body.get("seconds") else None
        case "expire":
            ws.grants.expire()
        case "renewals":
            return {"count": ws.grants.renewals}
        case "rename":
            _changed(ws, body, {"name": str(body["name"])}, "channel_rename", actor)
        case "hire":
            name = str(body["name"])
            who = person(name, name.title(), machine_zone(), _COLOR)
            move_in(ws.storage, ws.identity, who, ws.config.clock())
            ws.tell("state")
        case "person":
            changes = {key: body[key] for key in _OF_A_PERSON if key in body}
            changed = ws.world.person(str(body.get("user"))) | changes
            ws.storage.save_person(changed)
            if changed["deleted"]:
                _leave_all(ws, changed["id"])
            events.user_change(ws, shown_user(ws, changed))
            ws.tell("state")
        case _:
            raise SlackError("unknown_operation")
    return {"ok": True}


_COLOR = "3f7cac"
_OF_A_PERSON = ("tz", "locale", "real_name", "deleted")


def _leave_all(ws: Workspace, user: str) -> None:
    """End all memberships without events, as a deactivation does; the direct messages stay."""
    for channel in ws.world.channels():
        if not channel["is_im"]:
            ws.storage.remove_member(channel["id"], user)


def _channel(ws: Workspace, body: Json) -> Json:
    return ws.world.channel(str(body.get("channel")))


def _changed(ws: Workspace, body: Json, changes: Json, kind: str, actor: str) -> None:
    channel = _channel(ws, body) | changes
    ws.storage.save_channel(channel)
    events.channel_event(ws, channel, kind, actor)
    ws.tell("state")


def _converted(ws: Workspace, body: Json, actor: str) -> Json:
    """A public channel becomes private, or the other way; with `new_id` under another id."""
    old = _channel(ws, body)
    channel = old | {"is_private": bool(body.get("is_private", True))}
    if body.get("new_id"):
        channel["id"] = new_id("C")
        ws.storage.change_channel_id(channel, old["id"])
        events.channel_id_changed(ws, old["id"], channel["id"])
    else:
        ws.storage.save_channel(channel)
    kind = "channel_convert_to_private" if channel["is_private"] else "channel_convert_to_public"
    talk.post(ws, channel, actor, {"subtype": kind, "text": "converted this channel"})
    ws.tell("state")
    return {"channel": channel["id"]}


def _create(ws: Workspace, actor: str, body: Json) -> Json:
    name = str(body["name"])
    if any(one["name"] == name for one in ws.world.channels()):
        raise SlackError("name_taken")
    channel: Json = {"id": new_id("C"), "name": name, "is_im": False, "is_archived": False}
    channel |= {"is_private": bool(body.get("is_private")), "topic": ""}
    channel |= {"created": int(ws.config.clock()), "creator": actor}
    ws.storage.save_channel(channel)
    ws.storage.add_member(channel["id"], actor)
    ws.tell("state")
    return {"channel": channel["id"]}
