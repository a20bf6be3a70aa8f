"""What Home and a Mission's details show besides the list, as far as a viewer may see [R6 R7]."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from pydantic import TypeAdapter

from missions.approval import Approval, ApprovalState, approval_of, is_waiting
from missions.approvals import message_for
from missions.blueprint import Finding
from missions.conversation import ASKED, asked, place_of, question_field
from missions.errors import UnknownMission
from missions.execution import Execution, Status
from missions.ids import ChannelId, ConversationId, MissionId, ProposalId
from missions.keys import TeamKeys
from missions.mission import Change, Mission
from missions.ports import Clock
from missions.proposal import Proposal, ProposalState
from missions.proposals import shown_in, stale
from missions.record import Record
from missions.rights import Right, Rights
from missions.store import Store
from missions.viewer import Viewer
from missions.waiting import ApprovalWaits, what_waits

LOOKED_AT: Final = 50
"""How many of what waits for a person are looked at: approvals first, questions last."""
NAMES_MAX: Final = 2_000
"""Of how many it is known what they are, the newest; a week's questions are kept."""
QUESTION_WAITS: Final = timedelta(days=1)
"""How long a question is shown as waiting; it can still be answered in its thread."""


class Result(Record):
    """How an Execution went, without the rest of it."""

    started_at: datetime
    status: Status
    finding: Finding | None = None
    waits: bool = False

    @classmethod
    def of(cls, run: Execution) -> Result:
        """The part of an Execution that a row of results shows."""
        return cls(
            started_at=run.started_at,
            status=run.status,
            finding=run.finding,
            waits=is_waiting(run),
        )


@dataclass(frozen=True, slots=True)
class WaitingProposal:
    """An open Proposal and where its card is: channel and ts, None until it was posted."""

    mission: Mission
    proposal: Proposal
    card: tuple[ChannelId, str] | None


@dataclass(frozen=True, slots=True)
class WaitingQuestion:
    """A thread in which Houston asked something."""

    channel: ChannelId
    thread_ts: str
    since: datetime
    text: str = ""


@dataclass(frozen=True, slots=True)
class WaitingApproval:
    """Something that an Execution wants to do outside, and where its card is [A1]."""

    mission: Mission
    approval: Approval
    card: tuple[ChannelId, str] | None


Waiting = WaitingProposal | WaitingQuestion | WaitingApproval


