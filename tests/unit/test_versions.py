"""Versions with their makers, and what an undo takes back [B8 C7]."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent.offline.reading import Context, read
from bot.blocks.action_card import action_card
from bot.blocks.actions import ActionId
from bot.blocks.versions_card import (
    DiffFacts,
    VersionLine,
    VersionsFacts,
    diff_card,
    versions_card,
)
from bot.blocks.versions_dialog import VersionsPage, difference_view, versions_view
from missions.cards import Action, ActionCard
from missions.ids import TaskId
from missions.mission import Change, MissionState, Mute, Pause
from missions.taskstate import TaskState
from missions.undoing import Undo, Way, latest_undo
from missions.versions import Version, with_makers
from tests.unit.block_samples import (
    ANN,
    HOSTILE,
    NOW,
    REPORT_URL,
    ZONE,
    assert_openable,
    assert_quiet,
    assert_sendable,
    difference,
    mission,
)

LAUNCHED = Change(at=NOW, by=ANN, what="Launched", after="version 1")
CHANGED = Change(
    at=NOW + timedelta(days=1),
    by=ANN,
    what="Plan changed",
    before="version 2",
    after="version 3",
    link=REPORT_URL,
)
RENAMED = Change(at=NOW, by=ANN, what="Renamed", before="Shop", after="Nightly Watch")
RAN = Change(at=NOW, by=ANN, what="Run now")


def undo(*changes: Change, state: MissionState = MissionState.ACTIVE, **fields: Any) -> Undo | None:
    """What an undo takes back; `changes` newest first."""
    states = fields.pop("states", {})
    one = mission(state=state).model_copy(update=fields)
    return latest_undo(one, states, changes, NOW)


def test_versions_have_their_makers_as_far_as_the_log_goes() -> None:
    """[B8 M7] Newest first; what is no longer on record is not made up."""
    found = with_makers((1, 2, 3), (CHANGED, LAUNCHED))
    assert [(v.number, v.by) for v in found] == [(3, ANN), (2, None), (1, ANN)]
    assert found[0].link == CHANGED.link
    assert found[1].at is None


def test_the_latest_change_that_holds_is_undone() -> None:
    """[C7] Each kind by its own way."""
    assert mission().version == 3
    change = undo(CHANGED, LAUNCHED)
    assert change
    assert (change.way, change.version) == (Way.RESTORE, 2)
    name = undo(RENAMED, CHANGED)
    assert name
    assert name.way is Way.RENAME
    paused = Change(at=NOW, by=ANN, what="Disabled", after="code freeze")
    off = undo(paused, state=MissionState.PAUSED, pause=Pause(by=ANN, at=NOW))
    assert off
    assert off.way is Way.ENABLE
    muted = undo(Change(at=NOW, what="Muted"), mute=Mute(by=ANN, at=NOW))
    assert muted
    assert muted.way is Way.UNMUTE


def test_a_task_is_enabled_again() -> None:
    """[C7 M9]"""
    t2 = TaskId("T2")
    states = {t2: TaskState(pause=Pause(by=ANN, at=NOW))}
    found = undo(Change(at=NOW, by=ANN, what="Task T2 paused"), states=states)
    assert found
    assert (found.way, found.task) == (Way.ENABLE, t2)
    assert undo(Change(at=NOW, by=ANN, what="Task T2 paused")) is None


def test_what_no_longer_holds_is_not_undone_again() -> None:
    """[C7] An undo is not undone by the next one."""
    back = Change(at=NOW, by=ANN, what="Renamed", before="Nightly Watch", after="Shop")
    found = undo(back, RENAMED, name="Shop")
    assert found
    assert found.change == back
    assert undo(RENAMED, name="Other") is None
    assert undo(Change(at=NOW, what="Disabled")) is None


def test_what_cannot_be_undone_is_named() -> None:
    """[C7]"""
    assert undo(RAN, LAUNCHED) is None
    found = undo(RAN, RENAMED)
    assert found
    assert found.passed == (RAN,)


def facts(text: str, count: int) -> VersionsFacts:
    lines = [VersionLine(Version(number=1))]
    lines += [
        VersionLine(Version(number=n, at=NOW, by=ANN, link=REPORT_URL), count)
        for n in range(2, count + 2)
    ]
    return VersionsFacts(mission(text), tuple(reversed(lines)), {ANN: text}, ZONE)


def test_the_card_offers_what_can_be_done_with_each() -> None:
    """[B8] The current one cannot be restored; the first has nothing before it."""
    text = str(versions_card(facts("Shop", 2)).blocks)
    assert text.count(f"'{ActionId.RESTORE}") == 2
    assert text.count(f"'{ActionId.DIFF}") == 2
    assert "no longer on record" in text
    assert "(current)" in text


@pytest.mark.parametrize("text", HOSTILE)
def test_the_cards_fit_whatever_the_plan_says(text: str) -> None:
    """[R5 P4]"""
    for count in (0, 1, 60):
        changes = (difference(text, text, text), difference(text, None, text)) * count
        for card in (
            versions_card(facts(text, count)),
            diff_card(DiffFacts(mission(text), 1, 3, changes)),
        ):
            assert_sendable(card)
            assert_quiet(card.blocks)


@pytest.mark.parametrize("text", HOSTILE)
def test_the_dialogs_fit_whatever_the_plan_says(text: str) -> None:
    """[R5 P4 B8] However many versions there are, and whichever two are compared."""
    for count in (0, 1, 2, 400):
        numbers = tuple(range(count, 0, -1))
        page = VersionsPage(facts(text, min(count, 10)), numbers, True, 1, 40)
        changes = (difference(text, text, text), difference(text, None, text)) * min(count, 60)
        assert_openable(versions_view(page, text))
        assert_openable(difference_view(page, DiffFacts(mission(text), 1, count, changes)))


@pytest.mark.parametrize(
    ("words", "tool", "arguments"),
    [
        ("show the versions", "show_versions", {}),
        ("versions of Shop watch", "show_versions", {"mission": "Shop watch"}),
        ("what changed between version 2 and 4?", "show_difference", {"first": 2, "last": 4}),
        ("compare v2 and v4 of M-ABC234", "show_difference",
         {"mission": "M-ABC234", "first": 2, "last": 4}),
        ("what changed in version 3", "show_difference", {"first": 2, "last": 3}),
        ("what changed since version 2", "show_difference", {"first": 2}),
        ("restore version 2", "restore_version", {"version": 2}),
        ("please go back to version 2 of Shop watch", "restore_version",
         {"mission": "Shop watch", "version": 2}),
        ("restore Shop watch to version 2", "restore_version",
         {"mission": "Shop watch", "version": 2}),
        ("undo", "offer_undo", {}),
        ("undo that please", "offer_undo", {}),
        ("undo the last change of Shop watch", "offer_undo", {"mission": "Shop watch"}),
        ("M-ABC234: undo", "offer_undo", {"mission": "M-ABC234"}),
        ("M-ABC234: restore version 2", "restore_version", {"mission": "M-ABC234", "version": 2}),
    ],
)  # fmt: skip
def test_versions_and_undo_in_words(words: str, tool: str, arguments: dict[str, Any]) -> None:
    """[B8 C7]"""
    now = datetime(2026, 11, 26, 10, 30, tzinfo=UTC)
    (call,) = read(words, Context(now=now, zone="Europe/Berlin"))
    assert (call.tool, call.arguments) == (tool, arguments)


def test_an_undo_says_what_it_takes_back() -> None:
    """[C7 M7] Who did it, when, and before and after."""
    card = ActionCard(mission=mission().id, action=Action.RENAME, note="Shop", undoes=RENAMED)
    text = str(action_card(mission(), card, zone=ZONE, people={ANN: "Ann"}).blocks)
    assert "Takes back: *Renamed* “Shop” → “Nightly Watch”, by Ann" in text
    assert ActionId.UNDO_RENAME.value in text


@pytest.mark.parametrize("text", HOSTILE)
def test_an_undo_fits_whatever_was_changed(text: str) -> None:
    """[R5 P4]"""
    change = RENAMED.model_copy(update={"what": text, "before": text, "after": text})
    card = ActionCard(mission=mission().id, action=Action.ENABLE, note=text, undoes=change)
    assert_sendable(action_card(mission(text), card, text, ZONE, {ANN: text}))
