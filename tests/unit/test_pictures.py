"""Pictures are drawn from any facts, at a size that is known, readable on any ground."""

from __future__ import annotations

import struct
import subprocess
import sys
import unicodedata
from datetime import date, timedelta

import pytest

from bot.blocks.calendar import Day, Mark, MonthFacts, days_of
from bot.blocks.charts import Chart, ChartLine
from bot.pictures.canvas import SCALE, Canvas
from bot.pictures.chart import HEIGHT, WIDTH, draw_chart, line_names
from bot.pictures.fonts import Face, drawable, font, parts, width
from bot.pictures.month import CELL, FOOT, TOP, draw_month
from bot.pictures.month import WIDTH as MONTH_WIDTH
from missions.phrases import Language, speaking
from tests.unit.block_samples import HOSTILE, NOW, ZONE, mission


def size(png: bytes) -> tuple[int, int]:
    """Width and height in pixels, from the PNG's own head."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def month(first: date, count: int = 0, planned: int = 0, text: str = "Shop watch") -> MonthFacts:
    counts = dict.fromkeys(Mark, count) if count else {}
    days = tuple(Day(day, counts, planned) for day in days_of(first))
    return MonthFacts(mission(text), days, NOW.date(), ZONE)


@pytest.mark.parametrize(
    ("first", "weeks"),
    [(date(2026, 11, 1), 6), (date(2026, 2, 1), 5), (date(2027, 2, 1), 4), (date(2026, 3, 1), 6)],
)
@pytest.mark.parametrize("count", [0, 1, 10_000])
def test_a_month_has_a_row_per_week(first: date, weeks: int, count: int) -> None:
    """[R7] Empty and huge months, months in which clocks are changed, weeks from Monday."""
    picture = draw_month(month(first, count, count))
    assert size(picture) == (MONTH_WIDTH * SCALE, (TOP + weeks * CELL[1] + FOOT) * SCALE)
    assert len(picture) < 300_000


@pytest.mark.parametrize("text", HOSTILE)
def test_any_name_can_be_drawn(text: str) -> None:
    """[P4]"""
    draw_month(month(date(2026, 11, 1), 3, 2, text))
    draw_chart(chart((1.0, 2.0), text), ZONE)


@pytest.mark.parametrize(
    "values",
    [(0.0, 0.0), (1.0, 2.0), (-5.0, 5.0), (1e-9, 1e9), (7.0,) * 50, tuple(map(float, range(100)))],
)
def test_a_chart_has_one_size_whatever_the_values(values: tuple[float, ...]) -> None:
    """[R1]"""
    assert size(draw_chart(chart(values), ZONE)) == (WIDTH * SCALE, HEIGHT * SCALE)


def chart(values: tuple[float, ...], name: str = "Health", lines: int = 7) -> Chart:
    at = tuple(NOW + timedelta(minutes=5 * n) for n in range(len(values)))
    return Chart(name, "ms", at, (ChartLine(name, values),) * lines)


def test_nothing_is_loaded_until_something_is_drawn() -> None:
    code = "import bot.deliveries, bot.pictures.month, sys; assert 'PIL' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("text", "can"),
    [
        ("Shop watch", True),
        ("Shop's “p95” < 800 ms…", True),
        ("Überprüfung", True),
        ("e\u0301tat", True),
        ("Zażółć ¿qué? Проверка Ελλάδα", True),
        ("客户门户检查", True),
        ("監視の結果", True),
        ("결제 감시", False),
        ("مراقبة الدفع", False),
        ("שלום", False),
        ("नमस्ते", False),
        ("launch 🚀", False),
        ("x\u0301\u0302", False),
        ("", True),
    ],
)
def test_what_the_fonts_cannot_set_is_known(text: str, can: bool) -> None:
    """[R7] By their glyphs; what would come out as boxes, or backwards, is not drawn."""
    assert drawable(text) is can


def test_a_name_that_cannot_be_drawn_is_left_out_of_the_picture() -> None:
    """[R7] The month shows its id alone, a chart numbers its lines; the message has the names."""
    boxes = draw_month(month(date(2026, 11, 1), text="नमस्ते"))
    assert boxes == draw_month(month(date(2026, 11, 1), text="العربية"))
    assert boxes != draw_month(month(date(2026, 11, 1), text="客户门户检查"))
    at = (NOW, NOW + timedelta(minutes=5))
    lines = tuple(ChartLine(name, (1.0, 2.0)) for name in ("Shop", "客户", "בדיקה"))
    assert line_names(Chart("Health", "ms", at, lines)) == ("Shop", "客户", "Line 3")


@pytest.mark.parametrize("language", Language)
def test_the_fonts_have_every_letter_of_every_language(
    language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[C9] Whatever a picture of any month says: none of it is a box, none of it English."""
    told: list[str] = []
    monkeypatch.setattr(Canvas, "text", lambda self, at, text, *more: told.append(text))
    monkeypatch.setattr(Canvas, "png", lambda self: b"")
    with speaking(language):
        for number in range(1, 13):
            draw_month(month(date(2026, number, 1), 3, 2, "M"))
            days = [NOW.replace(month=number, day=day) for day in (1, 12, 28)]
            draw_chart(Chart("M", "ms", tuple(days), (ChartLine("M", (1.0, 2.0, 3.0)),)), ZONE)
        assert [text for text in told if not drawable(text)] == []
    letters = {one for one in "".join(told) if unicodedata.category(one)[0] == "L"}
    assert letters & ALONE_IN[language] == ALONE_IN[language]


ALONE_IN = {
    Language.EN: set("Nov"),
    Language.DE: set("äM"),
    Language.ES: set("áí"),
    Language.JA: set("月予定"),
    Language.ZH: set("月严"),
}
"""Letters by which a picture's language is known."""


@pytest.mark.parametrize(
    ("language", "face"), [(Language.JA, Face.JAPANESE), (Language.ZH, Face.CHINESE)]
)
def test_a_sign_is_drawn_as_the_reader_s_language_writes_it(language: Language, face: Face) -> None:
    """[C9] The two write 直 differently; Latin letters are the same in all."""
    with speaking(language):
        assert parts("API 直") == [(Face.LATIN, "API "), (face, "直")]


def test_parts_of_a_text_are_as_wide_as_the_whole() -> None:
    text = "API の監視"
    assert width(text, 24) == sum(font(face, 24).getlength(part) for face, part in parts(text))
    assert width("API の", 24) < width(text, 24)
