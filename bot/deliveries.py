"""Delivers the outbox: every lane in order, each entry once, none lost [R4].

The intent to post is written before the post, and the outbox id is the `block_id` of the message's
first block; whoever takes a lane over finds by it what its predecessor had posted.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

import structlog
from redis.exceptions import RedisError
from rq import get_current_job
from rq.timeouts import BaseTimeoutException

from bot import wiring
from bot.blocks.notices import sentence
from bot.client import SlackClient
from bot.directory import HOUSTON, SlackDirectory
from bot.directs import direct_with
from bot.facts.cards import Shown, show
from bot.facts.gather import Gather
from bot.facts.sessions import Sessions, sessions_of
from bot.pace import REDRAW, Pace
from bot.posting import Posting
from bot.redrawing import digest_of, give_up, looks_as_before, moved_away
from bot.slack_errors import (
    ChannelArchived,
    ChannelNotFound,
    MessageGone,
    NotInChannel,
    RateLimited,
    SlackFailure,
)
from bot.tongues import language_for
from bot.undelivered import tell_undelivered
from bot.uploads import Uploads
from bot.wishes import take_in
from jobs import runtime
from jobs.traced import rung_in
from missions import keys as k
from missions.cards import (
    FileCard,
    ProgressCard,
    ReportCard,
    ReportDetailCard,
    SummaryCard,
    WithdrawnCard,
)
from missions.counting import DELIVERIES
from missions.domain import Domain
from missions.errors import HoustonError, NewerRecord, ProposalRefused, UnknownMission
from missions.ids import ChannelId, OutboxId, PersonId, TeamId, new_token
from missions.keys import TeamKeys
from missions.lanes import person_of
from missions.outbox import Entry, EntryState, Lane, entry
from missions.phrases import say, speaking
from missions.tracing import job_span, span
from missions.tx import DELETED, Lost
from missions.viewer import Viewer

RENEW_SECONDS: Final = 5.0
"""How often a held lane gives a sign of life; its lease is 20 s."""
BACKOFF_SECONDS: Final = (2, 5, 15, 60, 300)
"""How long a lane waits after a temporary failure, by attempt."""
SOON_SECONDS: Final = 0.05
ROUND_SECONDS: Final = 20.0
"""How long one job looks after lanes; its time limit is 120 s."""
NEAR_MS: Final = 1_200
"""Lanes that may be emptied this soon are waited for; Slack: a post per second and channel."""
NAP_MS: Final = 100
"""How long it naps, so that a lane filled meanwhile waits no longer."""
LANES_AT_ONCE: Final = 50
GIVE_WAY_SECONDS: Final = (0.2, 5.0)
"""How long a lane that goes last is left while others wait, at the least and at the most."""
NEWER_SECONDS: Final = 60.0
"""How long a lane is left that begins with what a newer Houston wrote."""
KEPT: Final = (FileCard, ReportCard, ReportDetailCard, SummaryCard, WithdrawnCard)
"""Cards that are sent although the same message is edited again: more than that hangs on them."""

log = structlog.get_logger("bot.deliveries")


def deliver(team: str, channel: str) -> None:
    """The job: empty a channel's lane, unless another worker is at it."""
    at = runtime.current()
    job = get_current_job()
    # The job's id tells which lane a killed worker held, so that it is freed at once.
    token = job.id if job else new_token()
    sessions = sessions_of(at.artifacts)

    def of(team: TeamId) -> Delivery:
        return Delivery(at.domain, wiring.client(team), sessions, token)

    with job_span("deliver", rung_in(), houston__channel=channel):
        of(TeamId(team)).run(TeamId(team), ChannelId(channel))
    go_round(at.domain, of)


def go_round(domain: Domain, of: Callable[[TeamId], Delivery]) -> None:
    """Look after lanes that may be emptied in a moment, as those that wait for Slack's pace.

    Each turn gives a lane what its pace allows, the one that waits longest first: a flooded channel
    costs another one no more than a post. What takes longer is rung for again.
    """
    until = time.monotonic() + ROUND_SECONDS
    while time.monotonic() < until:
        now = domain.store.now_ms()
        found = domain.store.due(k.LANES, now + NEAR_MS, LANES_AT_ONCE)
        free = [one for one in found if not _is_held(domain, one[0])]
        if not free:
            return
        name, at = free[0]
        if at > now:
            time.sleep(min(at - now, NAP_MS) / 1_000)
            continue
        team, channel = k.split_member(name, 2)
        with job_span("deliver", "", houston__channel=channel):
            of(TeamId(team)).run(TeamId(team), ChannelId(channel))


