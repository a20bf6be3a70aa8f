"""Asking, saying, helping."""

from __future__ import annotations

from typing import Literal

from langchain.tools import tool
from pydantic import Field

from agent.desk import Desk
from agent.operations import Arguments
from agent.tools.results import done, refused
from agent.tools.runtime import AtDesk
from missions.cards import AskCard, Choice, HelpCard, Question, TextCard
from missions.cron import Cron
from missions.cron_words import cron_in_words

QUESTIONS_MAX = 3
CHOICES_MAX = 5
USUAL = ("0 * * * *", "0 9 * * *", "0 9 * * 1-5")
"""The times that are proposed where a model proposes none: hourly, daily, on weekdays."""
SAID_MAX = 500
"""Characters of what was said that a proposed answer repeats."""
_PROPOSE = (
    "“{text}” has no proposed answers. Give two to four likely ones in `choices`, each a whole "
    "sentence; only for what nobody can guess set `missing` to words."
)
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
    missing: Literal["when", "words", "other"] = Field(
        "other",
        description="when: only the times; choices are made if you give none. words: "
        "an address or a name that nobody can guess, so no choices.",
    )


@tool
def ask(lead: str, questions: tuple[Asked, ...], runtime: AtDesk) -> str:
    """Ask the person, all in one card with at most 3 questions and proposed answers, when something
    needed is missing or can be read in two ways; never guess. `lead` says in a sentence what you
    understood. Then end your turn.
    """
    if not questions or len(questions) > QUESTIONS_MAX:
        raise ValueError(f"ask 1 to {QUESTIONS_MAX} questions")
    desk: Desk = runtime.context
    put = tuple(Question(text=q.text, choices=_choices(desk, q)) for q in questions)
    bare = [q for q, shown in zip(questions, put, strict=True) if not shown.choices]
    if not desk.offline and any(q.missing != "words" for q in bare):
        return refused(*(_PROPOSE.format(text=q.text) for q in bare if q.missing != "words"))
    desk.show(AskCard(lead=lead[:600], questions=put))
    return done(asked=len(put))


def _choices(desk: Desk, asked: Asked) -> tuple[Choice, ...]:
    """The proposed answers; for times that were left out, the ones that most people choose."""
    if asked.choices or asked.missing != "when" or desk.offline:
        return tuple(Choice(label=c.label, say=c.say) for c in asked.choices)
    times = [cron_in_words(Cron.parse(cron)) for cron in USUAL]
    said = desk.text.rstrip(" .!?…。")[:SAID_MAX]
    return tuple(Choice(label=t[:LABEL_MAX], say=f"{said}, {t}") for t in times)


@tool
def say(text: str, runtime: AtDesk) -> str:
    """Say a sentence or a few to the person, in their language, without markup."""
    desk: Desk = runtime.context
    desk.show(TextCard(text=text.strip()[:3000] or "…"))
    return done()


@tool(name_or_callable="help")
def help_(runtime: AtDesk) -> str:
    """Show what can be asked of you: for greetings and questions about that."""
    desk: Desk = runtime.context
    desk.show(HelpCard(offline=desk.offline))
    return done()
