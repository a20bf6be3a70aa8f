"""Records say it in English, and are read in the reader's language [C9 M7]."""

from __future__ import annotations

import pytest

from missions.phrases import Language, speaking
from missions.recorded import kept, retold


def in_german(text: str) -> str:
    with speaking(Language.DE):
        return retold(text)


def test_what_is_kept_is_english_whoever_causes_it() -> None:
    with speaking(Language.JA):
        assert kept("rec-version", n=4) == "version 4"


@pytest.mark.parametrize(
    ("record", "german"),
    [
        ("Run now", "Jetzt ausgeführt"),
        ("version 4", "Version 4"),
        ("3 runs in a row failed", "3 Läufe nacheinander sind fehlgeschlagen"),
        ("1 past run", "1 vergangener Lauf"),
        ("1,200 past runs", "1.200 vergangene Läufe"),
        ("for 30 days, at most 1,000 runs", "30 Tage lang, höchstens 1.000 Läufe"),
        ("Task T1 paused", "Task T1 pausiert"),
        (
            "at most 5,000 tokens a run and 9,000 a day; at most $0.50 a run",
            "höchstens 5,000 Tokens pro Lauf und 9,000 pro Tag; höchstens $0.50 pro Lauf",
        ),
        ("at most $2.00 a day", "höchstens $2.00 pro Tag"),
    ],
)
def test_it_is_said_again_in_another_language(record: str, german: str) -> None:
    """[M7] The change log is read in the language of whoever looks."""
    assert in_german(record) == german


def test_a_sentence_within_a_sentence_is_said_again_too() -> None:
    said = kept("rec-not-started", why=kept("rec-why-late"))
    assert in_german(said).endswith("nicht gestartet: er hat zu lange gewartet.")


def test_names_within_stay_as_they_are() -> None:
    said = kept("rec-failed-in-row", task="Launched", mission="Paused", n=3, most=10)
    assert in_german(said).startswith("„Launched“ von Paused ist 3-mal")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "code freeze",
        "Fixed it. Twice.",
        "version of mine",
        "until Friday",
        "at most a day; a b",
    ],
)
def test_what_a_person_wrote_stays_as_it_is(text: str) -> None:
    assert in_german(text) == text


def test_what_follows_a_foreign_sentence_is_said_again() -> None:
    record = "The door is locked. Nobody answered in time. It was not done."
    assert in_german(record).startswith("The door is locked. Niemand")


def test_english_readers_read_the_record() -> None:
    assert retold("Run now") == "Run now"
