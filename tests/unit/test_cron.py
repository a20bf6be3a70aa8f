"""The time engine: what parses, and what daylight saving does, case by case."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from hypothesis import given, settings
from hypothesis import strategies as st

from missions.cron import (
    Cron,
    CronError,
    ZoneError,
    compiled,
    local_instant,
    next_occurrence,
    occurrences,
    smallest_gap,
    tally,
    zone,
)

BERLIN = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)


def utc(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0
) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def runs(text: str, zone_name: str, day: str, days: int = 1) -> list[str]:
    """What the clocks show, with offset, at each run from a local midnight on."""
    tz = ZoneInfo(zone_name)
    begin = datetime.fromisoformat(day).replace(tzinfo=tz).astimezone(UTC)
    end = (datetime.fromisoformat(day) + days * DAY).replace(tzinfo=tz).astimezone(UTC)
    tick = timedelta(seconds=1)
    found = occurrences(Cron.parse(text), tz, begin - tick, end - tick, 2000)
    return [each.astimezone(tz).strftime("%d %H:%M%z") for each in found]


# --- parsing --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("@daily", "0 0 * * *"),
        ("@midnight", "0 0 * * *"),
        (" @Hourly ", "0 * * * *"),
        ("@weekly", "0 0 * * 0"),
        ("@monthly", "0 0 1 * *"),
        ("@yearly", "0 0 1 1 *"),
        ("@annually", "0 0 1 1 *"),
        ("  0   9 * jan-mar\tmon-fri ", "0 9 * JAN-MAR MON-FRI"),
        ("0 9 * * mon-sun", "0 9 * * MON-7"),
        ("0 9 * * fri-sun/2,tue", "0 9 * * FRI-7/2,TUE"),
        ("5-5/2 9-09/3 * jan-1/4 sun-sun", "5 9 * JAN SUN-SUN"),
        ("0 18 l * *", "0 18 L * *"),
        ("0 18 * * 5l", "0 18 * * 5L"),
        ("0 18 * * mon#1", "0 18 * * MON#1"),
    ],
)
def test_an_expression_becomes_canonical(typed: str, canonical: str) -> None:
    """[B5] Five fields, names and the usual short forms are accepted."""
    cron = Cron.parse(typed)
    assert cron.text == canonical
    assert Cron.parse(cron.text) == cron == Cron(cron.text)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "five fields"),
        ("0 9 * *", "This one has 4."),
        ("0 0 9 * * *", "This one has 6. Leave out seconds and years."),
        ("0 0 9 * * * 2026", "This one has 7. Leave out seconds and years."),
        ("@reboot", '"@reboot" is not a schedule I know'),
        ("61 * * * *", '"61" does not work as the minute field: minutes go from 0 to 59.'),
        ("0 24 * * *", '"24" does not work as the hour field'),
        ("0 0 0 * *", '"0" does not work as the day-of-month field'),
        ("0 0 * 13 *", '"13" does not work as the month field'),
        ("0 0 * * 8", '"8" does not work as the day-of-week field'),
        ("0 0 * * MON#6", '"MON#6" does not work as the day-of-week field'),
        ("0 0 ? * MON", '"?" does not work as the day-of-month field'),
        ("0 0 * * FRI-MON", '"FRI-MON" does not work as the day-of-week field'),
        ("*/0 * * * *", '"*/0" does not work as the minute field'),
        ("5-5/0 * * * *", '"5-5/0" does not work as the minute field'),
        ("0 0 31 2 *", "would never run"),
        ("0 0 30,31 FEB *", "would never run"),
        ("0 0 31 4,6,9,11 *", "would never run"),
        ("0 0 29 2 */7", "pause for more than 10 years"),
        ("*/90 * * * *", "A step of 90 does not fit into the minute field"),
        ("0 */36 * * *", "A step of 36 does not fit into the hour field"),
        ("1" * 201, "at most 200 characters"),
        ("<!channel> * * * *", '"CHANNEL" does not work as the minute field'),
        ("² * * * *", "minute field"),
    ],
)
def test_what_cannot_run_is_refused_with_a_reason(typed: str, says: str) -> None:
    """[B5] [B7] A slip is named where it is; nothing that would never run is accepted."""
    with pytest.raises(CronError) as caught:
        Cron.parse(typed)
    assert says in caught.value.reason
    assert str(caught.value) == caught.value.reason


def test_a_value_cannot_hold_what_does_not_parse() -> None:
    """A stored expression is checked like a typed one."""
    for text in ("@daily", "0 9 * * mon", "61 * * * *"):
        with pytest.raises(CronError):
            Cron(text)


def test_rare_is_not_never() -> None:
    """[B5] 29 February pauses for eight years at most and is accepted, also across 2100."""
    cron = Cron.parse("0 0 29 2 *")
    assert next_occurrence(cron, ZoneInfo("UTC"), utc(2026, 1, 1)) == utc(2028, 2, 29)
    assert next_occurrence(cron, ZoneInfo("UTC"), utc(2096, 3, 1)) == utc(2104, 2, 29)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.lists(st.text("0123456789*/-,#LWMONSUJAw? ²@", max_size=7), min_size=5, max_size=5))
def test_no_text_breaks_the_parser(fields: list[str]) -> None:
    """Whatever is typed either parses to something that runs, or is refused with a reason."""
    try:
        cron = Cron.parse(" ".join(fields))
    except CronError as error:
        assert error.reason.endswith(".")
        return
    assert next_occurrence(cron, BERLIN, utc(2026, 1, 1)) > utc(2026, 1, 1)
    assert smallest_gap(cron) >= timedelta(minutes=1)


def test_both_day_fields_restricted_mean_or() -> None:
    """[B5] As in every cron: the 13th, and every Friday; a field with a star must match as well."""
    either = runs("0 12 13 * FRI", "UTC", "2026-11-10", 8)
    assert either == ["13 12:00+0000"]
    assert runs("0 12 11 * FRI", "UTC", "2026-11-10", 8) == ["11 12:00+0000", "13 12:00+0000"]
    assert runs("0 12 */2 * FRI", "UTC", "2026-11-10", 14) == ["13 12:00+0000"]


# --- daylight saving, case by case ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30 2 * * *", ["29 03:00+0200"]),
        ("*/30 2 * * *", ["29 03:00+0200"]),
        ("*/30 2,3 * * *", ["29 03:00+0200", "29 03:30+0200"]),
        ("0 2,3 * * *", ["29 03:00+0200"]),
        ("15 1-3 * * *", ["29 01:15+0100", "29 03:00+0200", "29 03:15+0200"]),
        ("0 3 * * *", ["29 03:00+0200"]),
        ("30 */2 * * *", [f"29 {hour:02}:30+0200" for hour in range(4, 24, 2)]),
    ],
)
def test_a_gap_is_made_up_for_once_at_its_end(text: str, expected: list[str]) -> None:
    """[B5] Berlin, 29 March 2026: 02:00 to 03:00 does not happen."""
    found = runs(text, "Europe/Berlin", "2026-03-29")
    assert found == (["29 00:30+0100", *expected] if "*/2" in text else expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30 2 * * *", ["25 02:30+0200"]),
        ("*/30 2 * * *", ["25 02:00+0200", "25 02:30+0200"]),
        ("*/30 1 * * *", ["25 01:00+0200", "25 01:30+0200"]),
        ("0 1-3 * * *", ["25 01:00+0200", "25 02:00+0200", "25 03:00+0100"]),
        ("30 0-3/2 * * *", ["25 00:30+0200", "25 02:30+0200"]),
    ],
)
def test_a_fold_runs_in_its_first_pass(text: str, expected: list[str]) -> None:
    """[B5] Berlin, 25 October 2026: 02:00 to 03:00 happens twice."""
    assert runs(text, "Europe/Berlin", "2026-10-25") == expected


def test_new_yorks_fold_runs_half_hours_twice_not_four_times() -> None:
    """[B5] `*/30 1 * * *` names two times, and runs twice on the day whose 01:00 hour repeats."""
    found = runs("*/30 1 * * *", "America/New_York", "2026-11-01")
    assert found == ["01 01:00-0400", "01 01:30-0400"]


def test_a_starred_hour_counts_elapsed_time() -> None:
    """[B5] Both passes of a fold run, nothing is made up after a gap: 25 and 23 hours in a day."""
    fold = runs("30 * * * *", "Europe/Berlin", "2026-10-25")
    assert fold[2:4] == ["25 02:30+0200", "25 02:30+0100"]
    assert (len(fold), len(runs("30 * * * *", "Europe/Berlin", "2026-03-29"))) == (25, 23)
    assert len(runs("* * * * *", "Europe/Berlin", "2026-10-25")) == 25 * 60


def test_next_is_later_even_inside_the_second_pass() -> None:
    """[B5] Asked inside the second pass, the next run is tomorrow's, not one in the past."""
    cron = Cron.parse("30 2 * * *")
    for now in (utc(2026, 10, 25, 1), utc(2026, 10, 25, 1, 45)):
        assert next_occurrence(cron, BERLIN, now) == utc(2026, 10, 26, 1, 30)
        local = now.astimezone(BERLIN)
        assert local.fold == 1
        assert next_occurrence(cron, BERLIN, local) == utc(2026, 10, 26, 1, 30)


