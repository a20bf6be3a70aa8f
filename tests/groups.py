"""Which tests stay in one process: those that share a running system, module by module.

pytest 9.2 names tests by a structure, which pytest-xdist 3.8 does not know: groups that it writes
into their names are lost, so who hands tests out reads them here.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[1]
_GROUP = re.compile(r'xdist_group\("([\w-]+)"\)')
_SHARED = re.compile(r'fixture\(scope="module"')


class ByGroup(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out a group of tests as one piece, and each other test by itself."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid.partition("::")[0]) or nodeid


@cache
def group_of(module: str) -> str | None:
    """The group that a module's tests say, else the module if they share something made once."""
    path = ROOT / module
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if said := _GROUP.search(text):
        return said.group(1)
    whole = module.startswith(("tests/scenario/", "tests/browser/"))
    return module if whole or _SHARED.search(text) else None
