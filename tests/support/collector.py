"""A collector of OpenTelemetry on loopback, which takes spans as OTLP over HTTP."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.support.posts import Posts


@dataclass(frozen=True)
class Received:
    """A span that was sent."""

    name: str
    trace: str
    id: str
    parent: str
    part: str
    attributes: dict[str, str]


class Collector(Posts):
    """Keeps what it is sent in `spans`."""

    def __init__(self) -> None:
        self.spans: list[Received] = []
        self.raw = b""
        super().__init__()

    def answer(self, handler: BaseHTTPRequestHandler, sent: bytes) -> None:
        """Take in what was sent, if it is spans."""
        if handler.headers.get("content-encoding") == "gzip":
            sent = gzip.decompress(sent)
        if handler.path == "/v1/traces":
            self._take(sent)
        handler.send_response(200)
        handler.send_header("content-length", "0")
        handler.end_headers()

    @property
    def environment(self) -> dict[str, str]:
        """What makes Houston send its spans here."""
        return {
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.address,
            "OTEL_BSP_SCHEDULE_DELAY": "100",
            "NO_PROXY": "127.0.0.1",
        }

    def named(self, name: str) -> list[Received]:
        """The spans of that name."""
        return [s for s in self.spans if s.name == name]

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
