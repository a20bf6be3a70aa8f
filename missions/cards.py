"""What Houston has to say: one frozen value per kind of message, holding ids rather than text.

A card is put into the outbox by whoever has something to say, and turned into blocks when it is
delivered, so that it shows the state of that moment. Text in a card is plain text: it is escaped
where it is shown.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from missions.blueprint import Every
from missions.card_parts import Action, Choice, FileKind, Question
from missions.ids import (
    ApprovalId,
    ChannelId,
    ExecutionId,
    MissionId,
    OutboxId,
    PersonId,
    ProposalId,
    TaskId,
)
from missions.mission import Away, Change, MissionState
from missions.record import Record
from missions.sources import Source


class TextCard(Record):
    """A sentence or a few; `aside` says below, small, what they are worth.

    `sources` says line by line what the text rests on.
    """

    kind: Literal["text"] = "text"
    text: str
    aside: str = ""
    sources: tuple[Source | None, ...] = ()


class WishCard(Record):
    """Somebody's wish from the New Mission dialog, answered in its thread [C1].

    With a `link` it was made of that message, so what it says is data, not the person's words.
    """

    kind: Literal["wish"] = "wish"
    by: PersonId
    text: str
    link: str | None = None


class SaidCard(Record):
    """What somebody said about a Mission in a dialog or by a button, answered in its thread [C1].

    `text` is as Slack sends messages; `typed` says that the words are the person's own.
    """

    kind: Literal["said"] = "said"
    mission: MissionId
    by: PersonId
    text: str
    typed: bool = False


class PlanCard(Record):
    """The plan of a Draft with Launch, Try once, Change, Discard [C3].

    `alike` tells of a Mission of the place that watches the same already.
    """

    kind: Literal["plan"] = "plan"
    mission: MissionId
    proposal: ProposalId
    alike: str = ""


class ChangeCard(Record):
    """Before → after per field with Apply and Discard [C5]."""

    kind: Literal["change"] = "change"
    mission: MissionId
    proposal: ProposalId


class BackfillCard(Record):
    """What a backfill would run and cost, with the button that starts it [S6]."""

    kind: Literal["backfill"] = "backfill"
    mission: MissionId
    proposal: ProposalId


class BackfillRunsCard(Record):
    """One message for all runs of a backfill, with the result of each instant [S6]."""

    kind: Literal["backfill_runs"] = "backfill_runs"
    mission: MissionId
    proposal: ProposalId


class AskCard(Record):
    """What is missing, asked in one card [C2]. `lead` says what was understood so far."""

    kind: Literal["ask"] = "ask"
    lead: str
    questions: tuple[Question, ...] = ()


class ChooseCard(Record):
    """Several Missions match; a button each says `say` with `{id}` filled in [C7]."""

    kind: Literal["choose"] = "choose"
    missions: tuple[MissionId, ...]
    say: str


class ListCard(Record):
    """The Missions that the readers of the place may see [R6]."""

    kind: Literal["list"] = "list"
    state: MissionState | None = None
    search: str = ""
    page: int = 1


class MissionCard(Record):
    """Details of a Mission [R7]."""

    kind: Literal["mission"] = "mission"
    mission: MissionId


class PlanViewCard(Record):
    """The current Blueprint [R8]."""

    kind: Literal["plan_view"] = "plan_view"
    mission: MissionId


class HistoryCard(Record):
    """The latest Executions."""

    kind: Literal["history"] = "history"
    mission: MissionId
    page: int = 1


class VersionsCard(Record):
    """The versions of a plan, with who made each [B8]."""

    kind: Literal["versions"] = "versions"
    mission: MissionId


class DiffCard(Record):
    """What changed between two versions of a plan [B8]."""

    kind: Literal["diff"] = "diff"
    mission: MissionId
    first: int
    last: int


class NextRunsCard(Record):
    """Coming runs of one Mission, or of all in the place; with an end, those of that stretch."""

    kind: Literal["next_runs"] = "next_runs"
    mission: MissionId | None = None
    after: datetime | None = None
    until: datetime | None = None


class ActionCard(Record):
    """A button that acts or opens the dialog [C7].

    `note` and `until` fill the dialog of a disable; a mute lasts `until`, or until the recovery; of
    a run `note` is the remark to this run only, of a rename the name. With a `task` it is about
    that Task alone. `undoes` is the change that the button takes back.
    """

    kind: Literal["action"] = "action"
    mission: MissionId
    action: Action
    note: str = ""
    until: datetime | None = None
    task: TaskId | None = None
    undoes: Change | None = None


class RenamedCard(Record):
    """A name changed, with Undo [C4]."""

    kind: Literal["renamed"] = "renamed"
    mission: MissionId
    before: str
    after: str


class HelpCard(Record):
    """What Houston understands; `offline` adds that it follows fixed phrases without a model."""

    kind: Literal["help"] = "help"
    offline: bool = False


class SorryCard(Record):
    """A turn failed for good; Retry sends the message again [C10]. `turn` keys the kept message."""

    kind: Literal["sorry"] = "sorry"
    text: str
    turn: str


class ReportCard(Record):
    """The report of an Execution in the channel [R1]; the thread's parts follow it."""

    kind: Literal["report"] = "report"
    mission: MissionId
    execution: ExecutionId


