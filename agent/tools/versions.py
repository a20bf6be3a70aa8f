"""Versions of a plan: list them, compare two, put an older one back; and undo [B8 C7]."""

from __future__ import annotations

from langchain.tools import tool

from agent.desk import Desk
from agent.tools.facts import when_words
from agent.tools.plans import confirmed, propose_plan
from agent.tools.resolve import require_edit, resolve
from agent.tools.results import done, outside, refused
from agent.tools.runtime import AtDesk
from missions.blueprint import Blueprint
from missions.cards import Action, ActionCard, DiffCard, TextCard, VersionsCard
from missions.diff import diff
from missions.errors import HoustonError, TransitionRefused
from missions.mission import Change, Mission, MissionState
from missions.phrases import say
from missions.recorded import retold
from missions.saving import CHANGES_KEPT
from missions.undoing import Undo, Way, latest_undo

_ACTIONS = {
    Way.RENAME: Action.RENAME,
    Way.ENABLE: Action.ENABLE,
    Way.DISABLE: Action.DISABLE,
    Way.MUTE: Action.MUTE,
    Way.UNMUTE: Action.UNMUTE,
}


class NoVersion(HoustonError):
    """There is no version of that number."""

    event = "no_version"


@tool
def show_versions(runtime: AtDesk, mission: str | None = None) -> str:
    """Show the versions of a Mission's plan: number, who made it, when."""
    desk: Desk = runtime.context
    target = resolve(desk, mission)
    _require_launched(target)
    desk.show(VersionsCard(mission=target.id))
    rows = [
        {"version": v.number, "at": when_words(v.at, desk) if v.at else None}
        for v in desk.reader.version_list(desk.viewer, target.id)
    ]
    return done(id=target.id, current=target.version, versions=rows)


@tool
def show_difference(
    runtime: AtDesk, first: int | None = None, last: int | None = None, mission: str | None = None
) -> str:
    """Show what changed between two versions of a plan, before and after per field.

    Without `last`: the current version; without `first`: the one before it.
    """
    desk: Desk = runtime.context
    target = resolve(desk, mission)
    _require_launched(target)
    to = last or target.version
    since = first or to - 1
    if since < 1:
        raise NoVersion(say("say-version-one", mission=target.name))
    before, after = _version(desk, target, since), _version(desk, target, to)
    desk.show(DiffCard(mission=target.id, first=since, last=to))
    found = [
        {"field": c.label, "before": outside(c.before or ""), "after": outside(c.after or "")}
        for c in diff(before, after, desk.now)
    ]
    return done(id=target.id, first=since, last=to, changes=found)


@tool
def restore_version(version: int, runtime: AtDesk, mission: str | None = None) -> str:
    """Propose to put an older version of the plan back, as a new version."""
    desk: Desk = runtime.context
    target = resolve(desk, mission)
    require_edit(desk, target, "to-change")
    _require_launched(target)
    if version == target.version:
        return refused(say("say-version-current", n=version))
    return _restore(desk, target, version)


@tool
def offer_undo(runtime: AtDesk, mission: str | None = None) -> str:
    """Offer to take back (undo, revert) a Mission's latest change of these: a rename, an applied
    change, a disable or enable, a mute, a paused Task.
    """
    desk: Desk = runtime.context
    target = resolve(desk, mission)
    require_edit(desk, target, "to-undo")
    changes = desk.reader.changes(desk.viewer, target.id, CHANGES_KEPT)
    states = desk.reader.task_states(desk.viewer, target.id)
    found = latest_undo(target, states, changes, desk.now)
    if found is None:
        return refused(_nothing(target, changes))
    if found.passed:
        skipped = say("say-came-later", change=retold(found.passed[0].what))
        desk.show(TextCard(text=skipped))
    if found.way is Way.RESTORE:
        return _undo_change(desk, target, found)
    note = found.change.before or "" if found.way is Way.RENAME else ""
    action = _ACTIONS[found.way]
    desk.show(
        ActionCard(
            mission=target.id, action=action, note=note, task=found.task, undoes=found.change
        )
    )
    return done(mission=target.id, undoes=found.change.what, note="The card follows.")


def _undo_change(desk: Desk, target: Mission, found: Undo) -> str:
    version = found.version or 1
    by = say("say-you" if found.change.by == desk.person.id else "say-somebody-else")
    when = when_words(found.change.at, desk)
    said = say("say-undo-change", now=target.version, by=by, when=when, n=version)
    desk.show(TextCard(text=said))
    return _restore(desk, target, version)


def _restore(desk: Desk, target: Mission, version: int) -> str:
    plan = _version(desk, target, version)
    if plan == confirmed(desk, target):
        return refused(say("say-version-same", n=version))
    return propose_plan(desk, target, plan)


def _version(desk: Desk, target: Mission, number: int) -> Blueprint:
    there = desk.reader.versions(desk.viewer, target.id)
    if number not in there:
        known = say("say-version-only")
        if len(there) > 1:
            known = say("say-versions-known", last=there[-1])
        raise NoVersion(say("say-no-version", n=number, mission=target.name, known=known))
    return desk.reader.blueprint(desk.viewer, target.id, number)


def _require_launched(mission: Mission) -> None:
    if mission.state is MissionState.DRAFT:
        raise TransitionRefused(say("say-draft-no-versions", mission=mission.name), mission.state)


def _nothing(mission: Mission, changes: tuple[Change, ...]) -> str:
    if mission.state is MissionState.DRAFT:
        return say("say-draft-nothing", mission=mission.name)
    if not changes:
        return say("say-nothing-to-undo", mission=mission.name)
    latest = retold(changes[0].what)
    return say("say-nothing-to-undo-since", mission=mission.name, change=latest)
