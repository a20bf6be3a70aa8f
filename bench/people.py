"""Many people at once: each mentions the bot, then presses two buttons of the plan it answers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from typing import Any

from bench.figures import Figure, figure, percentile
from bench.houston import houston
from bot.workspace.client import WorkspaceClient

PEOPLE = 200
MOST_P99_MS, MOST_MS = 500.0, 3_000.0
ANSWERED_SECONDS = 300.0

Json = dict[str, Any]


def measure() -> Iterator[Figure]:
    """How long the bot took to acknowledge, as the local workspace saw it."""
    with houston() as running:
        client = WorkspaceClient(running.told["page_url"])
        done = Event()
        acks: dict[tuple[Any, ...], Json] = {}
        watcher = Thread(target=_watch, args=(client, done, acks))
        watcher.start()
        with ThreadPoolExecutor(PEOPLE) as people:
            list(people.map(_person, [running.told["page_url"]] * PEOPLE, range(PEOPLE)))
        done.set()
        watcher.join()
    taken = [float(line["ms"]) for line in acks.values()]
    failed = [line for line in acks.values() if not line["ok"]]
    if failed or len(taken) < 3 * PEOPLE:
        raise AssertionError(f"{len(taken)} acks, {len(failed)} of them failed")
    what = f"{PEOPLE} people at once: ack"
    yield figure(f"{what}, p99 of {len(taken)}", percentile(taken, 0.99), "ms", MOST_P99_MS)
    yield figure(f"{what}, longest", max(taken), "ms", MOST_MS)


def _person(page: str, number: int) -> None:
    client = WorkspaceClient(page)
    said = f"@Houston every day at 9:00 check https://shop.example/{number}, call it Watch {number}"
    thread = client.post("ada", "#ops", said)
    plan = _wait(client, thread, "launch")
    client.click("ada", "#ops", plan["ts"], "launch")
    report = _wait(client, thread, "view_plan")
    client.click("ada", "#ops", report["ts"], "view_plan")


def _wait(client: WorkspaceClient, thread: str, action: str) -> Json:
    found = client.wait_for(lambda: _offered(client, thread, action), ANSWERED_SECONDS)
    return found or {}


def _offered(client: WorkspaceClient, thread: str, action: str) -> Json | None:
    """The bot's message of a thread that offers an action."""
    time.sleep(0.5)
    shown = client.messages("#ops", thread, "ada")
    return next((m for m in shown if m["bot"] and f"'{action}'" in str(m.get("blocks"))), None)


def _watch(client: WorkspaceClient, done: Event, acks: dict[tuple[Any, ...], Json]) -> None:
    """Collect deliveries to the bot: the workspace remembers the latest ones only."""
    while not done.wait(0.5):
        _collect(client, acks)
    _collect(client, acks)


def _collect(client: WorkspaceClient, acks: dict[tuple[Any, ...], Json]) -> None:
    for line in client.api_log():
        if line["kind"] == "envelope":
            acks[(line["at"], line["method"], line["name"], line["ms"])] = line