class Overview:
    """Reads for views; whoever may not see a Mission learns nothing of it [P1]."""

    def __init__(self, store: Store, clock: Clock, rights: Rights) -> None:
        self._store = store
        self._clock = clock
        self._rights = rights

    def results(
        self, viewer: Viewer, missions: Iterable[Mission], count: int
    ) -> dict[MissionId, tuple[Result, ...]]:
        """The latest results of each Mission, oldest first, in two round trips for all."""
        keys = TeamKeys(viewer.team)
        seen = [m.id for m in missions if self._rights.can_see(viewer, m)]
        pipe = self._store.redis.pipeline(transaction=False)
        for mission in seen:
            pipe.zrange(keys.mission(mission).history, 0, count - 1, desc=True)
        ids = cast("list[list[str]]", pipe.execute()) if seen else []
        ran = [(mission, each) for mission, each in zip(seen, ids, strict=True) if each]
        for mission, each in ran:
            pipe.hmget(keys.mission(mission).executions, each)
        rows = cast("list[list[str | None]]", pipe.execute()) if ran else []
        return {
            mission: tuple(Result.of(Execution.load(text)) for text in reversed(texts) if text)
            for (mission, _), texts in zip(ran, rows, strict=True)
        }

    def since(self, viewer: Viewer, mission: MissionId, start: datetime) -> tuple[Result, ...]:
        """Results of what began at `start` or later, oldest first; as many as are kept."""
        self._seen(viewer, mission)
        key = TeamKeys(viewer.team).mission(mission).history
        found = self._store.redis.zrangebyscore(key, start.timestamp(), "+inf")
        runs = self._store.executions(viewer.team, mission, cast("list[str]", found))
        return tuple(map(Result.of, runs))

    def changes(
        self, viewer: Viewer, mission: MissionId, page: int, per_page: int
    ) -> tuple[tuple[Change, ...], int, int]:
        """A page of the change log, newest first, which page that is, and how many there are."""
        self._seen(viewer, mission)
        key = TeamKeys(viewer.team).mission(mission).changes
        pages = max(1, -(-self._store.redis.llen(key) // per_page))
        page = min(max(page, 1), pages)
        first = (page - 1) * per_page
        texts = cast("list[str]", self._store.redis.lrange(key, first, first + per_page - 1))
        return tuple(map(Change.load, texts)), page, pages

    def waiting(self, viewer: Viewer) -> tuple[Waiting, ...]:
        """What waits for the viewer's answer; what no longer does is forgotten.

        Approvals, for which a run waits, come before Proposals, and those before questions [A1];
        the newest first. Of the questions in one channel only the newest still waits.
        """
        key = TeamKeys(viewer.team).waiting(viewer.person)
        rows = self._store.redis.zrange(key, 0, NAMES_MAX - 1, desc=True, withscores=True)
        found: list[Waiting] = []
        named, gone = _in_order(cast("list[tuple[str, float]]", rows), self._clock.now())
        for what, name, score in named[:LOOKED_AT]:
            open_one: Waiting | None
            if isinstance(what, tuple):
                open_one, over = self._proposal(viewer, *what)
            elif isinstance(what, ApprovalWaits):
                open_one, over = self._approval(viewer, what)
            else:
                since = datetime.fromtimestamp(score, self._clock.now().tzinfo)
                open_one, over = self._question(viewer, what, since)
            found += [open_one] if open_one else []
            gone += [name] if over else []
        if gone:
            self._store.team_tx(viewer.team).zrem(key, *gone).commit()
        return tuple(found)

    def _approval(self, viewer: Viewer, what: ApprovalWaits) -> tuple[WaitingApproval | None, bool]:
        """The approval if the viewer may give it; and whether it waits no more at all."""
        keys = TeamKeys(viewer.team).mission(what.mission)
        mission = self._store.mission(viewer.team, what.mission)
        found = approval_of(self._store, keys, what.approval) if mission else None
        if mission is None or found is None or found.state is not ApprovalState.OPEN:
            return None, True
        if not self._rights.can_see(viewer, mission):
            return None, False
        if not self._rights.may(viewer.person, mission, Right.APPROVE):
            return None, False
        text = self._store.hget(keys.posts, message_for(found.id))
        card = TypeAdapter(tuple[ChannelId, str]).validate_json(text) if text else None
        return WaitingApproval(mission, found, card), False

    def _proposal(
        self, viewer: Viewer, mission_id: MissionId, proposal_id: ProposalId
    ) -> tuple[WaitingProposal | None, bool]:
        """The Proposal if the viewer may see that it waits; and whether it waits no more at all."""
        mission = self._store.mission(viewer.team, mission_id)
        proposal = self._store.proposal(viewer.team, mission_id, proposal_id) if mission else None
        if mission is None or proposal is None or proposal.state is not ProposalState.OPEN:
            return None, True
        if proposal.expired(self._clock.now()) or stale(mission, proposal):
            return None, True
        if not self._rights.can_see(viewer, mission):
            return None, False
        card = shown_in(self._store, TeamKeys(viewer.team).mission(mission_id), proposal_id)
        return WaitingProposal(mission, proposal, card), False

    def _question(
        self, viewer: Viewer, conversation: ConversationId, since: datetime
    ) -> tuple[WaitingQuestion | None, bool]:
        memory = TeamKeys(viewer.team).conversation(conversation)
        if viewer.person not in asked({ASKED: self._store.hget(memory, ASKED) or ""}):
            return None, True
        channel, root = place_of(conversation)
        if not self._rights.can_read(viewer.team, viewer.person, channel):
            return None, False
        text = self._store.hget(memory, question_field(viewer.person)) or ""
        return WaitingQuestion(channel, root, since, text), False

    def _seen(self, viewer: Viewer, mission: MissionId) -> Mission:
        found = self._store.mission(viewer.team, mission)
        if found is None or not self._rights.can_see(viewer, found):
            raise UnknownMission(mission)
        return found


_Named = tuple[tuple[MissionId, ProposalId] | ConversationId | ApprovalWaits, str, float]


def _in_order(rows: Iterable[tuple[str, float]], now: datetime) -> tuple[list[_Named], list[str]]:
    """What waits, what matters most first, and the names of questions that wait no more."""
    approvals: list[_Named] = []
    proposals: list[_Named] = []
    questions: dict[ChannelId, _Named] = {}
    gone: list[str] = []
    for name, score in rows:
        what = what_waits(name)
        if isinstance(what, ApprovalWaits):
            approvals.append((what, name, score))
        elif isinstance(what, tuple):
            proposals.append((what, name, score))
        elif score > (now - QUESTION_WAITS).timestamp():
            questions.setdefault(place_of(what)[0], (what, name, score))
        else:
            gone.append(name)
    return [*approvals, *proposals, *questions.values()], gone
