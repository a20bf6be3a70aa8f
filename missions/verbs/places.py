"""Copy and move: a Mission in another channel, which decides who may see it [P1 P3]."""

from __future__ import annotations

from missions import keys as k
from missions.blueprint import NAME_MAX, Blueprint
from missions.cards import PlanCard, StateCard, TextCard
from missions.errors import HoustonError, TransitionRefused
from missions.hooks import write_heard_there
from missions.ids import ChannelId, MissionId, new_mission_id, new_proposal_id
from missions.keys import TeamKeys
from missions.listing import Listing, write_listed, write_titles, write_unlisted
from missions.mentions import mention_problems
from missions.mission import Mission, MissionState
from missions.outbox import entry, put
from missions.phrases import say
from missions.ports import Channel
from missions.proposal import Proposal, ProposalKind
from missions.proposals import write_draft, write_shown
from missions.recorded import kept
from missions.rights import Right
from missions.said import CHANNEL
from missions.saving import write_mission
from missions.store import DRAFT_VERSION
from missions.taskstate import REPORT, field
from missions.tx import Transaction
from missions.verbs.base import Verb, refuse
from missions.verify import approver_problems, in_the_past
from missions.viewer import Actor

COPY = " (copy)"
"""Ends the name of a copy in the same channel."""


class PlaceRefused(HoustonError):
    """A Mission cannot live in that channel, or this person cannot bring it there."""

    event = "place_refused"


