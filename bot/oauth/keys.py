"""`HOUSTON_ENCRYPTION_KEYS`: read from text, checked, never shown."""

from __future__ import annotations

import base64
import binascii
from typing import Final

KEY_BYTES: Final = 32
"""As AES-256 wants."""
MAKE_ONE: Final = "Make one with: openssl rand -base64 32"


class BadKey(Exception):
    """A key is none; the text says which one and how to make one, without showing it."""


def read_keys(text: str) -> tuple[bytes, ...]:
    """Keys, comma separated, each 32 bytes in Base64, at least one; raises `BadKey`."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        raise BadKey(f"HOUSTON_ENCRYPTION_KEYS has no key. {MAKE_ONE}")
    return tuple(_read(part, number) for number, part in enumerate(parts, start=1))


def _read(part: str, number: int) -> bytes:
    try:
        key = base64.b64decode(part.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise BadKey(
            f"HOUSTON_ENCRYPTION_KEYS: key {number} is not {KEY_BYTES} bytes in Base64. {MAKE_ONE}"
        )
    return key
