"""Looking at the addresses of Event Rules, and making new ones [P6]."""

from __future__ import annotations

from missions.blueprint import EventSource
from missions.hooks import (
    AlwaysSigned,
    Hook,
    NoHook,
    hooks_of,
    new_hook,
    write_hooked,
    write_unhooked,
)
from missions.ids import MissionId, TaskId
from missions.phrases import say
from missions.recorded import kept
from missions.rights import Right
from missions.verbs.base import Verb
from missions.viewer import Actor


class Addresses(Verb):
    """What only editors may see: whoever has an address can send to it."""

    def hooks(self, actor: Actor, mission: MissionId) -> dict[TaskId, Hook]:
        """The addresses of a Mission's rules."""
        found = self._permitted(actor, mission, Right.EDIT, "to-see-addresses")
        return hooks_of(self._store, self._keys(found))

    def renew_hook(self, actor: Actor, mission: MissionId, task: TaskId) -> Hook:
        """A new address and secret; the old ones stop at once. `NoHook` if the Task has none."""
        return self._carry_out(mission, lambda: self._renew_hook(actor, mission, task))

    def sign_hook(self, actor: Actor, mission: MissionId, task: TaskId, *, signed: bool) -> Hook:
        """From now on, whether every sender has to prove who it is; `NoHook` if there is none.

        GitHub always does: `AlwaysSigned`.
        """
        return self._carry_out(mission, lambda: self._sign_hook(actor, mission, task, signed))

    def _sign_hook(self, actor: Actor, mission_id: MissionId, task: TaskId, signed: bool) -> Hook:
        mission = self._permitted(actor, mission_id, Right.EDIT, "to-change")
        keys = self._keys(mission)
        old = hooks_of(self._store, keys).get(task)
        if old is None:
            raise NoHook(say("no-hook", task=task))
        hook = old.model_copy(update={"signed": signed})
        if old.source is EventSource.GITHUB and not signed:
            raise AlwaysSigned(say("always-signed"))
        if hook == old:
            return old
        tx = self._store.mission_tx(keys)
        tx.require_field("hook", keys.hooks, task, old.stored())
        write_hooked(tx, keys, task, hook)
        what = "rec-signed-address" if signed else "rec-open-address"
        self._log(tx, mission, actor, self._clock.now(), kept(what, task=task))
        tx.commit()
        return hook

    def _renew_hook(self, actor: Actor, mission_id: MissionId, task: TaskId) -> Hook:
        mission = self._permitted(actor, mission_id, Right.EDIT, "to-change")
        keys = self._keys(mission)
        old = hooks_of(self._store, keys).get(task)
        if old is None:
            raise NoHook(say("no-hook", task=task))
        hook = new_hook(old.source, signed=old.signed)
        tx = self._store.mission_tx(keys)
        write_unhooked(tx, keys, task, old)
        write_hooked(tx, keys, task, hook)
        self._log(tx, mission, actor, self._clock.now(), kept("rec-new-address", task=task))
        tx.commit()
        return hook
