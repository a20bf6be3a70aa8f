"""Finds sentences that stand in the code instead of the catalogue."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
_WORDS = re.compile(r"[A-Za-z’']{2,},? [A-Za-z]{2,}")
_LABEL = re.compile(r"[A-Z][a-z]+…?")
_TYPED = ("`/mission ",)
"""What is typed as it is, in every language."""
_NAME = "Houston"
_SHOWN = frozenset({"Mrkdwn", "button", "header", "select", "plain", "overflow", "link_button"})
_UNSEEN = frozenset({"cast", "debug", "info", "warning", "error", "exception", "compile", "getenv"})
_BUGS = re.compile(r"(Value|Type|Key|Runtime|Lookup|Assertion)Error|NotWired|NotInstalled")


def modules(*packages: str) -> list[Path]:
    """All modules of these packages."""
    return [m for package in packages for m in sorted((ROOT / package).rglob("*.py"))]


def name(module: Path) -> str:
    return str(module.relative_to(ROOT))


def sentences(module: Path) -> list[str]:
    """What in a module looks like words for people: two words in a row, or a label on a button."""
    tree = ast.parse(module.read_text())
    hidden = set(_hidden(tree))
    said = [
        text
        for node in ast.walk(tree)
        if (text := _text(node)) is not None
        and id(node) not in hidden
        and _WORDS.search(text)
        and not text.startswith(_TYPED)
    ]
    return [*said, *_labels(tree)]


def _text(node: ast.AST) -> str | None:
    """A text that stands there, also one that values are put into, as a whole."""
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(getattr(part, "value", "")) if isinstance(part, ast.Constant) else "{}"
            for part in node.values
        )
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def _labels(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in _SHOWN and node.args:
            first = node.args[0]
            if (
                isinstance(first, ast.Constant)
                and _LABEL.fullmatch(str(first.value))
                and first.value != _NAME
            ):
                yield str(first.value)


def _hidden(tree: ast.AST) -> Iterator[int]:
    """Docstrings, what is logged, patterns, and errors that only a defect raises."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield id(node.value)
        unseen = isinstance(node, ast.Call) and (
            _called(node) in _UNSEEN or _BUGS.fullmatch(_called(node))
        )
        if unseen:
            yield from (id(part) for part in ast.walk(node))


def _called(node: ast.Call) -> str:
    found = node.func
    if isinstance(found, ast.Attribute):
        return found.attr
    return found.id if isinstance(found, ast.Name) else ""
