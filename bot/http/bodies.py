"""Reads the bodies of requests, bounded in size."""

from __future__ import annotations

from collections.abc import AsyncIterator


class TooLarge(Exception):
    """A body that is longer than is taken."""


async def bounded(length: str, chunks: AsyncIterator[bytes], most: int) -> bytes:
    """The body of at most `most` bytes; raises `TooLarge` before the rest of a long one is read.

    `length` is what the request's header says of it, if anything.
    """
    if length.isascii() and length.isdigit() and int(length[:12]) > most:
        raise TooLarge
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > most:
            raise TooLarge
    return bytes(body)