def test_next_is_strictly_later() -> None:
    """[B5] From a run's own instant the next one is found, from just before it the run itself."""
    cron, due = Cron.parse("0 9 * * *"), utc(2026, 11, 24, 8)
    assert next_occurrence(cron, BERLIN, due) == due + DAY
    assert next_occurrence(cron, BERLIN, due - timedelta(microseconds=1)) == due
    assert next_occurrence(cron, BERLIN, due + timedelta(microseconds=1)) == due + DAY
    made_up = utc(2026, 3, 29, 1)
    at_two = Cron.parse("*/20 2 * * *")
    assert next_occurrence(at_two, BERLIN, made_up - timedelta(seconds=1)) == made_up
    assert next_occurrence(at_two, BERLIN, made_up) == utc(2026, 3, 30, 0)


@pytest.mark.parametrize(
    ("text", "zone_name", "day", "expected"),
    [
        # Half an hour is skipped (02:00 to 02:30) and repeated (01:30 to 02:00).
        ("15 2 * * *", "Australia/Lord_Howe", "2026-10-04", ["04 02:30+1100"]),
        ("15,45 2 * * *", "Australia/Lord_Howe", "2026-10-04", ["04 02:30+1100", "04 02:45+1100"]),
        ("45 1 * * *", "Australia/Lord_Howe", "2026-04-05", ["05 01:45+1100"]),
        ("45 1-2 * * *", "Australia/Lord_Howe", "2026-04-05", ["05 01:45+1100", "05 02:45+1030"]),
        # Midnight itself is skipped.
        ("0 0 * * *", "Africa/Cairo", "2026-04-24", ["24 01:00+0300"]),
        ("0 0 * * *", "America/Havana", "2026-03-08", ["08 01:00-0400"]),
        ("30 0 4 11 *", "America/Sao_Paulo", "2018-11-04", ["04 01:00-0200"]),
        # The hour before midnight repeats, so that yesterday comes back.
        ("30 23 * * *", "Africa/Cairo", "2026-10-29", ["29 23:30+0300"]),
        ("0 0 * * *", "Africa/Cairo", "2026-10-30", ["30 00:00+0200"]),
        ("30 23 17 2 *", "America/Sao_Paulo", "2018-02-17", ["17 23:30-0200"]),
        ("0 0 * * *", "America/Havana", "2026-11-01", ["01 00:00-0400"]),
    ],
)
def test_shifts_of_other_zones(text: str, zone_name: str, day: str, expected: list[str]) -> None:
    """[B5] Half hours, and shifts at midnight."""
    assert runs(text, zone_name, day) == expected


