"""Shows in a thread that Houston works, with a Stop button, for as long as it does [C10].

Which conversations wait for an answer stands in storage, and so does which of them show that: one
loop brings the two together. So nothing sticks when a process dies, and nothing vanishes while
work goes on. One loop also keeps what is said about a thread in order.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Final, cast

import structlog
from redis.exceptions import RedisError

from bot.edge.context import Edge
from bot.edge.pools import Pools
from bot.edge.streaming import Streams
from bot.edge.workspaces import Workspaces
from bot.slack_errors import (
    ChannelArchived,
    ChannelNotFound,
    MessageGone,
    NotInChannel,
    RateLimited,
    SlackFailure,
)
from missions import keys as k
from missions.conversation import place_of
from missions.domain import Domain
from missions.ids import ConversationId, TeamId
from missions.keys import TeamKeys
from missions.phrases import Language, say, speaking

LOOK_SECONDS: Final = 0.3
"""How often it is looked who waits: a status comes and goes that late at most."""
REFRESH_MS: Final = 60_000
"""How often a status is said again: Slack lets one in words vanish after 2 minutes."""
MOST: Final = 200
"""How many conversations are looked at; more at once would exceed Slack's rate anyway."""
HELD_MS: Final = 5_000
"""How long one process has a thread's status to itself; a call takes 2 s at most."""
_PLACE: Final = (NotInChannel, ChannelNotFound, ChannelArchived, MessageGone)

log = structlog.get_logger("bot.edge")


async def keep(domain: Domain, workspaces: Workspaces, pools: Pools, stop: asyncio.Event) -> None:
    """Keep all threads' statuses right until `stop` is set."""
    every = EverySession(domain, workspaces)
    while not stop.is_set():
        try:
            await pools.slack(every.look)
        except RedisError as error:
            log.warning("status_not_kept", error=type(error).__name__)
        try:
            await asyncio.wait_for(stop.wait(), LOOK_SECONDS)
        except TimeoutError:
            continue


class EverySession:
    """The agent sessions of all workspaces; one that Slack wants left alone holds up no other."""

    def __init__(self, domain: Domain, workspaces: Workspaces) -> None:
        self._domain = domain
        self._workspaces = workspaces
        self._sessions: dict[TeamId, Sessions] = {}
        self._streams: dict[TeamId, Streams] = {}
        self._not_before: dict[TeamId, float] = {}

    def look(self) -> None:
        """Show who waits and clear who does not, in every workspace that has something to show."""
        waiting = cast("list[str]", self._domain.redis.zrange(k.MAILBOXES, 0, MOST - 1))
        shown = cast("dict[str, str]", self._domain.redis.hgetall(k.WORKING))
        grow = self._domain.lives.every()
        teams = {TeamId(name.partition(k.SEPARATOR)[0]) for name in (*waiting, *shown, *grow)}
        for team in sorted(teams):
            edge = self._workspaces.at(team)
            if edge is None or time.monotonic() < self._not_before.get(team, 0.0):
                continue
            known = self._sessions.get(team)
            if known is None or known.edge.client is not edge.client:
                known = self._sessions[team] = Sessions(edge)
                self._streams[team] = Streams(edge)
            self._not_before[team] = time.monotonic() + known.look(waiting, shown)
            self._streams[team].look(waiting, grow)


class Sessions:
    """The agent sessions of one workspace; where Slack has none, a status in words."""

    def __init__(self, edge: Edge) -> None:
        self.edge = edge
        self._no_sessions = False

    def look(self, waiting: Sequence[str], every: Mapping[str, str]) -> float:
        """Show who waits, clear who does not; how many seconds Slack wants to be left alone.

        `waiting` and `every` are what waits and what is shown in all workspaces.
        """
        mine = f"{self.edge.team}{k.SEPARATOR}"
        busy = {name for name in waiting if name.startswith(mine)}
        shown = {name: int(at) for name, at in every.items() if name.startswith(mine)}
        now = self.edge.domain.store.now_ms() if busy or shown else 0
        try:
            for name in sorted(shown.keys() - busy):
                self._alone(name, working=False, again=True)
            for name in sorted(busy):
                if now - shown.get(name, 0) >= REFRESH_MS:
                    self._alone(name, working=True, again=name in shown)
        except RateLimited as limited:
            return limited.retry_after
        return 0.0

    def _alone(self, name: str, *, working: bool, again: bool) -> None:
        """Say one thread's status, unless another process is at it."""
        edge = self.edge
        conversation = ConversationId(k.split_member(name, 2)[1])
        lock = TeamKeys(edge.team).cache("working", conversation)
        if not edge.domain.redis.set(lock, "1", nx=True, px=HELD_MS):
            return
        try:
            self._say(name, conversation, working=working, again=again)
        finally:
            edge.domain.redis.unlink(lock)

    def _say(self, name: str, conversation: ConversationId, *, working: bool, again: bool) -> None:
        tx = self.edge.domain.store.team_tx(self.edge.team)
        try:
            self._show(conversation, working=working, again=again)
        except RateLimited:
            raise
        except SlackFailure as failure:
            log.info("no_status_shown", conversation=conversation, code=failure.code)
            if not working and not failure.permanent:
                return
        if working:
            tx.hset(k.WORKING, {name: str(self.edge.domain.store.now_ms())}).commit()
        else:
            tx.hdel(k.WORKING, name).commit()

    def _show(self, conversation: ConversationId, *, working: bool, again: bool) -> None:
        channel, root = place_of(conversation)
        client = self.edge.client
        if not self._no_sessions:
            try:
                client.set_session(channel, root, "processing" if working else "active")
            except SlackFailure as failure:
                if not failure.permanent or isinstance(failure, _PLACE):
                    raise
                self._no_sessions = True
                log.info("no_agent_sessions", code=failure.code)
            else:
                return
        client.set_status(channel, root, self._words(conversation, again=again) if working else "")

    def _words(self, conversation: ConversationId, *, again: bool) -> str:
        """What it says, in the language of whose words are being answered."""
        edge = self.edge
        head = edge.domain.mailboxes.head(edge.team, conversation)
        language = edge.directory.language(edge.team, head[1].person) if head else Language.EN
        with speaking(language):
            return say("is-still-working" if again else "is-thinking")
