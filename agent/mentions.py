"""Whom reports mention, as operations on a plan [R1]."""

from __future__ import annotations

from agent import operations as ops
from agent.triggers import OperationRefused
from missions.blueprint import MENTIONS_MAX, Mention, MentionOn
from missions.ids import PersonId
from missions.phrases import say

Mentions = tuple[Mention, ...]


def mentioned(before: Mentions, op: ops.MentionPeople) -> Mentions:
    """With these people (by their ids) on that; of attention and critical the later word counts.

    Raises `OperationRefused`.
    """
    wanted = tuple(Mention(person=PersonId(p), on=op.on) for p in dict.fromkeys(op.people))
    kept = tuple(m for m in before if not any(_takes_place(new, m) for new in wanted))
    if len(kept) + len(wanted) > MENTIONS_MAX:
        raise OperationRefused(say("op-mentions-most", most=MENTIONS_MAX))
    return (*kept, *wanted)


def not_mentioned(before: Mentions, op: ops.StopMentioning) -> Mentions:
    """Without these people, or without any. Raises `OperationRefused` if there is nobody."""
    left = tuple(m for m in before if op.people and m.person not in op.people)
    if left == before:
        raise OperationRefused(say("op-mentions-nobody"))
    return left


def _takes_place(new: Mention, old: Mention) -> bool:
    failure = MentionOn.FAILURE
    return new.person == old.person and (new.on is failure) == (old.on is failure)
