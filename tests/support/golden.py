"""Samples of every stored record, one file per version of its shape [L5].

`python -m tests.support.golden` writes the samples of versions that have none yet. Those of
versions that were in use are never written anew: they say what storage may hold.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import pkgutil
import sys
import types
import typing
from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

PLACE = Path(__file__).parents[1] / "golden"
VERSION = "schema_version"
AT = datetime(2026, 11, 23, 9, 30, 0, 123_456, tzinfo=UTC)
PLAIN: dict[Any, list[Any]] = {
    str: ["x" * 12],
    int: [7],
    float: [1.5],
    bool: [True, False],
    datetime: [AT],
    date: [AT.date()],
    type(None): [None],
}


def kinds() -> dict[str, Any]:
    """Every class of stored records, by its name."""
    from missions.record import Stored

    for package in ("missions", "agent", "jobs", "bot"):
        found = importlib.import_module(package)
        for module in pkgutil.walk_packages(found.__path__, f"{package}."):
            path = module.module_finder.find_spec(module.name, None)
            if path and path.origin and "(Stored)" in Path(path.origin).read_text():
                importlib.import_module(module.name)
    return {kind.__name__: kind for kind in Stored.__subclasses__()}


def present(kind: Any) -> int:
    """The version of a class."""
    version: int = kind.model_fields[VERSION].default
    return version


def file_of(name: str, version: int) -> Path:
    """Where the samples of a version are."""
    return PLACE / name / f"{version}.json"


def fingerprint(kind: Any) -> str:
    """What changes with the shape of a record, and of those inside of it: not with names of
    classes, nor with where they stand."""
    return hashlib.sha256(shape(kind).encode()).hexdigest()[:16]


def shape(kind: Any) -> str:
    """An annotation in words."""
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if isinstance(kind, typing.NewType):
        return shape(kind.__supertype__)
    if origin is typing.Annotated:
        return shape(parts[0])
    if origin in (typing.Union, types.UnionType):
        return " | ".join(sorted(shape(part) for part in parts))
    if origin is typing.Literal:
        return f"one of {sorted(parts)}"
    if origin is not None:
        return f"{origin.__name__}[{', '.join('…' if p is ... else shape(p) for p in parts)}]"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return f"one of {sorted(each.value for each in kind)}"
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = sorted(kind.model_fields.items())
        return "{" + "; ".join(_field(n, info) for n, info in fields if n != VERSION) + "}"
    if isinstance(kind, type) and issubclass(kind, tuple):
        return f"({', '.join(shape(part) for part in typing.get_type_hints(kind).values())})"
    return str(kind.__name__)


def _field(name: str, info: FieldInfo) -> str:
    default = "" if info.is_required() else f" = {info.get_default(call_default_factory=True)!r}"
    limits = "".join(f" {limit!r}" for limit in info.metadata)
    return f"{name}: {shape(info.annotation)}{limits}{default}"


def samples(kind: Any) -> list[dict[str, Any]]:
    """Records of a class that hold, together, each kind of value that a field may have."""
    return [json.loads(each.model_dump_json(exclude_none=True)) for each in _records(kind)]


def _records(kind: Any) -> Iterator[BaseModel]:
    fields = {name: _of_field(info) for name, info in kind.model_fields.items() if name != VERSION}
    for number in range(max(map(len, fields.values()))):
        yield kind(**{name: some[number % len(some)] for name, some in fields.items()})


def _of_field(info: FieldInfo) -> list[Any]:
    limits = {key: value for limit in info.metadata for key, value in _limits(limit).items()}
    if "pattern" in limits:
        return [info.default]
    return [_within(value, limits) for value in _values(info.annotation)]


def _limits(limit: Any) -> dict[str, Any]:
    if hasattr(limit, "__dict__") and "pattern" in vars(limit):
        return {"pattern": True}
    return {n: getattr(limit, n) for n in ("ge", "le", "min_length") if hasattr(limit, n)}


def _within(value: Any, limits: dict[str, Any]) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        raised = max(value, limits.get("ge", value))
        return min(raised, limits.get("le", raised))
    return value


def _values(kind: Any) -> list[Any]:
    """Values of an annotation: each that it names, one of each other kind."""
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if isinstance(kind, typing.NewType):
        return _values(kind.__supertype__)
    if origin is typing.Annotated:
        return _values(parts[0])
    if origin in (typing.Union, types.UnionType):
        return [value for part in parts for value in _values(part)]
    if origin is typing.Literal:
        return list(parts)
    if origin in (tuple, frozenset):
        return [origin((value,)) for value in _values(parts[0])]
    if origin is dict:
        keys = _values(parts[0])
        return [{keys[0]: value} for value in _values(parts[1])]
    if issubclass(kind, Enum):
        return list(kind)
    if issubclass(kind, BaseModel):
        return list(_records(kind))
    if kind in PLAIN:
        return PLAIN[kind]
    return [kind(*(_values(part)[0] for part in typing.get_type_hints(kind).values()))]


def write(name: str, kind: Any, version: int) -> None:
    """Write the samples of a version of a class, with the fingerprint of its shape."""
    path = file_of(name, version)
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = ",\n  ".join(json.dumps(each, ensure_ascii=False) for each in samples(kind))
    text = f'{{"shape": "{fingerprint(kind)}", "samples": [\n  {rows}\n]}}\n'
    path.write_text(text)


def main() -> None:
    """Write what is missing."""
    for name, kind in kinds().items():
        path = file_of(name, present(kind))
        if not path.exists():
            write(name, kind, present(kind))
            sys.stdout.write(f"wrote {path}\n")


if __name__ == "__main__":
    main()
