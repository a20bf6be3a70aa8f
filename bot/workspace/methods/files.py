"""files.*: upload in three steps, look up, delete."""

import mimetypes
from pathlib import PurePosixPath

from aiohttp import web

from bot.workspace import talk
from bot.workspace.args import Args
from bot.workspace.config import Json
from bot.workspace.errors import SlackError
from bot.workspace.hub import Workspace
from bot.workspace.identity import new_id
from bot.workspace.methods.chat import refuse_blocks
from bot.workspace.registry import method
from bot.workspace.shown_files import is_processed

FINISHED = "hosted"
PROCESSED_AFTER = 0.3  # seconds; Slack: some, until when a file has no type and shows in no block
MAX_BYTES = 50_000_000  # ours, to keep the SQLite file small; Slack takes 1 GB


def _file(ws: Workspace, file_id: str) -> tuple[Json, bytes | None]:
    found = ws.storage.file(file_id)
    if found is None:
        raise SlackError("file_not_found")
    return found


@method("files.getUploadURLExternal", "files:write")
async def upload_url(ws: Workspace, args: Args) -> Json:
    """Where to send the bytes of a file."""
    name, length = args.text("filename"), args.number("length", 0, MAX_BYTES)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    file_id = new_id("F")
    link = f"{ws.base_url}/files/{file_id}/{PurePosixPath(name).name}"
    document: Json = {
        "id": file_id,
        "created": int(ws.config.clock()),
        "name": name,
        "title": name,
        "mimetype": kind,
        "filetype": PurePosixPath(name).suffix.lstrip("."),
        "user": ws.identity.bot_user_id,
        "size": length,
        "url_private": link,
        "url_private_download": link,
        "mode": "uploading",
        "channels": [],
        "shared": False,
    }
    ws.storage.save_file(document, None)
    return {"upload_url": f"{ws.base_url}/upload/{file_id}", "file_id": file_id}


async def receive(ws: Workspace, request: web.Request) -> web.Response:
    """Take the bytes of a file that was announced."""
    document, content = _file(ws, request.match_info["file"])
    if content is not None:
        raise SlackError("file_already_uploaded")
    if request.content_type == "multipart/form-data":
        form = await request.post()
        parts = [part for part in form.values() if isinstance(part, web.FileField)]
        body = parts[0].file.read() if parts else b""
    else:
        body = await request.read()
    if len(body) != document["size"]:
        return web.Response(status=400, text="The length is not the one announced.")
    ws.storage.save_file(document, body)
    return web.Response(text=f"OK - {len(body)}")


@method("files.completeUploadExternal", "files:write")
async def complete(ws: Workspace, args: Args) -> Json:
    """Finish an upload and share it in a channel if one is given."""
    documents = []
    for one in args.dicts("files") or []:
        document, content = _file(ws, str(one.get("id")))
        if content is None:
            raise SlackError("file_not_found")
        document["mode"] = FINISHED
        document["processed"] = ws.config.clock() + PROCESSED_AFTER
        document["title"] = one.get("title") or document["title"]
        documents.append(document)
    if not documents:
        raise SlackError("invalid_arguments")
    channel_id = args.maybe("channel_id") or args.maybe("channels")
    if channel_id is not None:
        _share(ws, channel_id, documents, args)
    for document in documents:
        ws.storage.save_file(document, None)
    return {"files": [_told(ws, document) for document in documents]}


def _share(ws: Workspace, channel_id: str, documents: list[Json], args: Args) -> None:
    channel = ws.world.for_bot(channel_id)
    if not ws.world.is_member(channel["id"], ws.identity.bot_user_id):
        raise SlackError("not_in_channel")
    if channel["is_archived"]:
        raise SlackError("is_archived")
    blocks = args.dicts("blocks", "invalid_blocks_format") or []
    refuse_blocks(ws, blocks, args.maybe("initial_comment"))
    for document in documents:
        document |= {"channels": [channel["id"]], "shared": True}
    fields: Json = {"subtype": "file_share", "files": [*map(_bare, documents)], "upload": True}
    fields |= {"text": args.maybe("initial_comment") or "", "blocks": blocks}
    fields["thread_ts"] = args.maybe("thread_ts")
    message = talk.post(ws, channel, ws.identity.bot_user_id, fields)
    share = {"ts": message["ts"], "channel_name": channel["name"]}
    if message.get("thread_ts"):
        share["thread_ts"] = message["thread_ts"]
    shares = {"private" if channel["is_private"] else "public": {channel["id"]: [share]}}
    for document in documents:
        document["shares"] = shares


@method("files.info", "files:read")
async def info(ws: Workspace, args: Args) -> Json:
    """What is known of a file; an upload that was not finished is none yet."""
    document, _ = _file(ws, args.text("file"))
    if document["mode"] != FINISHED:
        raise SlackError("file_not_found")
    return {"file": _told(ws, document), "comments": []}


def _told(ws: Workspace, document: Json) -> Json:
    """A file as Slack tells of it: what kind it is, only once it looked into it."""
    told = _bare(document)
    return told if is_processed(ws, document) else {**told, "mimetype": "", "filetype": ""}


def _bare(document: Json) -> Json:
    return {key: value for key, value in document.items() if key != "processed"}


@method("files.delete", "files:write")
async def delete(ws: Workspace, args: Args) -> Json:
    """Delete a file, also from the messages that share it."""
    document, _ = _file(ws, args.text("file"))
    ws.storage.delete_file(document["id"])
    for channel_id in document["channels"]:
        channel = ws.world.channel(channel_id)
        for places in document.get("shares", {}).values():
            for share in places.get(channel_id, ()):
                _unshare(ws, channel, share["ts"], document["id"])
    return {}


def _unshare(ws: Workspace, channel: Json, ts: str, file_id: str) -> None:
    message = ws.storage.message(channel["id"], ts)
    if message is None:
        return
    left = [one for one in message.get("files", ()) if one["id"] != file_id]
    if left or message.get("text"):
        talk.edit(ws, channel, message, {"files": left or None})
    else:
        talk.delete(ws, channel, message)


async def send(ws: Workspace, request: web.Request) -> web.Response:
    """A file's bytes, for the app with its token or for the page with its key."""
    document, content = _file(ws, request.match_info["file"])
    name = str(document["name"]).replace('"', "")
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return web.Response(body=content or b"", content_type=document["mimetype"], headers=headers)
