"""Whom reports mention, as a plan shows it: by name, as a plan itself mentions nobody [R1]."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks.look import People
from bot.mrkdwn import Mrkdwn, label, told
from missions.blueprint import Mention, MentionOn
from missions.describe import mention_in_words
from missions.phrases import say


def mentions(wanted: Sequence[Mention], people: People) -> Mrkdwn:
    """`Mentions  Ana, Bob on critical findings; Eve when a run fails`; empty if there are none."""
    if not wanted:
        return Mrkdwn("")
    parts = []
    for on in MentionOn:
        names = [label(people.get(m.person, m.person), 60) for m in wanted if m.on is on]
        if names:
            people_named = Mrkdwn(say("comma").join(names))
            parts.append(
                told("mentions-when", people=people_named, when=Mrkdwn(mention_in_words(on)))
            )
    return told("mentions", people=Mrkdwn("; ".join(parts)))
