"""The versions of a plan, and what changed between two of them [B8]."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.blocks.actions import ActionId, Value
from bot.blocks.change_card import difference
from bot.blocks.elements import Block, actions, button, context, header, section
from bot.blocks.layout import Message, compose
from bot.blocks.look import People, who
from bot.mrkdwn import Mrkdwn, bold, code, date, dots, label, link, told
from missions.diff import FieldChange
from missions.mission import Mission
from missions.phrases import say
from missions.versions import Version


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version, and in how many fields it differs from the one before; None for the first."""

    version: Version
    changes: int | None = None


@dataclass(frozen=True, slots=True)
class VersionsFacts:
    """All versions, newest first."""

    mission: Mission
    items: tuple[VersionLine, ...]
    people: People = field(default_factory=dict)
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class DiffFacts:
    """What changed between two versions."""

    mission: Mission
    first: int
    last: int
    changes: tuple[FieldChange, ...]


def versions_card(facts: VersionsFacts) -> Message:
    """Per version: who made it, when, how much it changed, and what can be done with it."""
    mission = facts.mission
    head = [header(say("versions-of", mission=mission.name))]
    groups = [_version(item, facts) for item in facts.items]
    tail = [context(dots(code(mission.id, 40), told("versions-restore")))]
    summary = Mrkdwn(
        f"{told('versions-of', mission=bold(label(mission.name)))} {code(mission.id, 40)}"
    )
    return compose(summary, head, groups, tail, _more)


def diff_card(facts: DiffFacts) -> Message:
    """Before → after per field, and the button that puts the older one back."""
    mission = facts.mission
    between = told("versions-between", first=facts.first, last=facts.last)
    head = [
        header(say("what-changed-in", mission=mission.name)),
        context(dots(code(mission.id, 40), between)),
    ]
    groups: list[list[Block]] = [[section(difference(change))] for change in facts.changes]
    older = min(facts.first, facts.last)
    tail = [actions(_restore(mission, older))] if older != mission.version else []
    summary = Mrkdwn(
        f"{told('what-changed-in', mission=bold(label(mission.name)))}{say('comma')}{between}"
    )
    return compose(summary, head, groups or [[section(told("same-versions"))]], tail, _rest)


def version_line(item: VersionLine, facts: VersionsFacts) -> Mrkdwn:
    """`*Version 2* (current) · 23 Nov at 9:00 by Ada · 3 changes`."""
    version = item.version
    current = version.number == facts.mission.version
    name = bold(told("version-number", n=version.number))
    made = told("made-by-unknown")
    if version.at is not None:
        by = who(version.by, facts.people)
        made = told("made-by", when=date(version.at, zone=facts.zone), who=by)
    return dots(
        told("version-current", version=name) if current else name,
        made,
        told("changes", item.changes) if item.changes is not None else None,
        link(version.link, told("where")) if version.link else None,
    )


def _version(item: VersionLine, facts: VersionsFacts) -> list[Block]:
    version, mission = item.version, facts.mission
    buttons = []
    if version.number > 1:
        value = Value(mission=mission.id, page=version.number - 1, version=version.number)
        buttons.append(button(say("what-changed"), ActionId.DIFF, value))
    if version.number != mission.version:
        buttons.append(_restore(mission, version.number))
    return [section(version_line(item, facts)), *([actions(*buttons)] if buttons else [])]


def _restore(mission: Mission, version: int) -> Block:
    value = Value(mission=mission.id, version=version)
    return button(say("restore-version", n=version), ActionId.RESTORE, value)


def _more(left: int) -> Mrkdwn:
    return told("more-versions", left, where=told("ask-between"))


def _rest(left: int) -> Mrkdwn:
    return told("more-changes", left, where=told("ask-for-rest"))
