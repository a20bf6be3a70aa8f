"""A measured figure, the goal it is held against, and how a list of figures is shown and kept."""

from __future__ import annotations

import json
import math
import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

KEPT_IN = Path("build") / "bench.json"


@dataclass(frozen=True)
class Figure:
    """One row of the table. `goal` is the most that `value` may be, in the same unit.

    `reference` says what else did the same work in the same run, and how it did.
    """

    what: str
    value: float
    unit: str
    goal: float | None = None
    reference: str = ""
    load: float = 0.0

    @property
    def verdict(self) -> str:
        """Whether the goal is reached; a figure without one is there to be compared with."""
        if self.goal is None:
            return ""
        return "reached" if self.value <= self.goal else "MISSED"


def figure(
    what: str, value: float, unit: str, goal: float | None = None, reference: str = ""
) -> Figure:
    """A figure with the load of the machine (its average over a minute) when it was taken."""
    return Figure(what, value, unit, goal, reference, os.getloadavg()[0])


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that is not below `share` (0 to 1) of all values."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def table(figures: Sequence[Figure]) -> str:
    """The figures for a terminal."""
    head = ("figure", "value", "goal", "", "reference in the same run", "load")
    rows = [
        (
            f.what,
            f"{f.value:.3g} {f.unit}" if f.value < 1000 else f"{f.value:.0f} {f.unit}",
            "" if f.goal is None else f"≤ {f.goal:g} {f.unit}",
            f.verdict,
            f.reference,
            f"{f.load:.1f}",
        )
        for f in figures
    ]
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    lines = ["  ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)) for r in (head, *rows)]
    return "\n".join(line.rstrip() for line in lines)


def commit() -> str:
    """The commit at hand, with a mark if files differ from it; "" outside of a repository."""
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty"],  # noqa: S607
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.strip()


def keep(bench: str, figures: Sequence[Figure], path: Path = KEPT_IN) -> None:
    """Write a bench's figures down as JSON; those of the others stay as they are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = json.loads(path.read_text()) if path.exists() else {}
    rows = [{**asdict(f), "verdict": f.verdict} for f in figures]
    made = {"taken": int(time.time()), "commit": commit(), "cores": os.cpu_count(), "figures": rows}
    path.write_text(json.dumps({**kept, bench: made}, indent=2, ensure_ascii=False) + "\n")