class ProgressCard(Record):
    """What a running Execution does; drawn from what stands in storage when it is delivered."""

    kind: Literal["progress"] = "progress"
    mission: MissionId
    execution: ExecutionId


class ApprovalCard(Record):
    """What an Execution wants to do outside, with the buttons of who may approve it [A1]."""

    kind: Literal["approval"] = "approval"
    mission: MissionId
    execution: ExecutionId
    approval: ApprovalId


class ApproversCard(Record):
    """A button by which the owner says who may approve what a Mission does outside [A2]."""

    kind: Literal["approvers"] = "approvers"
    mission: MissionId
    people: tuple[PersonId, ...]


class ReminderCard(Record):
    """A Proposal or an approval still waits and soon runs out; later, what became of it [A2 C5]."""

    kind: Literal["reminder"] = "reminder"
    mission: MissionId
    proposal: ProposalId | None = None
    approval: ApprovalId | None = None


class WithdrawnCard(Record):
    """An Execution's progress is not shown any more: its message goes."""

    kind: Literal["withdrawn"] = "withdrawn"
    mission: MissionId
    execution: ExecutionId


class ReportDetailCard(Record):
    """In the thread of a report: full text, table of checks, the Session."""

    kind: Literal["report_detail"] = "report_detail"
    mission: MissionId
    execution: ExecutionId


class FileCard(Record):
    """A file about a Mission: of an Execution its Session, full text or chart; else a month as a
    picture (`month` is `2026-11`), or all Executions as CSV."""

    kind: Literal["file"] = "file"
    mission: MissionId
    what: FileKind
    execution: ExecutionId | None = None
    month: str = ""


class SessionCard(Record):
    """A page of an Execution's Session in the thread of its report; its buttons turn it [X4]."""

    kind: Literal["session"] = "session"
    mission: MissionId
    execution: ExecutionId
    page: int = 1


class StateCard(Record):
    """A Mission's state changed: who, when, note [M3 M7].

    `at` is when it was said; None until then.
    """

    kind: Literal["state"] = "state"
    mission: MissionId
    what: str
    by: PersonId | None = None
    note: str = ""
    until: datetime | None = None
    at: datetime | None = None


class TaskPausedCard(Record):
    """A Task was paused alone, by a person or by Houston, with an Enable button [M9 S7]."""

    kind: Literal["task_paused"] = "task_paused"
    mission: MissionId
    task: TaskId
    by: PersonId | None = None
    note: str = ""
    until: datetime | None = None


class QuietCard(Record):
    """Everything in a channel, or in the workspace, was paused or goes on [M10]."""

    kind: Literal["quiet"] = "quiet"
    begun: bool
    everywhere: bool = False
    by: PersonId | None = None
    note: str = ""
    until: datetime | None = None


