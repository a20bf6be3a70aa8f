"""Month ends and leap days against the slow reference [B5]."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.unit.test_cron_reference import DAY, agrees

ENDS = (
    "0 9 31 * *",
    "30 23 28-31 * *",
    "15 0 29 2 *",
    "0 12 L * *",
    "5 4 L 2 *",
    "20 1 29 2 SAT",
    "*/30 22 30,31 4,12 *",
    "0 0 1 * *",
    "10 */6 L * MON",
    "45 8 * * 5L",
)
"""The last day as a number and as such, days that not every month has, and the first after them."""
FEBRUARIES = (2023, 2024, 2028, 2100, 2400)
"""A common year, leap years, and centuries of both kinds."""
MONTHS = (*((year, 3) for year in FEBRUARIES), (2026, 5), (2026, 7), (2027, 1), (2026, 11))
"""The months that begin in the window: after February, after 30 and 31 days, after the year's end,
and after clocks were changed."""


@pytest.mark.parametrize(("year", "month"), MONTHS)
def test_a_months_last_days_and_first_day(year: int, month: int) -> None:
    """[B5] Three days and a half around its beginning, east and west of Greenwich."""
    begin = datetime(year, month, 1, tzinfo=UTC) - 2 * DAY
    for zone_name in ("Pacific/Apia", "America/New_York"):
        found = [agrees(text, zone_name, begin, 84 * 60) for text in ENDS]
        assert any(found)


def test_the_leap_day_comes_in_leap_years_only() -> None:
    """[B5] The reference itself, by hand: 2024 and 2400 have one, 2023 and 2100 have none."""
    had = {
        year: len(agrees("15 0 29 2 *", "UTC", datetime(year, 2, 27, tzinfo=UTC), 84 * 60))
        for year in FEBRUARIES
    }
    assert had == {2023: 0, 2024: 1, 2028: 1, 2100: 0, 2400: 1}