def test_a_whole_day_can_be_skipped() -> None:
    """[B5] Apia had no 30 December 2011: its runs are one run, as the 31st begins."""
    found = runs("0 9,17 * * *", "Pacific/Apia", "2011-12-29", 3)
    expected = ["29 09:00-1000", "29 17:00-1000", "31 00:00+1400", "31 09:00+1400", "31 17:00+1400"]
    assert found == expected
    assert len(runs("0 * * * *", "Pacific/Apia", "2011-12-29", 3)) == 48
    assert local_instant(wall("2011-12-30 15:00"), ZoneInfo("Pacific/Apia")) == utc(
        2011, 12, 30, 10
    )


@pytest.mark.parametrize(
    ("naive", "zone_name", "expected"),
    [
        (wall("2026-11-24 18:00"), "Europe/Berlin", utc(2026, 11, 24, 17)),
        (wall("2026-03-29 01:59:59"), "Europe/Berlin", utc(2026, 3, 29, 0, 59, 59)),
        (wall("2026-03-29 02:00"), "Europe/Berlin", utc(2026, 3, 29, 1)),
        (wall("2026-03-29 02:59"), "Europe/Berlin", utc(2026, 3, 29, 1)),
        (wall("2026-03-29 03:00"), "Europe/Berlin", utc(2026, 3, 29, 1)),
        (wall("2026-10-25 02:30"), "Europe/Berlin", utc(2026, 10, 25, 0, 30)),
        (wall("2026-10-25 02:30").replace(fold=1), "Europe/Berlin", utc(2026, 10, 25, 0, 30)),
        (wall("2026-10-25 03:00"), "Europe/Berlin", utc(2026, 10, 25, 2)),
        (wall("2026-10-04 02:10"), "Australia/Lord_Howe", utc(2026, 10, 3, 15, 30)),
        (wall("2026-04-24 00:10"), "Africa/Cairo", utc(2026, 4, 23, 22)),
    ],
)
def test_a_once_task_follows_the_same_rule(
    naive: datetime, zone_name: str, expected: datetime
) -> None:
    """[B5] A time that a gap skips is the gap's end; one that a fold repeats is its first pass."""
    assert local_instant(naive, ZoneInfo(zone_name)) == expected


# --- counting, the floor, zones -------------------------------------------------------------------


