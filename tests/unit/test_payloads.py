"""Payloads of each source become events with flat, bounded fields [B6 P4 P6]."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missions.blueprint import Comparison, Condition, EventSource, Op
from missions.conditions import holds
from missions.ids import TaskId
from missions.payloads import (
    EVENTS_MAX,
    FIELDS_MAX,
    NAME_MAX,
    SUMMARY_MAX,
    VALUE_MAX,
    BadPayload,
    Delivery,
    Event,
    events_of,
    flatten,
)
from tests.support import payloads
from tests.support.fakes import MONDAY


def delivery(source: EventSource, payload: Any, **more: Any) -> Delivery:
    body = payload if isinstance(payload, str) else json.dumps(payload)
    return Delivery(task=TaskId("T1"), source=source, at=MONDAY, body=body, **more)


def test_alertmanager_gives_one_event_per_alert() -> None:
    """[B6] Version 4; the id follows fingerprint, start and status."""
    source = EventSource.ALERTMANAGER
    fired = events_of(delivery(source, payloads.alertmanager("critical", "info")))
    assert [e.fields["labels.severity"] for e in fired] == ["critical", "info"]
    assert fired[0].fields["annotations.summary"] == "p95 above 800 ms on web0"
    assert fired[0].fields["receiver"] == "houston"
    assert fired[0].summary == "HighLatency firing: p95 above 800 ms on web0"
    again = events_of(delivery(source, payloads.alertmanager("critical", "info")))
    solved = events_of(delivery(source, payloads.alertmanager("critical", status="resolved")))
    later = events_of(delivery(source, payloads.alertmanager("critical", start=5)))
    assert [e.id for e in again] == [e.id for e in fired]
    assert len({fired[0].id, fired[1].id, solved[0].id, later[0].id}) == 4


@pytest.mark.parametrize("source", [EventSource.ALERTMANAGER, EventSource.GRAFANA])
def test_each_alert_of_a_group_has_its_own_status(source: EventSource) -> None:
    """[B6] A group is firing as long as one of its alerts is; the others are resolved."""
    firing, resolved = (
        payloads.alertmanager("a", "b"),
        payloads.alertmanager("a", status="resolved"),
    )
    mixed = {**firing, "alerts": [*resolved["alerts"], firing["alerts"][1]]}
    only = Condition(comparisons=(Comparison(field="status", op=Op.EQ, value="firing"),))
    events = events_of(delivery(source, mixed))
    assert [holds(only, event.fields) for event in events] == [False, True]
    assert [event.fields["labels.severity"] for event in events] == ["a", "b"]


def test_an_alert_is_known_by_its_place_in_the_list_too() -> None:
    """[B6] Who wrote a rule from the sender's JSON gets what they mean: each alert by itself."""
    wanted = ["alerts.0.labels.severity", "alerts.0.status", "alerts.0.labels.absent"]
    body = delivery(EventSource.ALERTMANAGER, payloads.alertmanager("critical", "info"))
    first, second = events_of(body, wanted)
    assert [e.fields["alerts.0.labels.severity"] for e in (first, second)] == ["critical", "info"]
    assert second.fields["alerts.0.status"] == "firing"
    assert "alerts.0.labels.absent" not in second.fields
    assert not [name for name in events_of(body)[0].fields if name.startswith("alerts.")]


def test_grafana_gives_its_values() -> None:
    """[B6]"""
    (event,) = events_of(delivery(EventSource.GRAFANA, payloads.grafana()))
    assert event.fields["values.A"] == 97.2
    assert event.fields["title"] == "[FIRING:1] Disk full"
    assert event.summary == "Disk full firing: Disk is 97 % full"


def test_github_has_its_event_and_the_delivery_as_id() -> None:
    """[B6 P6]"""
    source = EventSource.GITHUB
    one = delivery(source, payloads.github(), kind="pull_request", id="72d3162e-cc78")
    (event,) = events_of(one, ["pull_request.head.repo.full_name"])
    assert event.fields["event"] == "pull_request"
    assert event.fields["pull_request.merged"] is True
    assert event.fields["pull_request.head.repo.full_name"] == "acme/shop"
    assert event.fields["pull_request.labels.0.name"] == "deploy"
    assert event.summary == "pull_request closed: acme/shop"
    assert events_of(one)[0].id == event.id
    assert events_of(delivery(source, {"zen": "Keep it simple"}, kind="ping")) == ()


