"""Tools as a model is offered them: small, in the part of JSON Schema that all providers take.

What a model is told of a tool is sent with every call. It is told names, types, choices and advice,
each advice once; bounds, patterns and unknown names are checked where a tool is called, and come
back as findings. Schemas stand in full: Google's format and Ollama's client know no references.

OpenAI's strict mode is not used. It wants every property required and every object closed
(https://platform.openai.com/docs/guides/structured-outputs#supported-schemas), and what may be left
out nullable instead: some 200 properties here, so schemas would grow by a fifth with every call,
for all providers, and answers by as many nulls. It warrants the shape only; bounds, zones and
addresses would be checked and mended as now. Clients send it only if asked: langchain-openai by
`bind_tools(strict=True)`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import cleandoc
from typing import Any

from langchain_core.tools import BaseTool
from pydantic import TypeAdapter

Schema = dict[str, Any]
AS_IN = "As in "
"""Leads to the tool that was the first to explain a part."""


def offered(tools: Sequence[BaseTool]) -> tuple[Schema, ...]:
    """Each tool as a function with its parameters. Their order is that of their advice."""
    told: dict[str, str] = {}
    return tuple(_function(tool, told) for tool in tools)


def small(schema: Schema, name: str) -> Schema:
    """The schema of an object, of the tool of that name, in the form in which tools are offered."""
    return _Small(schema.get("$defs", {}), name, {}).object(schema)


def _function(tool: BaseTool, told: dict[str, str]) -> Schema:
    known: Any = tool.tool_call_schema
    whole: Schema = known if isinstance(known, dict) else TypeAdapter(known).json_schema()
    parameters = _once(_Small(whole.get("$defs", {}), tool.name, told).object(whole), told)
    function = {
        "name": tool.name,
        "description": _prose(tool.description),
        "parameters": parameters,
    }
    return {"type": "function", "function": function}


class _Small:
    """Makes one tool's schema small. `told` says of which part the advice was given by which tool,
    by the part's name.
    """

    def __init__(self, defs: Mapping[str, Schema], tool: str, told: dict[str, str]) -> None:
        self._defs = defs
        self._tool = tool
        self._told = told

    def object(self, schema: Schema) -> Schema:
        """One with properties."""
        fields = {name: self.value(field) for name, field in schema.get("properties", {}).items()}
        required = {"required": list(schema["required"])} if schema.get("required") else {}
        return {"type": "object", "properties": fields, **required}

    def value(self, schema: Schema) -> Schema:
        """Any one, with its advice."""
        advice = schema.get("description", "")
        if "$ref" not in schema:
            return _advised(self._bare(schema), advice)
        name, meant = self._meant(schema)
        made = self._bare(meant)
        if "enum" in meant:
            return _advised(made, advice)
        if before := self._told.get(name):
            again = f"{AS_IN}{before}." if before != self._tool else ""
            return _advised(_unadvised(made), f"{advice} {again}")
        self._told[name] = self._tool
        return _advised(made, f"{advice} {meant.get('description', '')}")

    def _bare(self, schema: Schema) -> Schema:
        if "oneOf" in schema:
            return self._merged(schema)
        if "anyOf" in schema:
            return _either([self.value(s) for s in schema["anyOf"]])
        if "properties" in schema:
            return self.object(schema)
        made: Schema = {key: schema[key] for key in ("type", "enum") if key in schema}
        if "items" in schema:
            made["items"] = self.value(schema["items"])
        return made

    def _merged(self, union: Schema) -> Schema:
        """A union told apart by a field as one object: the field says which others belong to it."""
        apart = union["discriminator"]["propertyName"]
        fields: dict[str, list[Schema]] = {}
        names: list[str] = []
        new: list[tuple[str, dict[str, Schema], Schema]] = []
        for name, member in map(self._meant, union["oneOf"]):
            own = {n: f for n, f in member["properties"].items() if n != apart}
            for field, schema in own.items():
                fields.setdefault(field, []).append(self.value(schema))
            names.append(member["properties"][apart]["const"])
            if name not in self._told:
                new.append((names[-1], own, member))
                self._told[name] = self._tool
        common = {f for f, kinds in fields.items() if len(kinds) * 2 > len(names)}
        lines = [_line(name, own, member, common) for name, own, member in new]
        which = {"type": "string", "enum": names, "description": "\n".join(lines)}
        one = {field: _either(kinds) for field, kinds in fields.items()}
        return {"type": "object", "properties": {apart: which, **one}, "required": [apart]}

    def _meant(self, schema: Schema) -> tuple[str, Schema]:
        """What a reference means, by its name."""
        name = schema["$ref"].rpartition("/")[2]
        return name, self._defs[name]


def _line(name: str, fields: Mapping[str, Schema], member: Schema, common: set[str]) -> str:
    """What one member of a union is, and which fields belong to it.

    An optional one that is `common` to most members goes without saying.
    """
    required = member.get("required", ())
    told = [f for f in fields if f in required]
    told += [f"{f}?" for f in fields if f not in required and f not in common]
    return f"{name}({', '.join(told)}): {_prose(member.get('description', ''))}"


def _either(choices: Sequence[Schema]) -> Schema:
    """One of those that differ. Null is none of them: it stands for leaving the field out."""
    kinds: list[Schema] = []
    for schema in choices:
        alike = [_unadvised(k) for k in kinds]
        if schema.get("type") != "null" and _unadvised(schema) not in alike:
            kinds.append(schema)
    if any(k.get("type") == "number" for k in kinds):
        kinds = [k for k in kinds if k.get("type") != "integer"]
    return kinds[0] if len(kinds) == 1 else {"anyOf": kinds}


def _advised(schema: Schema, advice: str) -> Schema:
    """With the advice before its own; Google wants nothing beside `anyOf`."""
    prose = _prose(f"{advice} {schema.get('description', '')}")
    if not prose or "anyOf" in schema:
        return schema
    return {**schema, "description": prose}


def _unadvised(schema: Schema) -> Schema:
    """Without advice, all the way down."""
    made = {key: value for key, value in schema.items() if key != "description"}
    if "properties" in made:
        made["properties"] = {n: _unadvised(p) for n, p in made["properties"].items()}
    if "items" in made:
        made["items"] = _unadvised(made["items"])
    if "anyOf" in made:
        made["anyOf"] = [_unadvised(c) for c in made["anyOf"]]
    return made


def _once(schema: Schema, told: dict[str, str]) -> Schema:
    """Without advice that was given in the same words already."""
    made = dict(schema)
    if (advice := made.get("description")) and not advice.startswith(AS_IN):
        if advice in told:
            del made["description"]
        told[advice] = advice
    if "properties" in made:
        made["properties"] = {n: _once(p, told) for n, p in made["properties"].items()}
    if "items" in made:
        made["items"] = _once(made["items"], told)
    if "anyOf" in made:
        made["anyOf"] = [_once(c, told) for c in made["anyOf"]]
    return made


def _prose(text: str) -> str:
    """A docstring without its line breaks."""
    return " ".join(cleandoc(text).split())
