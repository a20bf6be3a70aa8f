"""Where everything is put together: the ports are filled here, before any worker forks."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from redis import Redis
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from bot import wiring
from bot.checking import check_tools, effect_tools
from bot.clients import Clients, OneClient
from bot.directory import SlackDirectory
from bot.listening import Listener
from bot.settings import Settings, read_prices
from bot.slack_errors import SlackFailure
from jobs.queues import QueueName, RqBell
from missions.domain import FLOOR, NO_CAPS, Domain
from missions.spending import Caps

if TYPE_CHECKING:
    from agent.calling import Terms
    from jobs.runtime import Runtime

log = structlog.get_logger(__name__)

LOCAL_FLOOR = timedelta(minutes=1)
"""The floor of the local workspace, unless the administrator sets one [B5]."""

CONVERSATION_DAYS = 7
"""How long an untouched conversation is remembered, as `missions.conversation.KEPT_MS`."""

RUN_DAYS = 1
"""How long the state of a run that waits is kept at most: it waits for three hours."""

START_SECONDS = 60.0
"""How long a part waits for storage and Slack before it gives up starting."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The current instant in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True)
class Parts:
    """What every process of Houston shares the making of."""

    settings: Settings
    bytes_redis: Redis
    clients: Clients
    bell: RqBell
    domain: Domain


def connect(url: str, *, text: bool, patient: bool = False) -> Redis:
    """A client that survives short outages; commits may be repeated, they happen once.

    RQ's own client does not decode, and waits without limit for work: it is `patient`.
    """
    retry = Retry(ExponentialWithJitterBackoff(base=0.05, cap=1.0), 6)
    return Redis.from_url(
        url,
        decode_responses=text,
        retry=retry,
        retry_on_error=[RedisConnectionError, RedisTimeoutError],
        socket_connect_timeout=5,
        socket_timeout=None if patient else 10,
        health_check_interval=30,
        driver_info=None,  # else each connection of each forked job looks up redis-py's version
    )


def compose(settings: Settings) -> Parts:
    """Connect to storage and Slack, and build the domain."""
    if settings.redis_url is None:
        raise RuntimeError("REDIS_URL is not set; `houston up` starts a storage of its own")
    url = settings.redis_url.get_secret_value()
    redis, bytes_redis = connect(url, text=True), connect(url, text=False)
    _wait_for("storage", redis.ping)
    clients = wiring.make_clients(settings, redis)
    if isinstance(clients, OneClient):
        only = clients.only
        _wait_for("slack", lambda: only.identity)
    bell = RqBell(bytes_redis)
    directory = SlackDirectory(clients.of, redis)
    domain = Domain.build(redis, SystemClock(), directory, bell, floor(settings), caps(settings))
    wiring.install(clients)
    return Parts(settings, bytes_redis, clients, bell, domain)


def floor(settings: Settings) -> timedelta:
    """The smallest distance between neighbouring occurrences [B5]."""
    if settings.floor_seconds is not None:
        return timedelta(seconds=settings.floor_seconds)
    return LOCAL_FLOOR if settings.is_local_api else FLOOR


def caps(settings: Settings) -> Caps:
    """What may be spent on the language model; nothing to cap if there is none [X6]."""
    if settings.model is None:
        return NO_CAPS
    return Caps(
        run_tokens=settings.run_tokens,
        mission_day_tokens=settings.mission_day_tokens,
        day_tokens=settings.day_tokens,
        run_usd=settings.run_usd,
        mission_day_usd=settings.mission_day_usd,
        day_usd=settings.day_usd,
        unpriced=settings.unpriced,
    )


def runtime(parts: Parts, *queues: QueueName) -> Runtime:
    """What the jobs of these queues work with; loads what they need before they fork."""
    from agent.checkpointer import RedisCheckpointer
    from jobs.runtime import Runtime
    from jobs.threads import checkpoint_prefix
    from missions.artifacts import Artifacts

    settings = parts.settings
    checkpointer = RedisCheckpointer(
        parts.domain.redis, checkpoint_prefix, ttl_seconds=CONVERSATION_DAYS * 86_400
    )
    made = Runtime(
        domain=parts.domain,
        tools=check_tools(settings, parts.domain.clock),
        checkpointer=checkpointer,
        artifacts=Artifacts(artifacts_url(settings)),
        offline=settings.model is None,
        effects=effect_tools(settings),
    )
    for queue in queues:
        made = _with_graph(made, settings, queue)
    return made


def artifacts_url(settings: Settings) -> str:
    """Where artifacts are kept: as set, else a folder among the data."""
    return settings.artifacts_url or (settings.data_dir.resolve() / "artifacts").as_uri()


def _with_graph(made: Runtime, settings: Settings, queue: QueueName) -> Runtime:
    """The runtime with the graph that the queue's jobs use; the others stay unloaded."""
    from agent.model import make_model

    if queue is QueueName.TURNS:
        from agent.conversation import Conversation

        conversation = Conversation(
            make_model(settings.model),
            made.checkpointer,
            offline=made.offline,
            terms=terms(settings),
        )
        return replace(made, conversation=conversation)
    if queue is QueueName.EXECUTIONS:
        from agent.checkpointer import RedisCheckpointer
        from agent.task.graph import TaskRunner
        from jobs.threads import run_prefix

        model = make_model(settings.model) if settings.model else None
        kept = RedisCheckpointer(made.domain.redis, run_prefix, ttl_seconds=RUN_DAYS * 86_400)
        runner = TaskRunner(
            made.tools,
            model,
            made.domain.clock,
            terms=terms(settings),
            effects=made.effects,
            checkpointer=kept,
        )
        listener = Listener(wiring.client, made.domain.directory)
        return replace(made, runner=runner, listen=listener.since)
    import bot.cleanup
    import bot.deliveries  # noqa: F401 - loaded before the fork

    return made


def terms(settings: Settings) -> Terms:
    """What a call of the model costs, and what stands in for it."""
    from agent.calling import Terms
    from agent.model import make_model

    prices, fallback = read_prices(settings.prices), settings.fallback_model
    return Terms(
        price=prices.get(settings.model or ""),
        fallback=make_model(fallback) if settings.model and fallback else None,
        fallback_price=prices.get(fallback or ""),
    )


def _wait_for(what: str, ask: Callable[[], object]) -> None:
    """Ask until it answers; the last failure is raised after a minute."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            ask()
        except (RedisError, SlackFailure, OSError) as error:
            if time.monotonic() > deadline:
                raise
            log.warning("waiting_for", what=what, error=type(error).__name__)
            time.sleep(0.3)
        else:
            return
