"""What is missing, asked in one card with proposed answers as buttons [C2]."""

from __future__ import annotations

from collections.abc import Iterable

from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import Block, Element, actions, fitting, section, too_long
from bot.blocks.layout import Message, compose
from bot.mrkdwn import Mrkdwn, bold, chunks, from_markdown, label, lines, told
from missions.cards import AskCard, Choice, Question

_CHOICES = 10
_LEAD_PARTS = 1


def ask_card(card: AskCard) -> Message:
    """The lead, then each question with its answers; a click says the answer."""
    head = [section(part) for part in chunks(from_markdown(card.lead), 2_000)[:_LEAD_PARTS]]
    groups = [_question(question) for question in card.questions]
    return compose(Mrkdwn(""), head, groups or [[section(Mrkdwn(""))]], (), _more)


def _question(question: Question) -> list[Block]:
    asked = section(bold(label(question.text, 500)))
    answers = list(_answers(question.choices))
    pressed = [button for _, button in answers if button]
    rest = [label(text, 500) for text, button in answers if not button]
    written = [section(lines(rest)), too_long()] if rest else []
    return [asked, *([actions(*pressed)] if pressed else []), *written]


def _answers(choices: Iterable[Choice]) -> Iterable[tuple[str, Element | None]]:
    """Each answer with its button; None for one that is too long for any."""
    told = [choice for choice in choices if choice.label.strip() or choice.say.strip()]
    for number, choice in enumerate(told[:_CHOICES]):
        text, say = choice.label.strip() or choice.say, choice.say.strip() or choice.label
        yield text, fitting(text, ActionId.ANSWER, Value(extra=say), number=number)


def _more(left: int) -> Mrkdwn:
    return told("more-questions", left, where=told("ask-next"))