def test_an_outage_is_counted_without_listing_it() -> None:
    """[S1] A month of a minutely Task, a fold within, is counted exactly and in milliseconds."""
    cron, begin, end = Cron.parse("* * * * *"), utc(2026, 10, 1), utc(2026, 10, 31)
    counted = tally(cron, BERLIN, begin, end)
    assert counted is not None
    assert (counted.count, counted.first, counted.last) == (
        30 * 1440,
        begin + timedelta(minutes=1),
        end,
    )
    started = time.perf_counter()
    tally(cron, BERLIN, begin, end)
    assert time.perf_counter() - started < 0.05


def test_an_outage_without_a_run_counts_nothing() -> None:
    """[S1] From one run on to just before the next there is nothing to tell."""
    cron, due = Cron.parse("0 9 * * *"), utc(2026, 11, 24, 8)
    assert tally(cron, BERLIN, due, due + DAY - timedelta(microseconds=1)) is None
    assert tally(cron, BERLIN, due, due) is None
    assert occurrences(cron, BERLIN, due, due + 9 * DAY, 2) == [due + DAY, due + 2 * DAY]


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        ("* * * * *", timedelta(minutes=1)),
        ("*/5 * * * *", timedelta(minutes=5)),
        ("*/7 * * * *", timedelta(minutes=4)),
        ("0,58 * * * *", timedelta(minutes=2)),
        ("58 23,0 * * *", timedelta(hours=1)),
        ("0 0,23 * * *", timedelta(hours=1)),
        ("0 0,23 1 * *", timedelta(hours=23)),
        ("59,0 0,23 1,31 * *", timedelta(minutes=1)),
        ("0 9 * * *", DAY),
        ("0 9 * * 1-5", DAY),
        ("0 9 * * MON,THU", 3 * DAY),
        ("0 9 1 * *", 28 * DAY),
        ("0 9 1,31 * *", DAY),
        ("0 9 29 2 *", 1461 * DAY),
        # Where a gap ends these come closer once a year: to 35 and to 5 minutes.
        ("35 2-3 * * *", timedelta(hours=1)),
        ("5,30 2,3 * * *", timedelta(minutes=25)),
    ],
)
def test_the_floor_is_measured_between_neighbours(text: str, gap: timedelta) -> None:
    """[B5] The smallest distance on the clock; a gap or fold in the year refuses nobody's Task."""
    assert smallest_gap(Cron.parse(text)) == gap


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        (" America/New York ", "America/New_York"),
        ("utc", "UTC"),
    ],
)
def test_a_zone_is_found_by_its_name(typed: str, key: str) -> None:
    """[B5] IANA names, in any case."""
    assert zone(typed).key == key


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Berlin", "Europe/Berlin"),
        ("Europe/Berln", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("Asia/Calcuta", "Asia/Calcutta"),
        ("Germany/Berlin", "Europe/Berlin"),
    ],
)
def test_a_near_miss_is_answered_with_names(typed: str, first: str) -> None:
    """[B7] A zone that does not exist is refused, with those that were probably meant."""
    with pytest.raises(ZoneError) as caught:
        zone(typed)
    assert caught.value.suggestions[0] == first
    assert f"Did you mean {first}" in caught.value.reason


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "../etc/passwd",
        "/etc/localtime",
        "localtime",
        "Europe",
        "posix/UTC",
        "a\0b",
        "<!here>",
        "x" * 9999,
    ],
)
def test_no_name_leads_out_of_the_zone_folder(typed: str) -> None:
    """[B5] [P4] Only names of the installed list are opened; what was typed cannot mention."""
    with pytest.raises(CronError) as caught:
        zone(typed)
    assert len(caught.value.reason) < 250
    assert not set("<>&`\0") & set(caught.value.reason)


def test_instants_need_a_zone_and_a_year_in_reach() -> None:
    """A naive instant is a mistake of the caller; a far year is answered in words."""
    cron = Cron.parse("0 9 * * *")
    with pytest.raises(ValueError, match="needs a zone"):
        next_occurrence(cron, BERLIN, wall("2026-01-01"))
    with pytest.raises(ValueError, match="without a zone"):
        local_instant(utc(2026, 1, 1), BERLIN)
    for year in (1, 9999):
        with pytest.raises(CronError, match="out of my reach"):
            next_occurrence(cron, BERLIN, utc(year, 1, 1))
        with pytest.raises(CronError, match="out of my reach"):
            local_instant(wall(f"{year:04}-01-01"), BERLIN)


def test_a_new_expression_is_read_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """[S2] The scheduler meets it while it starts what is due: the years are looked through once
    for each way to choose days, not for each time of day."""
    made: list[str] = []

    def counted(text: str, *args: Any, **more: Any) -> Any:
        made.append(text)
        return CronSim(text, *args, **more)

    monkeypatch.setattr("missions.cron.CronSim", counted)
    for minute in range(20):
        compiled(f"{minute} 3 * 7 2-4")
    assert len(made) < 20 + 50
