"""`houston doctor` finds what is wrong, one line each, with what to do [L3]."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from redis import Redis

from bot import cli
from bot.doctor.machine import look_at_machine, look_at_model
from bot.doctor.result import Result
from bot.doctor.run import looks
from bot.doctor.storage import look_at_storage
from bot.manifest import PATH
from bot.settings import Settings
from bot.workspace.config import Connection, WorkspaceConfig
from bot.workspace.threaded import in_thread
from tests.support.storage import StorageServer

SECRETS = ("xoxb-", "xapp-")


@pytest.fixture(scope="module")
def workspace() -> Iterator[Connection]:
    with in_thread(WorkspaceConfig(demo=False, manifest=PATH)) as running:
        yield running.connection


def environ(at: Connection, storage: StorageServer, folder: Path, **more: str) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": at.bot_token,
        "SLACK_APP_TOKEN": at.app_token,
        "SLACK_API_URL": at.api_url,
        "REDIS_URL": storage.url,
        "HOUSTON_DATA_DIR": str(folder),
        **more,
    }


def problems(env: dict[str, str]) -> dict[str, Result]:
    return {r.what: r for r in looks(Settings.read(env)) if not r.well}


def test_a_healthy_set_up_has_no_problem(
    workspace: Connection,
    storage: StorageServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """[L3 P7] Exit code 0, and no secret is printed."""
    for name, value in environ(workspace, storage, tmp_path).items():
        monkeypatch.setenv(name, value)
    assert cli.main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "All is well." in said
    for what in ("Slack", "scopes", "Socket Mode", "storage", "durability", "eviction", "clock"):
        assert f"ok       {what}" in said
    assert not any(secret in said for secret in SECRETS)


def test_a_problem_ends_with_code_1_and_says_what_to_do(
    workspace: Connection,
    storage: StorageServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """[L3]"""
    env = environ(workspace, storage, tmp_path, SLACK_BOT_TOKEN="xoxb-wrong")
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert cli.main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "PROBLEM  Slack" in said
    assert "→ Take the Bot User OAuth Token anew" in said
    assert "1 problem found." in said


def test_a_scope_that_is_missing_is_named(storage: StorageServer, tmp_path: Path) -> None:
    """[L3]"""
    manifest = yaml.safe_load(PATH.read_text())
    manifest["oauth_config"]["scopes"]["bot"].remove("im:write")
    path = tmp_path / "manifest.yml"
    path.write_text(yaml.safe_dump(manifest))
    with in_thread(WorkspaceConfig(demo=False, manifest=path)) as running:
        found = problems(environ(running.connection, storage, tmp_path))
    assert list(found) == ["scopes"]
    assert found["scopes"].said == "the token lacks im:write"


def test_wrong_ways_in_are_found(
    workspace: Connection, storage: StorageServer, tmp_path: Path
) -> None:
    """[L3]"""
    env = environ(workspace, storage, tmp_path, SLACK_APP_TOKEN="xapp-wrong")
    assert list(problems(env)) == ["Socket Mode"]
    called = env | {"SLACK_SIGNING_SECRET": "short", "HOUSTON_HTTP_PORT": "3000"}
    called.pop("SLACK_APP_TOKEN")
    assert list(problems(called)) == ["HTTP mode"]
    called["SLACK_SIGNING_SECRET"] = "0123456789abcdef" * 2
    assert problems(called) == {}
    away = env | {"SLACK_API_URL": "http://127.0.0.1:9/api/"}
    assert list(problems(away)) == ["Slack"]


def test_a_storage_that_forgets_is_found(storage: StorageServer, redis: Redis) -> None:
    """[L3] No append-only file, and an eviction policy."""
    settings = Settings.read({"REDIS_URL": storage.url})
    redis.config_set("appendonly", "no")
    redis.config_set("maxmemory-policy", "allkeys-lru")
    try:
        found = [r for r in look_at_storage(settings, lambda: redis.time()[0]) if not r.well]
    finally:
        redis.config_set("appendonly", "yes")
        redis.config_set("maxmemory-policy", "noeviction")
    assert [r.what for r in found] == ["durability", "eviction"]
    assert "appendonly yes" in found[0].cure


def test_clocks_that_differ_are_found(storage: StorageServer, redis: Redis) -> None:
    """[L3]"""
    settings = Settings.read({"REDIS_URL": storage.url})
    found = [r for r in look_at_storage(settings, lambda: redis.time()[0] + 9.0) if not r.well]
    assert [r.what for r in found] == ["clock"]


def test_a_storage_that_is_not_there_is_one_problem(tmp_path: Path) -> None:
    """[L3]"""
    settings = Settings.read({"REDIS_URL": f"unix://{tmp_path}/none.sock"})
    (found,) = look_at_storage(settings, lambda: 0.0)
    assert not found.well
    assert "REDIS_URL" in found.cure


def test_zones_and_model_are_looked_at(tmp_path: Path) -> None:
    """[L3]"""
    settings = Settings.read({"HOUSTON_DATA_DIR": str(tmp_path)})
    bare, folder = look_at_machine(settings, lambda: {"UTC"})
    assert "Europe/Berlin" in bare.said
    assert folder.well
    assert look_at_model(settings, ask=True).well
    wrong = Settings.read({"HOUSTON_MODEL": "nonsense"})
    assert not look_at_model(wrong, ask=False).well


def test_with_nothing_set_there_is_nothing_to_mend(tmp_path: Path) -> None:
    """[L1 L3]"""
    assert problems({"HOUSTON_DATA_DIR": str(tmp_path)}) == {}
