"""What a report has beside its checks: words and advice of a model, and what was not looked at.

Where something was measured it stands above each of these, so that no words can stand alone that
say otherwise [B2].
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from agent.task.template import results_in_words
from bot.blocks.elements import Block, section
from bot.mrkdwn import Mrkdwn, bold, bullets, line, lines, told
from missions.execution import Report
from missions.phrases import say

_SHOWN: Final = 7
"""Of judgements and gaps there may be more; the file has them all."""
_LINE: Final = 300
_MEASURED: Final = 600


def outlook(found: Report, *, said: tuple[str, ...] = ()) -> list[Block]:
    """A section for each of the parts that there are, without what the message has `said`."""
    return [
        section(
            lines(
                [
                    bold(told(title)),
                    line(measured, _MEASURED) if measured else Mrkdwn(""),
                    bullets(line(text, _LINE) for text in _bounded(texts)),
                ]
            )
        )
        for title, measured, texts in _parts(found, said)
    ]


def outlook_text(found: Report) -> str:
    """All of it for a file; "" if there is nothing."""
    rows = [
        "\n".join(("", f"{say(title)}:", *filter(None, [measured]), *(f"- {t}" for t in texts)))
        for title, measured, texts in _parts(found, ())
    ]
    return "".join(f"\n{row}" for row in rows)


def _parts(found: Report, said: tuple[str, ...]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Title, what was measured, texts."""
    items, words = (n.text for n in found.judged), (n.text for n in found.notes)
    parts = {
        "report-judged": _unsaid(items, said),
        "report-words": _unsaid(words, said),
        "report-advice": found.advice,
        "report-gaps": _unsaid(found.gaps, () if found.results else said),
    }
    measured = results_in_words(found.results) if found.results else ""
    beside = say("report-beside", measured=measured) if measured else ""
    return [(title, beside, texts) for title, texts in parts.items() if texts]


def _unsaid(texts: Iterable[str], said: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(text for text in texts if not any(each.endswith(text) for each in said))


def _bounded(texts: tuple[str, ...]) -> tuple[str, ...]:
    if len(texts) <= _SHOWN:
        return texts
    return (*texts[: _SHOWN - 1], say("heard-rest", len(texts) - _SHOWN + 1))
