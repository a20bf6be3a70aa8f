"""Reads the bodies of requests, bounded in size."""

from __future__ import annotations

from starlette.requests import Request


class TooLarge(Exception):
    """A body that is longer than is taken."""


async def bounded(request: Request, most: int) -> bytes:
    """The body of at most `most` bytes; raises `TooLarge` before the rest of a long one is read."""
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:12]) > most:
        raise TooLarge
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise TooLarge
    return bytes(body)
