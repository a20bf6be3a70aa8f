"""The domain put together: one object that jobs and the edge are given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from redis import Redis

from missions.approvals import Approvals
from missions.claims import Claims
from missions.closed import closed_in
from missions.counting import Counting
from missions.endings import Endings
from missions.events import Events
from missions.inbox import Inboxes
from missions.lifecycle import Lifecycle
from missions.live import Lives
from missions.mailbox import Mailboxes
from missions.moving import Moves
from missions.outbox import Outbox
from missions.overview import Overview
from missions.places import Places
from missions.ports import Bell, Clock, Directory
from missions.progress import Progresses
from missions.quiet import Quiet
from missions.reader import Reader
from missions.redrawing import Redraws
from missions.reminders import Reminders
from missions.removal import Remains
from missions.retention import Retention
from missions.rights import Rights
from missions.spending import Caps, Spending
from missions.store import Store
from missions.summary import Summaries
from missions.turns import Turns

FLOOR = timedelta(minutes=5)
"""No Task runs more often, unless the administrator lowers it [B5]."""

NO_CAPS = Caps()
"""Without a language model there is nothing to cap."""


@dataclass(frozen=True)
class Domain:
    """Everything of `missions`, sharing one Redis client, clock, directory and bell."""

    redis: Redis
    clock: Clock
    directory: Directory
    bell: Bell
    floor: timedelta
    store: Store
    rights: Rights
    reader: Reader
    overview: Overview
    lifecycle: Lifecycle
    claims: Claims
    approvals: Approvals
    endings: Endings
    progress: Progresses
    events: Events
    inboxes: Inboxes
    outbox: Outbox
    mailboxes: Mailboxes
    lives: Lives
    turns: Turns
    remains: Remains
    quiet: Quiet
    places: Places
    moves: Moves
    retention: Retention
    counting: Counting
    summaries: Summaries
    reminders: Reminders
    redraws: Redraws
    spending: Spending

    @classmethod
    def build(
        cls,
        redis: Redis,
        clock: Clock,
        directory: Directory,
        bell: Bell,
        floor: timedelta = FLOOR,
        caps: Caps = NO_CAPS,
    ) -> Self:
        """Put it together. `redis` decodes its responses to text."""
        store = Store(redis)
        rights = Rights(directory, closed_in(store))
        quiet = Quiet(store, clock, directory, bell)
        places = Places(store, clock, bell, quiet)
        outbox = Outbox(store, clock)
        return cls(
            redis=redis,
            clock=clock,
            directory=directory,
            bell=bell,
            floor=floor,
            store=store,
            rights=rights,
            reader=Reader(store, clock, rights, quiet),
            overview=Overview(store, clock, rights),
            lifecycle=Lifecycle(store, clock, rights, bell, quiet),
            claims=Claims(store, clock, quiet),
            approvals=Approvals(store, clock, rights),
            endings=Endings(store, clock, quiet),
            progress=Progresses(store, clock, bell),
            events=Events(store, clock, quiet, bell),
            inboxes=Inboxes(store),
            outbox=outbox,
            mailboxes=Mailboxes(store),
            lives=Lives(store),
            turns=Turns(store, clock, bell),
            remains=Remains(store),
            quiet=quiet,
            places=places,
            moves=Moves(store, clock, bell, places),
            retention=Retention(store),
            counting=Counting(redis),
            summaries=Summaries(store, clock, quiet, bell),
            reminders=Reminders(store, clock, bell, outbox),
            redraws=Redraws(store, bell),
            spending=Spending(store, clock, caps),
        )
