"""A Mission's settings: its name, who may edit it, and when its Tasks speak [R7 P2 R2 M7]."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pydantic import Field

from missions.blueprint import Blueprint, Budget, Keeping, Notify
from missions.cards import RenamedCard
from missions.describe import budget_in_words, notify_in_words
from missions.errors import Forbidden, HoustonError
from missions.ids import MissionId, PersonId, TaskId
from missions.mission import Change, Editing, Mission, MissionState
from missions.outbox import entry, put
from missions.phrases import Language, say, speaking
from missions.record import Record
from missions.rights import Right
from missions.saving import clean_name, write_change, write_mission
from missions.tx import Transaction
from missions.verbs.base import Verb
from missions.viewer import Actor

EDITORS_MAX = 50
"""People who can be named as editors."""

MEMBERS_EDIT = "rec-members"
NOBODY = "nobody"
BUDGET = "Budget"
AS_ALLOWED = "rec-as-allowed"


class Settings(Record):
    """What can be set; `approvers` by the owner or an administrator only.

    `notify` says when each Task speaks, `keep` how long records are kept, `budget` what the
    language model may cost [X6]. These are part of the plan, so that they can be set once it was
    launched.
    """

    name: str
    editing: Editing = Editing.MEMBERS
    editors: tuple[PersonId, ...] = ()
    approvers: tuple[PersonId, ...] = ()
    notify: dict[TaskId, Notify] = Field(default_factory=dict)
    keep: Keeping = Keeping()
    budget: Budget = Budget()


class ChangedMeanwhile(HoustonError):
    """The Mission is not any more as it was shown when the settings were filled in."""

    event = "settings_changed_meanwhile"

    def __init__(self) -> None:
        super().__init__(say("changed-meanwhile"))


class TooManyEditors(HoustonError):
    """More people than can be named."""

    event = "too_many_editors"

    def __init__(self) -> None:
        super().__init__(say("too-many-named", most=EDITORS_MAX))


class SettingsVerbs(Verb):
    """Reads the settings for who may change them, and changes them."""

    def settings(self, actor: Actor, mission: MissionId) -> tuple[Mission, Settings]:
        """The Mission and how it is set; needs the right to change that."""
        found = self._permitted(actor, mission, Right.EDIT, "to-set")
        return found, settings_of(found, self._plan(found))

    def change_settings(
        self, actor: Actor, mission: MissionId, wanted: Settings, rev: int
    ) -> Mission:
        """Set it so, all in one step; `rev` is the revision of the Mission that was shown.

        Raises `ChangedMeanwhile` if it is another by now, `InvalidName`, `TooManyEditors`.
        """
        changed = self._carry_out(mission, lambda: self._change(actor, mission, wanted, rev))
        self._ring_delivery(changed)
        return changed

    def name_approvers(
        self, actor: Actor, mission: MissionId, people: tuple[PersonId, ...]
    ) -> Mission:
        """Say who may approve what the Mission does outside: these, and nobody else [A2]."""
        found, settings = self.settings(actor, mission)
        wanted = settings.model_copy(update={"approvers": people})
        return self.change_settings(actor, mission, wanted, found.rev)

    def _change(self, actor: Actor, mission_id: MissionId, wanted: Settings, rev: int) -> Mission:
        mission = self._permitted(actor, mission_id, Right.EDIT, "to-set")
        if mission.rev != rev:
            raise ChangedMeanwhile
        if max(len(wanted.editors), len(wanted.approvers)) > EDITORS_MAX:
            raise TooManyEditors
        plan = self._plan(mission)
        before = settings_of(mission, plan)
        after = _wanted(before, wanted)
        if before == after:
            return mission
        if after.approvers != before.approvers:
            self._require_may_name(actor, mission)
        now, keys = self._clock.now(), self._keys(mission)
        tx = self._store.mission_tx(keys)
        newer = _applied(plan, after) if plan else None
        version = mission.version + (newer != plan)
        for change in self._changes(actor, now, mission, plan, before, after):
            write_change(tx, keys, change)
        changed = write_mission(
            *(tx, keys, mission),
            name=after.name,
            editing=after.editing,
            editors=after.editors,
            approvers=after.approvers,
            version=version,
        )
        if version != mission.version and newer:
            tx.hset(keys.blueprints, {str(version): newer.dump()})
        self._announce_name(tx, mission, after.name)
        tx.commit()
        return changed

    def _changes(
        self,
        actor: Actor,
        now: datetime,
        mission: Mission,
        plan: Blueprint | None,
        before: Settings,
        after: Settings,
    ) -> Iterable[Change]:
        """An entry of the change log per field that differs [M7]."""
        with speaking(Language.EN):
            each = self._differing(mission, plan, before, after)
        for what, old, new in each:
            yield Change(at=now, by=actor.person, what=what, link=actor.link, before=old, after=new)

    def _differing(
        self, mission: Mission, plan: Blueprint | None, before: Settings, after: Settings
    ) -> list[tuple[str, str, str]]:
        """What differs: its name, how it was, and how it is."""
        each: list[tuple[str, str, str]] = []
        if after.name != before.name:
            each.append(("Renamed", before.name, after.name))
        old, new = (self._editors(mission, one) for one in (before, after))
        if (after.editing, after.editors) != (before.editing, before.editors):
            each.append((say("rec-who-edits"), old, new))
        if after.approvers != before.approvers:
            old, new = (self._names(mission, one.approvers) for one in (before, after))
            each.append((say("rec-who-approves"), old, new))
        if after.keep != before.keep:
            spans = keep_in_words(before.keep), keep_in_words(after.keep)
            each.append((say("rec-keep"), *spans))
        if after.budget != before.budget:
            said, says = (budget_in_words(one.budget) or say(AS_ALLOWED) for one in (before, after))
            each.append((say("rec-budget"), said, says))
        for task in plan.tasks if plan else ():
            rule = after.notify.get(task.id, task.notify)
            if rule is not task.notify:
                words = notify_in_words(task.notify), notify_in_words(rule)
                each.append((say("rec-reports-of", task=task.title), *words))
        return each

    def _editors(self, mission: Mission, settings: Settings) -> str:
        """Who may edit, in words with the names that people have now."""
        if settings.editing is Editing.MEMBERS:
            return say(MEMBERS_EDIT)
        if not settings.editors:
            return say("rec-owner")
        return say("rec-owner-and", names=self._names(mission, settings.editors))

    def _names(self, mission: Mission, people: Iterable[PersonId]) -> str:
        """People by the names that they have now."""
        known = (self._rights.name(mission.team, person) for person in people)
        return ", ".join(name or "somebody" for name in known) or NOBODY

    def _require_may_name(self, actor: Actor, mission: Mission) -> None:
        """Raises `Forbidden` unless it is the owner, or an administrator: whoever could make
        themselves an approver would need no approval [A2]."""
        if actor.person == mission.owner:
            return
        known = self._rights.person(mission.team, actor.person)
        if known is None or not known.is_admin:
            raise Forbidden(say("to-set-approvers"), say("owner-or-admin-can"))

    def _announce_name(self, tx: Transaction, mission: Mission, name: str) -> None:
        if name != mission.name:
            card = RenamedCard(mission=mission.id, before=mission.name, after=name)
            put(tx, entry(mission.team, mission.channel, card, thread_ts=mission.thread_ts))

    def _plan(self, mission: Mission) -> Blueprint | None:
        if mission.state is MissionState.DRAFT:
            return None
        return self._store.blueprint(mission.team, mission.id, mission.version)


def settings_of(mission: Mission, plan: Blueprint | None) -> Settings:
    """How a Mission with this plan is set."""
    return Settings(
        name=mission.name,
        editing=mission.editing,
        editors=mission.editors,
        approvers=mission.approvers,
        notify={task.id: task.notify for task in plan.tasks} if plan else {},
        keep=plan.keep if plan else Keeping(),
        budget=plan.budget if plan else Budget(),
    )


def keep_in_words(keep: Keeping) -> str:
    """How long records are kept: whichever of the two ends first."""
    return say("keep-said", days=say("days", keep.days), runs=say("runs", keep.records))


def _wanted(before: Settings, wanted: Settings) -> Settings:
    """The settings as they can be: a clean name, no names that mean nothing, the plan's Tasks."""
    named = wanted.editors if wanted.editing is Editing.NAMED else ()
    same = set(wanted.approvers) == set(before.approvers)
    approvers = before.approvers if same else tuple(dict.fromkeys(wanted.approvers))
    return wanted.model_copy(
        update={
            "name": clean_name(wanted.name),
            "editors": tuple(dict.fromkeys(named)),
            "approvers": approvers,
            "notify": {task: wanted.notify.get(task, now) for task, now in before.notify.items()},
            "keep": wanted.keep if before.notify else before.keep,
            "budget": wanted.budget if before.notify else before.budget,
        }
    )


def _applied(plan: Blueprint, wanted: Settings) -> Blueprint:
    """The plan with what of the settings is part of it."""
    rules = wanted.notify
    tasks = (t.model_copy(update={"notify": rules.get(t.id, t.notify)}) for t in plan.tasks)
    whole = {"tasks": tuple(tasks), "keep": wanted.keep, "budget": wanted.budget}
    return plan.model_copy(update=whole)
