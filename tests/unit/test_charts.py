"""Charts fit Slack's limits, are told in words too, and show only what was measured together."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot import limits
from bot.block_rules import validate_message
from bot.blocks.charts import (
    Chart,
    ChartLine,
    chart_block,
    chart_words,
    instants,
    sparkline,
    without_charts,
)
from bot.blocks.elements import context
from bot.blocks.layout import Message
from bot.mrkdwn import Mrkdwn
from tests.unit.block_samples import HOSTILE, NOW, ZONE, acts


def chart(points: int = 3, lines: int = 1, name: str = "Health") -> Chart:
    at = tuple(NOW + timedelta(minutes=5 * n) for n in range(points))
    values = tuple(float(n) for n in range(points))
    return Chart("Response time", "ms", at, tuple(ChartLine(name, values) for _ in range(lines)))


@pytest.mark.parametrize("points", [2, limits.CHART_CATEGORIES, limits.CHART_CATEGORIES + 1])
@pytest.mark.parametrize("lines", [1, 6, 7])
def test_a_chart_fits(points: int, lines: int) -> None:
    """[R5] Slack: 20 points a line, 6 lines, different names, one point per category."""
    block = chart_block(chart(points, lines), ZONE)
    assert validate_message([block], "x") == []
    assert len(block["chart"]["series"]) == min(lines, 6)
    assert len(block["chart"]["axis_config"]["categories"]) == min(points, 20)


@pytest.mark.parametrize("text", HOSTILE)
def test_any_name_fits_and_does_not_act(text: str) -> None:
    """[P4]"""
    made = Chart(text, text, chart().at, (ChartLine(text, (1.0, 2.0, 3.0)),) * 7)
    assert validate_message([chart_block(made, ZONE)], "x") == []
    assert not acts(chart_words(made))


def test_the_words_say_least_median_most_and_now() -> None:
    """[R1]"""
    values = (120.0, 480.0, 130.0)
    said = chart_words(Chart("Response time", "ms", chart().at, (ChartLine("Health", values),)))
    assert "Health" in said
    assert "▁█▁" in said
    assert "now 130 ms" in said
    assert "min 120 · median 130 · max 480" in said


def test_a_level_line_is_drawn_in_the_middle() -> None:
    assert sparkline((7.0, 7.0)) == "▄▄"


def test_labels_are_as_short_as_the_instants_allow_and_differ() -> None:
    berlin = ZoneInfo(ZONE)
    assert instants((NOW, NOW + timedelta(hours=1)), berlin) == ["10:00", "11:00"]
    assert instants((NOW, NOW + timedelta(days=1)), berlin) == ["23 Nov", "24 Nov"]
    folded = [datetime(2026, 10, 25, hour, 30, tzinfo=ZoneInfo("UTC")) for hour in (0, 1)]
    assert len(set(instants(tuple(folded), berlin))) == 2


def test_within_a_minute_the_seconds_tell_points_apart() -> None:
    at = tuple(NOW + timedelta(seconds=20 * n) for n in range(4))
    assert instants(at, ZoneInfo(ZONE)) == ["10:00:00", "10:00:20", "10:00:40", "10:01:00"]


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["GET shop.example/cart", "GET shop.example/pay"], ["/cart", "/pay"]),
        (["GET a.example", "GET b.example"], ["a.example", "b.example"]),
        (["GET a.example", "GET a.example/x"], ["a.example", "a.example/x"]),
        (["Health", "Login"], ["Health", "Login"]),
        (["GET a.example/x", "GET a.example/x"], ["GET a.example/x", "GET a.example/x 2"]),
    ],
)
def test_lines_are_called_by_what_tells_them_apart(names: list[str], told: list[str]) -> None:
    """[R1] Of a long name the chart shows 20 characters."""
    made = Chart("x", "ms", chart(2).at, tuple(ChartLine(name, (1.0, 2.0)) for name in names))
    assert [s["name"] for s in chart_block(made, ZONE)["chart"]["series"]] == told


def test_beside_the_chart_the_words_repeat_neither_its_title_nor_its_course() -> None:
    said = chart_words(chart(), drawn=True)
    assert said.startswith("Health  now 2 ms")
    assert "▁" not in said


def test_a_message_without_its_charts_keeps_the_words() -> None:
    """[R5]"""
    words = context(chart_words(chart()))
    message = Message(Mrkdwn("x"), (chart_block(chart(), ZONE), words))
    assert without_charts(message).blocks == (words,)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("GET shop.example/health/long/path", "/health/long/path"),
        ("GET shop.example", "GET shop.example"),
        ("Errors per hour / minute", "Errors per hour / m…"),
        ("Health", "Health"),
    ],
)
def test_a_single_line_is_called_by_its_path(name: str, shown: str) -> None:
    """[R1] Slack: 20 characters, of which a host would take all."""
    block = chart_block(chart(name=name), "UTC")
    assert block["chart"]["series"][0]["name"] == shown
