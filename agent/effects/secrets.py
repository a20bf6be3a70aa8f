"""Secrets by name [P7]: the value stands in the environment, a plan holds the name.

Each may be sent to the hosts that the administrator names for it, and to no other: else whoever
can change a plan could have it sent to themselves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.address import canonical_host
from missions.phrases import say

SETTING = "HOUSTON_SECRETS"
PREFIX = "HOUSTON_SECRET_"
_USE = re.compile(r"\{secret:([^{}]*)\}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class Secrets:
    """Named secrets with the hosts that they may be sent to."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    hosts: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str, environ: Mapping[str, str]) -> Secrets:
        """Read `pager=events.pager.example, wiki=wiki.corp.example+wiki.example`.

        ValueError, with a sentence that names the setting, for what is no name or has no value.
        """
        values: dict[str, str] = {}
        hosts: dict[str, frozenset[str]] = {}
        for part in filter(None, (p.strip() for p in text.split(","))):
            name, equals, where = part.partition("=")
            name = name.strip().lower()
            if not (equals and _NAME.fullmatch(name) and where.strip()):
                raise ValueError(
                    f"{SETTING} has “{part}”. Write name=host.example, for each secret."
                )
            value = environ.get(f"{PREFIX}{name.upper()}", "")
            if not value or not value.isascii() or not value.isprintable():
                raise ValueError(
                    f"{SETTING} names {name}: set its value as {PREFIX}{name.upper()}, in one line."
                )
            values[name] = value
            hosts[name] = frozenset(canonical_host(h) for h in where.split("+"))
        return cls(values, hosts)

    def problems(self, text: str, host: str) -> tuple[str, ...]:
        """What is wrong with the secrets that a text uses, in words."""
        found = []
        for name in map(str.lower, _USE.findall(text)):
            if name not in self.values:
                known = ", ".join(sorted(self.values)) or say("none")
                found.append(say("secret-unknown", name=name[:40], known=known, setting=SETTING))
            elif canonical_host(host) not in self.hosts[name]:
                found.append(say("secret-not-there", name=name, host=host, setting=SETTING))
        return tuple(found)

    def filled(self, text: str) -> str:
        """The text with the secrets' values; KeyError for a name that is none."""
        return _USE.sub(lambda use: self.values[use.group(1).lower()], text)

    def hidden(self, text: str) -> str:
        """The text without any of the values: an answer may repeat what was sent."""
        for name, value in self.values.items():
            text = text.replace(value, f"{{secret:{name}}}")
        return text
