"""Logs: one JSON object per line with an event name and ids; no message text, no secrets."""

from __future__ import annotations

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

import structlog

_TALKATIVE = (
    "slack_bolt", "slack_sdk", "httpcore", "httpx", "asyncio", "rq", "aiohttp",
    "openai", "anthropic", "google_genai", "ollama", "opentelemetry", "urllib3",
)  # fmt: skip
"""Libraries that put whole messages or bodies into their lines."""
FILE_BYTES = 5_000_000
FILES = 3


def configure(level: str, part: str, file: Path | None = None) -> None:
    """Log this process's part to a file (turned over at 5 MB, three kept) or to stderr."""
    handler: logging.Handler
    if file is None:
        handler = logging.StreamHandler(sys.stderr)
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(file, maxBytes=FILE_BYTES, backupCount=FILES - 1)
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
    ]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                _of_part(part),
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _of_part(part: str) -> structlog.typing.Processor:
    def add(
        logger: structlog.typing.WrappedLogger,
        method: str,
        event: structlog.typing.EventDict,
    ) -> structlog.typing.EventDict:
        event["part"] = part
        return event

    return add
