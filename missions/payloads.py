"""What senders say, as events with named fields: one reader per source [B6].

Fields are flat: `{"alerts": [{"status": "firing"}]}` has the field `alerts.0.status`. Everything
from outside is bounded here: how many fields, how long, how deep, how many events at once.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import Field

from missions.blueprint import EventSource, Scalar
from missions.ids import TaskId
from missions.record import Record, Stored

FIELDS_MAX = 200
VALUE_MAX = 500
"""Characters of one value. What a rule looks at it sees whole: the body is bounded."""
NAME_MAX = 100
DEPTH_MAX = 12
"""Levels of a document that are looked into."""
EVENTS_MAX = 100
"""Events that one delivery may bring: Alertmanager groups its alerts."""
SUMMARY_MAX = 200
_BY_VALUE_SECONDS = 60
_ALERT_EXTRAS = (
    "receiver",
    "externalURL",
    "title",
    "state",
    "orgId",
    "groupKey",
    "truncatedAlerts",
    "groupLabels",
    "commonLabels",
    "commonAnnotations",
)
"""What Alertmanager and Grafana say once for all alerts of a delivery."""


_LISTED = re.compile(r"alerts\.\d+\.(.+)").fullmatch


class Delivery(Stored):
    """Something that arrived for a Task and was not looked into yet.

    `id` is the sender's own id of it, if it gave one; `kind` is what GitHub says in a header.
    """

    task: TaskId
    source: EventSource
    at: datetime
    body: str
    id: str = Field(default="", max_length=200)
    kind: str = Field(default="", max_length=100)


class Event(Record):
    """Something that happened outside. The same `id` is the same event."""

    source: EventSource
    id: str
    at: datetime
    fields: dict[str, Scalar]
    summary: str = ""


class BadPayload(ValueError):
    """A body that is no JSON object, or nothing that its source sends."""


def parse(body: str) -> dict[str, Any]:
    """The JSON object of a body. Raises `BadPayload`."""
    try:
        found = _JSON.decode(body)
    except (ValueError, RecursionError) as error:
        raise BadPayload("no JSON") from error
    if not isinstance(found, dict):
        raise BadPayload("no JSON object")
    return found


def check(source: EventSource, payload: Mapping[str, Any]) -> None:
    """Raise `BadPayload` if this is nothing that the source sends."""
    if source in (EventSource.ALERTMANAGER, EventSource.GRAFANA):
        alerts = payload.get("alerts")
        if not isinstance(alerts, list) or not all(isinstance(a, dict) for a in alerts):
            raise BadPayload("no list of alerts")


def events_of(delivery: Delivery, wanted: Collection[str] = ()) -> tuple[Event, ...]:
    """The events of a delivery. Fields that are `wanted` come first, so that none is cut off.

    Raises `BadPayload`.
    """
    payload = parse(delivery.body)
    check(delivery.source, payload)
    match delivery.source:
        case EventSource.ALERTMANAGER | EventSource.GRAFANA:
            return tuple(_alert(delivery, payload, a, wanted) for a in _alerts(payload))
        case EventSource.GITHUB:
            return () if delivery.kind == "ping" else (_github(delivery, payload, wanted),)
        case _:
            return (_plain(delivery, payload, wanted),)


def beyond(delivery: Delivery) -> int:
    """How many alerts of a delivery `events_of` leaves out, as there are too many at once."""
    alerts = parse(delivery.body).get("alerts")
    grouped = delivery.source in (EventSource.ALERTMANAGER, EventSource.GRAFANA)
    return max(0, len(alerts) - EVENTS_MAX) if grouped and isinstance(alerts, list) else 0


def flatten(payload: Mapping[str, Any], wanted: Collection[str] = ()) -> dict[str, Scalar]:
    """The named values of a document, the shallow ones first, at most `FIELDS_MAX`.

    Those that are `wanted` are whole, the others cut at `VALUE_MAX`.
    """
    found: dict[str, Scalar] = {}
    for name in wanted:
        value = _at(payload, name.split("."))
        if value is not None and len(found) < FIELDS_MAX:
            found[name] = value
    for name, value in _walk(payload):
        if len(found) >= FIELDS_MAX:
            break
        found.setdefault(name, value)
    return found


def _walk(payload: Mapping[str, Any]) -> Iterator[tuple[str, Scalar]]:
    """Names and values, level by level."""
    level: deque[tuple[str, Any, int]] = deque([("", payload, 0)])
    looked = 0
    while level and looked < FIELDS_MAX * 10:
        prefix, node, depth = level.popleft()
        for key, value in _members(node):
            looked += 1
            if looked > FIELDS_MAX * 10:
                return
            name = f"{prefix}.{key}" if prefix else key
            if len(name) > NAME_MAX:
                continue
            if isinstance(value, dict | list):
                if depth + 1 < DEPTH_MAX:
                    level.append((name, value, depth + 1))
            elif (scalar := _scalar(value)) is not None:
                yield name, scalar


def _members(node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        yield from ((_text(str(k)), v) for k, v in node.items())
    else:
        yield from ((str(i), v) for i, v in enumerate(node))


def _at(node: Any, path: list[str]) -> Scalar | None:
    """The value at a dotted path; keys may hold dots themselves."""
    if not path:
        return None if isinstance(node, dict | list) else _scalar(node, whole=True)
    if isinstance(node, list):
        index = int(path[0]) if path[0].isascii() and path[0].isdigit() else len(node)
        return _at(node[index], path[1:]) if index < len(node) else None
    if not isinstance(node, dict):
        return None
    for length in range(1, min(len(path), DEPTH_MAX) + 1):
        key = ".".join(path[:length])
        if key in node and (found := _at(node[key], path[length:])) is not None:
            return found
    return None


def _scalar(value: Any, *, whole: bool = False) -> Scalar | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)[:VALUE_MAX]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if not isinstance(value, str):
        return None
    return _text(value) if whole else _text(value)[:VALUE_MAX]


def _text(value: str) -> str:
    """Text that can be stored: half of a surrogate pair becomes a question mark."""
    return value.encode("utf-8", "replace").decode()


def _refuse(name: str) -> None:
    raise BadPayload(name)


_JSON = json.JSONDecoder(parse_constant=_refuse)
"""Made once: a burst of small bodies takes longer to make decoders for than to decode."""


def _alerts(payload: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = payload["alerts"][:EVENTS_MAX]
    return found


def _alert(
    delivery: Delivery,
    payload: Mapping[str, Any],
    alert: Mapping[str, Any],
    wanted: Collection[str],
) -> Event:
    """One alert of Alertmanager (webhook version 4) or of Grafana's unified alerting."""
    shared = {n: payload[n] for n in _ALERT_EXTRAS if n in payload and n not in alert}
    whole = {**alert, **shared}
    fields = _as_listed(alert, wanted) | flatten(whole, wanted)
    labels = _part(alert, "labels")
    said = _part(alert, "annotations").get("summary") or payload.get("title") or ""
    name = str(labels.get("alertname") or "Alert")
    status = str(alert.get("status") or "")
    parts = (alert.get("fingerprint") or json.dumps(labels, sort_keys=True, default=str),)
    return Event(
        source=delivery.source,
        id=_digest(*map(str, parts), str(alert.get("startsAt") or ""), status),
        at=delivery.at,
        fields=dict(list(fields.items())[:FIELDS_MAX]),
        summary=_summary(f"{name} {status}".strip(), str(said)),
    )


