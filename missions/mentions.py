"""Whom a report mentions: people whom a person picked, when something is new [R1 P4].

The ids come from the Blueprint, which a person confirmed, and from nowhere else: no text of a
model, a tool or an event can mention anybody.
"""

from __future__ import annotations

from collections.abc import Mapping

from missions.blueprint import Blueprint, Finding, MentionOn
from missions.execution import Cause, Execution, Status
from missions.ids import ChannelId, CheckId, PersonId, TeamId
from missions.phrases import say
from missions.ports import Access, Directory
from missions.taskstate import TaskState

_LEAST = {MentionOn.ATTENTION: Finding.ATTENTION, MentionOn.CRITICAL: Finding.CRITICAL}


def whom(
    plan: Blueprint, final: Execution, before: TaskState, carry: Mapping[CheckId, Finding]
) -> tuple[PersonId, ...]:
    """Whom the report of an Execution that has just ended mentions.

    `before` is the Task's state until then, `carry` what each check found now. What goes on since
    the last run mentions nobody again, and neither does the trial of a Draft.
    """
    if final.cause is Cause.TRY_ONCE:
        return ()
    wanted = (m.person for m in plan.mentions if _is_new(m.on, final, before, carry))
    return tuple(dict.fromkeys(wanted))


def mention_problems(
    plan: Blueprint, directory: Directory, team: TeamId, channel: ChannelId
) -> tuple[str, ...]:
    """Why people whom a plan mentions cannot be, in words: only readers of the channel can [B7]."""
    found = []
    for person in dict.fromkeys(m.person for m in plan.mentions):
        known = directory.person(team, person)
        if known is None:
            found.append(say("mention-unknown", who=person))
        elif known.is_bot or known.is_deleted:
            found.append(say("mention-app" if known.is_bot else "mention-gone", who=known.name))
        elif directory.access(team, person, channel) < Access.READ:
            found.append(say("mention-no-reader", who=known.name))
    return tuple(found)


def _is_new(
    on: MentionOn, final: Execution, before: TaskState, carry: Mapping[CheckId, Finding]
) -> bool:
    if on is MentionOn.FAILURE:
        return final.status is Status.FAILED and before.streak == 0
    if final.status is not Status.SUCCESS:
        return False
    least = _LEAST[on].rank
    return any(
        now.rank >= least > before.carry.get(check, Finding.ALL_GOOD).rank
        for check, now in carry.items()
    )
