"""Nothing bypasses the one client: no `say`, no `respond`, no posting call elsewhere [P4]."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

BOT = Path(__file__).parents[2] / "bot"
CLIENT = BOT / "client.py"
WORKSPACE = BOT / "workspace"
"""The stand-in for Slack is the other side: it answers these calls."""
POSTING = ("chat_", "views_", "files_", "reactions_", "conversations_open")
BOLT_TALK = {"say", "respond", "say_stream", "set_status"}


def sources() -> list[Path]:
    return [p for p in sorted(BOT.rglob("*.py")) if not p.is_relative_to(WORKSPACE)]


def calls(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr


def listeners(tree: ast.AST) -> Iterator[ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.AsyncFunctionDef):
            yield node


def parameters(function: ast.AsyncFunctionDef) -> set[str]:
    return {a.arg for a in (*function.args.args, *function.args.kwonlyargs)}


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(BOT)))
def test_only_the_client_posts(path: Path) -> None:
    """[P4 R5]"""
    if path == CLIENT:
        return
    found = {name for name in calls(ast.parse(path.read_text())) if name.startswith(POSTING)}
    assert not found


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(BOT)))
def test_no_listener_takes_what_bolt_says_things_with(path: Path) -> None:
    """[P4]"""
    for function in listeners(ast.parse(path.read_text())):
        assert not parameters(function) & BOLT_TALK, function.name


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(BOT)))
def test_nothing_runs_in_the_six_threads_of_asyncio(path: Path) -> None:
    assert "to_thread" not in set(calls(ast.parse(path.read_text())))


def test_the_check_finds_what_it_forbids() -> None:
    tree = ast.parse("async def on(say):\n    await client.chat_postMessage()\n")
    assert "chat_postMessage" in set(calls(tree))
    assert parameters(next(listeners(tree))) & BOLT_TALK
