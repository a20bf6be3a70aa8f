"""What a model gave as its explanation, read with patience: a slip costs a part, never the whole.

Models that mean well write a null for what they leave out, a string where a list is asked for, a
state in their own words, an object as JSON text, or plain words and no call at all. Each of these
has one meaning, so it is taken for that, and nothing is asked and paid for again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from agent.task.explanation import ITEMS_MAX, NOTES_MAX, Claim, Comment, Explanation, Item
from missions.execution import ItemState

_THOUGHTS: Final = re.compile(r"<think>.*?(</think>|$)", re.DOTALL)
"""What models that think aloud write before their answer, where a provider leaves it in."""
_FENCED: Final = re.compile(r"```(?:json)?\s*(.*?)\s*```", re.DOTALL)
_OTHERWISE: Final = {
    ItemState.PASSED: "pass ok okay good all_good fine healthy success successful up recovered",
    ItemState.ANOMALOUS: "anomaly failed fail failing failure critical error down broken bad",
    ItemState.NEEDS_ATTENTION: "attention warning warn degraded slow",
    ItemState.NOT_APPLICABLE: "n_a na unknown skipped not_measured unmeasured",
}
_WORST: Final = (
    *(ItemState.ANOMALOUS, ItemState.NEEDS_ATTENTION, None),
    *(ItemState.NOT_APPLICABLE, ItemState.PASSED),
)
_STATES: Final = {word: state for state, words in _OTHERWISE.items() for word in words.split()} | {
    state.value: state for state in ItemState
}


def read(arguments: Mapping[str, Any]) -> Explanation | None:
    """An explanation out of the arguments of a call; None if nothing of it can be made out."""
    if arguments and not arguments.keys() & Explanation.model_fields.keys():
        return None
    claims = [_claim(each) for each in _listed(arguments.get("claims"))]
    said = [each for each in _listed(arguments.get("claims")) if isinstance(each, str)]
    comments = [_comment(each) for each in [*_listed(arguments.get("comments")), *said]]
    items = [item for item in map(_item, _listed(arguments.get("items"))) if item]
    return Explanation(
        items=sorted(items, key=_order)[:ITEMS_MAX],
        claims=[claim for claim in claims if claim][:NOTES_MAX],
        comments=[comment for comment in comments if comment.text][:NOTES_MAX],
        advice=_sentences(arguments.get("advice")),
        gaps=_sentences(arguments.get("gaps")),
    )


def read_words(words: str) -> Explanation | None:
    """An explanation out of words that came without a call; None if there are none.

    Some providers take no notice of a tool that has to be called: then the words are a comment, or
    the call's arguments as JSON.
    """
    said = _THOUGHTS.sub("", words).strip()
    if not said:
        return None
    fenced = _FENCED.fullmatch(said)
    made = _json(fenced[1] if fenced else said)
    found = read(made) if isinstance(made, dict) and made else None
    return found or Explanation(comments=[Comment(text=said)])


def state_of(said: object) -> ItemState | None:
    """The state that a word means; None if it means none."""
    return _STATES.get(re.sub(r"[\s/_-]+", "_", _plain(said).casefold()))


def _claim(given: object) -> Claim | None:
    if not isinstance(given, Mapping):
        return None
    check, text = _text(given, "check", "id", "name"), _text(given, "text", "comment", "note")
    if not (check or text):
        return None
    return Claim(check=check, state=state_of(given.get("state")), text=text)


def _item(given: object) -> Item | None:
    if not isinstance(given, Mapping) or not (name := _text(given, "name", "item", "title")):
        return None
    return Item(
        name=name,
        state=state_of(given.get("state")),
        evidence=_text(given, "evidence", "seen_with", "tool"),
        measured=_text(given, "measured", "value", "text"),
        threshold=_text(given, "threshold", "limit"),
        advice=_text(given, "advice"),
    )


def _order(item: Item) -> int:
    """The worst ones first, then those in no known state."""
    return _WORST.index(item.state)


def _comment(given: object) -> Comment:
    if isinstance(given, Mapping):
        text = _text(given, "text", "comment", "note")
        return Comment(text=text, seen_with=_text(given, "seen_with"))
    return Comment(text=_plain(given))


def _sentences(given: object) -> list[str]:
    told = [
        _text(each, "text", "advice", "gap", "what") if isinstance(each, Mapping) else _plain(each)
        for each in _listed(given)
    ]
    return [text for text in told if text][:NOTES_MAX]


def _listed(given: object) -> Sequence[object]:
    """A list as it is; one thing as a list of it; nothing for a null, and for what is no list."""
    made = _json(given) if isinstance(given, str) else given
    if isinstance(made, list):
        return made
    return [made] if isinstance(made, Mapping) or (isinstance(made, str) and made.strip()) else []


def _text(given: Mapping[Any, Any], *names: str) -> str:
    """The first of these fields that holds any text."""
    return next((text for text in (_plain(given.get(name)) for name in names) if text), "")


def _plain(given: object) -> str:
    """Text, or a number as text; "" for anything else."""
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        return ""
    return str(given).strip()


def _json(text: str) -> object:
    """What a text holds as JSON, if that is a list or an object; else the text."""
    if not text.lstrip().startswith(("[", "{")):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
