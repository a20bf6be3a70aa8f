"""Asking, saying, helping."""

from __future__ import annotations

from langchain.tools import tool
from pydantic import Field

from agent.desk import Desk
from agent.operations import Arguments
from agent.tools.results import done
from agent.tools.runtime import AtDesk
from missions.cards import AskCard, Choice, HelpCard, Question, TextCard

QUESTIONS_MAX = 3
CHOICES_MAX = 5
LABEL_MAX = 75
"""Slack: 75 characters of text on a button."""


class Answer(Arguments):
    """An answer."""

    label: str = Field(min_length=1, max_length=LABEL_MAX, description="On the button.")
    say: str = Field(
        min_length=1,
        max_length=600,
        description="Sent as if the person had written it: the whole sentence, with the address "
        "and what else is known.",
    )


class Asked(Arguments):
    """What is missing."""

    text: str = Field(min_length=1, max_length=300)
    choices: tuple[Answer, ...] = Field((), max_length=CHOICES_MAX)


@tool
def ask(lead: str, questions: tuple[Asked, ...], runtime: AtDesk) -> str:
    """Ask the person, all in one card with at most 3 questions and proposed answers.

    Use it when something needed is missing or can be read in two ways; never guess. `lead` says in
    a sentence what you understood. End your turn afterwards.
    """
    if not questions or len(questions) > QUESTIONS_MAX:
        raise ValueError(f"ask 1 to {QUESTIONS_MAX} questions")
    put = tuple(
        Question(text=q.text, choices=tuple(Choice(label=c.label, say=c.say) for c in q.choices))
        for q in questions
    )
    desk: Desk = runtime.context
    desk.show(AskCard(lead=lead[:600], questions=put))
    return done(asked=len(put))


@tool
def say(text: str, runtime: AtDesk) -> str:
    """Say a sentence or a few to the person, in their language, without markup."""
    desk: Desk = runtime.context
    desk.show(TextCard(text=text.strip()[:3000] or "…"))
    return done()


@tool(name_or_callable="help")
def help_(runtime: AtDesk) -> str:
    """Show what can be asked of you. For greetings and questions about what you can do."""
    desk: Desk = runtime.context
    desk.show(HelpCard(offline=desk.offline))
    return done()
