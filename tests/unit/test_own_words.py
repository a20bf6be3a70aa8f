"""Renaming and stopping act at once, so the order must be the person's own, and whole [C6]."""

from __future__ import annotations

import pytest

from agent.tools.own_words import says_name, says_stop
from missions.ids import MissionId
from tests.unit.desk_kit import desk, mission

PAY = mission(MissionId("M-PAY234"), "Pay watch")

OWN = [
    ("call it Nightly Watch", "Nightly Watch"),
    ("please rename this to “nightly watch”!", "Nightly watch"),
    ("rename Pay watch to Payments and pause it", "Payments"),
    ("M-PAY234: rename to Payments, please", "Payments"),
    ("every hour. Call it Night, and mention me", "Night"),
    ("Call it Nightly Backup Watch from now on.", "Nightly Backup Watch"),
    ("Nenn es Nachtwache", "Nachtwache"),
    ("名前を夜間監視に変えて", "夜間監視"),
]
NOT_OWN = [
    ("why did it fail?", "fail"),
    ("why?", "y"),
    ("what do you call it?", "it"),
    ("who may rename Pay watch?", "pay watch"),
    ("don't rename it to Payments", "Payments"),
    ("if it fails call it a day", "a day"),
    ("call it Nightly Watch EU", "Nightly Watch"),
    ("tell me why it is slow", "slow"),
    ("名前を夜間監視に変えて", "監視"),
]


@pytest.mark.parametrize(("said", "name"), OWN)
def test_a_name_that_the_person_said_is_their_own(said: str, name: str) -> None:
    """[C4 C9]"""
    assert says_name(desk(said), PAY, name)
    assert not says_name(desk("why?"), PAY, name)


@pytest.mark.parametrize(("said", "name"), NOT_OWN)
def test_words_that_order_no_name_rename_nothing(said: str, name: str) -> None:
    """[C4 C6 P4] Whatever a model makes of them: the order must be the person's own, and whole."""
    assert not says_name(desk(said), PAY, name)


STOPS = [
    "stop it", "stop", "stop what you’re doing",
    "Please stop the run now!", "cancel Pay watch", "M-PAY234: stop",
    "stop it, it is hammering production", "stop it because it is slow", "kill it!",
    "bitte abbrechen", "arrête !", "cancela eso", "останови", "停止して", "请停止",
]  # fmt: skip
NO_STOPS = [
    "why did it fail?", "did somebody stop the run yesterday?", "when did it stop",
    "don't stop it, just tell me why it is slow", "stop bugging me about M-PAY234",
    "M-PAY234: stop mailing people", "stop M-PAY234 at 6pm", "cancel M-PAY234 next Friday",
    "M-PAY234: cancel it if it takes longer than 5 minutes", "stop it when it is done",
    "stop it, but not before it is done", "stop it?", "it must not stop", "なぜ停止した",
    "不要停止", "停止しないで",
]  # fmt: skip


@pytest.mark.parametrize("said", STOPS)
def test_a_stop_is_the_persons_own_word(said: str) -> None:
    """[X5 C9]"""
    assert says_stop(desk(said), PAY)


@pytest.mark.parametrize("said", NO_STOPS)
def test_words_that_order_no_stop_stop_nothing(said: str) -> None:
    """[X5 C6 P4] Asked, denied, later, on a condition, or of something else: no stop."""
    assert not says_stop(desk(said), PAY)


def test_a_clicked_answer_of_a_model_is_nobodys_own_words() -> None:
    """[C6] Its button may show one thing and say another; only what was typed acts at once."""
    clicked = desk("stop it, call it Nightly Watch")
    clicked.proposed_words = True
    assert not says_stop(clicked, PAY)
    assert not says_name(clicked, PAY, "Nightly Watch")
    clicked.offline = True
    assert says_stop(clicked, PAY)
    assert says_name(clicked, PAY, "Nightly Watch")
