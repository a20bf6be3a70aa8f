"""A post as it came, and whether its sender proved to have the rule's secret [B6 P6].

GitHub signs what it sends, Grafana can. Whatever can set a header (Alertmanager, Grafana, a script)
can send the secret as a bearer token, or as the password of basic authentication.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from missions.blueprint import EventSource

FRESH_SECONDS: Final = 300
"""How far the time that Grafana signs may lie from now: an older post may be a repeated one."""


@dataclass(frozen=True, slots=True)
class Post:
    """A post as it came: nobody has read it, as nobody knows yet who sent it [P6].

    `signature` is the source's own, over `body`; `stamp` the Unix time that Grafana signed with it.
    """

    source: EventSource
    token: str
    body: bytes
    form: bool = False
    id: str = ""
    kind: str = ""
    authorization: str = ""
    signature: str = ""
    stamp: str = ""


def is_proven(post: Post, secret: str, now: float) -> bool:
    """Whether who posted has the secret; `now` in Unix seconds."""
    if post.source is EventSource.GITHUB:
        return _same(f"sha256={_signature(secret, post.body)}", post.signature)
    if post.source is EventSource.GRAFANA and post.signature:
        return _is_fresh(post, now) and _same(_signature(secret, _signed(post)), post.signature)
    return _same(secret, _given(post.authorization))


def _signature(secret: str, text: bytes) -> str:
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def _signed(post: Post) -> bytes:
    """What Grafana signs: the body, after the time and a colon if it sends one."""
    return post.stamp.encode() + b":" + post.body if post.stamp else post.body


def _is_fresh(post: Post, now: float) -> bool:
    if not post.stamp:
        return True
    ascii_digits = post.stamp.isascii() and post.stamp.isdigit()
    return ascii_digits and abs(now - int(post.stamp)) <= FRESH_SECONDS


def _given(authorization: str) -> str:
    """The secret in an Authorization header; empty if there is none in it."""
    scheme, _, rest = authorization.strip().partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        decoded = base64.b64decode(rest.strip(), validate=True).decode()
    except ValueError:  # no base64, or no text
        return ""
    return decoded.partition(":")[2]


def _same(wanted: str, given: str) -> bool:
    """Compared in a time that tells nothing."""
    return hmac.compare_digest(wanted.encode(), given.encode("utf-8", "replace"))
