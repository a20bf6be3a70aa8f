"""users.* and reactions.*."""

import datetime
import re
import zoneinfo

from bot import limits
from bot.workspace import talk
from bot.workspace.args import Args
from bot.workspace.config import Json
from bot.workspace.errors import SlackError
from bot.workspace.hub import Workspace
from bot.workspace.methods.conversations import page
from bot.workspace.registry import method

_EMOJI = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")


def shown_user(ws: Workspace, person: Json) -> Json:
    """A person as Slack returns them."""
    zone = zoneinfo.ZoneInfo(person["tz"])
    now = datetime.datetime.fromtimestamp(ws.config.clock(), zone)
    offset = now.utcoffset() or datetime.timedelta()
    profile = {"real_name": person["real_name"], "display_name": person["real_name"]}
    profile |= {"team": ws.identity.team_id, "title": "", "status_text": ""}
    if ws.manifest.allows("users:read.email") and not person["is_bot"]:
        profile["email"] = f"{person['name']}@example.com"
    if person["is_bot"]:
        profile |= {"api_app_id": ws.identity.app_id, "bot_id": ws.identity.bot_id}
    return {
        **person,
        "team_id": ws.identity.team_id,
        "tz_label": now.tzname() or "",
        "tz_offset": int(offset.total_seconds()),
        "is_primary_owner": person["is_owner"],
        "is_app_user": False,
        "updated": 0,
        "profile": profile,
    }


@method("users.info", "users:read")
async def info(ws: Workspace, args: Args) -> Json:
    """One person; their locale if it is asked for."""
    person = ws.world.person(args.text("user"))
    shown = {key: value for key, value in shown_user(ws, person).items() if key != "locale"}
    if args.flag("include_locale"):
        shown["locale"] = person.get("locale", "en-US")
    return {"user": shown}


@method("users.list", "users:read")
async def list_users(ws: Workspace, args: Args) -> Json:
    """Everyone."""
    everyone = [shown_user(ws, person) for person in ws.world.people()]
    found, cursor = page(everyone, args, limits.LIST_PAGE, limits.LIST_PAGE)
    return {"members": found, "cache_ts": int(ws.config.clock()), **cursor}


@method("reactions.add", "reactions:write")
async def add_reaction(ws: Workspace, args: Args) -> Json:
    """React as the bot."""
    channel = ws.world.for_bot(args.text("channel"))
    bot = ws.identity.bot_user_id
    if not ws.world.is_member(channel["id"], bot):
        raise SlackError("not_in_channel")
    name = args.text("name").strip(":")
    if not _EMOJI.fullmatch(name):
        raise SlackError("invalid_name")
    message = ws.world.message(channel["id"], args.text("timestamp"))
    if not talk.react(ws, channel, message, bot, name, add=True):
        raise SlackError("already_reacted")
    return {}


@method("reactions.get", "reactions:read")
async def get_reactions(ws: Workspace, args: Args) -> Json:
    """A message with its reactions."""
    channel = ws.world.for_bot(args.text("channel"))
    message = ws.world.message(channel["id"], args.text("timestamp"))
    return {"type": "message", "channel": channel["id"], "message": message}
