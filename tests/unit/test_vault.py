"""Encryption of installations: bound to the workspace, with keys that can be exchanged [P7]."""

from __future__ import annotations

import base64
import secrets

import pytest

from bot.oauth.keys import BadKey, read_keys
from bot.oauth.vault import CannotOpen, Vault

OLD, NEW = secrets.token_bytes(32), secrets.token_bytes(32)
TOKEN = "xoxb-1-2-secret"


def test_what_is_sealed_opens_and_shows_nothing() -> None:
    """[P7]"""
    vault = Vault([OLD])
    sealed = vault.seal(TOKEN, "installation:T1")
    assert TOKEN not in sealed
    assert vault.open(sealed, "installation:T1") == TOKEN
    assert vault.seal(TOKEN, "installation:T1") != sealed, "a nonce of its own each time"


def test_a_record_moved_to_another_workspace_cannot_be_read() -> None:
    """[P7 P1]"""
    vault = Vault([OLD])
    with pytest.raises(CannotOpen):
        vault.open(vault.seal(TOKEN, "installation:T1"), "installation:T2")


def test_a_changed_record_cannot_be_read() -> None:
    """[P7]"""
    vault = Vault([OLD])
    head, _, body = vault.seal(TOKEN, "installation:T1").rpartition(".")
    raw = bytearray(base64.urlsafe_b64decode(body))
    raw[-1] ^= 1
    for text in (
        f"{head}.{base64.urlsafe_b64encode(raw).decode()}",
        f"{head}.",
        "v1.x",
        "",
        "v2.a.b",
    ):
        with pytest.raises(CannotOpen):
            vault.open(text, "installation:T1")


def test_the_first_key_seals_and_every_key_opens() -> None:
    """[P7] So that a key can be exchanged."""
    before = Vault([OLD]).seal(TOKEN, "a")
    both = Vault([NEW, OLD])
    assert both.open(before, "a") == TOKEN
    assert both.is_outdated(before)
    after = both.seal(TOKEN, "a")
    assert not both.is_outdated(after)
    assert Vault([NEW]).open(after, "a") == TOKEN
    with pytest.raises(CannotOpen):
        Vault([NEW]).open(before, "a")


def test_keys_are_read_as_openssl_makes_them() -> None:
    text = base64.b64encode(OLD).decode()
    safe = base64.urlsafe_b64encode(NEW).decode()
    assert read_keys(f"{text}, {safe}") == (OLD, NEW)


@pytest.mark.parametrize(
    "text", ["", " , ", "short", base64.b64encode(b"x" * 31).decode(), "ä" * 44]
)
def test_a_bad_key_is_refused_without_being_shown(text: str) -> None:
    """[P7]"""
    with pytest.raises(BadKey, match="openssl rand -base64 32") as refusal:
        read_keys(text)
    assert not text.strip(" ,") or text not in str(refusal.value)
