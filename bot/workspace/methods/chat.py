"""chat.*: posting, changing and deleting messages."""

from bot import limits
from bot.block_rules import validate_message
from bot.workspace import streaming, talk
from bot.workspace.args import Args
from bot.workspace.config import Json
from bot.workspace.errors import SlackError
from bot.workspace.hub import Workspace
from bot.workspace.registry import method
from bot.workspace.shown_files import refused_files


def content(ws: Workspace, args: Args, current: Json | None = None) -> Json:
    """Text and blocks of a message, refused as Slack refuses them.

    With `current`, the message that is changed, what is not given stays as it is.
    """
    text, blocks = args.maybe("text"), args.dicts("blocks", "invalid_blocks_format")
    if args.given("attachments"):
        raise SlackError("invalid_attachments")
    if args.given("markdown_text"):
        if text or blocks:
            raise SlackError("markdown_text_conflict")
        blocks = [{"type": "markdown", "text": args.text("markdown_text")}]
    if not text and not blocks:
        raise SlackError("no_text")
    if current is None:
        text = text[: limits.MESSAGE_TEXT] if text else text
    elif text and len(text) > limits.UPDATE_TEXT:
        raise SlackError("msg_too_long")
    refuse_blocks(ws, blocks or [], text)
    if current is None:
        return {"text": text or "", "blocks": blocks}
    given: Json = {"text": text if text is not None else current.get("text", "")}
    return given if blocks is None else {**given, "blocks": blocks or None}


def refuse_blocks(ws: Workspace, blocks: list[Json], text: str | None) -> None:
    """Raise what Slack answers to these blocks, if it does not take them."""
    problems = validate_message(blocks, text or ("-" if not blocks else None))
    shown = [f"{one.message} [json-pointer:{one.pointer}]" for one in problems]
    shown += refused_files(ws, blocks)
    if not shown:
        return
    metadata = {"messages": [f"[ERROR] {line}" for line in shown]}
    codes = [one.code for one in problems]
    code = next((code for code in codes if code != "invalid_blocks"), "invalid_blocks")
    raise SlackError(code, errors=shown, response_metadata=metadata)


def writable(ws: Workspace, args: Args) -> Json:
    """The channel of a call, if the bot may write there."""
    channel = ws.world.for_bot(args.text("channel"))
    member = ws.world.is_member(channel["id"], ws.identity.bot_user_id)
    public = ws.manifest.scopes is not None and ws.manifest.allows("chat:write.public")
    if not member and not public:
        raise SlackError("not_in_channel")
    if channel["is_archived"]:
        raise SlackError("is_archived")
    return channel


def _thread(ws: Workspace, channel: Json, args: Args) -> str | None:
    thread_ts = args.maybe("thread_ts")
    if thread_ts is None:
        return None
    root = ws.storage.message(channel["id"], thread_ts)
    if root is None:
        raise SlackError("thread_not_found")
    return str(root.get("thread_ts") or thread_ts)


@method("chat.postMessage", "chat:write")
async def post_message(ws: Workspace, args: Args) -> Json:
    """Post as the bot."""
    channel = writable(ws, args)
    fields = content(ws, args) | {"thread_ts": _thread(ws, channel, args)}
    if args.given("metadata"):
        fields["metadata"] = args.object("metadata")
    if args.flag("reply_broadcast"):
        fields["subtype"] = "thread_broadcast"
    message = talk.post(ws, channel, ws.identity.bot_user_id, fields)
    return {"channel": channel["id"], "ts": message["ts"], "message": message}


@method("chat.postEphemeral", "chat:write")
async def post_ephemeral(ws: Workspace, args: Args) -> Json:
    """Post to one person's eyes."""
    channel = writable(ws, args)
    user = args.text("user")
    ws.world.person(user)
    if not ws.world.is_member(channel["id"], user):
        raise SlackError("user_not_in_channel")
    fields = content(ws, args) | {"thread_ts": args.maybe("thread_ts")}
    return {"message_ts": talk.whisper(ws, channel, user, fields)}


def _own(ws: Workspace, channel: Json, args: Args, refusal: str) -> Json:
    message = ws.world.message(channel["id"], args.text("ts"))
    if message["user"] != ws.identity.bot_user_id or message.get("subtype") == "channel_join":
        raise SlackError(refusal)
    return message


@method("chat.update", "chat:write")
async def update(ws: Workspace, args: Args) -> Json:
    """Change a message of the bot."""
    channel = writable(ws, args)
    message = _own(ws, channel, args, "cant_update_message")
    if streaming.state_of(ws, message) == streaming.LIVE:
        raise SlackError("streaming_state_conflict")
    changes = {**content(ws, args, message), "stream": None}
    if args.given("metadata"):
        changes["metadata"] = args.object("metadata")
    changed = talk.edit(ws, channel, message, changes)
    shown = {"channel": channel["id"], "ts": message["ts"], "text": changed.get("text", "")}
    return {**shown, "message": changed}


@method("chat.delete", "chat:write")
async def delete(ws: Workspace, args: Args) -> Json:
    """Delete a message of the bot."""
    channel = ws.world.for_bot(args.text("channel"))
    message = _own(ws, channel, args, "cant_delete_message")
    if channel["is_archived"]:
        raise SlackError("is_archived")
    talk.delete(ws, channel, message)
    return {"channel": channel["id"], "ts": message["ts"]}


@method("chat.getPermalink")
async def permalink(ws: Workspace, args: Args) -> Json:
    """The address of a message."""
    channel = ws.world.for_bot(args.text("channel"))
    ts = args.text("message_ts")
    message = ws.world.message(channel["id"], ts)
    link = f"{ws.base_url}/archives/{channel['id']}/p{ts.replace('.', '')}"
    if message.get("thread_ts") not in (None, ts):
        link += f"?thread_ts={message['thread_ts']}&cid={channel['id']}"
    return {"channel": channel["id"], "permalink": link}
