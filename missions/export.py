"""A Mission as YAML and back, and its Executions as CSV [R9].

What is written is the name and the plan: no secrets, no addresses of webhooks, no history. What is
read comes from outside: it is bounded in size and depth, may hold plain values only, and becomes a
plan that a person has still to confirm.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import NamedTuple

import yaml
from pydantic import ValidationError

from missions.blueprint import Blueprint
from missions.errors import HoustonError
from missions.execution import Execution
from missions.mistakes import mistakes_in_words
from missions.phrases import say
from missions.saving import clean_name

FORMAT = 1
"""Version of the written shape."""

SIZE_MAX = 64 * 1024
"""Characters of YAML that are read; the largest plan that Houston writes is about 40,000."""

DEPTH_MAX = 12
"""How deep lists and mappings may be nested; a plan needs 7."""

NODES_MAX = 20_000
"""How many values there may be."""

PROBLEMS = 5
"""How many mistakes are named at once."""

COLUMNS = (
    *("id", "task", "title", "cause", "version", "attempt", "scheduled_at", "started_at"),
    *("ended_at", "seconds", "status", "finding", "tokens", "cost_usd", "error"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_OPENS = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_ENDS = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


class ImportRefused(HoustonError):
    """The text is no Mission as `to_yaml` writes it."""

    event = "import_refused"


class Imported(NamedTuple):
    """What a text holds: the name, and the plan."""

    name: str
    plan: Blueprint


def to_yaml(name: str, plan: Blueprint) -> str:
    """The name and the plan, without what is at its default."""
    written = plan.model_dump(mode="json", exclude_defaults=True)
    for task, shown in zip(plan.tasks, written["tasks"], strict=True):
        # The kind of a trigger is a default of its class, and tells the classes apart.
        shown["trigger"] = {"kind": task.trigger.kind, **shown["trigger"]}
    body = {"houston": FORMAT, "name": name, "plan": written}
    return yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=100)


def from_yaml(text: str) -> Imported:
    """What `to_yaml` wrote, or somebody like it. Raises `ImportRefused` with what is wrong."""
    if len(text) > SIZE_MAX:
        raise ImportRefused(say("import-too-long", most=SIZE_MAX // 1024))
    try:
        _require_plain(text)
        body = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = say("import-no-yaml-line", line=mark.line + 1) if mark else say("import-no-yaml")
        raise ImportRefused(line) from None
    if not isinstance(body, dict) or body.get("houston") != FORMAT or "plan" not in body:
        raise ImportRefused(say("import-no-mission"))
    if strange := sorted(str(key)[:40] for key in body if key not in ("houston", "name", "plan")):
        raise ImportRefused(say("import-strange", key=strange[0]))
    name = body.get("name")
    if not isinstance(name, str):
        raise ImportRefused(say("import-no-name"))
    plan = body["plan"]
    if isinstance(plan, dict) and "schema_version" in plan:
        raise ImportRefused(say("import-strange", key="schema_version"))
    try:
        return Imported(clean_name(name), Blueprint.model_validate(plan))
    except ValidationError as error:
        raise ImportRefused(_mistakes(error)) from None


def to_csv(executions: Iterable[Execution]) -> str:
    """One line per Execution. A cell that a spreadsheet would take for a formula is made text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for run in executions:
        cells = (
            *(run.id, run.task, run.task_title, run.cause, run.version, run.attempt),
            *(run.scheduled_at.isoformat(), run.started_at.isoformat()),
            *(run.ended_at.isoformat() if run.ended_at else "", run.seconds, run.status),
            *(run.finding, run.tokens, run.cost_usd, run.error),
        )
        writer.writerow([_cell(cell) for cell in cells])
    return out.getvalue()


def _require_plain(text: str) -> None:
    """Raises ValueError for aliases, tags, and what is nested too deep or too long.

    It looks at the events of the parser, before anything is built.
    """
    depth = 0
    for nodes, event in enumerate(yaml.parse(text, Loader=yaml.SafeLoader)):
        depth += isinstance(event, _OPENS) - isinstance(event, _ENDS)
        if depth > DEPTH_MAX or nodes > NODES_MAX:
            raise ValueError("too deep or too long")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "tag", None):
            raise ValueError("only plain values")


def _mistakes(error: ValidationError) -> str:
    told = mistakes_in_words(error.errors(include_url=False))
    found = [f"• {sentence}" for sentence in told[:PROBLEMS]]
    left = len(told) - len(found)
    if left > 0:
        found.append(f"• … +{left}")
    return say("import-mistakes", mistakes="\n".join(found))


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value
