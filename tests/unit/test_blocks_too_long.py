"""What a button cannot carry is said instead, never cut: it would act on other words [R5 C6]."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from bot import limits
from bot.blocks.action_card import action_card
from bot.blocks.actions import Value, decode, encode
from bot.blocks.ask_card import ask_card
from bot.blocks.choose_card import choose_card
from bot.blocks.layout import Message
from bot.blocks.list_card import ListFacts, list_card
from bot.blocks.notices import renamed_card
from bot.blocks.owners import approvers
from bot.blocks.pauses import quiet_offer
from missions.card_parts import Action, Choice, Question
from missions.cards import ActionCard, ApproversCard, AskCard, QuietOfferCard
from missions.ids import PersonId
from missions.mission import MissionState
from missions.phrases import say
from tests.support.story import buttons
from tests.unit.block_samples import ID, assert_sendable, mission

MAX = limits.BUTTON_VALUE


def _asked(text: str) -> Message:
    question = Question(text="When?", choices=(Choice(label="This", say=text),))
    return ask_card(AskCard(lead="", questions=(question,)))


def _approvers(text: str) -> Message:
    people = tuple(PersonId(one) for one in text.split(","))
    return approvers(ApproversCard(mission=ID, people=people), mission(), {})


def _action(text: str) -> Message:
    return action_card(mission(), ActionCard(mission=ID, action=Action.RUN, note=text))


CARRY: dict[str, tuple[Value, str, Callable[[str], Message]]] = {
    "an answer": (Value(), "x", _asked),
    "words about a Mission": (Value(mission=ID), "x", lambda t: choose_card([mission()], t)),
    "a remark": (Value(mission=ID), "x", _action),
    "approvers": (Value(mission=ID), "U23456789A,", _approvers),
    "a note": (Value(), "x", lambda t: quiet_offer(QuietOfferCard(begin=True, note=t), "UTC")),
    "a search": (
        Value(page=1, state=MissionState.ACTIVE),
        "x",
        lambda t: list_card(ListFacts((), 0, search=t)),
    ),
}


@pytest.mark.parametrize("what", CARRY)
def test_at_the_limit_it_is_carried_whole(what: str) -> None:
    """[R5]"""
    value, piece, build = CARRY[what]
    room = _room(value)
    text = (piece * MAX)[: room if len(piece) == 1 else room // len(piece) * len(piece) - 1]
    message = build(text)
    assert_sendable(message)
    assert {decode(b["value"]).extra for b in _carrying(message)} == {text}
    assert say("too-long-to-press") not in str(message.blocks)


@pytest.mark.parametrize("what", CARRY)
def test_beyond_the_limit_there_is_no_button_and_it_is_said(what: str) -> None:
    """[R5 C6]"""
    value, piece, build = CARRY[what]
    message = build((piece * MAX)[: _room(value) + 1].rstrip(","))
    assert_sendable(message)
    assert _carrying(message) == []
    assert say("too-long-to-press") in str(message.blocks)


def test_a_name_that_cannot_be_carried_is_told_without_undo() -> None:
    """[C4 R5] Names are shorter; a stored one may be anything."""
    message = renamed_card(ID, "x" * MAX, "Shop watch")
    assert_sendable(message)
    assert _carrying(message) == []
    assert re.search(r"is now called \*Shop watch\*", str(message.blocks))


def _room(value: Value) -> int:
    """Characters of `extra` that fit beside the rest."""
    return MAX - len(encode(value.model_copy(update={"extra": ""})))


def _carrying(message: Message) -> list[dict[str, str]]:
    shown = buttons({"blocks": list(message.blocks)})
    return [button for _, _, button in shown]
