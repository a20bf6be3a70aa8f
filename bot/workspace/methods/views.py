"""views.*: dialogs and Home."""

from bot.block_rules import validate_view
from bot.workspace.args import Args
from bot.workspace.config import Json
from bot.workspace.errors import SlackError
from bot.workspace.hub import Workspace
from bot.workspace.registry import method
from bot.workspace.shown_files import refused_files


def refuse_view(ws: Workspace, view: Json, kind: str) -> None:
    """Raise what Slack answers to this view, if it does not take it."""
    if view.get("type") != kind:
        raise SlackError("invalid_arguments", response_metadata=_messages(f"must be a {kind}"))
    problems = validate_view(view)
    if problems:
        lines = [f"{one.message} [json-pointer:{one.pointer}]" for one in problems]
        codes = [one.code for one in problems]
        code = "view_too_large" if "view_too_large" in codes else "invalid_arguments"
        raise SlackError(code, response_metadata=_messages(*lines))
    away = refused_files(ws, view["blocks"])
    if away:
        raise SlackError("invalid_arguments", response_metadata=_messages(*away))


def _messages(*lines: str) -> Json:
    return {"messages": [f"[ERROR] {line}" for line in lines]}


@method("views.open")
async def open_view(ws: Workspace, args: Args) -> Json:
    """Open a dialog for the person behind a trigger id."""
    user = ws.triggers.check(args.text("trigger_id"))
    view = args.object("view")
    refuse_view(ws, view, "modal")
    built = ws.dialogs.open(user, view)
    ws.triggers.use_up(args.text("trigger_id"))
    ws.tell_person(user, "view_open", view_id=built["id"])
    return {"view": built}


@method("views.push")
async def push_view(ws: Workspace, args: Args) -> Json:
    """Put a dialog on top of the open one."""
    user = ws.triggers.check(args.text("trigger_id"))
    view = args.object("view")
    refuse_view(ws, view, "modal")
    built = ws.dialogs.push(user, view)
    ws.triggers.use_up(args.text("trigger_id"))
    ws.tell_person(user, "view_open", view_id=built["id"])
    return {"view": built}


@method("views.update")
async def update_view(ws: Workspace, args: Args) -> Json:
    """Change an open dialog."""
    view = args.object("view")
    if not args.given("view_id") and not args.given("external_id"):
        raise SlackError("invalid_arguments")
    old = ws.dialogs.find(args.maybe("view_id"), args.maybe("external_id"))
    refuse_view(ws, view, "modal")
    user, built = ws.dialogs.update(old, view, args.maybe("hash"))
    ws.tell_person(user, "view_update", view_id=built["id"])
    return {"view": built}


@method("views.publish")
async def publish_view(ws: Workspace, args: Args) -> Json:
    """Set someone's Home."""
    user = args.text("user_id")
    ws.world.person(user)
    view = args.object("view")
    refuse_view(ws, view, "home")
    old = ws.storage.home(user)
    given = args.maybe("hash")
    if given is not None and old is not None and given != old["hash"]:
        raise SlackError("hash_conflict")
    built = ws.dialogs.replace(old, view) if old else ws.dialogs.build(view)
    ws.storage.save_home(user, built)
    ws.tell_person(user, "home")
    return {"view": built}
