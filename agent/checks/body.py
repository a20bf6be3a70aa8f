"""Reading a page: capped on the wire and after unpacking, and decoded with care."""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from missions.phrases import say

BODY_MAX = 1024 * 1024
"""Bytes of a page that are read at most, both packed and unpacked."""

_PACKED = {"gzip": 31, "x-gzip": 31, "deflate": 47}
"""Content encodings that are unpacked → zlib's window bits (47: zlib or gzip, by its header)."""
_CHARSET = re.compile(r"charset\s*=\s*\"?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_CODECS = re.compile(
    r"ascii|utf-(8|16|32).*|iso8859-\d+|cp\d+|koi8-.|shift_jis.*|euc_.*|big5.*|gb.*|mac-.*|tis-620"
)
"""Codecs of Python that decode text in linear time; others (punycode, idna …) are not used."""


@dataclass(frozen=True)
class Body:
    """Text of a page, or a remark why there is none or not all of it.

    `size` is how many bytes of it came, as they came.
    """

    text: str | None
    remark: str = ""
    size: int = 0


def read_body(chunks: Iterable[bytes], encoding: str, content_type: str) -> Body:
    """Read until the end or until `BODY_MAX`."""
    size = 0

    def counted() -> Iterator[bytes]:
        nonlocal size
        for chunk in chunks:
            size += len(chunk)
            yield chunk

    body = _body(counted(), encoding.strip().lower(), content_type)
    return replace(body, size=size)


def _body(chunks: Iterable[bytes], encoding: str, content_type: str) -> Body:
    if encoding in ("", "identity"):
        data, whole = _read(chunks)
    elif encoding in _PACKED:
        try:
            data, whole = _unpack(chunks, _PACKED[encoding])
        except zlib.error:
            return Body(None, say("page-packed"))
    else:
        _read(chunks)
        return Body(None, say("page-packed"))
    remark = "" if whole else say("page-long")
    return Body(_decode(data, content_type), remark)


def _read(chunks: Iterable[bytes]) -> tuple[bytes, bool]:
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > BODY_MAX:
            return bytes(data[:BODY_MAX]), False
    return bytes(data), True


def _unpack(chunks: Iterable[bytes], window: int) -> tuple[bytes, bool]:
    machine = zlib.decompressobj(window)
    data, packed = bytearray(), 0
    for chunk in chunks:
        packed += len(chunk)
        data += machine.decompress(chunk, BODY_MAX + 1 - len(data))
        if len(data) > BODY_MAX or packed > BODY_MAX:
            return bytes(data[:BODY_MAX]), False
    return bytes(data), True


def _decode(data: bytes, content_type: str) -> str:
    named = _CHARSET.search(content_type)
    name = "utf-8"
    if named:
        try:
            found = codecs.lookup(named.group(1)).name
        except LookupError:
            found = name
        name = found if _CODECS.fullmatch(found) else name
    text = data.decode(name, errors="replace")
    return text.removeprefix("\ufeff")
