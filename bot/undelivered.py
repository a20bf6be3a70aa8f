"""Tells people, to them alone, that Houston could not speak where it should have [C11 R4]."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

import structlog

from bot.slack_errors import (
    ChannelArchived,
    ChannelNotFound,
    FileGone,
    InvalidBlocks,
    MessageGone,
    MessageNotOurs,
    NotForPerson,
    NotInChannel,
    NotPermitted,
    PostingRestricted,
    SlackFailure,
)
from missions.cards import FileCard, SaidCard, TextCard, WishCard
from missions.conversation import asked, people
from missions.domain import Domain
from missions.ids import ChannelId, PersonId, TeamId
from missions.keys import TeamKeys
from missions.lanes import person_of, to_person
from missions.outbox import Entry, entry
from missions.phrases import language_of, say, speaking
from missions.tx import Lost

QUIET_MS: Final = 60 * 60 * 1000
"""A person is told the same about a channel once an hour, not once per message."""

_CURES: Final[dict[type[SlackFailure], str]] = {
    NotInChannel: "cure-not-member",
    ChannelNotFound: "cure-not-seen",
    ChannelArchived: "cure-is-archived",
    PostingRestricted: "cure-restricted",
    MessageGone: "cure-message-gone",
    FileGone: "cure-file-gone",
    NotForPerson: "cure-not-for-person",
    NotPermitted: "cure-not-permitted",
    MessageNotOurs: "cure-not-ours",
    InvalidBlocks: "cure-not-taken",
}

log = structlog.get_logger("bot.undelivered")


def cure(failure: SlackFailure) -> str:
    """What a person can do about it."""
    known = _CURES.get(type(failure))
    return say(known or "cure-slack-refused")


def tell_undelivered(domain: Domain, e: Entry, failure: SlackFailure) -> None:
    """Tell whom the message was for; what cannot be told either is in the log."""
    if person := person_of(e.channel):
        log.warning("person_not_reached", person=person, code=failure.code)
        return
    if e.channel.startswith("D"):
        _tell_there(domain, e, failure)
        return
    if e.to:
        _say_directly(domain, e, e.to)
        return
    for person in _concerned(domain, e):
        tell_cure(domain, e.team, person, e.channel, failure, e)


def tell_cure(
    domain: Domain,
    team: TeamId,
    person: PersonId,
    channel: ChannelId,
    failure: SlackFailure,
    about: Entry | None = None,
) -> None:
    """A direct message with the cure, once an hour per channel and kind of failure."""
    log.info("undelivered", channel=channel, person=person, code=failure.code)
    key = TeamKeys(team).cache("told", channel, person, type(failure).__name__)
    if not domain.redis.set(key, "1", nx=True, px=QUIET_MS):
        return
    # A private channel's name may have changed since somebody left it: readers alone learn it.
    reads = domain.rights.can_read(team, person, channel)
    found = domain.directory.channel(team, channel) if reads else None
    known = domain.directory.person(team, person)
    with speaking(language_of(known.locale if known else "")):
        where = say("in-named-channel", channel=found.name) if found else say("in-the-channel")
        card = TextCard(text=say("could-not-post", where=where, cure=cure(failure)))
    said = entry(team, to_person(person), card)
    if about and about.mission:
        said = said.model_copy(update={"mission": about.mission})
    try:
        domain.outbox.say(said)
    except Lost:
        return
    domain.bell.delivery(team, said.channel)


def _say_directly(domain: Domain, e: Entry, person: PersonId) -> None:
    """What one person cannot be shown where it was meant for, they are told directly."""
    said = entry(e.team, to_person(person), e.card).model_copy(update={"mission": e.mission})
    with suppress(Lost):
        domain.outbox.say(said)
        domain.bell.delivery(e.team, said.channel)


def _tell_there(domain: Domain, e: Entry, failure: SlackFailure) -> None:
    """A file that a direct message cannot take is spoken of where it was to come."""
    if not isinstance(e.card, FileCard):
        return
    log.info("undelivered", channel=e.channel, code=failure.code)
    card = TextCard(text=say("could-not-post", where=say("in-this-place"), cure=cure(failure)))
    said = entry(e.team, e.channel, card, thread_ts=e.thread_ts)
    try:
        domain.outbox.say(said.model_copy(update={"mission": e.mission}))
    except Lost:
        return
    domain.bell.delivery(e.team, e.channel)


def _concerned(domain: Domain, e: Entry) -> list[PersonId]:
    """Who waits for it: who it was for, whoever was asked or wrote in the thread, or the owner."""
    if e.to:
        return [e.to]
    if isinstance(e.card, WishCard | SaidCard):
        return [e.card.by]
    if e.thread_ts:
        memory = domain.mailboxes.memory(e.team, e.channel, e.thread_ts)
        if found := asked(memory) or people(memory):
            return sorted(found)
    mission = domain.store.mission(e.team, e.mission) if e.mission else None
    return [mission.owner] if mission else []
