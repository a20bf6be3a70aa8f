"""The versions of a plan, and what changed between two of them [B8]."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.blocks import sentences
from bot.blocks.actions import ActionId, Value
from bot.blocks.change_card import difference
from bot.blocks.elements import Block, actions, button, context, header, section
from bot.blocks.layout import Message, compose
from bot.blocks.look import People, counted, who
from bot.mrkdwn import Mrkdwn, bold, code, date, dots, label, link, told
from missions.diff import FieldChange
from missions.mission import Mission
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
    head = [header(f"Versions of {mission.name}")]
    groups = [_version(item, facts) for item in facts.items]
    tail = [context(dots(code(mission.id, 40), sentences.VERSIONS_RESTORE))]
    summary = Mrkdwn(f"Versions of {bold(label(mission.name))} {code(mission.id, 40)}")
    return compose(summary, head, groups, tail, _more)


def diff_card(facts: DiffFacts) -> Message:
    """Before → after per field, and the button that puts the older one back."""
    mission, between = facts.mission, f"version {facts.first} → {facts.last}"
    head = [
        header(f"What changed in {mission.name}"),
        context(dots(code(mission.id, 40), Mrkdwn(between))),
    ]
    groups: list[list[Block]] = [[section(difference(change))] for change in facts.changes]
    older = min(facts.first, facts.last)
    tail = [actions(_restore(mission, older))] if older != mission.version else []
    summary = Mrkdwn(f"What changed in {bold(label(mission.name))}, {between}")
    return compose(summary, head, groups or [[section(sentences.SAME_VERSIONS)]], tail, _rest)


def _version(item: VersionLine, facts: VersionsFacts) -> list[Block]:
    version, mission = item.version, facts.mission
    current = version.number == mission.version
    name = bold(Mrkdwn(f"Version {version.number}"))
    made = Mrkdwn("who made it is no longer on record")
    if version.at is not None:
        by = who(version.by, facts.people)
        made = Mrkdwn(f"{date(version.at, zone=facts.zone)} by {by}")
    said = dots(
        Mrkdwn(f"{name} (current)") if current else name,
        made,
        Mrkdwn(counted(item.changes, "change")) if item.changes is not None else None,
        link(version.link, Mrkdwn("where")) if version.link else None,
    )
    buttons = []
    if version.number > 1:
        value = Value(mission=mission.id, page=version.number - 1, version=version.number)
        buttons.append(button("What changed", ActionId.DIFF, value))
    if not current:
        buttons.append(_restore(mission, version.number))
    return [section(said), *([actions(*buttons)] if buttons else [])]


def _restore(mission: Mission, version: int) -> Block:
    value = Value(mission=mission.id, version=version)
    return button(f"Restore version {version}", ActionId.RESTORE, value)


def _more(left: int) -> Mrkdwn:
    return told("more-versions", left, where=sentences.OLDEST_LEFT)


def _rest(left: int) -> Mrkdwn:
    return told("more-changes", left, where=told("ask-for-rest"))
