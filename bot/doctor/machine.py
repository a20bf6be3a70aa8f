"""Looks at this machine: zones, the data folder, and the model."""

from __future__ import annotations

import os
import zoneinfo
from collections.abc import Callable, Iterator
from typing import Final

from bot.doctor.result import Result
from bot.settings import Settings

ZONES: Final = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata")
"""Zones that any complete database has."""


def look_at_machine(
    settings: Settings, zones: Callable[[], set[str]] = zoneinfo.available_timezones
) -> Iterator[Result]:
    """The zones database and the data folder."""
    known = zones()
    missing = [zone for zone in ZONES if zone not in known]
    if missing:
        cure = "Install the system's tzdata, or `pip install tzdata`."
        yield Result("zones", f"the database lacks {', '.join(missing)}", cure)
    else:
        yield Result("zones", f"{len(known)} time zones are known")
    folder = settings.data_dir.resolve()
    there = folder if folder.exists() else folder.parent
    if os.access(there, os.W_OK | os.X_OK):
        yield Result("data folder", f"{settings.data_dir} can be written")
    else:
        cure = "Allow this user to write there, or set HOUSTON_DATA_DIR to another folder."
        yield Result("data folder", f"{settings.data_dir} cannot be written", cure)


def look_at_model(settings: Settings, *, ask: bool) -> Result:
    """Whether the model can be made; with `ask`, whether it answers one short question."""
    if settings.model is None:
        return Result("model", "none is set: the offline interpreter understands fixed phrases")
    from agent.model import ModelUnavailable, make_model

    try:
        model = make_model(settings.model)
    except ModelUnavailable as problem:
        return Result("model", f"{settings.model} cannot be used", problem.sentence)
    if not ask:
        return Result("model", f"{settings.model} is set up; `--model` asks it a question")
    try:
        model.invoke("Answer with the one word: ready")
    except Exception as error:  # noqa: BLE001 - each provider has exceptions of its own
        cure = "See whether its key is in the environment, and whether its name is right."
        return Result("model", f"{settings.model} fails ({type(error).__name__})", cure)
    return Result("model", f"{settings.model} answers")
