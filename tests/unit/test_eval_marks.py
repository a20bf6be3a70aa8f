"""The transcript of an evaluation shows cards as their readers see them."""

from __future__ import annotations

import pytest

from evals.viewer import _marked


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("*Goal* and `M-ABC234`", "<b>Goal</b> and <code>M-ABC234</code>"),
        ("~GET /health~", "<s>GET /health</s>"),
        ("on <!date^179550^{date} at {time}|Tue 24 Nov>.", "on <time>Tue 24 Nov</time>."),
        ("0 9 * * 1-5 runs", "0 9 * * 1-5 runs"),
        ("a*b*c and snake_case ~/x", "a*b*c and snake_case ~/x"),
    ],
)  # fmt: skip
def test_marks_are_drawn(text: str, drawn: str) -> None:
    """[R5]"""
    assert _marked(text) == drawn


def test_what_was_said_cannot_draw_anything_itself() -> None:
    """[P4] It is escaped before any mark is looked at."""
    hostile = "<script>alert(1)</script> *<img src=x onerror=y>* <!date^1^x|<b>>"
    drawn = _marked(hostile)
    assert "<script" not in drawn
    assert "<img" not in drawn
