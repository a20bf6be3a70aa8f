"""Puts one entry of the outbox into Slack: posted, adopted, updated, or for one person [R4]."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import Final, TypeVar

import structlog

from bot.blocks.charts import without_charts
from bot.blocks.elements import context
from bot.blocks.layout import Message, with_block_id
from bot.blocks.steps import ended
from bot.client import SlackClient
from bot.edge.click import kinded, mark
from bot.facts.charts import no_charts_key
from bot.mrkdwn import lines, told
from bot.slack_errors import (
    InvalidBlocks,
    MessageGone,
    MessageNotOurs,
    NotStreaming,
    SlackFailure,
    StillStreaming,
)
from missions.cards import SorryCard
from missions.domain import Domain
from missions.ids import PersonId
from missions.keys import TeamKeys
from missions.outbox import Entry

log = structlog.get_logger("bot.posting")
T = TypeVar("T")

NO_CHARTS_MS: Final = 24 * 60 * 60 * 1000
"""How long a Slack that refused a chart is not asked again."""
REFUSED_MS: Final = 60 * 60 * 1000
"""How long it is remembered that Slack refused the blocks of an entry."""
SKEW: Final = timedelta(minutes=10)
"""How far Slack's clock may be behind ours when a post is looked for."""
LOOKED: Final = 2_000
"""How many messages since the intent are looked through."""


class Posting:
    """Entries to messages."""

    def __init__(self, domain: Domain, client: SlackClient) -> None:
        self._domain = domain
        self._client = client

    def send(self, e: Entry, message: Message, *, tried: bool) -> str | None:
        """Bring the message to Slack; its ts, or None if nothing stays. Raises `SlackFailure`.

        `tried` says that somebody was about to post it before, with an unknown outcome.
        """
        message = _marked(message, e)
        if e.to:
            self._whisper(e, e.to, _again(message) if tried else message)
            return None
        edited = self._update(e, message) or self._into_live(e, message)
        if edited:
            return edited
        if e.redraw:
            raise MessageGone("message_not_found")
        thread_ts = self.thread(e)
        if tried:
            try:
                found = self._find(e, thread_ts)
            except SlackFailure as failure:
                if not failure.permanent:
                    raise
                message = _again(message)
            else:
                if found:
                    return found
        return self._post(e, message, thread_ts)

    def _post(self, e: Entry, message: Message, thread_ts: str | None) -> str:
        return self._fitting(e, message, lambda m: self._client.post(e.channel, m, thread_ts))

    def _fitting(self, e: Entry, message: Message, send: Callable[[Message], T]) -> T:
        """Send it; if Slack refuses a block, without charts, and at the least as text [R5].

        That it was refused is remembered: the next try may have to wait for Slack's pace, and must
        not begin with the same blocks for ever.
        """
        plain = TeamKeys(e.team).cache("plain", e.id)
        if self._domain.redis.exists(plain):
            return send(replace(message, blocks=()))
        try:
            return send(message)
        except InvalidBlocks:
            plainer = without_charts(message)
        if plainer != message:
            # Before the next try: that one may have to wait for Slack's pace, and begins anew.
            self._domain.redis.set(no_charts_key(e.team), "1", px=NO_CHARTS_MS)
            try:
                return send(plainer)
            except InvalidBlocks:
                self._domain.redis.delete(no_charts_key(e.team))
        self._domain.redis.set(plain, "1", px=REFUSED_MS)
        return send(replace(message, blocks=()))

    def _whisper(self, e: Entry, person: PersonId, message: Message) -> None:
        """Show it to one person; what they saw cannot be looked for."""
        self._fitting(
            e, message, lambda m: self._client.ephemeral(e.channel, person, m, e.thread_ts)
        )

    def _update(self, e: Entry, message: Message) -> str | None:
        """Edit the message of an earlier entry; None if it is not there to be edited."""
        if e.mission is None or e.update is None:
            return None
        where = self._domain.outbox.where(e.team, e.mission, e.update)
        if where is None:
            return None
        channel, ts = where
        try:
            self._fitting(e, message, lambda m: self._client.update(channel, ts, m))
        except MessageGone:
            return None
        return ts

    def _into_live(self, e: Entry, message: Message) -> str | None:
        """End the message that grew with the answer, or put the answer in its place [C10].

        None if there is none, or it cannot be changed: then it goes, and the answer is posted.
        """
        if e.live is None:
            return None
        channel, ts, client = e.channel, e.live, self._client
        if e.conversation:
            self._domain.mailboxes.show_anew(e.team, e.conversation)
        ends = {"blocks": [*message.blocks]} if message.blocks else {}
        if e.steps:
            ends["chunks"] = ended(e.steps, failed=isinstance(e.card, SorryCard))
        for given in (ends, {}):
            try:
                client.stop_stream(channel, ts, "active", **given)
            except (NotStreaming, MessageGone):
                break
            except SlackFailure as failure:
                if not failure.permanent:
                    raise
                log.info("stream_not_ended", entry=e.id, code=failure.code)
                continue
            if "blocks" in given:
                return ts
        try:
            self._fitting(e, message, lambda m: client.update(channel, ts, m))
        except (MessageGone, MessageNotOurs, StillStreaming):
            with suppress(MessageGone, MessageNotOurs):
                client.delete(channel, ts)
            return None
        return ts

    def thread(self, e: Entry) -> str | None:
        """The root of the thread that the entry goes into; `MessageGone` if it was not posted."""
        if e.thread_of is None:
            return e.thread_ts
        found = self._domain.outbox.where(e.team, e.mission, e.thread_of) if e.mission else None
        if found is None:
            raise MessageGone("(the thread's root was not posted)")
        return found[1]

    def _find(self, e: Entry, thread_ts: str | None) -> str | None:
        """The message that an earlier attempt posted, by the outbox id in its first block."""
        since = e.posting_since
        if since is None:
            return None
        oldest = f"{(since - SKEW).timestamp():.6f}"
        if thread_ts:
            said = self._client.replies(e.channel, thread_ts, oldest)
        else:
            said = self._client.history(e.channel, oldest)
        for message in islice(said, LOOKED):
            blocks = message.get("blocks") or []
            if any(block.get("block_id") == e.id for block in blocks):
                return str(message["ts"])
        return None


def _marked(message: Message, e: Entry) -> Message:
    """With the outbox id on the first block, and the kind of card on the second.

    What one person sees is never looked for.
    """
    if e.to:
        return kinded(message, e.card.kind)
    message = with_block_id(message, e.id)
    first, *rest = message.blocks
    if not rest:
        return message
    second = {**rest[0], "block_id": mark(e.card.kind, e.id)}
    return replace(message, blocks=(first, second, *rest[1:]))


def _again(message: Message) -> Message:
    again = told("sent-again")
    return Message(lines([message.text, again]), (*message.blocks, context(again)))
