"""Tells people, to them alone, that Houston could not speak where it should have [C11 R4]."""

from __future__ import annotations

from typing import Final

import structlog

from bot.client import SlackClient
from bot.slack_errors import (
    ChannelArchived,
    ChannelNotFound,
    MessageGone,
    NotInChannel,
    PostingRestricted,
    SlackFailure,
)
from missions.cards import TextCard, WishCard
from missions.conversation import asked, people
from missions.domain import Domain
from missions.ids import ChannelId, PersonId, TeamId
from missions.keys import TeamKeys
from missions.outbox import Entry, entry
from missions.tx import Lost

QUIET_MS: Final = 60 * 60 * 1000
"""A person is told about the same channel once an hour, not once per message."""

_CURES: Final[dict[type[SlackFailure], str]] = {
    NotInChannel: "I am not a member there. Invite me with `/invite @Houston`, then ask again.",
    ChannelNotFound: "I cannot see it any more. Invite me with `/invite @Houston`, then ask again.",
    ChannelArchived: "It is archived. Unarchive it, or tell me what to do in another channel.",
    PostingRestricted: (
        "Its settings do not let me write. A channel manager can allow me under "
        "“Posting permissions”."
    ),
    MessageGone: "The message that I was answering is gone.",
}

log = structlog.get_logger("bot.undelivered")


def cure(failure: SlackFailure) -> str:
    """What a person can do about it."""
    return _CURES.get(type(failure), f"Slack refused it ({failure.code}).")


def tell_undelivered(domain: Domain, client: SlackClient, e: Entry, failure: SlackFailure) -> None:
    """Tell whom the message was for; what cannot be told either is in the log."""
    if e.channel.startswith("D"):
        return
    for person in _concerned(domain, e):
        tell_cure(domain, client, e.team, person, e.channel, failure, e)


def tell_cure(
    domain: Domain,
    client: SlackClient,
    team: TeamId,
    person: PersonId,
    channel: ChannelId,
    failure: SlackFailure,
    about: Entry | None = None,
) -> None:
    """A direct message with the cure, once an hour per channel."""
    key = TeamKeys(team).cache("told", channel, person)
    if not domain.redis.set(key, "1", nx=True, px=QUIET_MS):
        return
    try:
        direct = client.direct(person)
    except SlackFailure as second:
        log.warning("cure_not_told", channel=channel, person=person, code=second.code)
        return
    found = domain.directory.channel(team, channel)
    where = f"in #{found.name}" if found else "in the channel"
    card = TextCard(text=f"I could not post {where}. {cure(failure)}")
    said = entry(team, direct, card)
    if about and about.mission:
        said = said.model_copy(update={"mission": about.mission})
    try:
        domain.outbox.say(said)
    except Lost:
        return
    domain.bell.delivery(team, direct)


def _concerned(domain: Domain, e: Entry) -> list[PersonId]:
    """Who waits for it: who it was for, whoever was asked or wrote in the thread, or the owner."""
    if e.to:
        return [e.to]
    if isinstance(e.card, WishCard):
        return [e.card.by]
    if e.thread_ts:
        memory = domain.mailboxes.memory(e.team, e.channel, e.thread_ts)
        if found := asked(memory) or people(memory):
            return sorted(found)
    mission = domain.store.mission(e.team, e.mission) if e.mission else None
    return [mission.owner] if mission else []
