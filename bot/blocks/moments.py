"""Instants of which a text tells in words, said to each reader in their own zone [C9]."""

from __future__ import annotations

from collections.abc import Iterable

from bot.mrkdwn import Mrkdwn, date_as, escape
from missions.execution import Moment


def told_there(text: Mrkdwn, times: Iterable[Moment]) -> Mrkdwn:
    """The text with a date of Slack's for the words of each instant.

    Of each line the last such words only: what is quoted in it stands before them and stays as
    somebody wrote it.
    """
    known = {escape(one.words): one for one in times if one.words.strip()}
    return Mrkdwn("\n".join(_line(one, known) for one in text.split("\n"))) if known else text


def _line(text: str, known: dict[Mrkdwn, Moment]) -> str:
    found = [(text.rfind(words), len(words), words) for words in known if words in text]
    if not found:
        return text
    at, size, words = max(found)
    return f"{text[:at]}{date_as(known[words].at, words)}{text[at + size :]}"
