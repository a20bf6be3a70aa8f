"""Words of somebody that came from a dialog or a button: the root of the thread of the answer."""

from __future__ import annotations

from agent.clean import clean_slack_text
from bot.blocks.elements import context, section
from bot.blocks.layout import Message, compose
from bot.mrkdwn import Mrkdwn, bold, code, label, lines, link, mention, paragraph, told
from missions.cards import SaidCard, WishCard
from missions.mission import Mission

_WORDS = 2_600


def wish_card(card: WishCard) -> Message:
    """Who asks for what; the person is mentioned, as they may be somewhere else."""
    head = section(lines([told("wishes", who=mention(card.by)), _quoted(card.text)]))
    if card.link is None:
        return compose(Mrkdwn(""), [head])
    return compose(
        Mrkdwn(""),
        [head, context(told("from-message", link=link(card.link, told("this-message"))))],
    )


def said_card(mission: Mission, card: SaidCard) -> Message:
    """Who said what about which Mission; whom the words mention is not mentioned again."""
    lead = told("said-about", who=mention(card.by), mission=_named(mission))
    words = _quoted(clean_slack_text(card.text.removeprefix(f"{mission.id}: "), ""))
    return compose(Mrkdwn(""), [section(lines([lead, words]))])


def _named(mission: Mission) -> Mrkdwn:
    return Mrkdwn(f"{bold(label(mission.name))} {code(mission.id)}")


def _quoted(text: str) -> Mrkdwn:
    """The words as a quotation; what is too long ends with a line of its own."""
    shown: list[str] = []
    left = _WORDS
    for part in paragraph(text, _WORDS).split("\n"):
        left -= len(part) + len("> \n")
        if left < 0:
            shown.append("> …")
            break
        shown.append(f"> {part}")
    return Mrkdwn("\n".join(shown))
