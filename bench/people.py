"""Many people at once: each mentions the bot, then two press Launch on the plan that it answers.

Each is somebody else, and does so in a channel of their own: Slack takes one message a second in
each, and 50 edits a minute in all, behind which the next message of a channel waits. What is
measured is how soon each delivery is acknowledged, by the clock of the local workspace; what that
itself takes to answer the emptiest request meanwhile stands beside it, as it holds up an
acknowledgement as long.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from threading import Condition, Event, Thread
from typing import Any
from urllib.parse import urlsplit

from bench.figures import Figure, figure, percentile
from bench.houston import houston
from bot.workspace.client import WorkspaceClient

PEOPLE = 200
MOST_P99_MS, MOST_MS, MOST_SECONDS = 500.0, 3_000.0, 300.0
PATIENCE_SECONDS = 900.0
PROBE_SECONDS = 0.1
LOOK_SECONDS = 1.0
"""How often the workspace is asked; it remembers the latest 2,000 deliveries and calls."""

Json = dict[str, Any]


def measure() -> Iterator[Figure]:
    """How long the bot took to acknowledge, as the local workspace saw it."""
    with houston() as running:
        client = WorkspaceClient(running.told["page_url"])
        bot = str(client.state()["bot"]["id"])
        for number in range(PEOPLE):
            client.admin("hire", name=_who(number))
        channels = [_channel(client, number, bot) for number in range(PEOPLE)]
        began = time.monotonic()
        page = running.told["page_url"]
        with (
            probed(page) as own,
            watched(client) as watch,
            ThreadPoolExecutor(PEOPLE) as people,
        ):
            list(people.map(lambda n: _person(client, watch, channels[n], n), range(PEOPLE)))
        seconds = time.monotonic() - began
    taken = [float(line["ms"]) for line in watch.acks.values()]
    failed = [line for line in watch.acks.values() if not line["ok"]]
    if failed or len(taken) < 3 * PEOPLE:
        raise AssertionError(f"{len(taken)} acks, {len(failed)} of them failed")
    what = f"{PEOPLE} people at once"
    reference = f"the workspace's emptiest answer, p99 {percentile(own, 0.99):.0f} ms"
    yield figure(
        f"{what}: ack, p99 of {len(taken)}",
        percentile(taken, 0.99),
        "ms",
        MOST_P99_MS,
        reference,
    )
    yield figure(f"{what}: ack, longest", max(taken), "ms", MOST_MS)
    yield figure(f"{what}: until the last has pressed its buttons", seconds, "s", MOST_SECONDS)


class Watch:
    """What the workspace tells of late: how long acks took, in which threads the bot wrote."""

    def __init__(self, client: WorkspaceClient) -> None:
        self.acks: dict[tuple[Any, ...], Json] = {}
        self._client = client
        self._written: set[str] = set()
        self._news = Condition()

    def look(self) -> None:
        """Take in what is new."""
        lines = self._client.api_log()
        with self._news:
            for line in lines:
                if line["kind"] == "envelope":
                    self.acks[(line["at"], line["method"], line["name"], line["ms"])] = line
                elif line["ok"] and line["method"] == "chat.postMessage":
                    self._written.add(str(line["args"].get("thread_ts")))
            self._news.notify_all()

    def wait(self, thread: str) -> None:
        """Until the bot wrote in that thread."""
        with self._news:
            if not self._news.wait_for(lambda: thread in self._written, PATIENCE_SECONDS):
                raise AssertionError(f"no answer within {PATIENCE_SECONDS:g} s")


@contextmanager
def watched(client: WorkspaceClient) -> Iterator[Watch]:
    """Look until the block ends, and once more."""
    watch, done = Watch(client), Event()

    def keep_looking() -> None:
        while not done.wait(LOOK_SECONDS):
            watch.look()
        watch.look()

    looking = Thread(target=keep_looking)
    looking.start()
    try:
        yield watch
    finally:
        done.set()
        looking.join()


@contextmanager
def probed(page: str) -> Iterator[list[float]]:
    """How long the workspace takes to refuse a request without its secret, in ms each time."""
    where, taken, done = urlsplit(page), list[float](), Event()

    def keep_asking() -> None:
        while not done.wait(PROBE_SECONDS):
            began = time.perf_counter()
            asking = HTTPConnection(str(where.hostname), where.port)
            asking.request("GET", "/ui/state")
            asking.getresponse().read()
            asking.close()
            taken.append((time.perf_counter() - began) * 1000)

    asking = Thread(target=keep_asking)
    asking.start()
    try:
        yield taken
    finally:
        done.set()
        asking.join()


def _who(number: int) -> str:
    """The name of one of them; after the last comes the first."""
    return f"p{number % PEOPLE}"


def _channel(client: WorkspaceClient, number: int, bot: str) -> str:
    channel = str(client.admin("create", name=f"people-{number}")["channel"])
    for one in (_who(number), _who(number + 1), bot):
        client.admin("join", channel=channel, user=one)
    return channel


def _person(client: WorkspaceClient, watch: Watch, channel: str, number: int) -> None:
    """Say what to watch, wait for the plan, press Launch; a colleague presses it, too."""
    who = _who(number)
    said = f"@Houston every day at 9:00 check https://shop.example/{number}, call it Watch {number}"
    thread = client.post(who, channel, said)
    watch.wait(thread)
    (plan,) = [m for m in client.messages(channel, thread, who) if m["bot"]]
    launch = _button(plan, "launch")
    client.act(who, channel, plan["ts"], launch)
    client.act(_who(number + 1), channel, plan["ts"], launch)


def _button(message: Json, action: str) -> Json:
    """The button as it is pressed: the page sends what stands in the message."""
    for block in message["blocks"]:
        for element in block.get("elements", []):
            if element.get("action_id", "").partition(":")[0] == action:
                return {**element, "block_id": block["block_id"]}
    raise AssertionError(f"no {action}")
