"""Sentences as on-call engineers and team leads type them, and what each of them comes to.

`offline_sentences.tsv` holds a sentence a line: where it is said (in a channel, or in the thread of
a Mission), the sentence, and what answers it: a plan with its schedule, the operations of a change,
the tools that look or offer, with the Mission named, or a question with so many proposed answers.
It is 11:00 in Berlin, a Monday.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.offline.intents import Call
from agent.offline.reading import Context, read

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LINES = [
    line.split("\t")
    for line in Path(__file__)
    .with_name("offline_sentences.tsv")
    .read_text(encoding="utf-8")
    .splitlines()
]


def answer(place: str, text: str) -> list[Call]:
    """What the interpreter does about a sentence."""
    focus = "M-SHP234" if place == "thread" else None
    return read(text, Context(NOW, "Europe/Berlin", focus))


def shown(call: Call) -> str:
    """A call as the file writes it."""
    if call.tool == "ask":
        count = sum(len(q["choices"]) for q in call.arguments["questions"])
        return f"ask {count}" if count else "ask"
    if call.tool == "propose_mission":
        whens = [t["when"] for t in call.arguments["tasks"]]
        return "plan " + " & ".join(
            w.get("cron") or w.get("at") or w["event"]["source"] for w in whens
        )
    if call.tool == "propose_change":
        return "change " + " & ".join(o["op"] for o in call.arguments["changes"])
    name = call.arguments.get("mission")
    return f"{call.tool} [{name}]" if name else call.tool


@pytest.mark.parametrize(("place", "text", "expected"), LINES)
def test_a_sentence_comes_to_what_was_meant_or_to_a_question(
    place: str, text: str, expected: str
) -> None:
    """[C2 C5 C7]"""
    assert " + ".join(shown(c) for c in answer(place, text)) == expected


@pytest.mark.parametrize(("place", "text", "expected"), [x for x in LINES if "ask" in x[2]])
def test_a_proposed_answer_gets_further(place: str, text: str, expected: str) -> None:
    """[C2 C5 C7] It plans, acts or shows something, or has fewer questions left."""
    (asked,) = answer(place, text)
    for question in asked.arguments["questions"]:
        for choice in question["choices"]:
            after = answer(place, choice["say"])
            fewer = len(asked.arguments["questions"]) > len(after[0].arguments.get("questions", ()))
            missing = "https://" not in text and "Check it" in choice["say"]
            assert after[0].tool != "ask" or fewer or missing, choice["say"]


def test_two_of_three_sentences_are_understood() -> None:
    """[C2] The rest is asked about, most of it with answers to click."""
    kinds = Counter(expected.split(" ")[0] for _, _, expected in LINES)
    assert kinds["ask"] < len(LINES) / 3
    bare = sum(expected == "ask" for _, _, expected in LINES)
    assert bare < len(LINES) / 6
