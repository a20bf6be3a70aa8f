"""Commands, clicks and dialogs reach the app and are answered as in Slack. [L1]"""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.webhook import WebhookClient

from bot import limits
from bot.workspace.client import Refused
from tests.integration.workspace_kit import (  # noqa: F401 - fixtures
    ADA,
    BUTTON,
    FAST,
    SECTION,
    App,
    Json,
    Workspace,
    running,
    started_app,
    started_workspace,
)


def test_a_command_is_answered_with_its_ack(workspace: Workspace, app: App) -> None:
    """[C1]"""
    app.answers["slash_commands"] = {"text": "nothing yet"}
    assert workspace.people.command("ada", "#ops", "/mission list @grace")["ok"]
    (answer,) = workspace.people.ephemerals("ada", "#ops")
    assert answer["text"] == "nothing yet"
    assert workspace.people.ephemerals("grace", "#ops") == []
    (request,) = app.received
    assert request.payload["text"] == "list <@U0LOCALGRACE>"
    app.answers["slash_commands"] = {"text": "for all", "response_type": "in_channel"}
    workspace.people.command("ada", "#ops", "/mission list")
    assert workspace.people.messages("#ops", as_person="grace")[-1]["text"] == "for all"


def test_a_late_or_missing_app_is_shown_to_the_person(workspace: Workspace) -> None:
    """[C10]"""
    people = workspace.people
    assert people.command("ada", "#ops", "/mission list")["error"] == "dispatch_failed"
    silent = App(workspace.connection)
    silent.answers |= {"slash_commands": None, "interactive": None}
    assert people.command("ada", "#ops", "/mission list")["error"] == "operation_timeout"
    ts = workspace.bot.chat_postMessage(channel="#ops", text="x", blocks=[BUTTON])["ts"]
    assert people.click("ada", "#ops", ts, "go")["error"] == "operation_timeout"
    texts = [one["text"] for one in people.ephemerals("ada", "#ops")]
    assert [text.split('"')[1] for text in texts] == [
        *("dispatch_failed", "operation_timeout", "operation_timeout"),
    ]
    silent.close()


def test_a_click_carries_message_state_and_response_url(workspace: Workspace, app: App) -> None:
    ts = workspace.bot.chat_postMessage(channel="#ops", text="x", blocks=[BUTTON])["ts"]
    assert workspace.people.click("grace", "#ops", ts, "go") == {"ok": True}
    (request,) = app.received[1:]
    payload = request.payload
    assert payload["user"]["id"] == "U0LOCALGRACE"
    assert payload["actions"][0]["block_id"] == "row"
    assert payload["message"]["ts"] == payload["container"]["message_ts"] == ts
    webhook = WebhookClient(payload["response_url"])
    assert webhook.send(text="seen", replace_original=True).status_code == 200
    assert workspace.people.messages("#ops")[-1]["text"] == "seen"
    for _ in range(limits.RESPONSE_URL_USES - 1):
        assert webhook.send(text="more").status_code == 200
    refused = webhook.send(text="too many")
    assert (refused.status_code, json.loads(refused.body)["error"]) == (404, "used_url")
    assert len(workspace.people.ephemerals("grace", "#ops")) == limits.RESPONSE_URL_USES - 1


def test_a_button_counts_as_it_was_on_a_page_that_missed_edits(
    workspace: Workspace, app: App
) -> None:
    """[M3] Each edit gives blocks new ids; a button that was never there is refused."""
    people, bot = workspace.people, workspace.bot

    def row(value: str) -> list[Json]:
        button = {**BUTTON["elements"][0], "value": value}  # type: ignore[dict-item]
        return [{"type": "actions", "elements": [button]}]

    ts = bot.chat_postMessage(channel="#ops", text="x", blocks=row("1"))["ts"]
    (first,) = people.messages("#ops")[-1]["blocks"]
    for blocks in (row("2"), row("3"), [SECTION]):
        bot.chat_update(channel="C0LOCALOPS", ts=ts, text="x", blocks=blocks)
        pressed = {"block_id": first["block_id"], "action_id": "go"}
        assert people.act("ada", "#ops", ts, pressed) == {"ok": True}
        sent = app.received[-1].payload
        assert sent["actions"][0]["value"] == "1"
        assert sent["actions"][0]["block_id"] == first["block_id"]
        assert sent["message"]["blocks"] == people.messages("#ops")[-1]["blocks"]
    for forged in ({"block_id": "none", "action_id": "go"}, {"action_id": "never"}):
        with pytest.raises(Refused, match="no_such_action"):
            people.act("ada", "#ops", ts, forged)


