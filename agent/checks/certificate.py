"""When a certificate runs out: read from its DER form, also when it does not verify.

The ssl module tells nothing about a certificate that it did not verify, and an expired one is the
very thing to measure; so the few fields on the way to `notAfter` are read here (RFC 5280, 4.1).
"""

from __future__ import annotations

import math
from datetime import UTC, datetime

_SEQUENCE = 0x30
_VERSION = 0xA0
_UTC_TIME = 0x17
_GENERALIZED_TIME = 0x18


def days_left(der: bytes, now: datetime) -> int:
    """Whole days until the certificate runs out; negative if it has. ValueError if unreadable."""
    return math.floor((not_after(der) - now).total_seconds() / 86400)


def not_after(der: bytes) -> datetime:
    """The instant (UTC) until which the certificate is valid; ValueError if unreadable."""
    certificate = _expect(_SEQUENCE, der, 0)[0]
    to_be_signed = _expect(_SEQUENCE, certificate, 0)[0]
    position = 0
    if to_be_signed[:1] == bytes((_VERSION,)):
        position = _element(to_be_signed, 0)[2]
    for _ in ("serial number", "signature", "issuer"):
        position = _element(to_be_signed, position)[2]
    validity = _expect(_SEQUENCE, to_be_signed, position)[0]
    after = _element(validity, 0)[2]
    kind, value, _ = _element(validity, after)
    return _time(kind, value)


def _expect(kind: int, data: bytes, position: int) -> tuple[bytes, int]:
    found, value, end = _element(data, position)
    if found != kind:
        raise ValueError("not a certificate")
    return value, end


def _element(data: bytes, position: int) -> tuple[int, bytes, int]:
    """Tag, content and end of the element at `position`."""
    header = data[position : position + 2]
    if len(header) < 2:
        raise ValueError("not a certificate")
    tag, length = header
    start = position + 2
    if length & 0x80:
        size = length & 0x7F
        length = int.from_bytes(data[start : start + size], "big")
        start += size
    if start + length > len(data):
        raise ValueError("not a certificate")
    return tag, data[start : start + length], start + length


def _time(kind: int, value: bytes) -> datetime:
    text = value.decode("ascii")
    if kind == _UTC_TIME:
        century = "19" if int(text[:2]) >= 50 else "20"
        text = century + text
    elif kind != _GENERALIZED_TIME:
        raise ValueError("not a certificate")
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
