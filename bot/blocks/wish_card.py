"""A wish that came from the New Mission dialog: the root of the thread in which it is answered."""

from __future__ import annotations

from bot.blocks.elements import context, section
from bot.blocks.layout import Message, compose
from bot.mrkdwn import Mrkdwn, lines, link, mention, paragraph, told
from missions.cards import WishCard

_WORDS = 2_600


def wish_card(card: WishCard) -> Message:
    """Who asks for what; the person is mentioned, as they may be somewhere else."""
    words = paragraph(card.text, _WORDS)
    quoted = Mrkdwn("\n".join(f"> {part}" for part in words.split("\n")))
    head = section(lines([told("wishes", who=mention(card.by)), quoted]))
    if card.link is None:
        return compose(Mrkdwn(""), [head])
    return compose(
        Mrkdwn(""),
        [head, context(told("from-message", link=link(card.link, told("this-message"))))],
    )
