"""The manifest is one that Slack takes, and asks for what the product uses (slack.md section 3)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.edge.accept import SPOKEN
from bot.edge.happenings import PERSON_EVENTS, REVOKED_EVENTS
from bot.edge.home import HOME_EVENT
from bot.edge.interactions import NAMED, ORDERS, SHORTCUTS
from bot.edge.lifecycle import CHANNEL_EVENTS
from bot.edge.noticed import NOTICED
from bot.edge.stopping import STOPPED_EVENT
from bot.edge.viewing import CONTEXT_EVENT
from bot.manifest import EVENT_SCOPES, METHOD_SCOPES, load, needed_scopes, scopes

CLIENT = Path(__file__).parents[2] / "bot" / "client.py"

KEYS: dict[str, set[str]] = {
    "": {"_metadata", "display_information", "features", "oauth_config", "settings"},
    "_metadata": {"major_version", "minor_version"},
    "display_information": {"name", "description", "long_description", "background_color"},
    "features": {
        "app_home",
        "bot_user",
        "agent_view",
        "slash_commands",
        "shortcuts",
        "unfurl_domains",
    },
    "features.app_home": {
        "home_tab_enabled",
        "messages_tab_enabled",
        "messages_tab_read_only_enabled",
    },
    "features.bot_user": {"display_name", "always_online"},
    "features.agent_view": {"agent_description", "suggested_prompts", "actions"},
    "features.agent_view.suggested_prompts": {"title", "message"},
    "features.shortcuts": {"name", "type", "callback_id", "description"},
    "features.slash_commands": {"command", "description", "usage_hint", "should_escape", "url"},
    "oauth_config": {"redirect_urls", "scopes", "pkce_enabled", "token_management_enabled"},
    "oauth_config.scopes": {"bot", "user", "bot_optional", "user_optional"},
    "settings": {
        "event_subscriptions",
        "interactivity",
        "org_deploy_enabled",
        "socket_mode_enabled",
        "token_rotation_enabled",
        "is_mcp_enabled",
        "incoming_webhooks",
        "allowed_ip_address_ranges",
    },
    "settings.event_subscriptions": {
        "request_url",
        "bot_events",
        "user_events",
        "metadata_subscriptions",
    },
    "settings.interactivity": {"is_enabled", "request_url", "message_menu_options_url"},
}
LENGTHS: dict[str, tuple[int, int]] = {
    "display_information.name": (1, 35),
    "display_information.description": (1, 140),
    "display_information.long_description": (175, 4000),
    "features.bot_user.display_name": (1, 80),
    "features.agent_view.agent_description": (1, 300),
    "features.shortcuts.name": (1, 24),
    "features.shortcuts.callback_id": (1, 255),
    "features.shortcuts.description": (1, 150),
    "features.slash_commands.command": (2, 32),
    "features.slash_commands.description": (1, 2000),
    "features.slash_commands.usage_hint": (1, 1000),
}


@pytest.fixture
def manifest() -> dict[str, Any]:
    return load()


def walk(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield path, value
        for key, item in value.items():
            yield from walk(item, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for item in value:
            yield from walk(item, path)
    else:
        yield path, value


def test_every_key_is_one_that_slack_knows(manifest: dict[str, Any]) -> None:
    for path, value in walk(manifest):
        if isinstance(value, dict):
            assert set(value) <= KEYS[path], path


def test_every_text_has_a_length_that_slack_takes(manifest: dict[str, Any]) -> None:
    found = dict.fromkeys(LENGTHS, 0)
    for path, value in walk(manifest):
        if path in LENGTHS:
            low, high = LENGTHS[path]
            assert low <= len(value) <= high, path
            found[path] += 1
    assert all(found.values())


def test_it_is_version_2_with_at_most_four_prompts(manifest: dict[str, Any]) -> None:
    assert manifest["_metadata"] == {"major_version": 2, "minor_version": 1}
    assert 1 <= len(manifest["features"]["agent_view"]["suggested_prompts"]) <= 4


def test_the_command_gets_ids_instead_of_names(manifest: dict[str, Any]) -> None:
    (command,) = manifest["features"]["slash_commands"]
    assert command["command"] == "/mission"
    assert command["should_escape"] is True


def test_the_usage_hint_names_every_subcommand(manifest: dict[str, Any]) -> None:
    (command,) = manifest["features"]["slash_commands"]
    hinted = {word.strip() for word in command["usage_hint"].strip("[]").split("|")}
    assert hinted == {*ORDERS, *NAMED}


def test_it_offers_the_shortcuts_that_are_carried_out(manifest: dict[str, Any]) -> None:
    """[C1]"""
    offered = {one["callback_id"]: one["type"] for one in manifest["features"]["shortcuts"]}
    assert set(offered) == set(SHORTCUTS)
    assert set(offered.values()) <= {"global", "message"}


def test_it_serves_socket_mode_with_clicks(manifest: dict[str, Any]) -> None:
    """[L4]"""
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert manifest["settings"]["interactivity"]["is_enabled"] is True


def test_it_asks_for_the_scopes_that_are_used_and_no_others(manifest: dict[str, Any]) -> None:
    assert scopes(manifest) == needed_scopes()


def test_it_subscribes_to_what_the_edge_hears_and_nothing_else(manifest: dict[str, Any]) -> None:
    subscribed = set(manifest["settings"]["event_subscriptions"]["bot_events"])
    heard = {name.partition(".")[0] for name in subscribed}
    assert subscribed == set(EVENT_SCOPES)
    others = {*CHANNEL_EVENTS, *PERSON_EVENTS, *REVOKED_EVENTS, HOME_EVENT, STOPPED_EVENT}
    others |= {CONTEXT_EVENT}
    assert heard == {*SPOKEN, *NOTICED, *others}


def test_every_method_that_the_client_calls_has_its_scopes() -> None:
    called = set()
    for node in ast.walk(ast.parse(CLIENT.read_text())):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in (
            "self._web",
            "self._look",
        ):
            called.add(node.attr)
    assert called == {name.replace(".", "_") for name in METHOD_SCOPES}