class QuietOfferCard(Record):
    """A button that pauses everything in the channel where it stands, or lets it go on [C7 M10]."""

    kind: Literal["quiet_offer"] = "quiet_offer"
    begin: bool
    note: str = ""
    until: datetime | None = None


class AwayCard(Record):
    """Houston cannot speak in a channel, or can again: what that means for the reader's Missions.

    `channel` is its name with #, or "the channel" where it is not known.
    """

    kind: Literal["away"] = "away"
    channel: str
    why: Away
    over: bool = False
    missions: tuple[MissionId, ...]


class OutageCard(Record):
    """One notice per channel after an outage: from when to when, what was missed [S4]."""

    kind: Literal["outage"] = "outage"
    since: datetime
    until: datetime
    missed: tuple[MissedRuns, ...]


class MissedRuns(Record):
    """How many runs of a Task were missed, and whether one is made up.

    So many of them were put up, and no worker took them: they are `untaken`.
    """

    mission: MissionId
    task: TaskId
    count: int
    made_up: bool
    untaken: int = 0


class HandoverOfferCard(Record):
    """A button by which the owner offers a Mission to somebody else [P3]."""

    kind: Literal["handover_offer"] = "handover_offer"
    mission: MissionId
    to: PersonId


class HandoverCard(Record):
    """An offer to become the owner, with a button for that person [P3]."""

    kind: Literal["handover"] = "handover"
    mission: MissionId
    offer: str
    to: PersonId
    by: PersonId


class OwnerLeftCard(Record):
    """The owner has left; an editor may take over by a click [P3]."""

    kind: Literal["owner_left"] = "owner_left"
    mission: MissionId
    owner: PersonId


class SummaryCard(Record):
    """The Mission report of a period [R3]."""

    kind: Literal["summary"] = "summary"
    mission: MissionId
    every: Every
    since: datetime
    until: datetime


class ExportCard(Record):
    """A Mission's plan as YAML, or its Executions as CSV [R9]."""

    kind: Literal["export"] = "export"
    mission: MissionId
    csv: bool = False


class PlaceCard(Record):
    """A button that copies or moves a Mission to another channel, and who will see it [P3]."""

    kind: Literal["place"] = "place"
    mission: MissionId
    channel: ChannelId
    move: bool


class DeletedCard(Record):
    """A delete is done: what went, and what Slack would not let go [M6]."""

    kind: Literal["deleted"] = "deleted"
    mission: MissionId
    messages: int
    refused: int


Card = Annotated[
    TextCard
    | WishCard
    | SaidCard
    | PlanCard
    | ChangeCard
    | BackfillCard
    | BackfillRunsCard
    | AskCard
    | ChooseCard
    | ListCard
    | MissionCard
    | PlanViewCard
    | HistoryCard
    | VersionsCard
    | DiffCard
    | NextRunsCard
    | ActionCard
    | RenamedCard
    | HelpCard
    | SorryCard
    | ReportCard
    | ReportDetailCard
    | ProgressCard
    | ApprovalCard
    | ApproversCard
    | ReminderCard
    | WithdrawnCard
    | FileCard
    | SessionCard
    | StateCard
    | TaskPausedCard
    | QuietCard
    | QuietOfferCard
    | AwayCard
    | OutageCard
    | HandoverOfferCard
    | HandoverCard
    | OwnerLeftCard
    | PlaceCard
    | SummaryCard
    | ExportCard
    | DeletedCard,
    Field(discriminator="kind"),
]

OutageCard.model_rebuild()


def missions_of(card: Card) -> tuple[MissionId, ...]:
    """The Missions a card names."""
    if isinstance(card, ChooseCard | AwayCard):
        return card.missions
    if isinstance(card, OutageCard):
        return tuple(m.mission for m in card.missed)
    if isinstance(card, DeletedCard):
        return ()
    mission: MissionId | None = getattr(card, "mission", None)
    return (mission,) if mission else ()


__all__ = ["Action", "Card", "Choice", "FileKind", "OutboxId", "Question", "missions_of"]