def test_a_button_for_one_person_is_hidden_from_others(workspace: Workspace, app: App) -> None:
    """[A2]"""
    element = {**BUTTON["elements"][0], "visible_to_user_ids": [ADA]}  # type: ignore[dict-item]
    blocks = [{**BUTTON, "elements": [element]}]
    ts = workspace.bot.chat_postMessage(channel="#ops", text="x", blocks=blocks)["ts"]
    shown = workspace.people.messages("#ops", as_person="grace")[-1]
    assert shown["blocks"][0]["elements"] == []
    base = workspace.people
    forged = {"as": "U0LOCALGRACE", "channel": "C0LOCALOPS", "message_ts": ts}
    with pytest.raises(Refused, match="not_visible"):
        base._send("action", {**forged, "action": {"action_id": "go"}})
    assert workspace.people.click("ada", "#ops", ts, "go") == {"ok": True}


MODAL = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Pause"},
    "submit": {"type": "plain_text", "text": "Pause"},
    "notify_on_close": True,
    "blocks": [
        {
            "type": "input",
            "block_id": "note",
            "label": {"type": "plain_text", "text": "Note"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}


def open_dialog(workspace: Workspace, app: App) -> str:
    """Type a command whose app opens a dialog; the id of the dialog."""

    def opens(request: SocketModeRequest) -> Json:
        workspace.bot.views_open(trigger_id=request.payload["trigger_id"], view=MODAL)
        return {}

    app.answers["slash_commands"] = opens
    assert workspace.people.command("ada", "#ops", "/mission disable")["ok"]
    (view,) = workspace.people.views("ada")
    return str(view["id"])


def test_a_dialog_is_filled_in_refused_and_closed(workspace: Workspace, app: App) -> None:
    """[M5]"""
    people, view_id = workspace.people, open_dialog(workspace, app)
    assert people.views("grace") == []
    empty = people.submit("ada", view_id, {})
    assert empty["errors"] == {"note": "Please complete this required field."}
    app.answers["interactive"] = {"response_action": "errors", "errors": {"note": "Wrong ID"}}
    wrong = people.submit("ada", view_id, {"note": {"text": "M-1"}})
    assert (wrong["result"], wrong["errors"]) == ("errors", {"note": "Wrong ID"})
    assert people.views("ada")[0]["errors"] == {"note": "Wrong ID"}
    app.answers["interactive"] = {}
    assert people.submit("ada", view_id, {"note": {"text": "M-2"}})["result"] == "closed"
    assert people.views("ada") == []
    submitted = app.of("view_submission")[-1].payload["view"]
    assert submitted["state"]["values"]["note"]["text"]["value"] == "M-2"
    assert submitted["callback_id"] == "form"


def test_a_dialog_is_updated_pushed_and_cleared_by_its_ack(workspace: Workspace, app: App) -> None:
    people, view_id = workspace.people, open_dialog(workspace, app)
    values = {"note": {"text": "x"}}
    renamed = {**MODAL, "title": {"type": "plain_text", "text": "Sure?"}}
    app.answers["interactive"] = {"response_action": "update", "view": renamed}
    assert people.submit("ada", view_id, values)["result"] == "updated"
    assert people.views("ada")[0]["view"]["title"]["text"] == "Sure?"
    app.answers["interactive"] = {"response_action": "push", "view": MODAL}
    for size in (2, 3):
        top = people.views("ada")[-1]["id"]
        assert people.submit("ada", top, values)["result"] == "pushed"
        assert len(people.views("ada")) == size
    top = people.views("ada")[-1]["id"]
    assert people.submit("ada", top, values)["error"] == "push_limit_reached"
    app.answers["interactive"] = {"response_action": "clear"}
    assert people.submit("ada", top, values)["result"] == "closed"
    assert people.views("ada") == []


def test_a_dialog_survives_an_app_that_does_not_answer(workspace: Workspace, app: App) -> None:
    view_id = open_dialog(workspace, app)
    app.answers["interactive"] = None
    answer = workspace.people.submit("ada", view_id, {"note": {"text": "x"}})
    assert (answer["result"], answer["error"]) == ("errors", "operation_timeout")
    assert len(workspace.people.views("ada")) == 1
    app.answers["interactive"] = {}
    workspace.people.close("ada", view_id)
    workspace.people.wait_for(lambda: app.of("view_closed"))


def test_views_change_only_with_the_right_hash(workspace: Workspace, app: App) -> None:
    view_id = open_dialog(workspace, app)
    wrong = workspace.refused("views.update", view_id=view_id, view=MODAL, hash="old")
    assert wrong["error"] == "hash_conflict"
    fresh = workspace.people.views("ada")[0]["view"]["hash"]
    assert workspace.bot.views_update(view_id=view_id, view=MODAL, hash=fresh)["ok"]


class Clock:
    """A clock that can be moved; seconds since the epoch."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


def test_a_trigger_opens_one_dialog_within_three_seconds() -> None:
    clock = Clock()
    with running(replace(FAST, clock=clock)) as workspace:
        app = App(workspace.connection)
        triggers: list[str] = []
        for _ in range(2):
            workspace.people.command("ada", "#ops", "/mission list")
            triggers.append(app.received[-1].payload["trigger_id"])
        workspace.bot.views_open(trigger_id=triggers[0], view=MODAL)
        again = workspace.refused("views.open", trigger_id=triggers[0], view=MODAL)
        clock.ahead += limits.TRIGGER_SECONDS + 0.1
        late = workspace.refused("views.open", trigger_id=triggers[1], view=MODAL)
        url = app.received[-1].payload["response_url"]
        clock.ahead += limits.RESPONSE_URL_SECONDS
        assert WebhookClient(url).send(text="x").status_code == 404
        app.close()
    assert (again["error"], late["error"]) == ("exchanged_trigger_id", "expired_trigger_id")


def test_home_is_published_and_shown(workspace: Workspace) -> None:
    """[R6]"""
    home = {"type": "home", "blocks": [SECTION]}
    view = workspace.bot.views_publish(user_id=ADA, view=home)["view"]
    assert workspace.people.home("grace") is None
    shown = workspace.people.home("ada")
    assert shown is not None
    assert shown["id"] == view["id"]
    stale = workspace.refused("views.publish", user_id=ADA, view=home, hash="old")
    assert stale["error"] == "hash_conflict"


def test_a_working_session_is_shown_and_can_be_stopped(workspace: Workspace, app: App) -> None:
    """[C10]"""
    people = workspace.people
    ts = people.post("ada", "dm", "watch this")
    call: Callable[..., Any] = workspace.bot.api_call
    session = {"channel_id": "D0LOCALADA", "thread_ts": ts, "status": "processing"}
    call("agents.sessions.setStatus", json=session)
    assert people.messages("dm")[0]["status"] == "is working…"
    people.stop("ada", "dm", ts)
    (stopped,) = people.wait_for(lambda: app.of("agent_session_stopped"))
    assert stopped.payload["event"]["thread_ts"] == ts
    call("agents.sessions.setStatus", json={**session, "status": "active"})
    assert people.messages("dm")[0]["status"] == ""


SHORTCUTS = """
display_information: {name: Houston}
features:
  shortcuts:
    - {name: Ask, type: message, callback_id: ask, description: Ask}
  slash_commands:
    - {command: /mission, description: Missions, usage_hint: list}
  agent_view: {agent_description: x, suggested_prompts: [{title: Watch, message: Watch it}]}
oauth_config: {scopes: {bot: [commands, chat:write]}}
settings: {interactivity: {is_enabled: true}}
"""


def test_what_the_manifest_declares_is_offered(tmp_path: Path) -> None:
    """[C1]"""
    manifest = tmp_path / "manifest.yml"
    manifest.write_text(SHORTCUTS)
    with running(replace(FAST, manifest=manifest)) as workspace:
        app = App(workspace.connection)
        state = workspace.people.state()
        assert [one["command"] for one in state["commands"]] == ["/mission"]
        assert [one["title"] for one in state["prompts"]] == ["Watch"]
        ts = workspace.people.post("ada", "#ops", "what is this?")
        assert workspace.people.shortcut("ada", "ask", "#ops", ts) == {"ok": True}
        (request,) = app.of("message_action")
        assert request.payload["callback_id"] == "ask"
        assert request.payload["message"]["text"] == "what is this?"
        with pytest.raises(Refused, match="unknown_shortcut"):
            workspace.people.shortcut("ada", "other")
        app.close()


def test_a_command_nobody_declared_is_refused(workspace: Workspace, app: App) -> None:
    assert workspace.people.command("ada", "#ops", "/lunch")["error"] == "unknown_command"
    (told,) = workspace.people.ephemerals("ada", "#ops")
    assert told["text"] == "/lunch is not a valid command."
    assert app.received == []


def test_a_choice_arrives_with_the_whole_option(workspace: Workspace, app: App) -> None:
    def option(value: str) -> Json:
        return {"text": {"type": "plain_text", "text": value.upper()}, "value": value}

    menu = {
        "type": "static_select",
        "action_id": "mute",
        "options": [option("2h"), option("tomorrow")],
    }
    dates = {"type": "datepicker", "action_id": "day", "initial_date": "2026-11-22"}
    blocks = [{"type": "actions", "block_id": "row", "elements": [menu, dates]}]
    ts = workspace.bot.chat_postMessage(channel="#ops", text="x", blocks=blocks)["ts"]
    workspace.people.click("ada", "#ops", ts, "mute", "tomorrow")
    (request,) = app.of("block_actions")
    assert request.payload["actions"][0]["selected_option"] == option("tomorrow")
    held = request.payload["state"]["values"]["row"]
    assert held["mute"]["selected_option"]["value"] == "tomorrow"
    assert held["day"]["selected_date"] == "2026-11-22"
    with pytest.raises(ValueError, match="there is no option"):
        workspace.people.click("ada", "#ops", ts, "mute", "never")


def test_an_external_menu_asks_the_app(workspace: Workspace, app: App) -> None:
    menu = {"type": "external_select", "action_id": "pick"}
    blocks = [{"type": "actions", "block_id": "row", "elements": [menu]}]
    ts = workspace.bot.chat_postMessage(channel="#ops", text="x", blocks=blocks)["ts"]
    found = [{"text": {"type": "plain_text", "text": "Nightly"}, "value": "M-1"}]
    app.answers["interactive"] = {"options": found}
    answer = workspace.people.suggest("ada", "#ops", ts, "pick", "nig")
    assert answer["options"] == found
    (request,) = app.of("block_suggestion")
    assert request.payload["value"] == "nig"


def test_an_ephemeral_message_changes_only_by_its_address(workspace: Workspace, app: App) -> None:
    """[C11]"""
    sent = workspace.bot.chat_postEphemeral(
        channel="#ops", user="U0LOCALGRACE", text="only you", blocks=[BUTTON]
    )
    ts = sent["message_ts"]
    refusal = workspace.refused("chat.update", channel="#ops", ts=ts, text="x")
    assert refusal["error"] == "message_not_found"
    assert workspace.people.ephemerals("ada", "#ops") == []
    workspace.people.click("grace", "#ops", ts, "go")
    (request,) = app.of("block_actions")
    assert request.payload["container"]["is_ephemeral"]
    webhook = WebhookClient(request.payload["response_url"])
    webhook.send(text="done", replace_original=True)
    assert [one["text"] for one in workspace.people.ephemerals("grace", "#ops")] == ["done"]
    webhook.send(delete_original=True)
    assert workspace.people.ephemerals("grace", "#ops") == []
