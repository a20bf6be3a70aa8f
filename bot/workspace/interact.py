"""Clicks, menus, dialogs, commands and shortcuts: what people do to the app's blocks."""

from typing import Any

from bot.workspace import talk
from bot.workspace.args import Args
from bot.workspace.config import Json
from bot.workspace.errors import DeliveryFailed, SlackError
from bot.workspace.hub import Workspace
from bot.workspace.inputs import find_element, missing, state_of
from bot.workspace.links import COMMANDS, INTERACTIVE
from bot.workspace.methods.chat import content
from bot.workspace.methods.views import refuse_view
from bot.workspace.seed import TEAM_DOMAIN
from bot.workspace.text import names_of, typed
from bot.workspace.world import channel_type

_TROUBLE = "We had some trouble connecting. Try again?"
_CHANNEL_NAMES = {"im": "directmessage", "group": "privategroup"}


def _error(failure: DeliveryFailed) -> str:
    return "operation_timeout" if failure.reason == "timeout" else "dispatch_failed"


def _common(ws: Workspace, user: str, kind: str) -> Json:
    person = ws.world.person(user)
    shown = {"id": user, "username": person["name"], "name": person["name"]}
    return {
        "type": kind,
        "user": {**shown, "team_id": ws.identity.team_id},
        "api_app_id": ws.identity.app_id,
        "token": ws.identity.verification_token,
        "trigger_id": ws.triggers.make(user),
        "team": {"id": ws.identity.team_id, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _named(channel: Json) -> Json:
    name = _CHANNEL_NAMES.get(channel_type(channel), channel["name"])
    return {"id": channel["id"], "name": name}


def visible_message(ws: Workspace, channel: Json, user: str, ts: str) -> Json:
    """A message that someone can see, their ephemeral ones included."""
    for message in ws.ephemerals.get((channel["id"], user), ()):
        if message["ts"] == ts:
            return message
    if not ws.world.can_see(channel, user):
        raise SlackError("channel_not_found")
    return ws.world.message(channel["id"], ts)


def _action(ws: Workspace, user: str, blocks: list[Json], given: Json) -> Json:
    """The action as Slack sends it; refused when there is no such element for this person."""
    found = find_element(blocks, str(given.get("action_id")), given.get("block_id"))
    if found is None:
        raise SlackError("no_such_action")
    block, element = found
    if user not in element.get("visible_to_user_ids", (user,)):
        raise SlackError("not_visible")
    own = {"action_id": element["action_id"], "block_id": block["block_id"]}
    own |= {key: element[key] for key in ("type", "text", "value", "style") if key in element}
    chosen = {
        key: value
        for key, value in given.items()
        if key.startswith("selected_") or key in ("files", "rich_text_value")
    }
    if element["type"] in ("plain_text_input", "number_input", "feedback_buttons"):
        chosen["value"] = given.get("value")
    return {**own, **chosen, "action_ts": ws.world.next_ts()}


async def click(ws: Workspace, user: str, body: Json) -> Json:
    """Something was pressed or chosen in a message, a dialog or Home."""
    if not ws.manifest.interactive:
        raise SlackError("interactivity_not_enabled")
    channel: Json | None = None
    payload = _common(ws, user, "block_actions")
    if body.get("view_id"):
        blocks = _from_view(ws, user, body, payload)
    else:
        channel = ws.world.channel(str(body.get("channel")))
        blocks = _from_message(ws, user, channel, str(body.get("message_ts")), payload)
    given = body.get("action") or {}
    if channel is not None:
        blocks = _as_pressed(ws, channel, str(body.get("message_ts")), blocks, given)
    action = _action(ws, user, blocks, given)
    values = state_of(blocks, (body.get("state") or {}).get("values", {}))
    held = values.get(action["block_id"], {}).get(action["action_id"])
    if held is not None:
        held |= {key: value for key, value in action.items() if key in held}
    if "view" in payload:
        payload["view"]["state"] = {"values": values}
    payload |= {"actions": [action], "state": {"values": values}}
    try:
        await ws.deliveries.ask(INTERACTIVE, payload)
    except DeliveryFailed as failure:
        if channel is not None:
            talk.warn(ws, channel, user, f'This action failed with the error "{_error(failure)}"')
        return {"ok": False, "error": _error(failure)}
    return {"ok": True}


def _as_pressed(
    ws: Workspace, channel: Json, ts: str, blocks: list[Json], given: Json
) -> list[Json]:
    """The blocks in which an element was pressed: those of now, else the newest that had it.

    A page that has not heard of the latest edits still shows the blocks before them, and each edit
    gives blocks new ids even where the same button stays.
    """
    earlier = reversed(ws.outdated.get((channel["id"], ts), []))
    for shown in (blocks, *earlier):
        if find_element(shown, str(given.get("action_id")), given.get("block_id")):
            return shown
    return blocks


def _from_message(ws: Workspace, user: str, channel: Json, ts: str, payload: Json) -> list[Json]:
    message = visible_message(ws, channel, user, ts)
    hidden = bool(message.get("is_ephemeral"))
    container = {"type": "message", "message_ts": ts, "channel_id": channel["id"]}
    container["is_ephemeral"] = hidden
    if message.get("thread_ts"):
        container["thread_ts"] = message["thread_ts"]
    key = ws.responses.make(user, channel["id"], ts, hidden)
    payload |= {"container": container, "channel": _named(channel)}
    payload["response_url"] = f"{ws.base_url}/response/{key}"
    if not hidden:
        payload["message"] = message
    blocks: list[Json] = message.get("blocks", [])
    return blocks


def _from_view(ws: Workspace, user: str, body: Json, payload: Json) -> list[Json]:
    view_id = str(body["view_id"])
    home = ws.storage.home(user)
    if home is not None and home["id"] == view_id:
        view = home
    else:
        view = ws.dialogs.owned(user, view_id)
        view["state"]["values"] |= (body.get("state") or {}).get("values", {})
    payload |= {"container": {"type": "view", "view_id": view_id}, "view": {**view}}
    blocks: list[Json] = view["blocks"]
    return blocks


async def submit(ws: Workspace, user: str, view_id: str, given: Json) -> Json:
    """A dialog was submitted; what the app made of it."""
    view = ws.dialogs.owned(user, view_id)
    values = state_of(view["blocks"], {**view["state"]["values"], **given})
    view["state"] = {"values": values}
    problems = missing(view["blocks"], values)
    if problems:
        return _complain(ws, user, view_id, problems)
    payload = _common(ws, user, "view_submission") | {"view": view, "response_urls": []}
    try:
        ack = await ws.deliveries.ask(INTERACTIVE, payload)
        return _after_submit(ws, user, view, ack)
    except (DeliveryFailed, SlackError) as failure:
        code = _error(failure) if isinstance(failure, DeliveryFailed) else failure.code
        return _complain(ws, user, view_id, {"": _TROUBLE}) | {"error": code}


def _complain(ws: Workspace, user: str, view_id: str, problems: dict[str, str]) -> Json:
    ws.dialogs.errors[view_id] = problems
    ws.tell_person(user, "view_update", view_id=view_id)
    return {"result": "errors", "errors": problems}


def _after_submit(ws: Workspace, user: str, view: Json, ack: Json) -> Json:
    view_id = view["id"]
    ws.dialogs.errors.pop(view_id, None)
    match ack.get("response_action"):
        case None:
            ws.dialogs.close(user, view_id)
        case "clear":
            ws.dialogs.clear(user)
        case "errors":
            known = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
            problems = ack.get("errors")
            if not isinstance(problems, dict) or not problems or not known.issuperset(problems):
                raise SlackError("invalid_arguments")
            return _complain(ws, user, view_id, problems)
        case "update":
            refuse_view(ws, ack["view"], "modal")
            ws.dialogs.update(view, ack["view"], None)
            ws.tell_person(user, "view_update", view_id=view_id)
            return {"result": "updated"}
        case "push":
            refuse_view(ws, ack["view"], "modal")
            pushed = ws.dialogs.push(user, ack["view"])
            ws.tell_person(user, "view_open", view_id=pushed["id"])
            return {"result": "pushed"}
        case _:
            raise SlackError("invalid_arguments")
    ws.tell_person(user, "view_close", view_id=view_id)
    return {"result": "closed"}


async def close_view(ws: Workspace, user: str, view_id: str) -> Json:
    """A dialog was closed without submitting it."""
    view = ws.dialogs.owned(user, view_id)
    ws.dialogs.close(user, view_id)
    ws.tell_person(user, "view_close", view_id=view_id)
    if view["notify_on_close"]:
        payload = _common(ws, user, "view_closed") | {"view": view, "is_cleared": False}
        await _ask_quietly(ws, payload)
    return {"ok": True}


async def _ask_quietly(ws: Workspace, payload: Json) -> Json | None:
    """Deliver where the person is shown nothing when it fails."""
    try:
        return await ws.deliveries.ask(INTERACTIVE, payload)
    except DeliveryFailed:
        return None


async def command(ws: Workspace, user: str, channel: Json, name: str, text: str) -> Json:
    """A slash command was typed."""
    declared = ws.manifest.command(name)
    if declared is None:
        talk.warn(ws, channel, user, f"{name} is not a valid command.")
        return {"ok": False, "error": "unknown_command"}
    if declared.get("should_escape"):
        text = typed(text, names_of(ws.world.people(), ws.world.channels()))
    key = ws.responses.make(user, channel["id"])
    named = _named(channel)
    payload = {
        "token": ws.identity.verification_token,
        "team_id": ws.identity.team_id,
        "team_domain": TEAM_DOMAIN,
        "channel_id": named["id"],
        "channel_name": named["name"],
        "user_id": user,
        "user_name": ws.world.person(user)["name"],
        "command": name,
        "text": text,
        "api_app_id": ws.identity.app_id,
        "is_enterprise_install": "false",
        "response_url": f"{ws.base_url}/response/{key}",
        "trigger_id": ws.triggers.make(user),
    }
    try:
        ack = await ws.deliveries.ask(COMMANDS, payload)
        if ack.get("text") or ack.get("blocks"):
            say(ws, channel, user, ack)
    except (DeliveryFailed, SlackError) as failure:
        code = _error(failure) if isinstance(failure, DeliveryFailed) else failure.code
        talk.warn(ws, channel, user, f'{name} failed with the error "{code}"')
        return {"ok": False, "error": code}
    return {"ok": True}


def say(ws: Workspace, channel: Json, user: str, answer: Json) -> None:
    """Show an answer to one person or, with response_type in_channel, to all."""
    fields = content(ws, Args(answer)) | {"thread_ts": answer.get("thread_ts")}
    if answer.get("response_type") == "in_channel":
        talk.post(ws, channel, ws.identity.bot_user_id, fields)
    else:
        talk.whisper(ws, channel, user, fields)


async def shortcut(ws: Workspace, user: str, callback_id: str, body: Json) -> Json:
    """A global or a message shortcut was used."""
    shortcuts = {one["callback_id"]: one for one in ws.manifest.shortcuts}
    declared = shortcuts.get(callback_id)
    if declared is None:
        raise SlackError("unknown_shortcut")
    on_message = declared["type"] == "message"
    payload = _common(ws, user, "message_action" if on_message else "shortcut")
    payload |= {"callback_id": callback_id, "action_ts": ws.world.next_ts()}
    channel = ws.world.channel(str(body["channel"])) if body.get("channel") else None
    if on_message:
        if channel is None:
            raise SlackError("channel_not_found")
        ts = str(body.get("message_ts"))
        key = ws.responses.make(user, channel["id"], ts)
        payload |= {"channel": _named(channel), "message_ts": ts}
        payload |= {"message": visible_message(ws, channel, user, ts)}
        payload["response_url"] = f"{ws.base_url}/response/{key}"
    try:
        await ws.deliveries.ask(INTERACTIVE, payload)
    except DeliveryFailed as failure:
        if channel is not None:
            talk.warn(ws, channel, user, f'This shortcut failed with the error "{_error(failure)}"')
        return {"ok": False, "error": _error(failure)}
    return {"ok": True}


async def suggest(ws: Workspace, user: str, body: Json) -> Json:
    """The options of an external menu for what was typed so far."""
    payload = _common(ws, user, "block_suggestion")
    if body.get("view_id"):
        blocks = _from_view(ws, user, body, payload)
    else:
        channel = ws.world.channel(str(body.get("channel")))
        blocks = _from_message(ws, user, channel, str(body.get("message_ts")), payload)
    action_id: Any = body.get("action_id")
    found = find_element(blocks, str(action_id), body.get("block_id"))
    if found is None:
        raise SlackError("no_such_action")
    payload |= {"action_id": action_id, "block_id": found[0]["block_id"]}
    payload["value"] = str(body.get("value", ""))
    ack = await _ask_quietly(ws, payload) or {}
    return {key: ack[key] for key in ("options", "option_groups") if key in ack}
