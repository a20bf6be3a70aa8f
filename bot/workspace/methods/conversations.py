"""conversations.*: channels, their members and what was said."""

from bot import limits
from bot.workspace import talk
from bot.workspace.args import Args
from bot.workspace.config import Json
from bot.workspace.errors import SlackError
from bot.workspace.hub import Workspace
from bot.workspace.registry import method, need, need_for
from bot.workspace.world import channel_type

_PAGE = 100
_TYPES = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}


def shown_channel(ws: Workspace, channel: Json) -> Json:
    """A channel as Slack returns it."""
    kind = channel_type(channel)
    shown = {
        "id": channel["id"],
        "created": channel["created"],
        "is_archived": channel["is_archived"],
        "is_channel": kind == "channel",
        "is_group": False,
        "is_im": kind == "im",
        "is_mpim": False,
        "is_private": channel["is_private"],
        "context_team_id": ws.identity.team_id,
    }
    if kind == "im":
        return {**shown, "user": channel["user"], "is_org_shared": False}
    topic = {"value": channel["topic"], "creator": channel["creator"], "last_set": 0}
    member = ws.world.is_member(channel["id"], ws.identity.bot_user_id)
    return {
        **shown,
        "name": channel["name"],
        "name_normalized": channel["name"],
        "is_general": channel["name"] == "general",
        "is_shared": False,
        "is_ext_shared": False,
        "is_org_shared": False,
        "is_member": member,
        "creator": channel["creator"],
        "topic": topic,
        "purpose": {**topic, "value": ""},
        "num_members": len(ws.storage.members(channel["id"])),
    }


def page(items: list[Json], args: Args, default: int, high: int) -> tuple[list[Json], Json]:
    """One page of a list, and the cursor of the next."""
    limit = args.number("limit", default, high)
    cursor = args.maybe("cursor") or "0"
    if not cursor.isdigit() or int(cursor) > len(items):
        raise SlackError("invalid_cursor")
    start = int(cursor)
    following = str(start + limit) if start + limit < len(items) else ""
    return items[start : start + limit], {"response_metadata": {"next_cursor": following}}


@method("conversations.info")
async def info(ws: Workspace, args: Args) -> Json:
    """One channel."""
    channel = ws.world.for_bot(args.text("channel"))
    need_for(ws, channel_type(channel), "read")
    return {"channel": shown_channel(ws, channel)}


def _wanted(ws: Workspace, args: Args) -> list[Json]:
    types = args.maybe("types") or "public_channel"
    kinds = [_TYPES.get(one.strip()) for one in types.split(",")]
    if None in kinds:
        raise SlackError("invalid_types")
    for kind in kinds:
        if kind in ("channel", "group", "im"):
            need_for(ws, kind, "read")
    return [
        one
        for one in ws.world.channels()
        if channel_type(one) in kinds and not (one["is_archived"] and args.flag("exclude_archived"))
    ]


@method("conversations.list")
async def list_channels(ws: Workspace, args: Args) -> Json:
    """The channels that the bot can know of."""
    bot = ws.identity.bot_user_id
    known = [
        shown_channel(ws, one)
        for one in _wanted(ws, args)
        if not one["is_private"] or ws.world.is_member(one["id"], bot)
    ]
    found, cursor = page(known, args, _PAGE, limits.LIST_PAGE)
    return {"channels": found, **cursor}


@method("users.conversations")
async def users_conversations(ws: Workspace, args: Args) -> Json:
    """The channels that someone is in, as far as the bot can know of them."""
    bot = ws.identity.bot_user_id
    user = args.maybe("user") or bot
    ws.world.person(user)
    known = [
        shown_channel(ws, one)
        for one in _wanted(ws, args)
        if ws.world.is_member(one["id"], user)
        and (not one["is_private"] or ws.world.is_member(one["id"], bot))
    ]
    found, cursor = page(known, args, _PAGE, limits.LIST_PAGE)
    return {"channels": found, **cursor}


