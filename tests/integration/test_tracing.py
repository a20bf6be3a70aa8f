"""Spans for who collects them: what happened within what, and nothing that anybody wrote."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import cast

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from redis import Redis
from rq.job import Job
from rq.serializers import JSONSerializer

from agent.calling import Terms
from bot.tracing import FLUSH_SECONDS, OtelTracer, provider, set_up
from jobs.queues import QueueName, RqBell
from missions import tracing
from missions.cards import PlanCard, SorryCard
from missions.domain import Domain
from missions.ids import ConversationId, MissionId, OccurrenceId
from missions.tracing import CARRIED, job_span, span
from tests.integration.model_kit import EXPLAINED, PLAN, QUICK, led_to, run_task, talking
from tests.support.answers import Usage, calls, fails, says
from tests.support.collector import Collector
from tests.support.dialects import DIALECTS, KEY
from tests.support.fakes import TEAM
from tests.support.modelserver import ModelServer
from tests.support.site import Site

TERMS = Terms(patience=QUICK)
TEXT = "please watch my secret shop"


@pytest.fixture
def collected() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    made = provider(exporter, "test")
    tracing.install(OtelTracer(made))
    yield exporter
    tracing.install(None)
    made.shutdown()


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    running = ModelServer(DIALECTS["anthropic"])
    yield running
    running.close()


def inside(spans: tuple[ReadableSpan, ...]) -> set[tuple[str, str]]:
    """Which span is within which, by name; "" for none."""
    names = {s.context.span_id: s.name for s in spans if s.context}
    return {(names.get(s.parent.span_id, "?") if s.parent else "", s.name) for s in spans}


def test_a_turn_holds_its_calls_and_tools(
    collected: InMemorySpanExporter, server: ModelServer, domain: Domain, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """[P7 L4] With the model, its tokens and the tools' names; no words, no key."""
    server.usage = Usage(prompt=1_000, answer=20, cached=800, written=50)
    server.will(calls(PLAN), says("Here is the plan."))
    with talking(domain, led_to(server, monkeypatch), tmp_path, TERMS) as talk:
        _, plan = talk.say(TEXT)
    assert isinstance(plan, PlanCard)
    spans = collected.get_finished_spans()
    assert inside(spans) == {
        ("", "turn"),
        ("turn", "chat scripted"),
        ("turn", "execute_tool propose_mission"),
    }
    chat = next(s for s in spans if s.name == "chat scripted")
    assert dict(chat.attributes or {}) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": "scripted",
        "gen_ai.usage.input_tokens": 1_000,
        "gen_ai.usage.output_tokens": 20,
        "gen_ai.usage.cache_read.input_tokens": 800,
        "gen_ai.usage.cache_creation.input_tokens": 50,
    }
    told = "".join(s.to_json() for s in spans)
    for words in (TEXT, "shop.example", "Shop watch", "Here is", KEY):
        assert words not in told


