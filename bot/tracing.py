"""Sends spans to a collector of OpenTelemetry, as the usual `OTEL_*` variables say.

It needs the extra `tracing`, and an address: `OTEL_EXPORTER_OTLP_ENDPOINT` or
`OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`. Without them nothing is loaded.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

import structlog

from missions import tracing
from missions.tracing import CARRIED, Attribute

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span

FLUSH_SECONDS: Final = 2.0
"""How long a job may wait at its end for a collector to take its spans."""
_ADDRESSES: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")

log = structlog.get_logger(__name__)


def set_up(environ: Mapping[str, str], part: str) -> None:
    """Send the spans of this process, a `part` of Houston, if the environment says where to."""
    off = environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    if off or environ.get("OTEL_TRACES_EXPORTER") == "none":
        return
    if not any(environ.get(name) for name in _ADDRESSES):
        return
    if find_spec("opentelemetry") is None or find_spec("opentelemetry.sdk") is None:
        log.warning("tracing_needs", install="houston[tracing]")
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    tracing.install(OtelTracer(provider(OTLPSpanExporter(), part)))


def provider(exporter: SpanExporter, part: str) -> TracerProvider:
    """What spans of this process go through; the service's name can be set by the environment."""
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    ours = Resource.create({"service.name": "houston", "houston.part": part})
    made = TracerProvider(resource=ours.merge(OTELResourceDetector().detect()))
    made.add_span_processor(BatchSpanProcessor(exporter))
    return made


class OtelTracer:
    """Makes spans of OpenTelemetry."""

    def __init__(self, made: TracerProvider) -> None:
        self._provider = made
        self._tracer = made.get_tracer("houston")

    @contextmanager
    def span(
        self, name: str, attributes: Mapping[str, Attribute], parent: str | None, *, last: bool
    ) -> Iterator[OtelSpan]:
        """See `missions.tracing.Tracer`. Of an exception its kind is noted, never its words."""
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        context = None
        if parent is not None:
            context = TraceContextTextMapPropagator().extract({CARRIED: parent})
        with self._tracer.start_as_current_span(
            name, context, record_exception=False, set_status_on_exception=False
        ) as under_way:
            made = OtelSpan(under_way)
            made.note(**attributes)
            try:
                yield made
            except BaseException as error:
                made.fail(type(error).__name__)
                raise
        if last:
            self._send()

    def carrier(self) -> str:
        """The span under way, as W3C Trace Context writes it."""
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        found: dict[str, str] = {}
        TraceContextTextMapPropagator().inject(found)
        return found.get(CARRIED, "")

    def _send(self) -> None:
        """Send what there is; a collector that does not answer is waited for a moment only."""
        sending = threading.Thread(target=self._provider.force_flush, name="spans", daemon=True)
        sending.start()
        sending.join(FLUSH_SECONDS)


class OtelSpan:
    """A span of OpenTelemetry under way."""

    def __init__(self, span: Span) -> None:
        self._span = span

    def note(self, **attributes: Attribute) -> None:
        """Add attributes; `__` in a name stands for a dot."""
        for name, value in attributes.items():
            self._span.set_attribute(name.replace("__", "."), value)

    def fail(self, kind: str) -> None:
        """Mark it as failed, with the kind of error."""
        from opentelemetry.trace import Status, StatusCode

        self._span.set_status(Status(StatusCode.ERROR))
        self._span.set_attribute("error.type", kind)
