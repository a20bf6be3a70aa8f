"""A message that fits Slack by construction: 50 blocks, 13,200 characters, a text twin [R5]."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from bot import limits
from bot.blocks.elements import Block, context
from bot.mrkdwn import Mrkdwn, clip, escape, lines
from missions.ids import OutboxId

Group = Sequence[Block]
"""Blocks that are shown together or not at all."""

_UNSEEN_KEYS: Final = frozenset({"type", "action_id", "block_id", "value", "style"})
_MORE_CHARACTERS: Final = 300
"""Kept free for the line that says how much was left out."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: blocks, and a text with the same content for notifications, screen readers
    and the case that Slack refuses a block (chat.update takes 4,000 characters of it)."""

    text: Mrkdwn
    blocks: tuple[Block, ...]


def size(blocks: Iterable[Block]) -> int:
    """Characters of these blocks that count towards Slack's total."""
    return sum(len(part) for block in blocks for part in _strings(block))


def fits(groups: Sequence[Group], head: Group, tail: Group) -> bool:
    """Whether all groups fit between head and tail."""
    return _kept(groups, head, tail) == len(groups)


def compose(
    summary: Mrkdwn,
    head: Group,
    groups: Sequence[Group] = (),
    tail: Group = (),
    more: Callable[[int], Mrkdwn] | None = None,
) -> Message:
    """The message; of the groups as many as fit, then `more(how many were left out)`.

    `summary` begins the text. Head and tail are kept whole: they are small by construction.
    """
    kept = _kept(groups, head, tail)
    left = len(groups) - kept
    shown = [*head, *(block for group in groups[:kept] for block in group)]
    if left and more:
        shown.append(context(clip(more(left), _MORE_CHARACTERS)))
    shown.extend(tail)
    return Message(_text(summary, shown), tuple(shown))


def with_block_id(message: Message, outbox: OutboxId) -> Message:
    """The message with the outbox id as `block_id` of its first block."""
    first, *rest = message.blocks
    return replace(message, blocks=({**first, "block_id": outbox}, *rest))


def _kept(groups: Sequence[Group], head: Group, tail: Group) -> int:
    blocks = limits.MESSAGE_BLOCKS - len(head) - len(tail) - 1
    characters = limits.MESSAGE_BLOCK_CHARACTERS - size(head) - size(tail) - _MORE_CHARACTERS
    for index, group in enumerate(groups):
        blocks -= len(group)
        characters -= size(group)
        if blocks < 0 or characters < 0:
            return index
    return len(groups)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in _UNSEEN_KEYS:
                yield from _strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)


def _text(summary: Mrkdwn, blocks: Iterable[Block]) -> Mrkdwn:
    said = (_words(block) for block in blocks if block["type"] not in {"actions", "divider"})
    return clip(lines([summary, *said]), limits.UPDATE_TEXT)


def _words(value: Any) -> Mrkdwn:
    """What a block says, as Mrkdwn."""
    if isinstance(value, list):
        return lines(_words(item) for item in value)
    if not isinstance(value, dict) or value.get("type") == "button":
        return Mrkdwn("")
    kind, text = value.get("type"), value.get("text")
    if isinstance(text, str):
        return Mrkdwn(text) if kind == "mrkdwn" else escape(text)
    if kind == "table":
        cells = ([_words(cell) for cell in row] for row in value["rows"])
        return lines(Mrkdwn(" | ".join(row)) for row in cells)
    return lines(_words(value.get(key)) for key in ("text", "fields", "elements"))