def test_an_execution_holds_checks_calls_and_looks(
    collected: InMemorySpanExporter, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[L4] Although each of them runs in a thread of its own."""
    site = Site()
    server.will(calls(("http", {"url": site.url()})), calls(EXPLAINED))
    with job_span("execution", "", houston__execution="E-1"):
        run_task(site, led_to(server, monkeypatch), TERMS)
    site.close()
    assert inside(collected.get_finished_spans()) == {
        ("", "execution"),
        ("execution", "check"),
        ("execution", "chat scripted"),
        ("execution", "execute_tool http"),
    }


def test_of_a_failure_the_kind_is_told_and_no_words(
    collected: InMemorySpanExporter, server: ModelServer, domain: Domain, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """[P7 C10] Each try is a span of its own."""
    server.will(always=fails(500))
    with talking(domain, led_to(server, monkeypatch), tmp_path, TERMS) as talk:
        (sorry,) = talk.say(TEXT)
    assert isinstance(sorry, SorryCard)
    failed = [s for s in collected.get_finished_spans() if s.name == "chat scripted"]
    assert len(failed) == 1 + QUICK.retries
    for one in failed:
        assert (one.attributes or {})["error.type"] == "AnthropicAPIError"
        assert one.events == ()
        assert "scripted failure" not in one.to_json()


def queued(redis: Redis, queue: QueueName) -> list[str]:
    found = cast("list[bytes]", redis.lrange(f"rq:queue:{queue.value}", 0, -1))
    return [job_id.decode() for job_id in found]


def test_a_job_carries_the_span_that_it_was_rung_in(
    collected: InMemorySpanExporter, bytes_redis: Redis
) -> None:
    """[P8] An id beside its ids, so that what it does is found below the click."""
    bell = RqBell(bytes_redis)
    with span("click"):
        bell.turn(TEAM, ConversationId("C1:1.1"))
    (job_id,) = queued(bytes_redis, QueueName.TURNS)
    job = Job.fetch(job_id, bytes_redis, JSONSerializer)
    with job_span("turn", job.meta[CARRIED]):
        pass
    assert inside(collected.get_finished_spans()) == {("", "click"), ("click", "turn")}


def test_jobs_carry_nothing_where_nobody_collects(bytes_redis: Redis) -> None:
    """[P8] Their ids alone, as ever."""
    RqBell(bytes_redis).turn(TEAM, ConversationId("C1:1.1"))
    (job_id,) = queued(bytes_redis, QueueName.TURNS)
    assert Job.fetch(job_id, bytes_redis, JSONSerializer).meta == {}


def test_a_collector_gets_the_spans_of_a_job_before_it_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """[L4] The process of a job is gone right after it."""
    collector = Collector()
    for name, value in collector.environment.items():
        monkeypatch.setenv(name, value)
    set_up(os.environ, "worker-turns")
    try:
        with job_span("turn", "", houston__message="I-1"), span("check"):
            pass
        turn, check = collector.named("turn")[0], collector.named("check")[0]
        assert (check.parent, check.trace) == (turn.id, turn.trace)
        assert turn.part == "worker-turns"
        assert turn.attributes == {"houston.message": "I-1"}
    finally:
        tracing.install(None)
        collector.close()


def test_a_collector_that_is_away_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """[C10] A job ends as it would."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
        set_up(os.environ, "worker-turns")
        try:
            began = time.monotonic()
            with job_span("turn", ""):
                pass
            assert time.monotonic() - began < FLUSH_SECONDS + 1
        finally:
            tracing.install(None)


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_SDK_DISABLED": "true"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_TRACES_EXPORTER": "none"},
    ],
    ids=["nothing set", "disabled", "no exporter"],
)
def test_nothing_is_loaded_where_nobody_collects(told: dict[str, str]) -> None:
    """[L1] And a span is one and the same nothing."""
    code = (
        "import os, sys; from bot import tracing; import jobs.execute, jobs.turn;"
        "from missions.tracing import span;"
        "tracing.set_up(os.environ, 'x'); assert span('a') is span('b');"
        # What else of it is loaded, others load: redis, langsmith.
        "assert not [m for m in sys.modules if m.startswith('opentelemetry.exporter')]"
    )
    env = {k: v for k, v in os.environ.items() if not k.startswith("OTEL_")}
    done = subprocess.run([sys.executable, "-c", code], env={**env, **told}, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def test_due_tasks_carry_the_span_of_their_batch(
    collected: InMemorySpanExporter, bytes_redis: Redis
) -> None:
    """[L4] Rung for at once as well, and from another thread."""
    bell = RqBell(bytes_redis)
    rings = [(TEAM, MissionId("M-SHP234"), OccurrenceId(f"O-{n}")) for n in range(3)]
    with span("due"), ThreadPoolExecutor(1) as behind:
        behind.submit(copy_context().run, bell.each_execution, rings).result()
    for job_id in queued(bytes_redis, QueueName.EXECUTIONS):
        job = Job.fetch(job_id, bytes_redis, JSONSerializer)
        assert job.args[0] == TEAM
        with job_span("execution", job.meta[CARRIED]):
            pass
    spans = collected.get_finished_spans()
    assert inside(spans) == {("", "due"), ("due", "execution")}
    assert len(spans) == 4
