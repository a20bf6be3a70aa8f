"""Lists of Missions: their indexes change in the same commits as the Missions."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from missions.domain import Domain
from missions.ids import ChannelId, MissionId, PersonId, TeamId
from missions.indexing import Indexing
from missions.keys import TeamKeys
from missions.listing import Listing
from missions.mission import Mission, MissionState
from missions.ports import Access
from missions.reader import Page
from missions.viewer import Viewer
from tests.support.build import actor, blueprint, draft, launched, proposed, task
from tests.support.fakes import ADA, GRACE, OPS, SECRET, TEAM, FakeDirectory, ManualClock

EVERYWHERE = Viewer(team=TEAM, person=ADA)


def names(page: Page) -> list[str]:
    return [mission.name for mission in page.items]


def several(domain: Domain, clock: ManualClock, count: int) -> list[Mission]:
    """Missions a minute apart, in two channels by turns."""
    made = []
    for number in range(count):
        channel = (OPS, SECRET)[number % 2]
        made.append(launched(domain, name=f"Watch {number}", channel=channel))
        clock.advance(minutes=1)
    return made


def test_pages_are_newest_first_across_channels(domain: Domain, clock: ManualClock) -> None:
    """[R6] Each Mission is on one page, whichever end it is nearer to."""
    several(domain, clock, 23)
    pages = [domain.reader.missions(EVERYWHERE, page=n, per_page=5) for n in range(1, 6)]
    assert [n for page in pages for n in names(page)] == [f"Watch {n}" for n in range(22, -1, -1)]
    assert {(page.total, page.pages) for page in pages} == {(23, 5)}
    assert domain.reader.missions(EVERYWHERE, page=99, per_page=5) == pages[-1]
    assert domain.reader.missions(EVERYWHERE, page=-1, per_page=5) == pages[0]


def test_a_list_says_when_nobody_answered(
    domain: Domain, clock: ManualClock, directory: FakeDirectory
) -> None:
    """[R5 R6] Silence hides, as it may be a no; but it is not told as a no."""
    several(domain, clock, 2)
    assert not domain.reader.missions(EVERYWHERE).unsure
    directory.silent = True
    page = domain.reader.missions(EVERYWHERE)
    assert (page.total, page.unsure) == (0, True)
    assert domain.reader.missions(Viewer(team=TEAM, person=GRACE)).unsure
    nowhere = Viewer(team=TEAM, person=ADA, place=ChannelId("CNOWHERE"))
    assert not domain.reader.missions(nowhere).unsure


def test_a_list_follows_the_state(domain: Domain, clock: ManualClock) -> None:
    """[R6 M1] Filtered by state; a deleted Mission is in no list."""
    first, second, third = several(domain, clock, 3)
    draft(domain, name="Planned")
    domain.lifecycle.disable(actor(), second.id)
    domain.lifecycle.disable(actor(), third.id)
    domain.lifecycle.enable(actor(), third.id)
    domain.lifecycle.delete(actor(), first.id, first.id)
    by_state = {s: names(domain.reader.missions(EVERYWHERE, state=s)) for s in MissionState}
    assert by_state == {
        MissionState.DRAFT: ["Planned"],
        MissionState.ACTIVE: ["Watch 2"],
        MissionState.PAUSED: ["Watch 1"],
        MissionState.DELETED: [],
    }
    assert domain.reader.missions(EVERYWHERE).total == 3


def test_words_find_names_and_titles_as_they_are_now(domain: Domain) -> None:
    """[R6 C4 C5] A rename and a new plan are found by their new words, not by the old ones."""
    plan = blueprint(task(title="Ping the Login page"))
    mission = launched(domain, plan, name="Storefront")
    found = lambda words: domain.reader.missions(EVERYWHERE, search=words).total  # noqa: E731
    assert [found(w) for w in ("front", "LOGIN page", "storefront ping", "absent")] == [1, 1, 1, 0]
    domain.lifecycle.rename(actor(), mission.id, "Nightly")
    change = proposed(domain, domain.reader.mission(EVERYWHERE, mission.id), blueprint(task()))
    domain.lifecycle.apply(actor(), mission.id, change.id)
    assert [found(w) for w in ("front", "login", "nightly", "check")] == [0, 0, 1, 1]
    assert domain.reader.find(EVERYWHERE, "storefront") == ()
    assert [m.id for m in domain.reader.find(EVERYWHERE, "nightly")] == [mission.id]


def search(domain: Domain, words: str, **given: object) -> list[str]:
    return names(domain.reader.missions(EVERYWHERE, search=words, per_page=50, **given))  # type: ignore[arg-type]


def test_parts_of_words_are_found_in_any_script(domain: Domain) -> None:
    """[R6 C9] Also in a language without spaces, and across what is no letter."""
    made = ("EU/checkout-api", "東京監視センター", "Überwachung Straße", "Straßenbahn")
    for name in made:
        launched(domain, name=name)
    assert search(domain, "out") == search(domain, "u/check") == ["EU/checkout-api"]
    assert search(domain, "監視") == ["東京監視センター"]
    assert set(search(domain, "STRASSE")) == {"Straßenbahn", "Überwachung Straße"}
    assert search(domain, "wachung über") == ["Überwachung Straße"]
    assert search(domain, "-") == ["EU/checkout-api"]
    assert search(domain, "x" * 200) == []
    assert [m.name for m in domain.reader.find(EVERYWHERE, "eu/checkout-api")] == [made[0]]


def test_a_search_is_bounded_and_says_so(
    domain: Domain, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[R6] If all words are common the newest are found; a rare word, or a whole name, always."""
    made = several(domain, clock, 12)
    launched(domain, name="Watch")
    for name, value in (("FOUND_MAX", 4), ("FEW", 1), ("LOOKED_MAX", 1), ("SHARED_MAX", 3)):
        monkeypatch.setattr(f"missions.search.{name}", value)
    page = domain.reader.missions(EVERYWHERE, search="watch", per_page=50)
    assert names(page) == ["Watch", "Watch 11", "Watch 10", "Watch 9"]
    assert page.more
    page = domain.reader.missions(EVERYWHERE, search="watch 7", per_page=50)
    assert (names(page), page.more) == (["Watch 7"], False)
    assert [m.name for m in domain.reader.find(EVERYWHERE, "watch")] == ["Watch"]
    assert [m.id for m in domain.reader.find(EVERYWHERE, "watch 3")] == [made[3].id]


