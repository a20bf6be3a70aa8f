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
from missions.phrases import language_of, say, speaking
from missions.tx import Lost

QUIET_MS: Final = 60 * 60 * 1000
"""A person is told about the same channel once an hour, not once per message."""

_CURES: Final[dict[type[SlackFailure], str]] = {
    NotInChannel: "cure-not-member",
    ChannelNotFound: "cure-not-seen",
    ChannelArchived: "cure-is-archived",
    PostingRestricted: "cure-restricted",
    MessageGone: "cure-message-gone",
}

log = structlog.get_logger("bot.undelivered")


def cure(failure: SlackFailure) -> str:
    """What a person can do about it."""
    known = _CURES.get(type(failure))
    return say(known) if known else say("cure-slack-refused", code=failure.code)


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
    known = domain.directory.person(team, person)
    with speaking(language_of(known.locale if known else "")):
        where = say("in-named-channel", channel=found.name) if found else say("in-the-channel")
        card = TextCard(text=say("could-not-post", where=where, cure=cure(failure)))
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
