"""Delete: by the Mission's ID typed by hand; it cannot be undone [M5 M6]."""

from __future__ import annotations

from missions.errors import WrongTypedId
from missions.execution import Execution
from missions.ids import MissionId, as_mission_id
from missions.mission import Mission, MissionState
from missions.record import Record
from missions.removal import write_removed
from missions.rights import Right
from missions.verbs.base import Verb, refuse
from missions.viewer import Actor


class DeletePreview(Record):
    """What a delete would remove [M5]."""

    mission: Mission
    executions: int
    reports: int
    versions: int
    messages: int
    running: tuple[Execution, ...]


class Deletes(Verb):
    """The delete dialog."""

    def delete_preview(self, actor: Actor, mission: MissionId) -> DeletePreview:
        """What the dialog counts before a delete; needs the right to do it."""
        found = self._permitted(actor, mission, Right.KEEP, "to-delete")
        if found.state is MissionState.DRAFT:
            raise refuse(found, "v-delete", "so-discard")
        keys = self._keys(found)
        pipe = self._store.redis.pipeline(transaction=False)
        for key in (keys.executions, keys.reports, keys.blueprints, keys.posts):
            pipe.hlen(key)
        executions, reports, versions, messages = pipe.execute()
        return DeletePreview(
            mission=found,
            executions=executions,
            reports=reports,
            versions=versions,
            messages=messages,
            running=self._store.running(found.team, found.id),
        )

    def delete(self, actor: Actor, mission: MissionId, typed: str) -> None:
        """Active or Paused → Deleted, if `typed` is the Mission's ID."""
        self._carry_out(mission, lambda: self._delete(actor, mission, typed))
        self._bell.cleanup(actor.team, mission)

    def _delete(self, actor: Actor, mission_id: MissionId, typed: str) -> None:
        mission = self._permitted(actor, mission_id, Right.KEEP, "to-delete")
        if mission.state is MissionState.DRAFT:
            raise refuse(mission, "v-delete", "so-discard")
        if as_mission_id(typed) != mission.id:
            raise WrongTypedId(mission.id)
        keys = self._keys(mission)
        tx = self._store.mission_tx(keys)
        write_removed(tx, keys, self._store, mission, actor.person, self._clock.now())
        tx.commit()
