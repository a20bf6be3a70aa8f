"""What a streaming message holds, how it grows, and when it lives no more, as in Slack."""

from __future__ import annotations

from typing import Any, Final

from bot import limits
from bot.workspace import talk
from bot.workspace.config import Json
from bot.workspace.dialogs import with_ids
from bot.workspace.errors import SlackError
from bot.workspace.hub import Workspace

MODES: Final = ("timeline", "plan")
STATUSES: Final = ("pending", "in_progress", "complete", "error")
PLAN_TITLE: Final = "Working on it"
"""What a plan is called whose title nobody gave."""
LIVE: Final = "in_progress"
DONE: Final = "completed"
DIED: Final = "errored"
STOPPED: Final = "stopped"


def state_of(ws: Workspace, message: Json) -> str | None:
    """How a message that was streamed stands; None for any other. One that is too old has died."""
    stream = message.get("stream")
    if stream is None:
        return None
    life = ws.misbehaviour.stream_dies or limits.STREAM_SECONDS
    late = ws.config.clock() > float(message["ts"]) + life
    return DIED if late and stream["state"] == LIVE else str(stream["state"])


def require_live(ws: Workspace, message: Json) -> Json:
    """The stream of a message that still grows; refused with the reason if it does not."""
    state = state_of(ws, message)
    if state == STOPPED:
        raise SlackError("stopped_by_user")
    if state != LIVE:
        raise SlackError("message_not_in_streaming_state")
    stream: Json = message["stream"]
    return stream


def chunks_of(values: Any, text: str | None) -> list[Json]:
    """The chunks of a call, checked as Slack does."""
    if values is not None and text:
        raise SlackError("cannot_provide_both_markdown_text_and_chunks")
    if text:
        values = [{"type": "markdown_text", "text": text}]
    chunks: list[Json] = values or []
    if not isinstance(chunks, list) or not all(map(_is_chunk, chunks)):
        raise SlackError("invalid_chunks")
    if sum(len(str(one.get("text", ""))) for one in chunks) > limits.STREAM_TEXT:
        raise SlackError("msg_too_long")
    return chunks


def _is_chunk(chunk: Any) -> bool:
    if not isinstance(chunk, dict):
        return False
    match chunk.get("type"):
        case "markdown_text":
            return _only(chunk, {"text"}) and bool(chunk.get("text"))
        case "plan_update":
            return _only(chunk, {"title"}) and bool(chunk.get("title"))
        case "task_update":
            known = {"id", "title", "status", "details", "output", "sources"}
            named = bool(chunk.get("id")) and bool(chunk.get("title"))
            short = len(str(chunk.get("title"))) <= limits.TASK_TITLE
            texts = [chunk.get("details", ""), chunk.get("output", "")]
            fits = all(isinstance(t, str) and len(t) <= limits.TASK_TEXT for t in texts)
            status = chunk.get("status", "pending") in STATUSES
            return _only(chunk, known) and named and short and fits and status
        case _:
            return False


def _only(chunk: Json, known: set[str]) -> bool:
    return set(chunk) <= known | {"type"}


def grown(stream: Json, chunks: list[Json], *, as_text: bool) -> Json:
    """The stream with these chunks: title and status replace, details and output append."""
    if chunks and stream["as_text"] not in (None, as_text):
        raise SlackError("streaming_mode_mismatch")
    tasks: dict[str, Json] = {one["task_id"]: dict(one) for one in stream["tasks"]}
    new = {**stream, "as_text": as_text if chunks else stream["as_text"]}
    for chunk in chunks:
        if chunk["type"] == "markdown_text":
            new["text"] += chunk["text"]
        elif chunk["type"] == "plan_update":
            new["title"] = chunk["title"]
        else:
            _take(tasks, chunk)
    new["tasks"] = list(tasks.values())
    if len(tasks) > limits.PLAN_TASKS or _weight(new) > limits.STREAM_BYTES:
        raise SlackError("msg_too_long")
    return new


def _take(tasks: dict[str, Json], chunk: Json) -> None:
    task = tasks.setdefault(chunk["id"], {"task_id": chunk["id"], "status": "pending"})
    task |= {"title": chunk["title"], "status": chunk.get("status", task["status"])}
    for part in ("details", "output"):
        if chunk.get(part):
            task[part] = task.get(part, "") + chunk[part]
    if chunk.get("sources"):
        task["sources"] = chunk["sources"]


def _weight(stream: Json) -> int:
    """Bytes as Slack counts them: details and output weigh double (field)."""
    said = len(stream["text"].encode()) + len(stream["title"].encode())
    for task in stream["tasks"]:
        said += len(task["title"].encode())
        said += 2 * sum(len(task.get(part, "").encode()) for part in ("details", "output"))
    return int(said)


def blocks_of(stream: Json) -> list[Json]:
    """What the message shows of its chunks."""
    tasks = [{"type": "task_card", **_shown(one)} for one in stream["tasks"]]
    title = stream["title"] or PLAN_TITLE
    shown: list[Json] = tasks
    if stream["mode"] == "plan" and (tasks or stream["title"]):
        shown = [{"type": "plan", "title": title, "tasks": tasks}]
    if stream["text"]:
        shown = [*shown, {"type": "markdown", "text": stream["text"]}]
    return shown


def _shown(task: Json) -> Json:
    """A task as a block has it: words as rich text."""
    rich = {part: _rich(task[part]) for part in ("details", "output") if task.get(part)}
    return {**task, **rich}


def _rich(text: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}


def begin(ws: Workspace, channel: Json, thread_ts: str, stream: Json) -> Json:
    """Post the message that will grow."""
    fields = {"thread_ts": thread_ts, "text": stream["text"], "blocks": blocks_of(stream)}
    return talk.post(ws, channel, ws.identity.bot_user_id, {**fields, "stream": stream})


def change(ws: Workspace, channel: Json, message: Json, stream: Json, blocks: list[Json]) -> Json:
    """Show what was added; `blocks` stand below it. The app is not told of its own chunks."""
    shown = with_ids([*blocks_of(stream), *blocks])
    changed = {**message, "stream": stream, "text": stream["text"], "blocks": shown}
    ws.world.change_message(channel["id"], changed)
    ws.tell("update", channel, ts=message["ts"], thread_ts=message.get("thread_ts"))
    return changed


def stop_all(ws: Workspace, channel: Json, thread_ts: str) -> list[str]:
    """Someone pressed Stop: end the streams of a thread; their timestamps."""
    stopped = []
    for message in ws.storage.replies(channel["id"], thread_ts):
        if state_of(ws, message) == LIVE:
            ended = {**message["stream"], "state": STOPPED}
            change(ws, channel, message, ended, [])
            stopped.append(str(message["ts"]))
    return stopped
