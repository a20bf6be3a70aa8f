"""A question comes with proposed answers, wherever somebody could guess them [C2]."""

from __future__ import annotations

from typing import Any

from agent.conversation import TurnResult
from missions.cards import AskCard
from missions.phrases import Language, speaking
from tests.unit.desk_kit import desk, reader
from tests.unit.test_conversation import DONE, THREAD, calls, scripted, with_model

YES = {"label": "Hourly", "say": "check https://a.test hourly"}


def asked(*rounds: list[dict[str, Any]], said: str = "check https://a.test") -> TurnResult:
    """A model asks these questions, and again after what it is told."""
    each = [calls(("ask", {"lead": "One thing.", "questions": list(some)})) for some in rounds]
    return with_model(scripted(*each, DONE)).turn(desk(said, reader()), THREAD, None)


def test_a_question_without_proposed_answers_is_put_anew() -> None:
    """[C2] The model is told, nobody sees it, and what it asks then has answers."""
    result = asked([{"text": "How slow is slow?"}], [{"text": "How slow?", "choices": [YES]}])
    (card,) = result.cards
    assert isinstance(card, AskCard)
    assert [q.text for q in card.questions] == ["How slow?"]
    assert [c.label for c in card.questions[0].choices] == ["Hourly"]


def test_what_nobody_can_guess_is_asked_without_answers() -> None:
    """[C2] An address, or a name."""
    (card,) = asked([{"text": "Which address?", "missing": "words"}]).cards
    assert isinstance(card, AskCard)
    assert card.questions[0].choices == ()


def test_times_are_proposed_by_code() -> None:
    """[C2 C9] Each answer is the person's sentence with a usual time, in their language."""
    for language, hourly in ((Language.EN, "Every hour"), (Language.DE, "Jede Stunde")):
        with speaking(language):
            (card,) = asked([{"text": "When?", "missing": "when"}], said="check a.test!").cards
        assert isinstance(card, AskCard)
        labels = [c.label for c in card.questions[0].choices]
        assert len(labels) == 3
        assert labels[0] == hourly
        assert card.questions[0].choices[0].say == f"check a.test, {hourly}"
