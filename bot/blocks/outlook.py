"""What a report has beside its checks: advice of a model, and what could not be looked at."""

from __future__ import annotations

from typing import Final

from bot.blocks.elements import Block, section
from bot.mrkdwn import bold, bullets, line, lines, told
from missions.execution import Report
from missions.phrases import say

_SHOWN: Final = 5
_LINE: Final = 240


def outlook(found: Report) -> list[Block]:
    """A section for each of the two that there is."""
    return [
        section(lines([bold(told(title)), bullets(line(text, _LINE) for text in _bounded(texts))]))
        for title, texts in _parts(found)
    ]


def outlook_text(found: Report) -> str:
    """All of it for a file; "" if there is nothing."""
    rows = [
        "\n".join(("", f"{say(title)}:", *(f"- {text}" for text in texts)))
        for title, texts in _parts(found)
    ]
    return "".join(f"\n{row}" for row in rows)


def _parts(found: Report) -> list[tuple[str, tuple[str, ...]]]:
    both = {"report-advice": found.advice, "report-gaps": found.gaps}
    return [(title, texts) for title, texts in both.items() if texts]


def _bounded(texts: tuple[str, ...]) -> tuple[str, ...]:
    if len(texts) <= _SHOWN:
        return texts
    return (*texts[: _SHOWN - 1], say("heard-rest", len(texts) - _SHOWN + 1))
