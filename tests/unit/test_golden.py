"""What any version of Houston stored is read by this one [L5]."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from missions import upgrades
from missions.errors import NewerRecord
from missions.mission import Mission
from missions.record import Stored
from tests.support import golden

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
