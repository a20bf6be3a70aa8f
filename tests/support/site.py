"""A real web site on loopback that tests can break."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Site:
    """Answers every path with `status` and `body` after `delay` seconds; counts requests.

    A path in `slow` takes its own time. A POST is kept, and answered after `post_delay` seconds.
    """

    def __init__(self) -> None:
        self.status, self.body, self.delay = 200, "all is well", 0.0
        self.slow: dict[str, float] = {}
        self.requests: list[str] = []
        self.posts: list[tuple[str, str]] = []
        self.post_delay = 0.0
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.requests.append(self.path)
                time.sleep(site.slow.get(self.path, site.delay))
                data = site.body.encode()
                self.send_response(site.status)
                self.send_header("content-type", "text/plain")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                try:
                    self.wfile.write(data)
                except OSError:
                    return

            def do_POST(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                site.posts.append((self.path, self.rfile.read(length).decode()))
                time.sleep(site.post_delay)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.host = f"127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def url(self, path: str = "/health") -> str:
        return f"http://{self.host}{path}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