@method("conversations.members")
async def members(ws: Workspace, args: Args) -> Json:
    """The ids of a channel's members."""
    channel = ws.world.for_bot(args.text("channel"))
    need_for(ws, channel_type(channel), "read")
    everyone = [{"id": user} for user in ws.storage.members(channel["id"])]
    found, cursor = page(everyone, args, _PAGE, limits.LIST_PAGE)
    return {"members": [one["id"] for one in found], **cursor}


def _readable(ws: Workspace, args: Args) -> Json:
    channel = ws.world.for_bot(args.text("channel"))
    need_for(ws, channel_type(channel), "history")
    if not ws.world.is_member(channel["id"], ws.identity.bot_user_id):
        raise SlackError("not_in_channel")
    return channel


def _bounds(args: Args) -> tuple[str, str]:
    """Oldest and latest timestamp asked for, in the form that messages have."""
    try:
        oldest, latest = float(args.maybe("oldest") or 0), float(args.maybe("latest") or 9e9)
    except ValueError as error:
        raise SlackError("invalid_arguments") from error
    return f"{oldest:017.6f}", f"{latest:017.6f}"


def _between(messages: list[Json], args: Args) -> list[Json]:
    oldest, latest = _bounds(args)
    inclusive, with_metadata = args.flag("inclusive"), args.flag("include_all_metadata")
    found = [
        one
        for one in messages
        if oldest < one["ts"] < latest or (inclusive and one["ts"] in (oldest, latest))
    ]
    if with_metadata:
        return found
    return [{key: one[key] for key in one if key != "metadata"} for one in found]


@method("conversations.history")
async def history(ws: Workspace, args: Args) -> Json:
    """What was said in a channel, newest first, without replies in threads."""
    channel = _readable(ws, args)
    messages = _between(ws.storage.roots(channel["id"], *_bounds(args)), args)
    found, cursor = page(messages[::-1], args, _PAGE, limits.HISTORY_PAGE)
    more = bool(cursor["response_metadata"]["next_cursor"])
    return {"messages": found, "has_more": more, "pin_count": 0, **(cursor if more else {})}


@method("conversations.replies")
async def replies(ws: Workspace, args: Args) -> Json:
    """A thread, its root first."""
    channel = _readable(ws, args)
    asked = ws.storage.message(channel["id"], args.text("ts"))
    if asked is None:
        raise SlackError("thread_not_found")
    root_ts = asked.get("thread_ts") or asked["ts"]
    root = ws.storage.message(channel["id"], root_ts)
    thread = ([root] if root else []) + ws.storage.replies(channel["id"], root_ts)
    found, cursor = page(_between(thread, args), args, _PAGE, limits.LIST_PAGE)
    more = bool(cursor["response_metadata"]["next_cursor"])
    return {"messages": found, "has_more": more, **(cursor if more else {})}


@method("conversations.open")
async def open_dm(ws: Workspace, args: Args) -> Json:
    """The direct message with one person."""
    need(ws, "im:write")
    if args.given("channel"):
        channel = ws.world.for_bot(args.text("channel"))
    else:
        given = args.values.get("users") or ""
        users = given if isinstance(given, list) else [one for one in str(given).split(",") if one]
        if len(users) != 1:
            raise SlackError("users_list_not_supplied" if not users else "method_not_supported")
        if ws.world.person(users[0])["deleted"]:
            raise SlackError("user_disabled")
        channel = ws.world.dm(users[0])
    shown = shown_channel(ws, channel) if args.flag("return_im") else {"id": channel["id"]}
    return {"channel": shown, "no_op": True, "already_open": True}


@method("conversations.join", "channels:join")
async def join(ws: Workspace, args: Args) -> Json:
    """Make the bot a member of a public channel."""
    channel = ws.world.for_bot(args.text("channel"))
    if channel["is_private"]:
        raise SlackError("method_not_supported_for_channel_type")
    if channel["is_archived"]:
        raise SlackError("is_archived")
    talk.join(ws, channel, ws.identity.bot_user_id)
    return {"channel": shown_channel(ws, channel)}