def test_a_generic_webhook_is_known_by_its_header_or_by_its_words_for_a_minute() -> None:
    """[B6 P6]"""
    source = EventSource.WEBHOOK
    by_header = [events_of(delivery(source, {"n": n}, id="same"))[0].id for n in range(2)]
    by_field = [events_of(delivery(source, {"id": "x", "n": n}))[0].id for n in range(2)]
    assert by_field[0] != by_field[1]
    by_words = [events_of(delivery(source, {"n": 1}))[0].id for _ in range(2)]
    for same in (by_header, by_words):
        assert same[0] == same[1]
    assert by_words[0] != events_of(delivery(source, {"n": 2}))[0].id


@pytest.mark.parametrize(
    "body", ["", "null", "[1]", "{", '{"a": NaN}', '{"a": Infinity}', "[" * 100_000, '{"a":' * 5000]
)
def test_what_is_no_json_object_is_refused(body: str) -> None:
    """[P6]"""
    with pytest.raises(BadPayload):
        events_of(delivery(EventSource.WEBHOOK, body))


@pytest.mark.parametrize("alerts", [None, "x", [1], {}])
def test_alerts_must_be_a_list_of_objects(alerts: Any) -> None:
    """[P6]"""
    with pytest.raises(BadPayload):
        events_of(delivery(EventSource.ALERTMANAGER, {"alerts": alerts}))


def test_the_named_field_is_found_however_large_the_rest_is() -> None:
    """[B6] Fields that the rule looks at come first."""
    noise: dict[str, Any] = {f"k{n}": n for n in range(5000)}
    found = flatten({**noise, "deep": {"er": {"still": "here"}}}, ["deep.er.still"])
    assert found["deep.er.still"] == "here"
    assert len(found) == FIELDS_MAX


def test_keys_with_dots_are_found_by_their_flat_name() -> None:
    found = flatten(
        {"labels": {"app.kubernetes.io/name": "shop"}}, ["labels.app.kubernetes.io/name"]
    )
    assert found == {"labels.app.kubernetes.io/name": "shop"}


def test_a_rule_sees_all_of_what_it_looks_at() -> None:
    """[B6] However far in a text the word stands; the others are cut."""
    text = "x" * 3_000 + " ROLLBACK"
    (event,) = events_of(delivery(EventSource.WEBHOOK, {"text": text, "other": text}), ["text"])
    assert event.fields["text"] == text
    assert len(str(event.fields["other"])) == VALUE_MAX
    about = Comparison(field="text", op=Op.CONTAINS, value="rollback")
    assert holds(Condition(comparisons=(about,)), event.fields)


def test_what_a_delivery_says_of_all_its_alerts_is_said_of_each() -> None:
    """[B6]"""
    body = payloads.alertmanager("info", "critical")
    body |= {"commonLabels": {"team": "shop"}, "groupLabels": {"alertname": "A"}}
    body |= {"commonAnnotations": {"runbook": "https://r.example"}, "truncatedAlerts": 7}
    for event in events_of(delivery(EventSource.ALERTMANAGER, body)):
        assert event.fields["commonLabels.team"] == "shop"
        assert event.fields["groupLabels.alertname"] == "A"
        assert event.fields["commonAnnotations.runbook"] == "https://r.example"
        assert event.fields["truncatedAlerts"] == 7


def test_a_flood_of_alerts_is_cut() -> None:
    """[P6]"""
    many = payloads.alertmanager(*["info"] * (EVENTS_MAX + 5))
    assert len(events_of(delivery(EventSource.ALERTMANAGER, many))) == EVENTS_MAX


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.text(max_size=900)
    | st.just("\ud800 half a pair")
    | st.just("\x01now+5")
)
TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=8) | st.dictionaries(st.text(max_size=120), inner, max_size=8)
    ),
    max_leaves=60,
)


@given(st.dictionaries(st.text(max_size=20), TREES, max_size=10))
def test_whatever_comes_is_bounded_and_can_be_stored(payload: dict[str, Any]) -> None:
    """[P4 P6]"""
    found = flatten(payload, ["a", "a.0", "", "."])
    assert len(found) <= FIELDS_MAX
    for name, value in found.items():
        assert len(name) <= NAME_MAX
        assert not isinstance(value, str) or len(value) <= VALUE_MAX
    event = Event(source=EventSource.WEBHOOK, id="e", at=MONDAY, fields=found)
    assert Event.load(event.dump()) == event


def test_a_summary_is_one_short_line() -> None:
    (event,) = events_of(delivery(EventSource.WEBHOOK, {"text": "a\nb " * 500}))
    assert "\n" not in event.summary
    assert len(event.summary) <= SUMMARY_MAX
