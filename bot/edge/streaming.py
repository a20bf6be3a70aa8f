"""Shows a person what is done for an answer that takes long, in a message that grows [C10].

Only in direct messages: in a channel others would see nothing move. It begins when an answer takes
longer than a moment; the answer then takes its place (`bot.posting`). One loop looks after all such
messages; what a process left behind that died while it began one, the next look takes away.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import structlog

from bot.blocks.steps import added, begun, task_id
from bot.edge.context import Edge
from bot.slack_errors import (
    MessageGone,
    MessageNotOurs,
    NotStreaming,
    OutcomeUnknown,
    RateLimited,
    SlackFailure,
    UnknownMethod,
)
from missions import keys as k
from missions.conversation import place_of
from missions.ids import ConversationId
from missions.keys import TeamKeys
from missions.live import ORPHAN_MS, Live, StepKind, Steps
from missions.mailbox import Incoming
from missions.phrases import speaking

Json = dict[str, Any]
AFTER_SECONDS: Final = 2.0
"""What is answered sooner shows no steps."""
LIFE_MS: Final = 230_000
"""Slack ends such a message after 5 minutes at the latest; until then it has to be ended."""
HELD_MS: Final = 10_000
"""How long one process has a conversation's message to itself; a call takes 2 s, or 10 s to end."""
_NEVER: Final = frozenset({"feature_disabled", "not_allowed_token_type", "not_authorized"})
"""What Slack answers, besides for an unknown method, where this app cannot stream at all."""

log = structlog.get_logger("bot.edge")


class Streams:
    """The messages that grow in one workspace."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._lives = edge.domain.lives
        self._none_here = False
        self._not_before = 0.0

    def look(self, waiting: Sequence[str], every: Mapping[str, str]) -> None:
        """Begin, add to and end what shows turns. `waiting` are conversations with something to
        answer, `every` what is shown in all workspaces."""
        mine = f"{self._edge.team}{k.SEPARATOR}"
        busy = [name for name in waiting if name.startswith(mine) and f"{k.SEPARATOR}D" in name]
        shown = {name: text for name, text in every.items() if name.startswith(mine)}
        for name in sorted({*busy, *shown}):
            if self._none_here and name not in shown:
                continue
            conversation = ConversationId(k.split_member(name, 2)[1])
            live = Live.load(shown[name]) if name in shown else None
            self._alone(conversation, live)

    def _alone(self, conversation: ConversationId, live: Live | None) -> None:
        """Look after one conversation, unless another process is at it."""
        edge = self._edge
        head = edge.domain.mailboxes.head(edge.team, conversation)
        steps = self._lives.steps(edge.team, conversation, head[1]) if head else None
        if live is None and (steps is None or not self._is_long(steps)):
            return
        lock = TeamKeys(edge.team).cache("streaming", conversation)
        if not edge.domain.redis.set(lock, "1", nx=True, px=HELD_MS):
            return
        try:
            self._see_to(conversation, live, head, steps)
        except RateLimited as limited:
            self._not_before = time.monotonic() + limited.retry_after
        except SlackFailure as failure:
            log.info("not_streamed", conversation=conversation, code=failure.code)
        finally:
            edge.domain.redis.unlink(lock)

    def _is_long(self, steps: Steps) -> bool:
        """Whether it takes long, and Slack may be asked now."""
        since = (self._edge.domain.clock.now() - steps.began).total_seconds()
        return since >= AFTER_SECONDS and time.monotonic() >= self._not_before

    def _see_to(
        self,
        conversation: ConversationId,
        live: Live | None,
        head: tuple[str, Incoming] | None,
        steps: Steps | None,
    ) -> None:
        if live is None:
            if head and steps:
                self._begin(conversation, *head, steps)
        elif head is None or head[1].id != live.message:
            self._clear(conversation, live)
        elif live.ts and not live.over:
            self._go_on(conversation, live, head[1], steps)

    def _begin(
        self, conversation: ConversationId, text: str, incoming: Incoming, steps: Steps
    ) -> None:
        team, (channel, root) = self._edge.team, place_of(conversation)
        live = self._lives.begin(team, conversation, text, incoming)
        if live is None:
            return
        try:
            chunks = self._chunks(incoming, steps.kinds, 0)
            ts = self._edge.client.start_stream(channel, root, incoming.person, chunks)
        except OutcomeUnknown:
            raise  # perhaps it is there: it is looked for once nobody can be about to begin it
        except SlackFailure as failure:
            self._lives.forget(team, conversation, live)
            self._none_here = isinstance(failure, UnknownMethod) or failure.code in _NEVER
            raise
        shown = len(steps.kinds)
        if self._lives.began(team, conversation, text, live, ts, shown) is None:
            self._delete(channel, ts)
            self._lives.forget(team, conversation, live)

    def _go_on(
        self, conversation: ConversationId, live: Live, incoming: Incoming, steps: Steps | None
    ) -> None:
        """Add the steps that came, or end it before Slack does."""
        team, (channel, _) = self._edge.team, place_of(conversation)
        client = self._edge.client
        try:
            if self._edge.domain.store.now_ms() - live.since > LIFE_MS:
                client.stop_stream(channel, live.ts, "processing")
                self._lives.change(team, conversation, live, over=True)
            elif steps and len(steps.kinds) > live.shown:
                chunks = self._chunks(incoming, steps.kinds, live.shown)
                client.append_stream(channel, live.ts, chunks)
                self._lives.change(team, conversation, live, shown=len(steps.kinds))
        except RateLimited:
            raise
        except SlackFailure as failure:
            if failure.permanent:  # the answer takes its place all the same
                self._lives.change(team, conversation, live, over=True)
            raise

    def _clear(self, conversation: ConversationId, live: Live) -> None:
        """Take a message away whose answer knows nothing of it; one that was handed to the answer
        is not ours any more."""
        team, (channel, root) = self._edge.team, place_of(conversation)
        if self._edge.domain.store.now_ms() - live.since < ORPHAN_MS:
            return
        ours = self._lives.change(team, conversation, live, over=True)
        if ours is None:
            return
        for ts in [live.ts] if live.ts else self._orphans(conversation, root, live):
            self._delete(channel, ts)
        self._lives.forget(team, conversation, ours)

    def _orphans(self, conversation: ConversationId, root: str, live: Live) -> list[str]:
        """Messages of ours in the thread with the steps of that turn."""
        channel, _ = place_of(conversation)
        replies = self._edge.client.replies(channel, root)
        return [str(one["ts"]) for one in replies if task_id(live.message, 0) in _tasks(one)]

    def _delete(self, channel: Any, ts: str) -> None:
        with suppress(NotStreaming, MessageGone):
            self._edge.client.stop_stream(channel, ts, "active")
        try:
            self._edge.client.delete(channel, ts)
        except (MessageGone, MessageNotOurs) as failure:
            log.info("stream_not_removed", channel=channel, ts=ts, code=failure.code)

    def _chunks(self, incoming: Incoming, kinds: Sequence[StepKind], shown: int) -> list[Json]:
        """The steps from the last that is shown, in the language of who waits; all but the last
        are done."""
        language = self._edge.directory.language(self._edge.team, incoming.person)
        first = max(shown - 1, 0)
        with speaking(language):
            if not shown:
                return begun(incoming.id, kinds)
            return added(incoming.id, kinds[first:], first)


def _tasks(message: Json) -> set[str]:
    """The ids of the steps that a message shows."""
    plans = [b for b in message.get("blocks") or [] if b.get("type") == "plan"]
    return {str(task.get("task_id")) for plan in plans for task in plan.get("tasks") or []}
