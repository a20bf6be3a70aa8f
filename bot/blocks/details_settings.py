"""The dialog with a Mission's settings [R7 P2 R2]."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, Final

from bot import limits
from bot.blocks.dialogs import DialogId, Origin
from bot.blocks.elements import Block, Element, context, plain, section
from bot.blocks.look import mission_line
from bot.mrkdwn import Mrkdwn, clean, clip_plain, label, told
from missions.blueprint import (
    BUDGET_MAX_USD,
    BUDGET_MIN_TOKENS,
    BUDGET_MIN_USD,
    NAME_MAX,
    Budget,
    Keeping,
    Notify,
    Task,
)
from missions.describe import notify_in_words
from missions.ids import PersonId, TaskId
from missions.mission import Editing, Mission
from missions.phrases import grouped, say
from missions.spending import Caps
from missions.verbs.settings import EDITORS_MAX, Settings
from missions.words import money_in_words

View = dict[str, Any]
_NOTIFY: Final = "notify-"


class SettingField(StrEnum):
    """The inputs: `block_id` and `action_id` of each."""

    NAME = "name"
    EDITING = "editing"
    EDITORS = "editors"
    APPROVERS = "approvers"
    DAYS = "days"
    RECORDS = "records"
    RUN_TOKENS = "run_tokens"
    DAY_TOKENS = "day_tokens"
    RUN_USD = "run_usd"
    DAY_USD = "day_usd"


_CAPS: Final[dict[SettingField, Callable[[str], float]]] = {
    SettingField.RUN_TOKENS: int,
    SettingField.DAY_TOKENS: int,
    SettingField.RUN_USD: float,
    SettingField.DAY_USD: float,
}
"""The inputs of the budget, and how each is read."""


def settings_dialog(
    mission: Mission,
    settings: Settings,
    tasks: Sequence[Task],
    origin: Origin,
    notice: str = "",
    caps: Caps | None = None,
) -> View:
    """Filled with what is set now; `tasks` are those whose reports can be set.

    `caps` are the administrator's on the language model; None where there is no model to pay for.
    """
    blocks = [section(mission_line(mission))]
    if notice:
        blocks.append(context(Mrkdwn(f"⚠️ {label(notice, 400)}")))
    blocks += [_name(settings.name), _editing(settings.editing), _editors(settings.editors)]
    blocks.append(_approvers(settings.approvers))
    blocks += [_notify(task, settings.notify.get(task.id, task.notify)) for task in tasks]
    if tasks:
        blocks += [
            _number(SettingField.DAYS, say("keep-days"), settings.keep.days, 1, 730),
            _number(SettingField.RECORDS, say("keep-records"), settings.keep.records, 100, 10_000),
        ]
    if tasks and caps:
        blocks += _budget(settings.budget, caps)
    return {
        "type": "modal",
        "callback_id": DialogId.SETTINGS.value,
        "title": plain(say("settings"), limits.VIEW_TITLE),
        "submit": plain(say("save"), limits.VIEW_BUTTON),
        "close": plain(say("cancel"), limits.VIEW_BUTTON),
        "private_metadata": origin.model_copy(update={"rev": mission.rev}).dump(),
        "blocks": [*blocks, context(told("settings-hint"))],
    }


def settings_in(view: View, before: Settings) -> Settings:
    """What a submitted dialog says; what it does not say stays as it was."""
    rules = {t: _notify_in(view, t, rule) for t, rule in before.notify.items()}
    name = _held(view, SettingField.NAME, "value", before.name)
    picked = _held(view, SettingField.EDITING, "selected_option", {})
    people = _held(view, SettingField.EDITORS, "selected_users", ())
    days = _held(view, SettingField.DAYS, "value", before.keep.days)
    records = _held(view, SettingField.RECORDS, "value", before.keep.records)
    return Settings(
        name=str(name),
        editing=Editing(picked.get("value", before.editing)),
        editors=tuple(PersonId(str(person)) for person in people),
        approvers=_approvers_in(view, before.approvers),
        notify=rules,
        keep=Keeping(days=int(days), records=int(records)),
        budget=_budget_in(view, before.budget),
    )


def _approvers_in(view: View, before: tuple[PersonId, ...]) -> tuple[PersonId, ...]:
    """Who may approve; a dialog from before there were approvers does not say that nobody may."""
    if SettingField.APPROVERS not in view.get("state", {}).get("values", {}):
        return before
    people = _held(view, SettingField.APPROVERS, "selected_users", ())
    return tuple(PersonId(str(person)) for person in people)


def _budget_in(view: View, before: Budget) -> Budget:
    """An emptied input means the administrator's cap; one that was not shown changes nothing."""
    shown = view.get("state", {}).get("values", {})
    said = {
        field.value: read(typed) if (typed := _held(view, field, "value", "")) else None
        for field, read in _CAPS.items()
        if field in shown
    }
    return Budget(**{**before.model_dump(), **said})


def _notify_in(view: View, task: TaskId, before: Notify) -> Notify:
    return Notify(_held(view, _NOTIFY + task, "selected_option", {}).get("value", before))


