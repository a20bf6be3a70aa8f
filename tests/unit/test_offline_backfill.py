"""Stretches of the past, and what a backfill in words calls [S6 C7]."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agent.offline.reading import Context, read
from agent.offline.sentence import Sentence
from agent.offline.spans import find_span

NOW = datetime(2026, 11, 26, 10, 30, tzinfo=UTC)
"""A Thursday; 11:30 in Berlin."""
BERLIN = "Europe/Berlin"


def span(words: str) -> tuple[str, str] | None:
    found = find_span(Sentence(words), 0, NOW, BERLIN)
    if found is None or found.doubt:
        return None
    zoned = (t.astimezone(ZoneInfo(BERLIN)) for t in (found.first, found.last))
    first, last = (f"{t:%m-%d %H:%M}" for t in zoned)
    return first, last


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("from Monday to Wednesday", "11-23 00:00", "11-26 00:00"),
        ("Monday to Wednesday", "11-23 00:00", "11-26 00:00"),
        ("between Friday and Sunday", "11-20 00:00", "11-23 00:00"),
        ("from Friday to Monday", "11-20 00:00", "11-24 00:00"),
        ("from Thursday to Friday", "11-19 00:00", "11-21 00:00"),
        ("yesterday", "11-25 00:00", "11-26 00:00"),
        ("yesterday's", "11-25 00:00", "11-26 00:00"),
        ("today", "11-26 00:00", "11-27 00:00"),
        ("on Monday", "11-23 00:00", "11-24 00:00"),
        ("since Monday", "11-23 00:00", "11-26 11:30"),
        ("since 9:00", "11-26 09:00", "11-26 11:30"),
        ("since yesterday 14:00", "11-25 14:00", "11-26 11:30"),
        ("from 8:00 to 10:00", "11-26 08:00", "11-26 10:00"),
        ("from yesterday 22:00 to today 6am", "11-25 22:00", "11-26 06:00"),
        ("from 2026-11-20 to 2026-11-22", "11-20 00:00", "11-23 00:00"),
        ("from 20 November to 22 November", "11-20 00:00", "11-23 00:00"),
        ("the last 3 hours", "11-26 08:30", "11-26 11:30"),
        ("the last 2 days", "11-24 11:30", "11-26 11:30"),
        ("last week", "11-16 00:00", "11-23 00:00"),
        ("this week", "11-23 00:00", "11-26 11:30"),
    ],
)
def test_a_stretch_of_the_past(words: str, first: str, last: str) -> None:
    """[S6] Days are meant whole; weekdays are the latest that lie in the past."""
    assert span(words) == (first, last)


@pytest.mark.parametrize(
    "words", ["on Thursday", "from tomorrow", "from Monday", "until Friday", "soon", "9:00"]
)
def test_what_could_be_two_things_is_no_stretch(words: str) -> None:
    """[C2] Never guessed."""
    assert span(words) is None


def calls(words: str, focus: str | None = None) -> list[tuple[str, dict[str, Any]]]:
    context = Context(now=NOW, zone=BERLIN, focus=focus)
    return [(c.tool, c.arguments) for c in read(words, context)]


MON_WED = {"first": "2026-11-23T00:00", "last": "2026-11-26T00:00"}
YESTERDAY = {"first": "2026-11-25T00:00", "last": "2026-11-26T00:00"}

OF_T2 = {"mission": "Shop watch", "task": "T2", **YESTERDAY}


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        ("backfill Shop watch from Monday to Wednesday", {"mission": "Shop watch", **MON_WED}),
        ("please backfill it from Monday to Wednesday", MON_WED),
        ("run yesterday's missed checks of M-ABC234", {"mission": "M-ABC234", **YESTERDAY}),
        ("run the missed checks of yesterday", YESTERDAY),
        ("backfill yesterday", YESTERDAY),
        ("make up for yesterday", YESTERDAY),
        ("backfill T2 of Shop watch for yesterday", OF_T2),
        ("catch up on yesterday's runs of Shop watch", {"mission": "Shop watch", **YESTERDAY}),
    ],
)  # fmt: skip
def test_a_backfill_in_words(words: str, arguments: dict[str, Any]) -> None:
    """[S6 C7]"""
    assert calls(words) == [("offer_backfill", arguments)]


def test_without_a_stretch_it_asks() -> None:
    """[C2] With answers that read back."""
    ((tool, arguments),) = calls("backfill Shop watch")
    assert tool == "ask"
    for choice in arguments["questions"][0]["choices"]:
        ((next_tool, said),) = calls(choice["say"])
        assert (next_tool, said["mission"]) == ("offer_backfill", "Shop watch")


def test_a_run_now_is_no_backfill() -> None:
    """[C7] Nor is a change of the schedule."""
    assert calls("run it now", "M-ABC234") == [("offer_run", {})]
    assert calls("run Shop watch")[0][0] == "offer_run"