@pytest.mark.parametrize("said", ["watch 77", "watch absent"])
def test_nobody_is_counted_where_a_word_is_nowhere(
    domain: Domain, clock: ManualClock, said: str
) -> None:
    """[R6] So a name is found as fast however many Missions share its other words."""
    several(domain, clock, 12)
    domain.reader.find(EVERYWHERE, said)  # its script is known from here on
    domain.redis.config_resetstat()
    assert domain.reader.find(EVERYWHERE, said) == ()
    assert search(domain, said) == []
    assert "cmdstat_zlexcount" not in domain.redis.info("commandstats")


def test_missions_from_before_the_index_are_found_meanwhile_and_taken_in(
    domain: Domain, clock: ManualClock
) -> None:
    """[R6 L5] Before, while and after the index is completed, and when it is begun anew."""
    several(domain, clock, 9)
    team = TeamKeys(TEAM)
    indexes = [key for channel in (OPS, SECRET) for key in team.channel_index(channel)]
    as_made = {key: domain.redis.zrange(key, 0, -1) for key in indexes}
    domain.redis.delete(*indexes)
    wanted = [f"Watch {n}" for n in range(8, -1, -1)]

    def all_found() -> bool:
        exact = [m.name for m in domain.reader.find(EVERYWHERE, "watch 4")]
        by_titles = search(domain, "check watch", state=MissionState.ACTIVE, own_first=True)
        return search(domain, "watch") == by_titles == wanted and exact == ["Watch 4"]

    assert all_found()
    later = launched(domain, name="Later")
    assert search(domain, "later") == ["Later"]
    domain.lifecycle.delete(actor(), later.id, later.id)
    assert Indexing(domain.store)._slice(TEAM, SECRET) == 0
    assert all_found()
    indexing = Indexing(domain.store)
    while indexing.go_on():
        pass
    assert all_found()
    assert {key: domain.redis.zrange(key, 0, -1) for key in indexes} == as_made
    assert Indexing(domain.store)._incomplete() == []


