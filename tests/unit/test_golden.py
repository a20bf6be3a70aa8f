"""What any version of Houston stored is read by this one [L5]."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest

from agent.task.digest import Listened
from agent.task.graph import TaskRunner
from agent.task.outside import Answer, Deed
from missions import upgrades
from missions.approval import Wanted
from missions.errors import NewerRecord
from missions.execution import CheckResult, Step
from missions.mission import Mission
from missions.record import Stored
from tests.support import golden
from tests.support.fakes import ManualClock

KINDS = golden.kinds()
FILES = sorted(golden.PLACE.glob("*/*.json"))


def read(path: Path) -> Any:
    return json.loads(path.read_text())


@pytest.mark.parametrize("name", KINDS)
def test_a_shape_does_not_change_without_its_version(name: str) -> None:
    """[L5] Who changes a stored record raises its version, and what is stored can still be read."""
    kind = KINDS[name]
    path = golden.file_of(name, golden.present(kind))
    assert path.exists(), f"write {path.name} of {name} by `python -m tests.support.golden`"
    assert read(path)["shape"] == golden.fingerprint(kind), (
        f"The stored shape of {name} changed. Raise its schema_version; where a default does not "
        "say what older records mean, add an upgrade to missions/upgrades.py; then write samples "
        "by `python -m tests.support.golden`."
    )


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_every_version_of_every_record_is_read(path: Path) -> None:
    """[L5] And is of the present version then; what is written of it is read as the same."""
    kind = KINDS[path.parent.name]
    for sample in read(path)["samples"]:
        text = json.dumps(sample)
        record = kind.load(text)
        assert record.schema_version == golden.present(kind)
        assert record.stored() == text
        assert kind.load(record.dump()) == record
        if int(path.stem) == golden.present(kind):
            assert json.loads(record.dump()) == sample


def test_every_version_has_its_samples() -> None:
    """[L5] From the first one on, and there are none of what is no longer kept."""
    there = {(path.parent.name, int(path.stem)) for path in FILES}
    wanted = {(n, v) for n, kind in KINDS.items() for v in range(1, golden.present(kind) + 1)}
    assert there == wanted


class Lamp(Stored):
    """A record of three versions: `watts` was `power`, and `lit` came later."""

    schema_version: int = 3
    watts: int
    lit: bool = False


@pytest.fixture
def lamps(monkeypatch: pytest.MonkeyPatch) -> None:
    def renamed(raw: upgrades.Raw) -> upgrades.Raw:
        return {**{n: v for n, v in raw.items() if n != "power"}, "watts": raw["power"]}

    monkeypatch.setitem(upgrades.UPGRADES, ("Lamp", 1), renamed)


@pytest.mark.usefixtures("lamps")
def test_an_older_record_is_brought_forward_version_by_version() -> None:
    """[L5] Also one that says no version; in storage it stays as it is until it is written."""
    for text in ('{"power": 60}', '{"schema_version": 1, "power": 60}'):
        lamp = Lamp.load(text)
        assert (lamp.schema_version, lamp.watts, lamp.lit) == (3, 60, False)
        assert lamp.stored() == text
        assert lamp.dump() == '{"schema_version":3,"watts":60,"lit":false}'
        changed = lamp.model_copy(update={"lit": True})
        assert changed.stored() == changed.dump()
    assert Lamp.load('{"schema_version": 2, "watts": 7}') == Lamp(watts=7)


@pytest.mark.usefixtures("lamps")
def test_an_upgrade_is_pure_and_done_once() -> None:
    """[L5] What is upgraded stays as it is when it is upgraded again."""
    raw = {"power": 60}
    once = upgrades.upgraded("Lamp", raw, 3)
    assert raw == {"power": 60}
    assert upgrades.upgraded("Lamp", once, 3) is once


@pytest.mark.parametrize(
    "text",
    [
        '{"schema_version": 4, "watts": 60}',
        '{"schema_version": 4, "watts": 60, "colour": "red"}',
        '{"schema_version": 9, "brightness": 800}',
    ],
    ids=["as it is now", "with more", "quite different"],
)
def test_a_record_of_a_newer_houston_is_refused_in_words(text: str) -> None:
    """[L5] Never read as something else; the person is told what to do."""
    with pytest.raises(NewerRecord) as refused:
        Lamp.load(text)
    assert "start the newer version" in refused.value.sentence
    assert not isinstance(refused.value, ValueError)  # else it would be set aside as unreadable


@pytest.mark.parametrize("text", ["", "[]", "{", '{"schema_version": "new"}', '{"colour": 1}'])
def test_what_is_no_record_is_no_newer_one(text: str) -> None:
    """[L5] It is set aside, as what cannot be read is."""
    with pytest.raises(ValueError, match=r"."):
        Lamp.load(text)
    with pytest.raises(ValueError, match=r"."):
        Mission.load(text)


JOBS = {
    "bot.cleanup.clean": 2,
    "bot.deliveries.deliver": 2,
    "bot.leaving.leave": 1,
    "jobs.clear.clear": 2,
    "jobs.events.take": 2,
    "jobs.execute.execute": 3,
    "jobs.orphans.clear_orphans": 1,
    "jobs.owners.check": 3,
    "jobs.resume.resume": 3,
    "jobs.retain.retain": 2,
    "jobs.turn.answer": 2,
}
"""Every function that a job was ever queued for, and how many ids it takes. None is removed."""


@pytest.mark.parametrize("path", JOBS)
def test_a_job_that_an_older_houston_queued_finds_its_function(path: str) -> None:
    """[L5 P8] A queue that was not empty when Houston was stopped is worked off."""
    module, _, name = path.rpartition(".")
    function = getattr(importlib.import_module(module), name)
    inspect.signature(function).bind(*["id"] * JOBS[path])


def test_every_job_is_listed() -> None:
    """[L5] A new function joins the list, so that it is not lost later."""
    queued = re.compile(r'"((?:jobs|bot)\.[a-z_]+\.[a-z_]+)"')
    text = Path("jobs/queues.py").read_text()
    assert set(queued.findall(text)) == set(JOBS)


WAITING = {
    "Answer": "905d9e828b8eaeb5",
    "CheckResult": "6d4e8f6ec6a12c63",
    "Deed": "818aa45116d16c8a",
    "Listened": "0b02ada0b37aef48",
    "Step": "e0e313aa3330b1be",
    "Wanted": "e1ce38927126274a",
}
"""Fingerprints of the records in the checkpoint of a run that waits for an approval."""


def test_a_run_that_waits_can_be_taken_up_by_the_next_version() -> None:
    """[L5 A3] It stands at a step by its name, and holds records without versions of their own: who
    changes these keeps a sample of storage before, as in `test_upgrade`, and shows that it goes on.
    """
    kept = (Answer, CheckResult, Deed, Listened, Step, Wanted)
    assert {kind.__name__: golden.fingerprint(kind) for kind in kept} == WAITING
    graph = TaskRunner({}, None, ManualClock())._plain
    steps = {"check", "listen", "compare", "act", "gate", "dispatch", "explain", "report"}
    assert steps <= set(graph.nodes)


def test_guards_compare_what_was_read() -> None:
    """[L5] Not how it is written today: what an older Houston wrote lacks what came later."""
    for path in sorted(Path("missions").rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "require_field":
                assert ".dump()" not in ast.unparse(call), f"{path}: {ast.unparse(call)}"
