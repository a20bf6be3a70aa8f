"""Who may read what, as Slack says; no answer means no [P1]."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from redis import Redis

from bot.directory import HOUSTON, SlackDirectory
from bot.slack_errors import (
    ChannelNotFound,
    NotForPerson,
    OutcomeUnknown,
    RateLimited,
    Refused,
    SlackFailure,
)
from missions.ids import ChannelId, PersonId, TeamId
from missions.keys import TeamKeys
from missions.ports import Access
from tests.support.fakes import ADA, GRACE, MALLORY, OPS, SECRET, TEAM

GUEST = PersonId("U-GUEST")
DM = ChannelId("D-ADA")
PAGE = 1_000
"""Members on a page of Slack."""
Json = dict[str, Any]


class FakeSlack:
    """Answers look-ups, and counts them."""

    def __init__(self) -> None:
        self.people: dict[str, Json] = {
            ADA: {"id": ADA, "tz": "Europe/Berlin", "is_owner": True, "locale": "de-DE"},
            GRACE: {"id": GRACE, "profile": {"display_name": "Grace H"}},
            MALLORY: {"id": MALLORY, "name": "mallory"},
            GUEST: {"id": GUEST, "name": "guest", "is_ultra_restricted": True},
        }
        self.channels: dict[str, Json] = {
            OPS: {"id": OPS, "name": "ops", "is_member": True},
            SECRET: {"id": SECRET, "name": "secret", "is_private": True, "is_member": True},
            DM: {"id": DM, "is_im": True, "user": ADA},
        }
        self.members_of: dict[str, list[PersonId]] = {OPS: [ADA, GRACE], SECRET: [ADA]}
        self.failure: SlackFailure | None = None
        self.untold = False
        self.asked: Counter[str] = Counter()

    def users_info(self, person: PersonId) -> Json:
        self._ask("person")
        return self.people[person]

    def conversations_info(self, channel: ChannelId) -> Json:
        self._ask("channel")
        if channel not in self.channels:
            raise ChannelNotFound("channel_not_found")
        return self.channels[channel]

    def members_page(self, channel: ChannelId, cursor: str) -> tuple[list[PersonId], str]:
        self._ask("members")
        first = int(cursor or 0)
        everybody = self.members_of[channel]
        after = first + PAGE
        return everybody[first:after], str(after) if after < len(everybody) else ""

    def conversations_of(
        self, person: PersonId | None = None, *, archived: bool = False
    ) -> Iterable[Json]:
        self._ask("own")
        if self.untold:
            raise Refused("user_not_found")
        return [{"id": c} for c, people in self.members_of.items() if person in people]

    def _ask(self, what: str) -> None:
        self.asked[what] += 1
        if self.failure:
            raise self.failure


@pytest.fixture
def slack() -> FakeSlack:
    return FakeSlack()


@pytest.fixture
def directory(slack: FakeSlack, redis: Redis) -> SlackDirectory:
    return SlackDirectory(lambda _: slack, redis)


@pytest.mark.parametrize(
    ("person", "channel", "access"),
    [
        (ADA, OPS, Access.MEMBER),
        (MALLORY, OPS, Access.READ),
        (GUEST, OPS, Access.NONE),
        (ADA, SECRET, Access.MEMBER),
        (GRACE, SECRET, Access.NONE),
        (ADA, DM, Access.MEMBER),
        (GRACE, DM, Access.NONE),
        (ADA, ChannelId("C-NONE"), Access.NONE),
        (HOUSTON, OPS, Access.MEMBER),
    ],
)
def test_access_follows_membership(
    directory: SlackDirectory, person: PersonId, channel: ChannelId, access: Access
) -> None:
    """[P1]"""
    assert directory.access(TEAM, person, channel) is access


def test_a_guest_reads_where_they_are_a_member(slack: FakeSlack, directory: SlackDirectory) -> None:
    """[P1]"""
    slack.members_of[OPS].append(GUEST)
    assert directory.access(TEAM, GUEST, OPS) is Access.MEMBER


def test_who_has_left_the_workspace_reads_nothing(
    slack: FakeSlack, directory: SlackDirectory
) -> None:
    """[P1 P3]"""
    slack.people[ADA]["deleted"] = True
    assert directory.access(TEAM, ADA, OPS) is Access.NONE


def test_no_answer_means_no(slack: FakeSlack, directory: SlackDirectory) -> None:
    """[P1]"""
    slack.failure = OutcomeUnknown("(connection cut)")
    assert directory.access(TEAM, ADA, OPS) is Access.NONE
    assert directory.person(TEAM, ADA) is None
    assert directory.channel(TEAM, OPS) is None


def test_an_answer_is_kept_for_a_minute(
    slack: FakeSlack, directory: SlackDirectory, redis: Redis
) -> None:
    """[P1]"""
    for _ in range(3):
        directory.access(TEAM, ADA, OPS)
    assert slack.asked == {"person": 1, "channel": 1, "members": 1}
    longer = {TeamKeys(TEAM).cache("name", OPS), *redis.scan_iter(match="*:cache:last:*")}
    kept = [key for key in redis.scan_iter() if key not in longer]
    assert kept
    assert all(0 < redis.pttl(key) <= 60_000 for key in kept)


def test_before_an_effect_slack_is_asked_afresh(
    slack: FakeSlack, directory: SlackDirectory
) -> None:
    """[P1]"""
    assert directory.access(TEAM, GRACE, OPS) is Access.MEMBER
    slack.members_of[OPS].remove(GRACE)
    assert directory.access(TEAM, GRACE, OPS, fresh=True) is Access.READ
    assert directory.access(TEAM, GRACE, OPS) is Access.READ


def test_events_make_it_forget(slack: FakeSlack, directory: SlackDirectory) -> None:
    """[P1]"""
    directory.access(TEAM, GRACE, OPS)
    slack.members_of[OPS].remove(GRACE)
    slack.people[GRACE]["is_restricted"] = True
    directory.forget_channel(TEAM, OPS)
    directory.forget_person(TEAM, GRACE)
    assert directory.access(TEAM, GRACE, OPS) is Access.NONE


def test_a_person_is_described(directory: SlackDirectory) -> None:
    """[C9]"""
    ada, grace = directory.person(TEAM, ADA), directory.person(TEAM, GRACE)
    assert ada is not None
    assert grace is not None
    assert (ada.zone, ada.locale, ada.is_admin) == ("Europe/Berlin", "de-DE", True)
    assert (grace.name, grace.zone, grace.is_admin) == ("Grace H", "UTC", False)


def test_people_of_another_organisation_are_readers_where_they_are_members(
    slack: FakeSlack, directory: SlackDirectory
) -> None:
    """[P1 P2] And administrators of nothing here, whatever they are at home."""
    slack.people[GRACE] |= {"team_id": "T-ELSEWHERE", "is_admin": True}
    assert directory.access(TEAM, GRACE, OPS) is Access.READ
    slack.members_of[OPS].remove(GRACE)
    assert directory.access(TEAM, GRACE, OPS, fresh=True) is Access.NONE
    known = directory.person(TEAM, GRACE)
    assert known
    assert known.is_external
    assert not known.is_admin


def test_a_person_whom_slack_does_not_tell_reads_where_they_are_a_member(
    slack: FakeSlack, directory: SlackDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[P1]"""

    def unknown(person: PersonId) -> Json:
        raise NotForPerson("user_not_found")

    monkeypatch.setattr(slack, "users_info", unknown)
    assert directory.access(TEAM, GRACE, OPS) is Access.READ
    assert directory.access(TEAM, MALLORY, OPS) is Access.NONE


