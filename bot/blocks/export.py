"""A Mission as YAML, or its Executions as CSV, to be copied [R9]."""

from __future__ import annotations

from typing import Final

from bot.blocks.elements import Block, context, preformatted, section
from bot.blocks.layout import Message, compose
from bot.blocks.look import mission_line
from bot.mrkdwn import Mrkdwn, told
from missions.mission import Mission

PART: Final = 2_800
"""Characters in one block."""


def export(mission: Mission, text: str, *, csv: bool) -> Message:
    """The text in code style; what does not fit is had from the command line."""
    groups: list[list[Block]] = [[preformatted(part)] for part in _parts(text.splitlines())]
    head = [section(mission_line(mission))]
    tail = [context(told("exported-csv") if csv else told("exported"))]
    return compose(Mrkdwn(""), head, groups, tail, lambda _: told("export-cut"))


def _parts(lines: list[str]) -> list[list[str]]:
    """The lines in groups that each fit into a block."""
    parts: list[list[str]] = [[]]
    size = 0
    for line in (piece for whole in lines for piece in _pieces(whole)):
        if size + len(line) + 1 > PART:
            parts.append([])
            size = 0
        parts[-1].append(line)
        size += len(line) + 1
    return parts


def _pieces(line: str) -> list[str]:
    return [line[at : at + PART - 1] for at in range(0, len(line), PART - 1)] or [""]
