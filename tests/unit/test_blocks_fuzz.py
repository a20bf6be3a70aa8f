"""Random domain objects through every builder of messages, dialogs and Home."""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
import time
import typing
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import bot.blocks
from bot.blocks.actions import decode, encode
from bot.blocks.layout import Message, with_block_id
from bot.workspace.inputs import elements
from missions.ids import new_outbox_id
from tests.unit.block_samples import assert_openable, assert_sendable
from tests.unit.fuzz_domain import Fuzz

PAYLOADS = int(os.environ.get("FUZZ_PAYLOADS", "400"))
"""How many in all; FUZZ_PAYLOADS=10000 for the long run, which takes two minutes."""
PARTS = frozenset({"compose", "with_block_id", "without_charts", "records_view", "loading_dialog"})
"""What builders are made of, and what shows nothing that comes from outside."""

Builder = Callable[..., Any]
Json = dict[str, Any]


def _builders() -> dict[str, Builder]:
    """Every public function of the package that makes a whole message or view."""
    found: dict[str, Builder] = {}
    for module in pkgutil.iter_modules(bot.blocks.__path__, "bot.blocks."):
        for name, made in inspect.getmembers(
            importlib.import_module(module.name), inspect.isfunction
        ):
            if made.__module__ != module.name or name.startswith("_") or name in PARTS:
                continue
            given = typing.get_type_hints(made).get("return")
            if given in (Message, dict[str, Any]) and _is_whole(module.name, name):
                found[f"{module.name.rpartition('.')[2]}.{name}"] = made
    return found


def _is_whole(module: str, name: str) -> bool:
    """Blocks and elements are dictionaries, too: whole views are named for what they are."""
    made = getattr(importlib.import_module(module), name)
    if typing.get_type_hints(made)["return"] is Message:
        return True
    return name.endswith(("_view", "_dialog"))


BUILDERS = _builders()


def test_every_view_and_message_is_among_them() -> None:
    assert len(BUILDERS) >= 45
    assert {"report.report", "home.home_view", "owners.handover", "summary.summary"} <= set(
        BUILDERS
    )


def _acting(blocks: list[Json]) -> Iterator[Json]:
    """Elements that act by themselves; what is filled in has values of its own."""
    for block in blocks:
        if block["type"] != "input":
            yield from (element for _, element in elements(block))


def _assert_carried(blocks: list[Json]) -> None:
    """What buttons and menus carry comes back whole, whatever it was made of [R5]."""
    for element in _acting(blocks):
        options = element.get("options", ())
        pair = [element[one] for one in ("positive_button", "negative_button") if one in element]
        for one in (element, *options, *pair):
            if "value" in one and element["type"] != "plain_text_input":
                assert encode(decode(one["value"])) == one["value"]


@pytest.mark.parametrize("name", BUILDERS)
def test_nothing_that_is_built_is_refused(name: str) -> None:
    """[R5 P4] By the rules of Slack as we know them, by the SDK's; and nothing in it acts."""
    build, each = BUILDERS[name], -(-PAYLOADS // len(BUILDERS))
    began = time.perf_counter()
    for seed in range(each):
        fuzz = Fuzz(seed)
        arguments = fuzz.arguments(build)
        try:
            made = build(**arguments)
            if isinstance(made, Message):
                assert_sendable(with_block_id(made, new_outbox_id()))
                _assert_carried(list(made.blocks))
            else:
                assert_openable(made)
                _assert_carried(made["blocks"])
        except Exception as error:  # whatever a builder stumbles over is a finding
            raise AssertionError(f"{name}, seed {seed}: {error!r}"[:2_000]) from error
    print(f"fuzz: {name}: {each} in {time.perf_counter() - began:.1f} s")
