"""Lists of Missions: their indexes change in the same commits as the Missions."""

from __future__ import annotations

import pytest

from missions.domain import Domain
from missions.ids import ChannelId
from missions.keys import TeamKeys
from missions.mission import Mission, MissionState
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


def test_hidden_missions_are_neither_shown_nor_counted(
    domain: Domain, clock: ManualClock, directory: FakeDirectory
) -> None:
    """[P1] Rights are asked once per channel, however many Missions live there."""
    several(domain, clock, 10)
    grace = Viewer(team=TEAM, person=GRACE)
    page = domain.reader.missions(grace, per_page=3)
    assert (page.total, page.pages) == (5, 2)
    assert domain.reader.missions(grace, search="watch").total == 5
    asked: list[ChannelId] = []
    access = directory.access
    directory.access = lambda t, p, c, **o: (asked.append(c), access(t, p, c, **o))[1]  # type: ignore[method-assign]
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
    assert not domain.redis.exists(keys.channels, keys.channel_words(OPS))
    assert not list(domain.redis.scan_iter("houston:*:missions:*"))


def test_a_channel_stays_listed_while_a_mission_lives_there(
    domain: Domain,
) -> None:
    first, second = launched(domain), launched(domain, name="Other")
    domain.lifecycle.delete(actor(), first.id, first.id)
    domain.remains.finish(TEAM, first.id)
    assert names(domain.reader.missions(EVERYWHERE)) == [second.name]
