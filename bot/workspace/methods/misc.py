"""Methods about the API, the team and the connection."""

import json

from bot import limits
from bot.block_rules import validate_message, validate_view
from bot.workspace.args import Args
from bot.workspace.config import Json
from bot.workspace.errors import SlackError
from bot.workspace.hub import Workspace
from bot.workspace.registry import ANY, APP, NONE, method
from bot.workspace.seed import TEAM_NAME


@method("api.test", token=NONE)
async def api_test(ws: Workspace, args: Args) -> Json:
    """Say back what was sent."""
    if args.given("error"):
        raise SlackError(args.text("error"))
    return {"args": args.values}


@method("auth.test", token=ANY)
async def auth_test(ws: Workspace, args: Args) -> Json:
    """Who the token belongs to."""
    identity = ws.identity
    bot = ws.world.person(identity.bot_user_id)
    return {
        "url": f"{ws.base_url}/",
        "team": TEAM_NAME,
        "user": bot["name"],
        "team_id": identity.team_id,
        "user_id": identity.bot_user_id,
        "bot_id": identity.bot_id,
        "app_id": identity.app_id,
        "is_enterprise_install": False,
    }


@method("team.info", "team:read")
async def team_info(ws: Workspace, args: Args) -> Json:
    """The team."""
    return {"team": ws.team()}


@method("apps.connections.open", token=APP)
async def connections_open(ws: Workspace, args: Args) -> Json:
    """An address for one Socket Mode connection."""
    if ws.sockets is None:
        raise SlackError("socket_mode_not_enabled")
    host = ws.base_url.removeprefix("http://")
    ticket = ws.sockets.ticket()
    return {"url": f"ws://{host}/link/?ticket={ticket}&app_id={ws.identity.app_id}"}


@method("blocks.validate", token=NONE)
async def blocks_validate(ws: Workspace, args: Args) -> Json:
    """What Slack would refuse in blocks, a message or a view."""
    given = [name for name in ("blocks", "message", "view") if args.given(name)]
    if len(given) != 1:
        raise SlackError("invalid_arguments")
    if len(json.dumps(args.json(given[0]))) > limits.VALIDATE_CHARACTERS:
        raise SlackError("invalid_arguments")
    if given == ["view"]:
        problems = validate_view(args.object("view"))
    elif given == ["message"]:
        message = args.object("message")
        problems = validate_message(message.get("blocks") or [], message.get("text"))
    else:
        problems = validate_message(args.dicts("blocks", "invalid_blocks_format") or [], None)
    if problems:
        errors = [
            {"code": one.code, "message": one.message, "pointer": one.pointer} for one in problems
        ]
        raise SlackError("invalid_blocks", errors=errors)
    return {}