def _as_listed(alert: Mapping[str, Any], wanted: Collection[str]) -> dict[str, Scalar]:
    """What is wanted of the alert as a member of its delivery's list: `alerts.0.status`.

    Each alert is an event by itself: whichever number was written, this one is meant.
    """
    found = {name: _at(alert, named[1].split(".")) for name in wanted if (named := _LISTED(name))}
    return {name: value for name, value in found.items() if value is not None}


def _github(delivery: Delivery, payload: Mapping[str, Any], wanted: Collection[str]) -> Event:
    fields: dict[str, Scalar] = {"event": delivery.kind, **flatten(payload, wanted)}
    action = str(payload.get("action") or "")
    place = str(_part(payload, "repository").get("full_name") or "")
    return Event(
        source=delivery.source,
        id=_digest(delivery.id) if delivery.id else _by_value(delivery),
        at=delivery.at,
        fields=dict(list(fields.items())[:FIELDS_MAX]),
        summary=_summary(f"{delivery.kind} {action}".strip(), place),
    )


def _plain(delivery: Delivery, payload: Mapping[str, Any], wanted: Collection[str]) -> Event:
    """A generic webhook, or what the edge says of something in Slack."""
    fields = flatten(payload, wanted)
    said = next((fields[n] for n in ("summary", "title", "text", "reaction") if n in fields), "")
    return Event(
        source=delivery.source,
        id=_digest(delivery.id) if delivery.id else _by_value(delivery),
        at=delivery.at,
        fields=fields,
        summary=_summary("", str(said)),
    )


def _part(node: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = node.get(name)
    return found if isinstance(found, dict) else {}


def _by_value(delivery: Delivery) -> str:
    """An id for what has none: the same words within a minute are a sender's second try."""
    minute = int(delivery.at.timestamp() // _BY_VALUE_SECONDS)
    return _digest(str(minute), delivery.body)


def _digest(*parts: str) -> str:
    joined = "\0".join(parts).encode("utf-8", "replace")
    return hashlib.sha256(joined).hexdigest()[:24]


def _summary(lead: str, said: str) -> str:
    joined = ": ".join(p for p in (lead, _text(said)) if p)
    return " ".join(_text(joined).split())[:SUMMARY_MAX]
