"""assistant.* and agents.*: what the app says of its work, and the prompts it offers."""

from bot import limits
from bot.workspace.args import Args, invalid
from bot.workspace.config import Json
from bot.workspace.errors import SlackError
from bot.workspace.hub import Workspace
from bot.workspace.registry import method, need

_SESSIONS = ("active", "processing", "suspended", "closed")


def _thread(ws: Workspace, args: Args) -> tuple[Json, str]:
    channel = ws.world.for_bot(args.text("channel_id"))
    if not ws.world.is_member(channel["id"], ws.identity.bot_user_id):
        raise SlackError("not_in_channel")
    thread_ts = args.text("thread_ts")
    if ws.storage.message(channel["id"], thread_ts) is None:
        raise SlackError("invalid_thread_ts")
    return channel, thread_ts


@method("assistant.threads.setStatus")
async def set_status(ws: Workspace, args: Args) -> Json:
    """Show words such as "is looking" in a thread; empty words clear them."""
    if not ws.manifest.allows("assistant:write"):
        need(ws, "chat:write")
    channel, thread_ts = _thread(ws, args)
    loading = args.json("loading_messages") or []
    too_long = any(len(str(one)) > limits.LOADING_MESSAGE for one in loading)
    if len(loading) > limits.LOADING_MESSAGES or too_long:
        raise invalid("loading_messages are too many or too long")
    status = str(args.values.get("status") or "")
    ws.set_status(channel, thread_ts, status=status, loading_messages=loading)
    return {}


@method("agents.sessions.setStatus", "chat:write")
async def set_session(ws: Workspace, args: Args) -> Json:
    """Set the state of an agent session; `processing` shows a Stop button."""
    status = args.text("status")
    if status not in _SESSIONS:
        raise invalid(f"must be one of: {', '.join(_SESSIONS)}")
    if len(args.maybe("title") or "") > limits.SESSION_TITLE:
        raise invalid("title is too long")
    if not args.given("thread_ts"):
        raise SlackError("thread_ts_required")
    channel, thread_ts = _thread(ws, args)
    ws.set_status(channel, thread_ts, session=status, status="")
    if status == "processing" and not ws.manifest.hears("agent_session_stopped"):
        return {"warning": "missing_agent_session_stopped_event_subscription"}
    return {}


@method("assistant.threads.setSuggestedPrompts", "assistant:write")
async def set_prompts(ws: Workspace, args: Args) -> Json:
    """Offer up to four prompts at the top of the app's messages."""
    channel = ws.world.for_bot(args.text("channel_id"))
    prompts = args.dicts("prompts") or []
    complete = all(one.get("title") and one.get("message") for one in prompts)
    if not 1 <= len(prompts) <= limits.SUGGESTED_PROMPTS or not complete:
        raise invalid("1 to 4 prompts, each with title and message")
    ws.prompts[channel["id"]] = prompts
    ws.tell("state", channel)
    return {}


@method("assistant.threads.setTitle", "assistant:write")
async def set_title(ws: Workspace, args: Args) -> Json:
    """Name a thread with the app."""
    args.text("title")
    _thread(ws, args)
    return {}
