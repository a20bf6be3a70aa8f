"""Listening on 127.0.0.1."""

import socket
import ssl

from aiohttp import web

HOST = "127.0.0.1"


async def listen(
    runner: web.AppRunner, port: int, context: ssl.SSLContext | None = None, or_any: bool = True
) -> tuple[web.SockSite, int]:
    """Serve on this port; where it is taken, on any, or raise OSError without `or_any`."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError:
        listener.close()
        if port == 0 or not or_any:
            raise
        return await listen(runner, 0, context)
    site = web.SockSite(runner, listener, ssl_context=context)
    await site.start()
    return site, int(listener.getsockname()[1])
