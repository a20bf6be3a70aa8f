"""A few fields become a complete plan, or one field says what is wrong with it [C2 B7]."""

from __future__ import annotations

import pytest

from agent.templates import ADDRESSES_MAX, Blank, BlankRefused, Every, Form, Template, blueprint
from bot.blocks.new_mission import WISH_MAX, template_dialog, wish_dialog
from missions.blueprint import EventTrigger, Notify, Scalar

SHOP = "https://shop.example/health"
BERLIN = "Europe/Berlin"


def form(template: Template = Template.SITE, **filled: str) -> Form:
    """A form with what a person would leave as it is."""
    usual = {"addresses": SHOP, "every": Every.QUARTER.value, "at": "09:00", "days": "14"}
    usual |= {"source": "alertmanager", "contains": "ok" if template is Template.API else ""}
    return Form(template, BERLIN, {Blank(k): v for k, v in {**usual, **filled}.items()})


def test_a_site_is_asked_as_often_as_was_chosen() -> None:
    """[C2 R2] In the person's zone; often means: speak on change."""
    (task,) = blueprint(form(under_ms="800")).tasks
    assert task.trigger.model_dump(include={"cron", "zone"}) == {
        "cron": "*/15 * * * *",
        "zone": BERLIN,
    }
    assert [e.field for e in task.checks[0].expect] == ["status", "latency_ms"]
    assert task.notify is Notify.ON_CHANGE


@pytest.mark.parametrize(
    ("every", "at", "cron"),
    [(Every.DAY, "07:05", "5 7 * * *"), (Every.WEEKDAY, "23:59", "59 23 * * 1-5")],
)
def test_a_time_of_the_day_is_taken(every: Every, at: str, cron: str) -> None:
    """[C2 B5]"""
    (task,) = blueprint(form(every=every.value, at=at)).tasks
    assert task.trigger.model_dump()["cron"] == cron
    assert task.notify is Notify.ALWAYS


def test_addresses_are_taken_one_by_one_and_once() -> None:
    made = blueprint(form(addresses=f"{SHOP}\n shop.example/b , {SHOP}"))
    urls = [check.arguments["url"] for check in made.tasks[0].checks]
    assert urls == [SHOP, "https://shop.example/b"]


def test_a_certificate_is_all_that_its_watch_looks_at() -> None:
    (task,) = blueprint(form(Template.CERTIFICATE)).tasks
    assert [(e.field, e.value) for e in task.checks[0].expect] == [("certificate_days", 14)]


def test_an_alert_starts_its_task_if_the_field_fits() -> None:
    """[B6] When it is firing; what is resolved is looked into only where that was written."""
    assert compared(source="alertmanager", field="labels.severity", value="critical") == [
        ("status", "firing"),
        ("labels.severity", "critical"),
    ]
    assert compared(source="grafana") == [("status", "firing")]
    assert compared(source="grafana", field="status", value="resolved") == [("status", "resolved")]
    assert compared(source="webhook", field="kind", value="down") == [("kind", "down")]
    assert compared(source="webhook") == []


def compared(**filled: str) -> list[tuple[str, Scalar]]:
    """The condition of the plan that a form about an alert makes."""
    (task,) = blueprint(form(Template.ALERT, **filled)).tasks
    assert isinstance(task.trigger, EventTrigger)
    assert task.trigger.source.value == filled["source"]
    condition = task.trigger.condition
    return [(one.field, one.value) for one in condition.comparisons] if condition else []


@pytest.mark.parametrize(
    ("template", "filled", "at"),
    [
        (Template.SITE, {"addresses": " \n"}, Blank.ADDRESSES),
        (Template.SITE, {"addresses": "ftp://x"}, Blank.ADDRESSES),
        (Template.SITE, {"addresses": "https://u:secret@x"}, Blank.ADDRESSES),
        (
            Template.SITE,
            {"addresses": " ".join(f"a{i}.example" for i in range(ADDRESSES_MAX + 1))},
            Blank.ADDRESSES,
        ),
        (Template.SITE, {"every": "* * * * *"}, Blank.EVERY),
        (Template.SITE, {"every": Every.DAY.value, "at": "25:00"}, Blank.AT),
        (Template.SITE, {"under_ms": "0"}, Blank.UNDER_MS),
        (Template.SITE, {"under_ms": "٣٠٠٠٠٠"}, Blank.UNDER_MS),
        (Template.CERTIFICATE, {"days": "366"}, Blank.DAYS),
        (Template.CERTIFICATE, {"days": ""}, Blank.DAYS),
        (Template.API, {"contains": " "}, Blank.CONTAINS),
        (Template.ALERT, {"source": "carrier pigeon"}, Blank.SOURCE),
        (Template.ALERT, {"value": "critical"}, Blank.FIELD),
        (Template.ALERT, {"field": "labels.severity"}, Blank.VALUE),
    ],
)
def test_what_cannot_be_used_names_its_field(
    template: Template, filled: dict[str, str], at: Blank
) -> None:
    """[B7 P7]"""
    with pytest.raises(BlankRefused) as refusal:
        blueprint(form(template, **filled))
    assert refusal.value.blank is at
    assert "secret" not in refusal.value.sentence


def test_a_certificate_is_looked_at_daily_unless_something_else_is_picked() -> None:
    """[C2]"""
    for template, every in ((Template.CERTIFICATE, Every.DAY), (Template.SITE, Every.QUARTER)):
        view = template_dialog(template, None)
        menu = next(b["element"] for b in view["blocks"] if b.get("block_id") == Blank.EVERY)
        assert menu["initial_option"]["value"] == every


def test_words_that_do_not_fit_are_not_cut_in_silence() -> None:
    """[C1]"""
    whole, cut = wish_dialog(None, "x" * WISH_MAX), wish_dialog(None, "x" * (WISH_MAX + 500))
    assert "Only the first" not in str(whole)
    assert "Only the first 2,000 of 2,500 characters fit in here." in str(cut)