class Places(Verb):
    """Where a Mission lives."""

    def place(
        self, actor: Actor, mission: MissionId, target: ChannelId, *, move: bool
    ) -> tuple[Mission, Channel]:
        """What a copy or move would be about; refused as that itself would be."""
        what = "to-move" if move else "to-copy"
        found = self._permitted(actor, mission, Right.EDIT if move else Right.KEEP, what)
        there = self._open(actor, target)
        if move:
            self._require_movable(found, target)
        return found, there

    def move(self, actor: Actor, mission: MissionId, target: ChannelId) -> Mission:
        """The Mission lives in another channel from now on, with its ID and its history.

        Who may see it follows the new channel at once; what was said in the old one stays there.
        """
        before, moved = self._carry_out(mission, lambda: self._move(actor, mission, target))
        Listing(self._store).forget_empty(before.team, before.channel)
        self._ring_delivery(before)
        self._ring_delivery(moved)
        return moved

    def copy(self, actor: Actor, mission: MissionId, target: ChannelId, once: str = "") -> Mission:
        """A new Draft of the actor's in a channel, with the same plan, to be launched there.

        `once` names the card by which it is wanted: that one makes one copy, whoever clicks [C6].
        """
        made = self._carry_out(mission, lambda: self._copy(actor, mission, target, once))
        self._ring_delivery(made)
        return made

    def _move(
        self, actor: Actor, mission_id: MissionId, target: ChannelId
    ) -> tuple[Mission, Mission]:
        mission, _ = self.place(actor, mission_id, target, move=True)
        keys, now = self._keys(mission), self._clock.now()
        plan = self._plan(mission)
        tx = self._store.mission_tx(keys)
        write_unlisted(tx, mission)
        moved = write_mission(
            tx, keys, mission, channel=target, thread_ts=None, away=None, handover=None
        )
        write_listed(tx, moved)
        write_titles(tx, moved, plan)
        write_heard_there(tx, keys, self._store, mission, moved, plan)
        for task in self._store.task_states(mission.team, mission.id):
            # What goes on is told anew there: the old channel must not read on.
            tx.hdel(keys.tasks, field(task, REPORT))
            tx.hdel(tx.team.outage(mission.channel), k.member(mission.id, task))
        self._log(tx, mission, actor, now, kept("log-moved"))
        self._tell_moved(tx, actor, mission, moved)
        tx.commit()
        return mission, moved

    def _tell_moved(self, tx: Transaction, actor: Actor, before: Mission, after: Mission) -> None:
        """Say so at both ends; the old channel is not told where it went [P1]."""
        gone = kept("rec-moved-away", name=before.name, id=before.id)
        said = entry(before.team, before.channel, TextCard(text=gone))
        put(tx, said.model_copy(update={"mission": before.id}))
        card = StateCard(mission=after.id, what=kept("state-moved-here"), by=actor.person)
        put(tx, entry(after.team, after.channel, card))

    def _copy(self, actor: Actor, mission_id: MissionId, target: ChannelId, once: str) -> Mission:
        mission, _ = self.place(actor, mission_id, target, move=False)
        made, proposal = self._drafted(actor, mission, target)
        source = self._keys(mission)
        keys = TeamKeys(mission.team).mission(made.id)
        tx = self._store.mission_tx(keys, source)
        tx.require_field("mission", source.record, "rev", str(mission.rev))
        if once:
            if self._store.hget(source.proposals, f"copied:{once}"):
                raise PlaceRefused(say("copied-already"))
            tx.require_field("copied", source.proposals, f"copied:{once}", None)
            tx.hset(source.proposals, {f"copied:{once}": made.id})
        made = write_draft(tx, keys, made, proposal)
        card = entry(made.team, target, PlanCard(mission=made.id, proposal=proposal.id))
        write_shown(tx, keys, proposal.id, card)
        put(tx, card)
        self._log(tx, mission, actor, proposal.at, kept("log-copied"))
        tx.commit()
        return made

    def _drafted(
        self, actor: Actor, mission: Mission, target: ChannelId
    ) -> tuple[Mission, Proposal]:
        """The copy as it is to be, and its launch Proposal."""
        now, plan = self._clock.now(), self._plan(mission)
        same = mission.channel == target
        name = f"{mission.name[: NAME_MAX - len(COPY)]}{COPY}" if same else mission.name
        proposal = Proposal(
            id=new_proposal_id(),
            mission=new_mission_id(),
            kind=ProposalKind.LAUNCH,
            base_version=DRAFT_VERSION,
            blueprint=plan,
            by=actor.person,
            at=now,
            findings=(
                *in_the_past(plan.tasks, now),
                *mention_problems(plan, self._rights.directory, mission.team, target),
                *approver_problems(plan, mission),
            ),
        )
        made = Mission(
            id=proposal.mission,
            team=mission.team,
            name=name,
            state=MissionState.DRAFT,
            channel=target,
            owner=actor.person,
            created_at=now,
            approvers=mission.approvers,
        )
        return made, proposal

    def _open(self, actor: Actor, target: ChannelId) -> Channel:
        """The channel, if the actor is a member there and Houston may post there."""
        there = self._rights.channel(actor.team, target)
        if there is None or not self._rights.is_member(actor, target):
            raise PlaceRefused(say("both-must-be-there"))
        if there.is_direct:
            raise PlaceRefused(say("not-into-direct"))
        if there.is_archived:
            raise PlaceRefused(say("archived-nothing-changed", channel=there.name))
        if not there.bot_is_member:
            raise PlaceRefused(say("not-member-nothing-changed", channel=there.name))
        return there

    def _require_movable(self, mission: Mission, target: ChannelId) -> None:
        if mission.state is MissionState.DRAFT:
            raise refuse(mission, "v-move", "so-launch-or-copy")
        if mission.channel == target:
            raise PlaceRefused(say("lives-there"))
        if not self._rights.reads(mission.team, mission.owner, target):
            raise PlaceRefused(say("owner-cannot-read-there"))

        if self._listened(mission):
            raise PlaceRefused(say("listened-cannot-move"))

    def _listened(self, mission: Mission) -> bool:
        """Whether a version of its plan read the channel: that is for the readers of it [P1]."""
        plans = self._store.hgetall(self._keys(mission).blueprints).values()
        return any(CHANNEL in task.tools for plan in plans for task in Blueprint.load(plan).tasks)

    def _plan(self, mission: Mission) -> Blueprint:
        version = mission.version or DRAFT_VERSION
        plan = self._store.blueprint(mission.team, mission.id, version)
        if plan is None:
            raise TransitionRefused(say("plan-unreadable"), mission.state)
        return plan
