"""Hides secrets in what is shown of a Session: a second net below "secrets go by name" [P7].

Two kinds are hidden: what looks like a secret, wherever it came from, and the very values that this
process holds in its environment under names of secrets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

HIDDEN: Final = "[hidden]"
SHORTEST: Final = 8
"""Characters of a value in the environment that is hidden; shorter ones are too common as words."""
_NAMES: Final = re.compile(
    r"TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|CREDENTIAL|PRIVATE|ENCRYPTION_KEY", re.I
)
_SHAPES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"\bxox[a-z]-[A-Za-z0-9-]{6,}",
        r"\bxapp-[A-Za-z0-9-]{6,}",
        r"\bsk-[A-Za-z0-9_-]{12,}",
        r"\bgh[pousr]_[A-Za-z0-9]{16,}",
        r"\bgithub_pat_[A-Za-z0-9_]{16,}",
        r"\bAKIA[0-9A-Z]{16}\b",
        r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*",
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)",
    )
)
_AFTER: Final = (
    re.compile(r"(?i)(\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{6,}"),
    re.compile(r"(://)[^/\s@:]+:[^/\s@]+(?=@)"),
    re.compile(
        r"(?i)(\b[\w-]*(?:token|secret|password|passwd|api[_-]?key|signature|authorization)"
        r"[\"']?\s*[=:]\s*[\"']?)(?!bearer |basic )[^\s\"'&,;}]{3,}"
    ),
)


def secrets_in(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The values that stand under names of secrets, the longest first."""
    found = {v for name, v in environment.items() if _NAMES.search(name) and len(v) >= SHORTEST}
    return tuple(sorted(found, key=len, reverse=True))


def redacted(text: str, secrets: tuple[str, ...] = ()) -> str:
    """The text without these values and without what looks like a secret."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    for shape in _SHAPES:
        text = shape.sub(HIDDEN, text)
    for before in _AFTER:
        text = before.sub(rf"\1{HIDDEN}", text)
    return text
