"""What interactive elements hold: starting values, what people put in, and what is missing."""

from collections.abc import Iterator
from typing import Any, Final

from bot.workspace.config import Json

# Element type -> (name of its value in a view's state, field with its starting value, when empty)
_STATE: Final[dict[str, tuple[str, str, Any]]] = {
    "plain_text_input": ("value", "initial_value", None),
    "number_input": ("value", "initial_value", None),
    "email_text_input": ("value", "initial_value", None),
    "url_text_input": ("value", "initial_value", None),
    "rich_text_input": ("rich_text_value", "initial_value", None),
    "static_select": ("selected_option", "initial_option", None),
    "external_select": ("selected_option", "initial_option", None),
    "radio_buttons": ("selected_option", "initial_option", None),
    "users_select": ("selected_user", "initial_user", None),
    "conversations_select": ("selected_conversation", "initial_conversation", None),
    "channels_select": ("selected_channel", "initial_channel", None),
    "checkboxes": ("selected_options", "initial_options", []),
    "multi_static_select": ("selected_options", "initial_options", []),
    "multi_external_select": ("selected_options", "initial_options", []),
    "multi_users_select": ("selected_users", "initial_users", []),
    "multi_conversations_select": ("selected_conversations", "initial_conversations", []),
    "multi_channels_select": ("selected_channels", "initial_channels", []),
    "datepicker": ("selected_date", "initial_date", None),
    "timepicker": ("selected_time", "initial_time", None),
    "datetimepicker": ("selected_date_time", "initial_date_time", None),
    "file_input": ("files", "files", []),
}
Found = tuple[Json, Json]


def elements(blocks: Any) -> Iterator[Found]:
    """Every element with an action id, with the innermost block it stands in."""
    yield from _walk(blocks, {})


def _walk(value: Any, block: Json) -> Iterator[Found]:
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, block)
    elif isinstance(value, dict):
        inner = value if "block_id" in value else block
        if "action_id" in value:
            yield inner, value
        for item in value.values():
            if isinstance(item, dict | list):
                yield from _walk(item, inner)


def find_element(blocks: Any, action_id: str, block_id: str | None = None) -> Found | None:
    """The element with this action id, in this block if one is given, and its block."""
    for block, element in elements(blocks):
        if element["action_id"] == action_id and block_id in (None, block.get("block_id")):
            return block, element
    return None


def state_of(blocks: Any, given: Json) -> Json:
    """The values of all inputs: what was given, else what they start with."""
    values: Json = {}
    for block, element in elements(blocks):
        known = _STATE.get(element.get("type", ""))
        if known is None:
            continue
        field, initial, empty = known
        held = {"type": element["type"], field: element.get(initial, empty)}
        put = (given.get(block["block_id"]) or {}).get(element["action_id"])
        if isinstance(put, dict):
            held |= put
        values.setdefault(block["block_id"], {})[element["action_id"]] = held
    return values


def held_value(element: Json, value: Any) -> Json:
    """A plain value, such as "daily" or a date, in the form that a view's state has.

    For choices the value of an option is enough; ValueError when there is no such option.
    """
    field, _, empty = _STATE[element["type"]]
    if field == "selected_option" and isinstance(value, str):
        value = _option(element, value)
    elif field == "selected_options":
        value = [_option(element, one) if isinstance(one, str) else one for one in value]
    return {"type": element["type"], field: empty if value is None else value}


def chosen(element: Json, value: Any) -> Json:
    """What an action carries of the value that a person chose or typed."""
    if element["type"] == "overflow" and isinstance(value, str):
        return {"selected_option": _option(element, value)}
    if element["type"] not in _STATE:
        return {} if value is None else {"value": value}
    return held_value(element, value)


def options_of(element: Json) -> list[Json]:
    """All options of a menu, those in groups included."""
    grouped = [one for group in element.get("option_groups", ()) for one in group["options"]]
    return [*element.get("options", ()), *grouped]


def _option(element: Json, value: str) -> Json:
    for option in options_of(element):
        if option["value"] == value:
            return option
    if element["type"].endswith("external_select"):
        return {"text": {"type": "plain_text", "text": value}, "value": value}
    known = ", ".join(option["value"] for option in options_of(element))
    raise ValueError(f"there is no option {value!r}; there are: {known}")


def missing(blocks: list[Json], values: Json) -> dict[str, str]:
    """What a dialog says by itself before the app is asked, by block id."""
    problems: dict[str, str] = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        field = _STATE[element["type"]][0]
        value = values[block["block_id"]][element["action_id"]].get(field)
        if value in (None, "", []):
            if not block.get("optional"):
                problems[block["block_id"]] = "Please complete this required field."
            continue
        complaint = _out_of_range(element, str(value))
        if complaint:
            problems[block["block_id"]] = complaint
    return problems


def _out_of_range(element: Json, value: str) -> str | None:
    if element["type"] == "plain_text_input":
        if len(value) < element.get("min_length", 0):
            return f"Must be at least {element['min_length']} characters."
        if len(value) > element.get("max_length", len(value)):
            return f"Must be less than {element['max_length'] + 1} characters."
    if element["type"] == "number_input":
        try:
            number = float(value)
        except ValueError:
            return "Must be a number."
        if not element["is_decimal_allowed"] and not number.is_integer():
            return "Must be a whole number."
        if "min_value" in element and number < float(element["min_value"]):
            return f"Must be {element['min_value']} or more."
        if "max_value" in element and number > float(element["max_value"]):
            return f"Must be {element['max_value']} or less."
    return None
