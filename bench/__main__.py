"""`python -m bench [name ...]`: measure all, or what is named; print a table and keep the figures.

The machine is to be left alone meanwhile: each row shows the load while it was taken.
"""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Callable, Iterator

import structlog

from bench import delete, due_at_once, events, idle, lists, people, start_latency
from bench.figures import Figure, keep, table

ALL: dict[str, Callable[[], Iterator[Figure]]] = {
    "start_latency": start_latency.measure,
    "due_at_once": due_at_once.measure,
    "events": events.measure,
    "idle": idle.measure,
    "delete": delete.measure,
    "lists": lists.measure,
    "people": people.measure,
}


def main(names: list[str]) -> int:
    """The exit code: 1 if a goal is missed."""
    unknown = [name for name in names if name not in ALL]
    if unknown:
        sys.stderr.write(f"Unknown: {', '.join(unknown)}. Known: {', '.join(ALL)}.\n")
        return 2
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    figures: list[Figure] = []
    for name in names or ALL:
        sys.stderr.write(f"{name} …\n")
        taken = list(ALL[name]())
        keep(name, taken)
        figures += taken
    sys.stdout.write(f"{table(figures)}\n")
    return 1 if any(f.verdict == "MISSED" for f in figures) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