def test_an_organisation_s_public_channels_are_public_in_their_workspaces(
    slack: FakeSlack, directory: SlackDirectory
) -> None:
    """[P1]"""
    org = TeamId("E1")
    own = {"enterprise_id": "E1", "teams": ["T1"]}
    slack.people[MALLORY] |= {"team_id": "T1", "enterprise_user": own}
    slack.channels[OPS] |= {"context_team_id": "T1"}
    assert directory.access(org, MALLORY, OPS) is Access.READ
    slack.channels[OPS] |= {"context_team_id": "T2"}
    assert directory.access(org, MALLORY, OPS, fresh=True) is Access.NONE


def forget_the_minute(redis: Redis) -> None:
    """As if a minute had passed."""
    for key in redis.scan_iter(match="*:cache:*"):
        if ":cache:last:" not in str(key):
            redis.unlink(key)


def test_while_slack_gives_no_answer_readers_have_the_last_one(
    slack: FakeSlack, directory: SlackDirectory, redis: Redis
) -> None:
    """[P1 R6] Nobody else reads anything by it, and no effect rests on it."""
    assert directory.access(TEAM, ADA, SECRET) is Access.MEMBER
    assert directory.access(TEAM, GRACE, SECRET) is Access.NONE
    forget_the_minute(redis)
    slack.failure = RateLimited(30.0)
    assert directory.access(TEAM, ADA, SECRET) is Access.MEMBER
    assert directory.access(TEAM, GRACE, SECRET) is Access.NONE
    assert directory.access(TEAM, ADA, SECRET, fresh=True) is Access.NONE
    assert directory.known_access(TEAM, ADA, SECRET) is None
    assert directory.access(TEAM, ADA, OPS) is Access.NONE, "nothing was ever said of it"


def test_the_last_answer_does_not_outlive_an_event_or_a_clear_no(
    slack: FakeSlack, directory: SlackDirectory, redis: Redis
) -> None:
    """[P1]"""
    directory.access(TEAM, ADA, SECRET)
    directory.forget_channel(TEAM, SECRET)
    slack.failure = RateLimited(30.0)
    assert directory.access(TEAM, ADA, SECRET) is Access.NONE
    slack.failure = None
    directory.access(TEAM, ADA, SECRET)
    forget_the_minute(redis)
    slack.failure = ChannelNotFound("channel_not_found")
    assert directory.access(TEAM, ADA, SECRET) is Access.NONE
    slack.failure = RateLimited(30.0)
    assert directory.access(TEAM, ADA, SECRET) is Access.NONE


