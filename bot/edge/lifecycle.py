"""What becomes of a channel that Missions live in: renamed, archived, converted, left [C11 M1 P1].

An event only casts doubt on what is known; it is written down before Slack is told that it arrived.
Then Slack is asked how Houston stands there, so that events may come twice, late or in any order.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Final

import structlog
from redis.exceptions import RedisError

from bot.directs import direct_with
from bot.edge.context import Edge
from bot.edge.granted import forget, is_taken_away
from bot.edge.pools import Pools
from bot.edge.workspaces import Workspaces
from bot.slack_errors import ChannelNotFound, SlackFailure
from missions.domain import Domain
from missions.errors import HoustonError
from missions.ids import ChannelId, PersonId, TeamId
from missions.mission import Away
from missions.phrases import say
from missions.tx import Lost

Json = dict[str, Any]

CHANNEL_EVENTS: Final = frozenset(
    {
        "channel_archive",
        "channel_deleted",
        "channel_id_changed",
        "channel_left",
        "channel_rename",
        "channel_unarchive",
        "group_archive",
        "group_deleted",
        "group_left",
        "group_rename",
        "group_unarchive",
        "member_joined_channel",
        "member_left_channel",
    }
)
"""Events after which what is remembered of a channel may be wrong."""
CONVERTED: Final = frozenset({"channel_convert_to_private", "channel_convert_to_public"})
"""Messages of Slack in the channel that say the same."""
LOOK_SECONDS: Final = 2.0
"""How often is looked for channels in doubt that nobody has asked about."""
AGAIN_SECONDS: Final = 30.0
"""When Slack is asked again, if it did not say."""
RACED_SECONDS: Final = 1.0
"""When it is looked again, if somebody else was at it."""
MOST: Final = 50
"""How many channels are asked about at a time."""

log = structlog.get_logger("bot.edge")


@dataclass(frozen=True, slots=True)
class Doubt:
    """A channel of which something changed; `standing` says that Houston's own place may have.

    A `person` has left the channel, or joined it.
    """

    channel: ChannelId
    standing: bool
    moved_to: ChannelId | None = None
    person: PersonId | None = None
    joined: bool = False


def doubt_of(event: Json, bot_user: PersonId) -> Doubt | None:
    """What an event casts doubt on, or None. Pure."""
    kind = event.get("type")
    if kind == "channel_id_changed":
        old, new = _id(event.get("old_channel_id")), _id(event.get("new_channel_id"))
        return Doubt(ChannelId(old), True, ChannelId(new)) if old and new else None
    channel = ChannelId(_id(event.get("channel")))
    if not channel:
        return None
    if kind == "message" and event.get("subtype") in CONVERTED:
        return Doubt(channel, standing=True)
    if kind not in CHANNEL_EVENTS:
        return None
    others = kind in ("member_joined_channel", "member_left_channel") and (
        event.get("user") != bot_user
    )
    person = PersonId(_id(event.get("user"))) if others else None
    joined = kind == "member_joined_channel"
    return Doubt(channel, standing=not others, person=person or None, joined=joined)


def take_doubt(edge: Edge, doubt: Doubt) -> None:
    """Forget what was known; if Houston's own place may have changed, have Slack asked."""
    if doubt.person:
        edge.directory.forget_member(edge.team, doubt.channel, doubt.person)
    else:
        edge.directory.forget_channel(edge.team, doubt.channel)
    if doubt.moved_to:
        edge.directory.forget_channel(edge.team, doubt.moved_to)
    if doubt.person:
        edge.directory.note(edge.team, doubt.person, doubt.channel, reads=doubt.joined)
    if doubt.standing:
        edge.domain.places.doubt(edge.team, doubt.channel, doubt.moved_to or "")
        log.info("channel_in_doubt", channel=doubt.channel, moved_to=doubt.moved_to)


