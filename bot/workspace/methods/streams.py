"""chat.startStream, appendStream, stopStream: a message that grows while the app works."""

from typing import Final

from bot import limits
from bot.workspace import streaming, talk
from bot.workspace.args import Args, invalid
from bot.workspace.config import Json
from bot.workspace.errors import SlackError
from bot.workspace.hub import Workspace
from bot.workspace.methods.chat import refuse_blocks, writable
from bot.workspace.registry import method

_SESSIONS: Final = ("active", "processing", "suspended", "closed")


def _chunks(args: Args) -> tuple[list[Json], bool]:
    """The chunks of a call, and whether they came as plain Markdown."""
    text = args.maybe("markdown_text")
    return streaming.chunks_of(args.json("chunks", "invalid_chunks"), text), text is not None


def _recipient(ws: Workspace, channel: Json, args: Args) -> None:
    """Outside direct messages Slack wants to know for whom it streams: a person."""
    for name in () if channel["is_im"] else ("recipient_user_id", "recipient_team_id"):
        if not args.given(name):
            raise SlackError(f"missing_{name}")
    user = args.maybe("recipient_user_id")
    if user and ws.world.person(user)["is_bot"]:
        raise SlackError("user_not_found")
    if args.given("recipient_team_id") and args.text("recipient_team_id") != ws.identity.team_id:
        raise SlackError("team_not_found")


@method("chat.startStream", "chat:write")
async def start(ws: Workspace, args: Args) -> Json:
    """Begin a message in a thread; its session is processing from now on."""
    channel = writable(ws, args)
    thread_ts = args.text("thread_ts")
    if ws.storage.message(channel["id"], thread_ts) is None:
        raise SlackError("thread_not_found")
    _recipient(ws, channel, args)
    mode = args.maybe("task_display_mode") or "timeline"
    if mode not in streaming.MODES:
        raise invalid("must be one of: timeline, plan")
    chunks, as_text = _chunks(args)
    empty = {"state": streaming.LIVE, "mode": mode, "title": "", "text": "", "tasks": []}
    stream = streaming.grown({**empty, "as_text": None}, chunks, as_text=as_text)
    message = streaming.begin(ws, channel, thread_ts, stream)
    ws.set_status(channel, thread_ts, session="processing", status="")
    return {"channel": channel["id"], "ts": message["ts"]}


def _streamed(ws: Workspace, args: Args) -> tuple[Json, Json, Json]:
    """Channel, message and stream of a call about one that still grows."""
    channel = ws.world.for_bot(args.text("channel"))
    message = ws.world.message(channel["id"], args.text("ts"))
    if message["user"] != ws.identity.bot_user_id:
        raise SlackError("message_not_owned_by_app")
    return channel, message, streaming.require_live(ws, message)


@method("chat.appendStream", "chat:write")
async def append(ws: Workspace, args: Args) -> Json:
    """Add to a message that grows."""
    channel, message, stream = _streamed(ws, args)
    chunks, as_text = _chunks(args)
    if not chunks:
        raise SlackError("no_text")
    grown = streaming.grown(stream, chunks, as_text=as_text)
    streaming.change(ws, channel, message, grown, [])
    return {"channel": channel["id"], "ts": message["ts"]}


@method("chat.stopStream", "chat:write")
async def stop(ws: Workspace, args: Args) -> Json:
    """End a message that grows; blocks go below what was streamed."""
    channel, message, stream = _streamed(ws, args)
    session = args.maybe("session_status") or "active"
    if session not in _SESSIONS:
        raise invalid(f"must be one of: {', '.join(_SESSIONS)}")
    chunks, as_text = _chunks(args)
    blocks = args.dicts("blocks", "invalid_blocks_format") or []
    if len(blocks) > limits.MESSAGE_BLOCKS:
        raise SlackError("msg_blocks_too_many")
    refuse_blocks(ws, blocks, "-")
    grown = streaming.grown(stream, chunks, as_text=as_text)
    ended = {**grown, "state": streaming.DONE}
    changed = streaming.change(ws, channel, message, ended, blocks)
    talk.streamed(ws, channel, changed)
    thread_ts = str(message.get("thread_ts") or message["ts"])
    ws.set_status(channel, thread_ts, session=session, status="")
    return {"channel": channel["id"], "ts": message["ts"], "message": changed}
