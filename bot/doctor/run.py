"""Runs every look and prints what it found."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

from bot.doctor.machine import look_at_machine, look_at_model
from bot.doctor.result import Result
from bot.doctor.slack import look_at_slack
from bot.doctor.storage import look_at_storage
from bot.settings import Settings


def doctor(settings: Settings, *, ask_model: bool = False) -> int:
    """Print a line per thing looked at; 0 if all is well, else 1."""
    problems = 0
    for result in looks(settings, ask_model=ask_model):
        sys.stdout.write(f"{result.in_words()}\n")
        sys.stdout.flush()
        problems += not result.well
    counted = f"{problems} problem{'' if problems == 1 else 's'}"
    sys.stdout.write(f"\n{counted} found.\n" if problems else "\nAll is well.\n")
    return 1 if problems else 0


def looks(settings: Settings, *, ask_model: bool = False) -> Iterator[Result]:
    """Everything that is looked at, one after the other."""
    yield from look_at_slack(settings)
    yield from look_at_storage(settings, time.time)
    yield from look_at_machine(settings)
    yield look_at_model(settings, ask=ask_model)