async def keep_looking(
    domain: Domain, workspaces: Workspaces, pools: Pools, stop: asyncio.Event
) -> None:
    """Settle doubts that no event's own look has settled, until told to stop."""
    while not stop.is_set():
        try:
            await pools.slack(settle_all, domain, workspaces)
        except RedisError as error:
            log.warning("doubts_not_settled", error=type(error).__name__)
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await stop.wait()
        except TimeoutError:
            continue


def settle_all(domain: Domain, workspaces: Workspaces) -> None:
    """Settle the doubts of every workspace that has one."""
    doubts = domain.places.doubted(MOST)
    for team in sorted({doubt[0] for doubt in doubts}):
        edge = workspaces.at(team)
        if edge:
            settle_doubts(edge)
            continue
        for _, channel, moved_to, since in (doubt for doubt in doubts if doubt[0] == team):
            domain.places.ask_later(team, channel, moved_to, since, AGAIN_SECONDS)


def settle_doubts(edge: Edge) -> None:
    """Ask Slack about every channel of the workspace in doubt, and act on what it says."""
    places = edge.domain.places
    for team, channel, moved_to, since in places.doubted(MOST):
        if team != edge.team:
            continue
        try:
            if moved_to:
                _follow(edge, team, channel, moved_to)
            else:
                _settle(edge, team, channel)
        except Lost as race:
            log.info("doubt_raced", channel=channel, guard=race.guard)
            places.ask_later(team, channel, moved_to, since, RACED_SECONDS)
        except (SlackFailure, HoustonError) as problem:
            name = problem.code if isinstance(problem, SlackFailure) else type(problem).__name__
            log.info("still_in_doubt", channel=channel, why=name)
            places.ask_later(team, channel, moved_to, since, AGAIN_SECONDS)
        else:
            places.settled(team, channel, moved_to, since)


def _follow(edge: Edge, team: TeamId, old: ChannelId, new: ChannelId) -> None:
    """The channel has another id; raises `SlackFailure` unless Slack knows the new one."""
    edge.directory.place(team, new, fresh=True)
    edge.domain.moves.move(team, old, new)
    edge.domain.places.doubt(team, new)
    log.info("channel_followed", channel=old, moved_to=new)


def _settle(edge: Edge, team: TeamId, channel: ChannelId) -> None:
    """See how Houston stands in a channel: pause its Missions, or tell that it is back."""
    places = edge.domain.places
    why, name = _standing(edge, team, channel)
    if why is None:
        if places.away(team, channel):
            directs = {p: d for p in places.waiting(team, channel) if (d := _direct(edge, p))}
            places.come_back(team, channel, name, directs)
            log.info("channel_open", channel=channel, owners=len(directs))
        return
    if why is Away.GONE and is_taken_away(edge, channel):
        forget(edge, channel)
        return
    places.leave(team, channel, why)
    untold = places.untold(team, channel)
    for owner in untold:
        if direct := _direct(edge, owner):
            places.tell(team, channel, name, owner, direct)
    log.info("channel_closed", channel=channel, why=why.value, owners=len(untold))


def _standing(edge: Edge, team: TeamId, channel: ChannelId) -> tuple[Away | None, str]:
    """Why Houston cannot speak there (None: it can), and the channel's name."""
    known = edge.directory.name(team, channel)
    try:
        found = edge.directory.place(team, channel, fresh=True).channel
    except ChannelNotFound:
        return Away.GONE, f"#{known}" if known else say("unnamed-channel")
    if found.is_archived:
        return Away.ARCHIVED, f"#{found.name}"
    return None if found.bot_is_member else Away.REMOVED, f"#{found.name}"


def _direct(edge: Edge, person: PersonId) -> ChannelId | None:
    """The direct message with an owner; None if there can be none, as when they have left."""
    try:
        return direct_with(edge.client, edge.domain.redis, person)
    except SlackFailure as failure:
        if not failure.permanent:
            raise
        log.warning("owner_not_told", person=person, code=failure.code)
        return None


def _id(told: Any) -> str:
    """An id that Slack gives as such, or inside of an object."""
    return str(told.get("id") or "") if isinstance(told, dict) else str(told or "")
