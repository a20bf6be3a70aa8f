"""Cards and dialogs in every language: within Slack's limits, and nothing cut that people press."""

from __future__ import annotations

import pytest

from bot import limits
from missions.phrases import Language, ids, speaking
from tests.unit.block_samples import assert_openable, assert_sendable, messages, views

OTHERS = [language for language in Language if language is not Language.EN]


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize(("text", "count"), [("A check", 0), ("&" * 400, 9)])
def test_every_card_and_dialog_fits_in_every_language(
    language: Language, text: str, count: int
) -> None:
    """[R5 C9] Slack takes all of them, whatever is put into the sentences."""
    with speaking(language):
        for message in messages(text, count):
            assert_sendable(message)
        for view in views(text, min(count, 9)):
            assert_openable(view)


@pytest.mark.parametrize("language", Language)
def test_titles_of_dialogs_and_their_buttons_are_not_cut(language: Language) -> None:
    """[C9] Slack: 24 characters for the title of a dialog and for each of its buttons."""
    with speaking(language):
        shown = [view[key]["text"] for view in views("A check", 2) for key in SHORT if key in view]
    assert [text for text in shown if len(text) > limits.VIEW_TITLE or text.endswith("…")] == []


SHORT = ("title", "submit", "close")


@pytest.mark.parametrize("language", OTHERS)
def test_what_a_hint_says_is_not_cut(language: Language) -> None:
    """[C9] Slack: 150 characters below an input."""
    said = ids(language)
    long = {name: len(text) for name, (text, *_) in said.items() if name.endswith("-hint")}
    assert {name: size for name, size in long.items() if size > limits.INPUT_HINT} == {}
