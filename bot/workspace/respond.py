"""What the app posts to a `response_url`."""

import json

from aiohttp import web

from bot.workspace import talk
from bot.workspace.args import Args
from bot.workspace.config import Json
from bot.workspace.dialogs import with_ids
from bot.workspace.errors import SlackError
from bot.workspace.hub import Workspace
from bot.workspace.interact import say
from bot.workspace.methods.chat import content
from bot.workspace.triggers import ResponseAddress


async def respond(ws: Workspace, request: web.Request) -> web.Response:
    """Answer, replace or delete, as the body says."""
    try:
        body = json.loads(await request.text())
        address = ws.responses.use(request.match_info["key"])
        _apply(ws, address, body)
    except SlackError as refusal:
        status = 404 if refusal.code.endswith("_url") else 400
        answer = {"ok": False, "error": refusal.code, **refusal.extras}
        return web.json_response(answer, status=status)
    except ValueError:
        return web.json_response({"ok": False, "error": "invalid_json"}, status=400)
    return web.json_response({"ok": True})


def _apply(ws: Workspace, address: ResponseAddress, body: Json) -> None:
    channel = ws.world.channel(address.channel)
    changes = body.get("delete_original") or body.get("replace_original")
    if not changes or address.message_ts is None:
        say(ws, channel, address.user, body)
        return
    if address.ephemeral:
        _change_ephemeral(ws, channel, address, body)
        return
    message = ws.world.message(channel["id"], address.message_ts)
    if body.get("delete_original"):
        talk.delete(ws, channel, message)
    else:
        talk.edit(ws, channel, message, content(ws, Args(body), message))


def _change_ephemeral(ws: Workspace, channel: Json, address: ResponseAddress, body: Json) -> None:
    shown = ws.ephemerals.get((channel["id"], address.user), [])
    index = next((i for i, one in enumerate(shown) if one["ts"] == address.message_ts), None)
    if index is None:
        raise SlackError("message_not_found")
    if body.get("delete_original"):
        del shown[index]
        ws.tell_person(address.user, "delete", channel=channel["id"], ts=address.message_ts)
        return
    fields = content(ws, Args(body))
    fields["blocks"] = with_ids(fields["blocks"] or [])
    shown[index] = {**shown[index], **fields}
    ws.tell_person(address.user, "update", channel=channel["id"], ts=address.message_ts)