def _is_held(domain: Domain, lane: str) -> bool:
    team, channel = k.split_member(lane, 2)
    return bool(domain.redis.exists(TeamKeys(TeamId(team)).lane_lease(ChannelId(channel))))


class _Left(Exception):
    """The lane is left as it is: it waits, or another worker has it."""


class Delivery:
    """Empties one workspace's lanes."""

    def __init__(self, domain: Domain, client: SlackClient, session: Sessions, token: str) -> None:
        self._domain = domain
        self._client = client
        self._session = session
        self._token = token
        self._posting = Posting(domain, client)
        self._uploads = Uploads(client)
        self._pace = Pace(domain.redis)
        self._directory = SlackDirectory(lambda _: client, domain.redis)

    def run(self, team: TeamId, channel: ChannelId) -> None:
        """Deliver until the lane is empty, has to wait, or belongs to another worker."""
        filled = True
        while filled and self._due(team, channel):
            lane = self._domain.outbox.take(team, channel, self._token)
            if lane is None:
                return
            try:
                with _held(lane) as lost:
                    self._empty(lane, lost)
            except _Left:
                return
            lane.release()
            # What was put in between finding the lane empty and letting go of it rang in vain.
            filled = bool(self._domain.store.lrange(TeamKeys(team).lane(channel), 1))

    def _due(self, team: TeamId, channel: ChannelId) -> bool:
        """Whether the lane need not wait any more, as after a rate limit."""
        redis = self._domain.redis
        score = redis.zscore(k.LANES, k.member(team, channel))
        seconds, micros = redis.time()
        return score is None or score <= seconds * 1000 + micros / 1000

    def _empty(self, lane: Lane, lost: threading.Event) -> None:
        try:
            while e := lane.head():
                if lost.is_set():
                    raise _Left
                with span("post", houston__entry=e.id, houston__card=e.card.kind):
                    self._one(lane, e)
        except Lost as race:
            log.info("lane_lost", channel=lane.channel, guard=race.guard)
            raise _Left from None
        except NewerRecord as newer:
            log.error("newer_record", channel=lane.channel, kind=newer.kind, version=newer.version)
            lane.pause(NEWER_SECONDS)
            raise _Left from None

    def _one(self, lane: Lane, e: Entry) -> None:
        try:
            if self._gives_way(lane, e):
                return
        except Lost as race:
            self._end_if_deleted(lane, e, race)
            return
        if person := person_of(lane.channel):
            self._pass_on(lane, e, person)
            return
        if isinstance(e.card, WithdrawnCard):
            self._withdraw(lane, e)
            return
        if e.redraw:
            current = self._domain.redraws.current(e)
            if current is None:
                self._drop(lane, e)
                return
            e = current
        try:
            viewer = self._viewer(e)
            language = language_for(self._domain, self._directory, e, viewer)
        except SlackFailure as failure:
            self._failed(lane, e, failure)
            return
        with speaking(language):
            self._say(lane, e.model_copy(update={"language": language.value}), viewer)

    def _gives_way(self, lane: Lane, e: Entry) -> bool:
        """Whether an edit is not to be sent now: others wait before it, or it is outdated."""
        if lane.is_last:
            self._go_last(lane)
        if lane.is_beside or e.redraw:
            outdated = (e.redraw or not isinstance(e.card, KEPT)) and lane.is_outdated(e)
            if outdated:
                self._drop(lane, e)
            if outdated or lane.is_beside or lane.is_last:
                return outdated
        waits = self._is_edit(e) and lane.edits_wait()
        if waits:
            lane.set_beside(e, 0.0)
        return waits

    def _go_last(self, lane: Lane) -> None:
        """Leave a lane that goes last while others wait before it."""
        wait = lane.behind()
        if wait is None:
            return
        shortest, longest = GIVE_WAY_SECONDS
        lane.pause(min(max(wait, shortest), longest))
        raise _Left

    def _drop(self, lane: Lane, e: Entry) -> None:
        """There is nothing to be said by it, or not any more."""
        self._domain.counting.count(DELIVERIES, "dropped")
        lane.drop(e)

    def _is_edit(self, e: Entry) -> bool:
        """Whether it changes or removes a message that is there."""
        if e.mission is None or e.update is None:
            return False
        return self._domain.outbox.where(e.team, e.mission, e.update) is not None

    def _say(self, lane: Lane, e: Entry, viewer: Viewer) -> None:
        try:
            shown = self._render(e, viewer)
            if shown is None:
                self._take_live_back(e)
                log.info("entry_dropped", entry=e.id, card=e.card.kind, mission=e.mission)
                self._drop(lane, e)
                return
            if e.redraw and looks_as_before(self._domain, e, shown):
                self._drop(lane, e)
                return
            if lane.is_last and (wait := self._pace.enter(e.team, REDRAW)):
                lane.pause(wait)
                raise _Left
            self._follow(e, shown)
            posting = lane.intent(e, self._domain.clock.now())
            tried = e.state is EntryState.POSTING
            ts: str | None
            if shown.upload:
                thread_ts = self._posting.thread(e)
                posting, ts = self._uploads.send(lane, posting, shown.upload, thread_ts)
            else:
                ts = self._posting.send(posting, shown.message, tried=tried)
        except Lost as race:
            self._end_if_deleted(lane, e, race)
        except SlackFailure as failure:
            self._failed(lane, e, failure)
        else:
            said = take_in(self._domain, self._client, posting, ts) if ts else posting
            self._record(lane, said, shown, ts)
            self._domain.counting.count(DELIVERIES, "posted")
            if self._domain.places.away(e.team, e.channel):
                self._domain.places.doubt(e.team, e.channel)

    def _pass_on(self, lane: Lane, e: Entry, person: PersonId) -> None:
        """Have what a person is told directly wait for their direct message's turn."""
        try:
            direct = direct_with(self._client, self._domain.redis, person)
            lane.move(e, direct)
        except Lost as race:
            self._end_if_deleted(lane, e, race)
        except SlackFailure as failure:
            self._failed(lane, e, failure)
        else:
            self._domain.bell.delivery(e.team, direct)

    def _withdraw(self, lane: Lane, e: Entry) -> None:
        """Take the message away that the entry is about; one that is gone is all right."""
        where = None
        if e.mission and e.update:
            where = self._domain.outbox.where(e.team, e.mission, e.update)
        try:
            if where:
                with suppress(MessageGone):
                    self._client.delete(*where)
            lane.withdrawn(e)
        except Lost as race:
            self._end_if_deleted(lane, e, race)
        except SlackFailure as failure:
            self._failed(lane, e, failure)

    def _follow(self, e: Entry, shown: Shown) -> None:
        """Files that belong into the entry's thread come after it, each once."""
        root = e.thread_of or e.update
        for card in shown.follow:
            name = OutboxId(f"{root or e.id}-{card.what}")
            where = {"thread_of": e.thread_of} if e.thread_of else {"thread_ts": e.thread_ts}
            file = entry(e.team, e.channel, card, **where)
            self._domain.outbox.say_once(file.model_copy(update={"id": name}))

    def _render(self, e: Entry, viewer: Viewer) -> Shown | None:
        """The card as its readers may see it; None if there is nothing to say any more."""
        if isinstance(e.card, ProgressCard) and not self._domain.progress.of(
            e.team, e.card.mission, e.card.execution
        ):
            return None  # it has ended meanwhile: what follows says so
        if self._domain.reminders.is_moot(e):
            return None
        gather = Gather(self._domain, viewer, self._client.identity.permalink, self._session)
        try:
            return show(e.card, gather)
        except (UnknownMission, ProposalRefused):
            if e.redraw:
                return moved_away(self._domain, e)
            self._ask_again(e, gather.viewer.person)
            return None
        except HoustonError as refusal:
            return None if e.redraw else Shown(sentence(refusal.sentence))
        except (RedisError, BaseTimeoutException):
            raise
        except Exception:
            # One card that cannot be drawn, whatever the defect, must not stop its lane.
            log.exception("card_not_drawn", entry=e.id, card=e.card.kind, mission=e.mission)
            if e.redraw:
                return None  # the card as it stands tells more than a sentence in its place
            return Shown(sentence(say("not-drawn")))

    def _viewer(self, e: Entry) -> Viewer:
        """Who reads it: one person, or all in the channel, who may see what lives there [P1]."""
        if e.to:
            return Viewer(team=e.team, person=e.to)
        if e.channel.startswith("D"):
            person = self._directory.place(e.team, e.channel).person
            return Viewer(
                team=e.team, person=person or HOUSTON, place=None if person else e.channel
            )
        return Viewer(team=e.team, person=HOUSTON, place=e.channel)

    def _ask_again(self, e: Entry, person: PersonId) -> None:
        """Hidden, or Slack did not say? Raises `SlackFailure` if the latter."""
        mission = self._domain.store.mission(e.team, e.mission) if e.mission else None
        if mission and person != HOUSTON:
            self._directory.ask_access(e.team, person, mission.channel)

    def _failed(self, lane: Lane, e: Entry, failure: SlackFailure) -> None:
        """Wait and leave, or set the entry aside and go on. An edit that Slack's pace holds back
        waits beside the lane, which goes on.
        """
        known = {"entry": e.id, "channel": e.channel, "mission": e.mission, "code": failure.code}
        try:
            if failure.permanent:
                log.warning("delivery_refused", **known)
                self._domain.counting.count(DELIVERIES, "refused")
                if e.redraw:
                    give_up(self._domain, lane, e, failure)
                    return
                lane.park(e, failure.code)
                self._see_to(e, failure)
                return
            wait: float = BACKOFF_SECONDS[min(e.attempts, len(BACKOFF_SECONDS) - 1)]
            if isinstance(failure, RateLimited):
                wait = max(failure.retry_after, SOON_SECONDS)
            log.info("delivery_deferred", seconds=wait, **known)
            self._domain.counting.count(DELIVERIES, "deferred")
            beside = lane.is_beside or lane.is_last
            if isinstance(failure, RateLimited) and not beside and self._is_edit(e):
                lane.set_beside(e, wait)
                return
            # Of a file a step was refused; what came before is on record and must be looked for.
            undone = isinstance(failure, RateLimited) and not isinstance(e.card, FileCard)
            lane.defer(e, wait, undone=undone)
        except Lost as race:
            self._end_if_deleted(lane, e, race)
            return
        raise _Left

    def _see_to(self, e: Entry, failure: SlackFailure) -> None:
        """Tell whom it was for, unless the Mission's owner is told that it cannot speak there."""
        if isinstance(failure, NotInChannel | ChannelNotFound | ChannelArchived):
            known = self._domain.places.away(e.team, e.channel)
            self._domain.places.doubt(e.team, e.channel)
            if known or (e.mission and not e.to and not e.thread_ts):
                return
        tell_undelivered(self._domain, e, failure)

    def _record(self, lane: Lane, e: Entry, shown: Shown, ts: str | None) -> None:
        try:
            lane.posted(e, ts, shown.named, digest_of(shown))
        except Lost as race:
            if race.guard != DELETED:
                raise
            self._take_back(e, ts)
            self._take_back_file(e)
            if e.mission and self._domain.store.mission(e.team, e.mission) is None:
                lane.drop(e)

    def _take_back(self, e: Entry, ts: str | None) -> None:
        """A Mission that it names was deleted while it was posted [M6]."""
        if ts is None:
            return
        try:
            self._client.delete(e.channel, ts)
        except SlackFailure as failure:
            log.warning("not_taken_back", channel=e.channel, ts=ts, code=failure.code)

    def _take_live_back(self, e: Entry) -> None:
        """What grew for an answer that is not given any more goes; its lane waits for Slack."""
        if e.live:
            with suppress(MessageGone):
                self._client.delete(e.channel, e.live)

    def _take_back_file(self, e: Entry) -> None:
        if e.file is None:
            return
        try:
            self._client.delete_file(e.file)
        except SlackFailure as failure:
            log.warning("file_not_taken_back", channel=e.channel, code=failure.code)

    def _end_if_deleted(self, lane: Lane, e: Entry, race: Lost) -> None:
        if race.guard != DELETED:
            raise race
        lane.drop(e)


@contextmanager
def _held(lane: Lane) -> Iterator[threading.Event]:
    """Keep the lane's lease alive; the event says that it was lost."""
    lost, done = threading.Event(), threading.Event()

    def renew() -> None:
        while not done.wait(RENEW_SECONDS):
            try:
                held = lane.renew()
            except RedisError as error:
                log.warning("renew_failed", channel=lane.channel, error=type(error).__name__)
                continue
            if not held:
                lost.set()
                return

    thread = threading.Thread(target=renew, name="lane", daemon=True)
    thread.start()
    try:
        yield lost
    finally:
        done.set()
        thread.join()