def _held(view: View, block: str, field: str, empty: Any) -> Any:
    values = view.get("state", {}).get("values", {})
    return values.get(block, {}).get(block, {}).get(field) or empty


def _name(name: str) -> Block:
    element: Element = {"type": "plain_text_input", "max_length": NAME_MAX}
    shown = clip_plain(clean(name).strip(), NAME_MAX)
    if shown:
        element["initial_value"] = shown
    return _input(SettingField.NAME, say("name"), element)


def _editing(editing: Editing) -> Block:
    texts = {
        Editing.MEMBERS: say("members-may-edit"),
        Editing.NAMED: say("named-may-edit"),
    }
    options = {one: _option(text, one.value) for one, text in texts.items()}
    element: Element = {
        "type": "radio_buttons",
        "options": list(options.values()),
        "initial_option": options[editing],
    }
    return _input(SettingField.EDITING, say("who-may-edit"), element)


def _editors(editors: Sequence[PersonId]) -> Block:
    element = _people(say("choose-people"), editors)
    block = _input(SettingField.EDITORS, say("people-may-edit"), element, say("editors-hint"))
    return {**block, "optional": True}


def _approvers(approvers: Sequence[PersonId]) -> Block:
    element = _people(say("choose-people"), approvers)
    label, hint = say("who-may-approve"), say("approvers-hint")
    return {**_input(SettingField.APPROVERS, label, element, hint), "optional": True}


def _people(example: str, chosen: Sequence[PersonId]) -> Element:
    element: Element = {
        "type": "multi_users_select",
        "max_selected_items": EDITORS_MAX,
        "placeholder": plain(example, limits.PLACEHOLDER),
    }
    return {**element, "initial_users": list(chosen[:EDITORS_MAX])} if chosen else element


def _notify(task: Task, rule: Notify) -> Block:
    options = {one: _option(notify_in_words(one), one.value) for one in Notify}
    element: Element = {
        "type": "static_select",
        "options": list(options.values()),
        "initial_option": options[rule],
    }
    text = say("reports-of", task=task.title)
    return _input(_NOTIFY + task.id, text, element, say("notify-hint"))


def _number(field: SettingField, text: str, value: int, low: int, high: int) -> Block:
    element: Element = {
        "type": "number_input",
        "is_decimal_allowed": False,
        "initial_value": str(value),
        "min_value": str(low),
        "max_value": str(high),
    }
    return _input(field, text, element, say("keep-hint") if field is SettingField.RECORDS else "")


def _budget(budget: Budget, caps: Caps) -> list[Block]:
    """Tokens and dollars of one run and of a day, within what the administrator allows [X6]."""
    cap = caps.of_mission(Budget())
    run, day = SettingField.RUN_TOKENS, SettingField.DAY_TOKENS
    run_usd, day_usd = SettingField.RUN_USD, SettingField.DAY_USD
    return [
        _tokens(run, say("run-tokens-label"), budget.run_tokens, cap.run_tokens),
        _tokens(day, say("day-tokens-label"), budget.day_tokens, cap.day_tokens),
        _money(run_usd, say("run-usd-label"), budget.run_usd, cap.run_usd),
        _money(day_usd, say("day-usd-label"), budget.day_usd, cap.day_usd),
    ]


def _tokens(field: SettingField, text: str, value: int | None, cap: int | None) -> Block:
    most = None if cap is None else max(cap, value or BUDGET_MIN_TOKENS)
    element = _within(BUDGET_MIN_TOKENS, value, most)
    return _capped(field, text, element, None if cap is None else grouped(cap))


def _money(field: SettingField, text: str, value: float | None, cap: float | None) -> Block:
    most = BUDGET_MAX_USD if cap is None else max(cap, value or BUDGET_MIN_USD)
    element = {**_within(BUDGET_MIN_USD, value, most), "is_decimal_allowed": True}
    return _capped(field, text, element, None if cap is None else money_in_words(cap))


def _within(least: float, value: float | None, most: float | None) -> Element:
    """An input for a number between two, filled with what is set."""
    element: Element = {
        "type": "number_input",
        "is_decimal_allowed": False,
        "min_value": f"{least:.12g}",
    }
    if value is not None:
        element["initial_value"] = f"{value:.12g}"
    if most is not None:
        element["max_value"] = f"{most:.12g}"
    return element


def _capped(field: SettingField, text: str, element: Element, cap: str | None) -> Block:
    hint = say("no-cap-hint") if cap is None else say("cap-hint", cap=cap)
    return {**_input(field, text, element, hint), "optional": True}


def _option(text: str, value: str) -> Element:
    return {"text": plain(text, limits.OPTION_TEXT), "value": value}


def _input(name: str, text: str, element: Element, hint: str = "") -> Block:
    block: Block = {
        "type": "input",
        "block_id": str(name),
        "label": plain(text, limits.INPUT_LABEL),
        "element": {"action_id": str(name), **element},
    }
    return {**block, "hint": plain(hint, limits.INPUT_HINT)} if hint else block
