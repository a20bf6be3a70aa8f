"""What a finished turn shows: the staged cards, and a model's words for what they are [B7 C6 C8].

A model may say that it did what it did not, or pass over a refusal. Code knows better: whatever
was refused last and not mended is shown in the tool's own words, and words without a deed say so:
except below an answer to a greeting or to thanks, where nobody expects one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage

from agent.desk import Desk
from agent.one_step import stages
from agent.small_talk import is_small_talk
from missions.cards import (
    Card,
    DiffCard,
    ExportCard,
    HelpCard,
    HistoryCard,
    ListCard,
    MissionCard,
    NextRunsCard,
    PlanViewCard,
    TextCard,
    VersionsCard,
)
from missions.phrases import say

TEXT_MAX = 3000
"""Characters of a model's closing words; Slack: 3,000 in a section."""
_LOOKS = (
    TextCard, ListCard, MissionCard, PlanViewCard, HistoryCard, VersionsCard, DiffCard,
    NextRunsCard, HelpCard, ExportCard,
)  # fmt: skip
"""Cards that change nothing and ask nothing."""


def cards_of(desk: Desk, words: str, messages: Sequence[AnyMessage]) -> tuple[Card, ...]:
    """The cards of a turn; a model's closing words lead them, or stand for them.

    Lines from the records, and findings, stand above the words of a model.
    """
    said = TextCard(text=words[:TEXT_MAX])
    if desk.offline:
        return (said, *desk.cards) if words else tuple(desk.cards)
    told = [card for card in desk.cards if card in desk.records]
    if findings := _unmended(desk, messages):
        told.append(TextCard(text="\n".join(findings)[:TEXT_MAX]))
    others = [card for card in desk.cards if card not in desk.records]
    deedless = not desk.effects and all(isinstance(c, _LOOKS) for c in others)
    notes = [say("aside-comment")] if told and words else []
    notes += [say("aside-unchanged")] if deedless and not _chats(desk, messages) else []
    aside = " ".join(notes)
    if words:
        told.append(said.model_copy(update={"aside": aside}))
    elif findings:
        told[-1] = told[-1].model_copy(update={"aside": aside})
    return (*told, *(_noted(card, aside) if deedless else card for card in others))


def _chats(desk: Desk, messages: Sequence[AnyMessage]) -> bool:
    """Whether the person wished nothing, and the model tried nothing."""
    return is_small_talk(desk.text) and not _tried(messages)


def _noted(card: Card, aside: str) -> Card:
    """What a model says by a tool are its words, too."""
    return card.model_copy(update={"aside": aside}) if isinstance(card, TextCard) else card


def _unmended(desk: Desk, messages: Sequence[AnyMessage]) -> tuple[str, ...]:
    """What the last call that would have staged something was refused for; () if one was staged."""
    acted = desk.effects or any(not isinstance(c, _LOOKS) for c in desk.cards)
    tried = _tried(messages)
    if acted or not tried:
        return ()
    try:
        answer: Any = json.loads(str(tried[-1].content))
    except ValueError:
        return ()
    if not isinstance(answer, dict) or answer.get("ok") is not False:
        return ()
    if answer.get("asked") or answer.get("misshapen"):
        return ()
    named = _named(messages, tried[-1].tool_call_id)
    if named and named not in desk.text.casefold():
        return ()  # it may name what the place may not know of, or what is not there
    return tuple(str(f) for f in answer.get("findings", ()))


def _tried(messages: Sequence[AnyMessage]) -> list[ToolMessage]:
    """The turn's answers of tools that would have staged something."""
    start = max((i for i, m in enumerate(messages) if isinstance(m, HumanMessage)), default=0)
    return [m for m in messages[start:] if isinstance(m, ToolMessage) and stages(str(m.name))]


def _named(messages: Sequence[AnyMessage], call_id: str) -> str:
    """The Mission that a call of the model names, in lower case."""
    calls = (c for m in messages if isinstance(m, AIMessage) for c in m.tool_calls)
    made = next((c for c in calls if c["id"] == call_id), None)
    return str(made["args"].get("mission") or "").casefold() if made else ""
