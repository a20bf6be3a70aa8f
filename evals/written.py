"""Runs as files in `build/eval`, and which of them may be published side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from evals.results import Run
from evals.run import OFFLINE, ROOT
from evals.viewer import page

BUILD = ROOT / "build" / "eval"


def write(done: Run, folder: Path = BUILD) -> None:
    """A run with its transcript; one over a part of the cases takes no whole one's place."""
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w.-]+", "-", done.model) + (".part" if done.part else "")
    (folder / f"{name}.json").write_text(done.model_dump_json(indent=1), encoding="utf-8")
    (folder / f"{name}.html").write_text(page(done), encoding="utf-8")


def beside(done: Run, folder: Path = BUILD) -> tuple[list[Run], list[str]]:
    """The runs that can stand beside this one, the offline interpreter's first; and in words why
    the others cannot.
    """
    fit, left_out = [], []
    for path in sorted(folder.glob("*.json")):
        try:
            run = Run.model_validate_json(path.read_text("utf-8"))
        except ValidationError:
            left_out.append(f"{path.name} is left out: it was written by another version.")
            continue
        why = _unfit(run, done)
        if why:
            left_out.append(f"{path.name} is left out: {why}.")
        else:
            fit.append(run)
    return _ordered(fit), left_out


def _ordered(runs: Sequence[Run]) -> list[Run]:
    return sorted(runs, key=lambda r: (r.model != OFFLINE, r.model))


def _unfit(run: Run, done: Run) -> str:
    if run.part:
        return "it is of a part of the cases"
    if run.cases != done.cases:
        return "it is of other cases"
    if run.commit != done.commit:
        return f"it is of commit {run.commit or '–'}"
    if run.broken_off:
        return "it was broken off"
    return ""