def test_the_last_answer_is_one_of_the_last_quarter_of_an_hour(
    slack: FakeSlack, directory: SlackDirectory, redis: Redis
) -> None:
    """[P1]"""
    directory.access(TEAM, ADA, SECRET)
    lasts = [redis.pttl(key) for key in redis.scan_iter(match="*:cache:last:*")]
    assert lasts
    assert all(0 < ms <= 15 * 60 * 1000 for ms in lasts)


def crowd(slack: FakeSlack, channel: ChannelId = SECRET) -> list[PersonId]:
    """20,000 members of a channel, Ada last and Grace none of them."""
    many = [PersonId(f"U{number:05}") for number in range(19_999)]
    slack.members_of[channel] = [*many, ADA]
    return many


@pytest.mark.parametrize(("person", "access"), [(ADA, Access.MEMBER), (GRACE, Access.NONE)])
def test_of_20_000_members_a_fresh_answer_takes_four_questions_at_most(
    slack: FakeSlack, directory: SlackDirectory, person: PersonId, access: Access
) -> None:
    """[P1] The person, the channel, a page of members and the person's own channels."""
    crowd(slack)
    assert directory.access(TEAM, person, SECRET, fresh=True) is access
    assert slack.asked == {"person": 1, "channel": 1, "members": 1, "own": 1}
    slack.asked.clear()
    assert directory.access(TEAM, person, SECRET, fresh=True) is access
    assert slack.asked == {"person": 1, "channel": 1, "own": 1}, "it is known to be a large one"


def test_whoever_is_on_the_first_page_is_found_there(
    slack: FakeSlack, directory: SlackDirectory
) -> None:
    """[P1]"""
    many = crowd(slack)
    slack.people[many[3]] = {"id": many[3], "name": "early"}
    assert directory.access(TEAM, many[3], SECRET, fresh=True) is Access.MEMBER
    assert slack.asked == {"person": 1, "channel": 1, "members": 1}


def test_where_slack_does_not_tell_a_persons_channels_pages_are_turned_until_they_are_found(
    slack: FakeSlack, directory: SlackDirectory
) -> None:
    """[P1] As for people of an organisation, or whom Slack does not know here."""
    many = crowd(slack)
    slack.untold = True
    for number, pages in ((1_500, 2), (5_500, 6)):
        slack.people[many[number]] = {"id": many[number], "name": "middle"}
        slack.asked.clear()
        assert directory.access(TEAM, many[number], SECRET, fresh=True) is Access.MEMBER
        assert slack.asked["members"] <= pages + 1
    assert directory.access(TEAM, GRACE, SECRET, fresh=True) is Access.NONE
    org = TeamId("E-ORG")
    slack.asked.clear()
    assert directory.access(org, many[5_500], SECRET, fresh=True) is Access.MEMBER
    assert slack.asked["own"] == 0


def test_a_large_channel_is_kept_for_a_minute_too_but_not_past_a_leave(
    slack: FakeSlack, directory: SlackDirectory
) -> None:
    """[P1] The next read asks nothing; after the event, or a fresh answer, they read nothing."""
    crowd(slack)
    assert directory.access(TEAM, ADA, SECRET) is Access.MEMBER
    slack.asked.clear()
    assert directory.access(TEAM, ADA, SECRET) is Access.MEMBER
    assert not slack.asked
    slack.members_of[SECRET].remove(ADA)
    directory.forget_member(TEAM, SECRET, ADA)
    assert directory.access(TEAM, ADA, SECRET) is Access.NONE
    slack.members_of[SECRET].append(ADA)
    assert directory.access(TEAM, ADA, SECRET, fresh=True) is Access.MEMBER
    slack.members_of[SECRET].remove(ADA)
    assert directory.access(TEAM, ADA, SECRET, fresh=True) is Access.NONE
    assert directory.access(TEAM, ADA, SECRET) is Access.NONE


def test_somebody_elses_leave_does_not_have_everything_asked_again(
    slack: FakeSlack, directory: SlackDirectory
) -> None:
    """[P1] In a large channel people come and go all day."""
    crowd(slack)
    directory.access(TEAM, ADA, SECRET)
    slack.asked.clear()
    directory.forget_member(TEAM, SECRET, GRACE)
    assert directory.access(TEAM, ADA, SECRET) is Access.MEMBER
    assert not slack.asked


def test_what_was_heard_last_is_known_when_nobody_can_say_any_more(
    slack: FakeSlack, directory: SlackDirectory
) -> None:
    """[P1 M5]"""
    directory.access(TEAM, GRACE, SECRET)
    assert directory.has_left(TEAM, GRACE, SECRET)
    assert not directory.has_left(TEAM, ADA, SECRET)
    slack.members_of[SECRET].append(GRACE)
    directory.access(TEAM, GRACE, SECRET, fresh=True)
    assert not directory.has_left(TEAM, GRACE, SECRET)
    slack.failure = ChannelNotFound("channel_not_found")
    directory.access(TEAM, GRACE, SECRET, fresh=True)
    assert not directory.has_left(TEAM, GRACE, SECRET)
