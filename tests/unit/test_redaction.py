"""What looks like a secret, or is one of this process, is never shown in a Session [P7]."""

from __future__ import annotations

import pytest

from bot.redaction import HIDDEN, redacted, secrets_in


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Authorization: Bearer abc.def-123", "abc.def-123"),
        ("Authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
        ("token xoxb-1234-abcdef here", "xoxb-1234-abcdef"),
        ("https://me:hunter2@shop.example/", "hunter2"),
        ("https://shop.example/?api_key=hush&page=2", "hush"),
        ('{"password": "open sesame"}', "open"),
        ("X-Signature: 0a1b2c3d", "0a1b2c3d"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcDEF-_1", "eyJzdWIiOiIxIn0"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----", "MIIB"),
        ("key AKIAABCDEFGHIJKLMNOP", "AKIAABCDEFGHIJKLMNOP"),
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str, secret: str) -> None:
    """[P7]"""
    shown = redacted(text)
    assert secret not in shown
    assert HIDDEN in shown


def test_values_of_the_environment_are_hidden_by_the_name_they_have() -> None:
    """[P7] Short ones are words."""
    secrets = secrets_in({"SHOP_TOKEN": "opensesame-1", "HOME": "/home/houston", "A_KEY": "x"})
    assert redacted("it said opensesame-1 at /home/houston", secrets) == (
        f"it said {HIDDEN} at /home/houston"
    )


@pytest.mark.parametrize(
    "text",
    [
        "GET https://shop.example/health answers 200 in under 800 ms",
        "status 200 (expected 200); latency_ms 120 ms",
        "The token has expired",
    ],
)
def test_plain_words_stay(text: str) -> None:
    assert redacted(text) == text
