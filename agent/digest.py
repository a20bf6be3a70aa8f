"""What went on in a channel, in facts that code counts: no opinion, no guess."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from missions.said import Heard, Said

THREADS, QUESTIONS, LINKS = 10, 20, 15
"""How many of each the full text names."""
SETTLE = timedelta(minutes=30)
"""A question younger than this is not yet called unanswered."""
_LINK = re.compile(r"https?://[^\s<>\"'“”()\[\]]+")
_QUESTION = re.compile(r"[?？؟][\s\"'”)\]!?？]*(?:$|\n)")


@dataclass(frozen=True)
class Digest:
    """Counted over a stretch of time. `links` are addresses with how often each was shared."""

    since: datetime
    messages: int
    replies: int
    people: int
    threads: tuple[Said, ...] = ()
    questions: tuple[Said, ...] = ()
    links: tuple[tuple[str, int], ...] = ()
    more: bool = False

    @property
    def hosts(self) -> tuple[tuple[str, int], ...]:
        """Where the links lead to, the most shared first."""
        count: Counter[str] = Counter()
        for url, times in self.links:
            count[_host(url)] += times
        return tuple(count.most_common())


def digest(heard: Heard, since: datetime, now: datetime) -> Digest:
    """The facts. A question is unanswered if nobody replied or reacted to it in half an hour."""
    said = heard.messages
    threads = sorted((m for m in said if m.replies), key=lambda m: (-m.replies, m.at))
    questions = [m for m in said if _unanswered(m, now)]
    return Digest(
        since=since,
        messages=len(said),
        replies=sum(m.replies for m in said),
        people=len({m.by for m in said}),
        threads=tuple(threads),
        questions=tuple(questions),
        links=tuple(_links(said).most_common()),
        more=heard.more,
    )


def _unanswered(message: Said, now: datetime) -> bool:
    asks = _QUESTION.search(_LINK.sub("", message.text)) is not None
    return asks and not message.replies and not message.reactions and now - message.at >= SETTLE


def _links(said: Sequence[Said]) -> Counter[str]:
    return Counter(url for message in said for url in dict.fromkeys(_urls(message.text)))


def _urls(text: str) -> list[str]:
    """Addresses in it, without the marks that end a sentence."""
    return [url.rstrip(".,;:!?") for url in _LINK.findall(text)]


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url
