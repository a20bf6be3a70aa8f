"""A collector of OpenTelemetry on loopback, which takes spans as OTLP over HTTP."""

from __future__ import annotations

import gzip
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class Received:
    """A span that was sent."""

    name: str
    trace: str
    id: str
    parent: str
    part: str
    attributes: dict[str, str]


class Collector:
    """Keeps what it is sent in `spans`."""

    def __init__(self) -> None:
        self.spans: list[Received] = []
        self.raw = b""
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    sent = gzip.decompress(sent)
                if self.path == "/v1/traces":
                    collector._take(sent)
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def environment(self) -> dict[str, str]:
        """What makes Houston send its spans here."""
        address = f"http://127.0.0.1:{self._server.server_address[1]}"
        return {
            "OTEL_EXPORTER_OTLP_ENDPOINT": address,
            "OTEL_BSP_SCHEDULE_DELAY": "100",
            "NO_PROXY": "127.0.0.1",
        }

    def named(self, name: str) -> list[Received]:
        """The spans of that name."""
        return [s for s in self.spans if s.name == name]

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()

    def _take(self, sent: bytes) -> None:
        self.raw += sent
        request = ExportTraceServiceRequest.FromString(sent)
        for of in request.resource_spans:
            part = next(
                a.value.string_value for a in of.resource.attributes if a.key == "houston.part"
            )
            for span in (s for scope in of.scope_spans for s in scope.spans):
                told = {
                    a.key: a.value.string_value or str(a.value.int_value) for a in span.attributes
                }
                self.spans.append(
                    Received(
                        name=span.name,
                        trace=span.trace_id.hex(),
                        id=span.span_id.hex(),
                        parent=span.parent_span_id.hex(),
                        part=part,
                        attributes=told,
                    )
                )
