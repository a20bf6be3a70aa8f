"""missions ← agent ← jobs ← bot: a package imports only those to its left."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ORDER = ("missions", "agent", "jobs", "bot")
FOREIGN = {
    "missions": {"slack_sdk", "slack_bolt", "rq", "rq_scheduler", "langchain", "langgraph"},
    "agent": {"slack_sdk", "slack_bolt", "rq", "rq_scheduler"},
    "jobs": {"slack_sdk", "slack_bolt"},
}
"""What a package knows nothing of."""


def imported(module: Path) -> set[str]:
    """Top-level packages that a module imports, also inside functions and for types only."""
    found = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            found.add((node.module or "").partition(".")[0])
    return found


@pytest.mark.parametrize("package", ORDER)
def test_a_package_imports_only_those_to_its_left(package: str) -> None:
    right = {*ORDER[ORDER.index(package) + 1 :], "tests"} | FOREIGN.get(package, set())
    wrong = {
        str(module.relative_to(ROOT)): sorted(imported(module) & right)
        for module in sorted((ROOT / package).rglob("*.py"))
        if imported(module) & right
    }
    assert wrong == {}


def test_the_local_workspace_imports_nothing_but_the_limits() -> None:
    """It is a stand-in of Slack: what it shared with the bot it could not test."""
    for module in sorted((ROOT / "bot" / "workspace").rglob("*.py")):
        tree = ast.parse(module.read_text())
        names = {
            f"{node.module}.{node.names[0].name}" if node.module == "bot" else node.module or ""
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(ORDER)
        }
        foreign = {n for n in names if not n.startswith(("bot.workspace", "bot.limits"))}
        rules = {n for n in foreign if not n.startswith("bot.block_")}
        assert rules == set(), module
