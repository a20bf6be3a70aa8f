"""Data in mrkdwn cannot act, is cut between graphemes, and times follow the reader."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import mrkdwn
from bot.mrkdwn import Mrkdwn
from missions.ids import PersonId

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<!channel>", "&lt;!channel&gt;"),
        ("<@U1> & <#C1|x>", "&lt;@U1&gt; &amp; &lt;#C1|x&gt;"),
        ("&lt;!here&gt;", "&amp;lt;!here&amp;gt;"),
        ("", "–"),
        (" \n\t\u202e ", "–"),
        ("a\u202eb\u2066c\x00d\ud800e", "abcde"),
        ("a\r\nb\u2028c", "a\nb\nc"),
        ("שלום", "שלום"),
    ],
)
def test_escaped_data_shows_as_it_is_and_does_nothing(text: str, shown: str) -> None:
    """[P4]"""
    assert mrkdwn.escape(text) == shown


def test_a_label_stays_bold_whatever_it_contains() -> None:
    assert mrkdwn.bold(mrkdwn.label("a*b\n ~c~ `d` ")) == "*a∗b ∼c∼ ˋdˋ*"


def test_code_cannot_be_left() -> None:
    assert mrkdwn.code("a`b <x>") == "`aˋb &lt;x&gt;`"


def test_only_ids_become_mentions() -> None:
    """[P4]"""
    assert mrkdwn.mention(PersonId("U0ANN")) == "<@U0ANN>"
    assert mrkdwn.mention(PersonId("!channel")) == "!channel"
    assert mrkdwn.mention(PersonId("U1> <!here")) == "U1&gt; &lt;!here"


def test_a_link_cannot_be_left_and_leads_to_the_web() -> None:
    """[P4]"""
    assert (
        mrkdwn.link("https://x.example/a b>|<", mrkdwn.label("<here>"))
        == "<https://x.example/a%20b%3E%7C%3C|&lt;here&gt;>"
    )
    for address in ("javascript:alert(1)", "!channel", "https://", " https://x.example"):
        with pytest.raises(ValueError, match="web address"):
            mrkdwn.link(address, Mrkdwn("x"))


def test_a_time_shows_in_the_readers_zone_and_else_in_the_missions() -> None:
    """[C9]"""
    assert (
        mrkdwn.date(NOON, zone="Europe/Berlin") == "<!date^1782907200^{date_short_pretty} at {time}"
        "|Wed 1 Jul 2026, 14:00 Europe/Berlin>"
    )
    assert mrkdwn.date(NOON, mrkdwn.CLOCK).startswith("<!date^1782907200^{time_secs}|")


@pytest.mark.parametrize("zone", ["", "No/Where", "<!channel>", "../etc/passwd", "\x00", "x" * 999])
def test_a_zone_that_does_not_exist_is_utc(zone: str) -> None:
    assert mrkdwn.said(NOON, zone) == "Wed 1 Jul 2026, 12:00 UTC"


def test_the_end_of_the_calendar_can_be_said() -> None:
    last = datetime.max.replace(tzinfo=UTC)
    assert mrkdwn.said(last, "Pacific/Auckland") == "Fri 31 Dec 9999, 23:59 UTC"


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abcde…"),
        ("ab&cd", 6, "ab…"),
        ("abc def", 5, "abc…"),
        ("ae\u0301\u0301x", 4, "a…"),
        ("a👍🏽b", 3, "a…"),
        ("a👩‍👧b", 4, "a…"),
        ("🇩🇪🇫🇷🇮🇹", 4, "🇩🇪…"),
        ("🇩🇪🇫🇷🇮🇹", 5, "🇩🇪🇫🇷…"),
    ],
)
def test_text_is_cut_between_what_belongs_together(text: str, limit: int, shown: str) -> None:
    assert mrkdwn.line(text, limit) == shown


def test_a_token_is_never_cut() -> None:
    date = mrkdwn.date(NOON)
    text = Mrkdwn(f"at {date} sharp")
    for limit in range(1, len(text)):
        cut = mrkdwn.clip(text, limit)
        assert len(cut) <= limit
        assert cut.count("<") == cut.count(">")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# Title #\n## **Two**", "*Title*\n*Two*"),
        ("- a\n  * b\n+ c\n1. d", "• a\n  • b\n• c\n1. d"),
        ("**a** and **b c**", "*a* and *b c*"),
        ("2 ** 3 ** 4", "2 ** 3 ** 4"),
        ("```\n# not a heading\n- nor a list\n```", "```\n# not a heading\n- nor a list\n```"),
        ("[x](https://evil.example) <!here>", "[x](https://evil.example) &lt;!here&gt;"),
    ],
)
def test_markdown_is_shown_in_slacks_way(text: str, shown: str) -> None:
    assert mrkdwn.from_markdown(text) == shown


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="ab<&>*#-` \n\u0301\u200d🇩👍", max_size=60), st.integers(1, 40))
def test_cut_text_fits_and_nothing_of_it_is_lost_in_chunks(text: str, limit: int) -> None:
    """[R5]"""
    shown = mrkdwn.escape(text)
    assert len(mrkdwn.clip(shown, limit)) <= limit
    parts = mrkdwn.chunks(shown, max(limit, 5))
    assert all(0 < len(part) <= max(limit, 5) for part in parts)
    assert "".join("".join(parts).split()) == "".join(shown.split())
