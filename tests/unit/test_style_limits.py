"""Modules of one idea, functions of one level, and nothing swallowed without a reason."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("missions", "agent", "jobs", "bot")
MODULES = [m for package in PACKAGES for m in sorted((ROOT / package).rglob("*.py"))]
MODULE_MAX, FUNCTION_MAX, MEDIAN_MAX = 500, 60, 150


def name(module: Path) -> str:
    return str(module.relative_to(ROOT))


def test_no_module_is_too_long() -> None:
    lengths = {name(m): len(m.read_text().splitlines()) for m in MODULES}
    assert {m: n for m, n in lengths.items() if n > MODULE_MAX} == {}


def test_modules_are_short() -> None:
    lengths = [len(m.read_text().splitlines()) for m in MODULES if m.name != "__init__.py"]
    assert statistics.median(lengths) <= MEDIAN_MAX


def test_no_function_is_too_long() -> None:
    long = {
        f"{name(module)}:{node.name}": length
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_MAX
    }
    assert long == {}


def is_broad(handler: ast.ExceptHandler) -> bool:
    """Whether a handler takes every exception."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    broad = {"Exception", "BaseException"}
    return any(k is None or (isinstance(k, ast.Name) and k.id in broad) for k in kinds)


def test_every_broad_except_has_a_reason() -> None:
    """Beside it, above it, or as the first thing in it; or it raises again."""
    bare = []
    for module in MODULES:
        text = module.read_text()
        lines = text.splitlines()
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.ExceptHandler) or not is_broad(node):
                continue
            around = lines[node.lineno - 2 : node.body[0].lineno]
            raises = any(isinstance(n, ast.Raise) for n in ast.walk(node))
            if not raises and not any("#" in line for line in around):
                bare.append(f"{name(module)}:{node.lineno}")
    assert bare == []


def test_nothing_is_left_to_do() -> None:
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X ", "NotImplemented" + "Error")
    found = [f"{name(m)}: {w}" for m in MODULES for w in words if w in m.read_text()]
    assert found == []
