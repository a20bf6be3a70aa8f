"""Encrypts what is kept of an installation: AES-256-GCM, bound to what it is about [P7].

What others only carry for us is signed instead, by HMAC-SHA256 with a key made of each key.

The first key encrypts, every key decrypts: put a new one in front, and the old one goes when
everything was written anew. What was sealed about one workspace opens as nothing about another.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES: Final = 12
"""As NIST SP 800-38D advises for GCM; random, so good for 2^32 sealings with one key."""
VERSION: Final = "v1"


class CannotOpen(Exception):
    """No key of ours opens it: the key is gone, or it was moved or changed."""


class Vault:
    """Seals and opens text."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {_name(key): AESGCM(key) for key in keys}
        self._first = _name(keys[0])
        self._signing = [hmac.digest(key, b"houston signing key", "sha256") for key in keys]

    def seal(self, text: str, about: str) -> str:
        """The text, encrypted with the first key; it opens only with the same `about`."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._keys[self._first].encrypt(nonce, text.encode(), _bound(about))
        body = base64.urlsafe_b64encode(nonce + sealed).decode()
        return f"{VERSION}.{self._first}.{body}"

    def open(self, sealed: str, about: str) -> str:
        """What was sealed; raises `CannotOpen`."""
        version, _, rest = sealed.partition(".")
        name, _, body = rest.partition(".")
        key = self._keys.get(name)
        if version != VERSION or key is None:
            raise CannotOpen
        try:
            raw = base64.urlsafe_b64decode(body)
            text = key.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _bound(about))
        except (InvalidTag, ValueError):
            raise CannotOpen from None
        return text.decode()

    def is_outdated(self, sealed: str) -> bool:
        """Whether another key than the first one sealed it."""
        return sealed.split(".")[1:2] != [self._first]

    def sign(self, text: str, about: str) -> str:
        """A signature of the text by the first key, as hex; it holds only with the same `about`."""
        return _signature(self._signing[0], text, about)

    def signed(self, text: str, signature: str, about: str) -> bool:
        """Whether one of our keys signed the text."""
        given = signature.encode("utf-8", "replace")
        made = (_signature(key, text, about).encode() for key in self._signing)
        return any(hmac.compare_digest(one, given) for one in made)


def _signature(key: bytes, text: str, about: str) -> str:
    return hmac.new(key, _bound(about) + b"\0" + text.encode(), hashlib.sha256).hexdigest()


def _name(key: bytes) -> str:
    """What a key is called in what it sealed: tells keys apart, tells nothing about them."""
    return hashlib.sha256(b"houston key name" + key).hexdigest()[:12]


def _bound(about: str) -> bytes:
    return f"houston:{VERSION}:{about}".encode()