def test_nothing_of_old_words_stays_in_the_index(domain: Domain) -> None:
    """[M6 C4] Neither after a rename and a new plan, nor of a deleted Mission beside another."""
    other = launched(domain, blueprint(task(title="Shared words")), name="Other")
    team = TeamKeys(TEAM)
    indexes = team.channel_index(OPS)
    before = [domain.redis.zrange(key, 0, -1) for key in indexes]
    mission = launched(domain, blueprint(task(title="Shared secret")), name="Storefront other")
    domain.lifecycle.rename(actor(), mission.id, "Nightly")
    assert not [row for row in domain.redis.zrange(indexes[1], 0, -1) if "front" in str(row)]
    domain.lifecycle.delete(actor(), mission.id, mission.id)
    assert [domain.redis.zrange(key, 0, -1) for key in indexes] == before
    assert names(domain.reader.missions(EVERYWHERE, search="shared words")) == [other.name]


def test_hidden_missions_are_neither_shown_nor_counted(
    domain: Domain,
    clock: ManualClock,
    directory: FakeDirectory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """[P1] Rights are asked once per channel, however many Missions live there."""
    several(domain, clock, 10)
    grace = Viewer(team=TEAM, person=GRACE)
    page = domain.reader.missions(grace, per_page=3)
    assert (page.total, page.pages) == (5, 2)
    assert domain.reader.missions(grace, search="watch").total == 5
    asked: list[ChannelId] = []
    access = directory.access

    def listened(t: TeamId, p: PersonId, c: ChannelId, **more: Any) -> Access:
        asked.append(c)
        return access(t, p, c, **more)

    monkeypatch.setattr(directory, "access", listened)
    domain.reader.missions(grace)
    assert sorted(asked) == [OPS, SECRET]


@pytest.mark.parametrize("removed", ["deleted", "discarded"])
def test_nothing_of_a_removed_mission_stays_in_a_list(domain: Domain, removed: str) -> None:
    """[M6] Not even its channel, if it was the last one there."""
    mission, proposal = draft(domain)
    if removed == "deleted":
        domain.lifecycle.launch(actor(), mission.id, proposal.id)
        domain.lifecycle.delete(actor(), mission.id, mission.id)
    else:
        domain.lifecycle.discard(actor(), mission.id, proposal.id)
    domain.remains.clear(TEAM, mission.id)
    domain.remains.finish(TEAM, mission.id)
    keys = TeamKeys(TEAM)
    of_channel = (keys.channel_words(OPS), *keys.channel_index(OPS))
    assert not domain.redis.exists(keys.channels, *of_channel)
    assert not list(domain.redis.scan_iter("houston:*:missions:*"))


def test_a_channel_stays_listed_while_a_mission_lives_there(
    domain: Domain,
) -> None:
    first, second = launched(domain), launched(domain, name="Other")
    domain.lifecycle.delete(actor(), first.id, first.id)
    domain.remains.finish(TEAM, first.id)
    assert names(domain.reader.missions(EVERYWHERE)) == [second.name]


def test_every_page_is_right_however_many_missions_there_are(
    domain: Domain, directory: FakeDirectory
) -> None:
    """[R6] Against sorting all: several channels, states, owners, and equal instants."""
    chance = random.Random(4)
    keys = TeamKeys(TEAM)
    made: list[tuple[int, str, MissionState, str]] = []
    for number in range(700):
        channel, owner = chance.choice((OPS, SECRET, OPS)), chance.choice((ADA, ADA, GRACE))
        state = chance.choice((MissionState.ACTIVE, MissionState.PAUSED))
        name = MissionId(f"M-{number:06d}")
        made.append((chance.randrange(300), name, state, owner))
        for key in (keys.listed(channel, state), keys.owned(channel, state, owner)):
            domain.redis.zadd(key, {name: made[-1][0]})
    listing = Listing(domain.store)
    for whose, which in itertools.product((None, GRACE), (None, MissionState.ACTIVE)):
        rows = [one for one in made if which in (None, one[2])]
        rows.sort(key=lambda one: (one[3] == whose, one[:2]), reverse=True)
        for page in range(1, -(-len(rows) // 7) + 1):
            found = listing.page(TEAM, (OPS, SECRET), which, whose, page, 7)
            wanted = [name for _, name, *_ in rows[(page - 1) * 7 : page * 7]]
            assert list(found.missions) == wanted, (whose, which, page)
            assert found.page == page
