"""A card of the outbox as a message, as its viewer may see it at this moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from bot.blocks.action_card import action_card
from bot.blocks.approval_card import approval_card
from bot.blocks.ask_card import ask_card
from bot.blocks.away_card import away_card
from bot.blocks.backfill_card import backfill_card, backfill_runs_card
from bot.blocks.change_card import change_card
from bot.blocks.choose_card import choose_card
from bot.blocks.history import history
from bot.blocks.layout import Message
from bot.blocks.list_card import list_card
from bot.blocks.mission_card import MissionFacts, mission_card
from bot.blocks.next_runs import next_runs
from bot.blocks.notices import (
    deleted_card,
    help_card,
    renamed_card,
    sentence,
    sorry_card,
    state_card,
)
from bot.blocks.outage_card import outage_card
from bot.blocks.pauses import quiet_card, quiet_line, quiet_offer, task_paused_card
from bot.blocks.plan_card import plan_card
from bot.blocks.plan_view import plan_view
from bot.blocks.progress import progress
from bot.blocks.records import Scope
from bot.blocks.reminder import reminder
from bot.blocks.report import report
from bot.blocks.report_detail import report_detail
from bot.blocks.session import session_card
from bot.blocks.versions_card import diff_card, versions_card
from bot.blocks.wish_card import said_card, wish_card
from bot.facts.approvals import approval_facts
from bot.facts.backfills import backfill_facts, backfill_runs_facts
from bot.facts.files import too_long, upload_of
from bot.facts.gather import Gather
from bot.facts.health import health_of
from bot.facts.lists import (
    COMING,
    STRETCH,
    history_facts,
    list_facts,
    mission_facts,
    next_runs_facts,
)
from bot.facts.people import PeopleCard, people_card
from bot.facts.plans import change_facts, plan_facts, plan_view_facts
from bot.facts.reminders import reminder_facts
from bot.facts.reports import detail_facts, missed_facts, progress_facts, report_facts
from bot.facts.sessions import session_facts
from bot.facts.sources import source_links
from bot.facts.versions import diff_facts, versions_facts
from bot.uploads import Upload
from missions import cards as c
from missions.errors import UnknownMission
from missions.ids import MissionId
from missions.mission import Mission
from missions.recorded import retold

SAME_MOMENT: Final = timedelta(seconds=2)
"""By how much the clocks of two machines may differ."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A message, and the Missions that it names: their delete removes it too [M6].

    With an `upload` it is that file instead; `follow` are files that belong into its thread.
    """

    message: Message
    named: tuple[MissionId, ...] = ()
    upload: Upload | None = None
    follow: tuple[c.FileCard, ...] = ()


def show(card: c.Card, gather: Gather) -> Shown:
    """The card as a message.

    Raises `UnknownMission` if it is about a Mission that is gone or hidden, and `ProposalRefused`
    if it is about a Proposal that is gone: then there is nothing to say.
    """
    match card:
        case c.ListCard():
            facts = list_facts(gather, card.state, card.search, card.page)
            return Shown(list_card(facts), tuple(item.mission.id for item in facts.items))
        case c.NextRunsCard():
            return _next_runs(card, gather)
        case c.ChooseCard():
            found = _visible(card.missions, gather)
            return Shown(choose_card(found, card.say), tuple(m.id for m in found))
        case c.AwayCard():
            owned = _owned(card.missions, gather)
            return Shown(away_card(card, owned), tuple(m.id for m in owned))
        case c.OutageCard():
            missed = missed_facts(gather, card.missed)
            message = outage_card(card.since, card.until, missed, gather.zone())
            return Shown(message, tuple(dict.fromkeys(runs.mission for runs in missed)))
        case c.TextCard():
            links, named = source_links(card.sources, gather)
            return Shown(sentence(retold(card.text), card.aside, links), named)
        case c.WishCard() | c.AskCard() | c.HelpCard() | c.SorryCard() | c.DeletedCard():
            return Shown(_plain(card))
        case c.FileCard():
            upload = upload_of(card, gather)
            return Shown(sentence(upload.title), (card.mission,), upload)
        case c.ReportDetailCard():
            detail = detail_facts(gather, card.mission, card.execution)
            return Shown(report_detail(detail), (card.mission,), None, too_long(detail))
        case c.ApprovalCard():
            asked = approval_facts(gather, card.mission, card.approval)
            return Shown(approval_card(asked), (card.mission,))
        case c.ReminderCard():
            return Shown(reminder(reminder_facts(gather, card)), (card.mission,))
        case c.SessionCard():
            scope = Scope(card.mission)
            return Shown(
                session_card(session_facts(gather, scope, card.execution, card.page)),
                (card.mission,),
            )
        case c.SaidCard():
            return Shown(said_card(gather.mission(card.mission), card), (card.mission,))
        case c.QuietCard():
            return Shown(quiet_card(card, gather.zone()))
        case c.QuietOfferCard():
            return Shown(quiet_offer(card, gather.zone()))
        case _:
            return Shown(_about_one(card, gather), (card.mission,))


def _plain(
    card: c.WishCard | c.AskCard | c.HelpCard | c.SorryCard | c.DeletedCard,
) -> Message:
    """Cards that hold all that they say."""
    match card:
        case c.WishCard():
            return wish_card(card)
        case c.AskCard():
            return ask_card(card)
        case c.HelpCard():
            return help_card(offline=card.offline)
        case c.SorryCard():
            return sorry_card(retold(card.text), card.turn)
        case c.DeletedCard():
            return deleted_card(card.mission, card.messages, card.refused)


def _about_one(
    card: c.PlanCard
    | c.ChangeCard
    | c.BackfillCard
    | c.VersionsCard
    | c.DiffCard
    | c.BackfillRunsCard
    | c.MissionCard
    | c.PlanViewCard
    | c.HistoryCard
    | c.ActionCard
    | c.RenamedCard
    | c.StateCard
    | c.TaskPausedCard
    | c.ReportCard
    | c.ProgressCard
    | c.WithdrawnCard
    | PeopleCard,
    gather: Gather,
) -> Message:
    """Cards about one Mission."""
    match card:
        case (
            c.PlanCard()
            | c.ChangeCard()
            | c.VersionsCard()
            | c.DiffCard()
            | c.BackfillCard()
            | c.BackfillRunsCard()
        ):
            return _about_plan(card, gather)
        case c.MissionCard():
            return mission_card(_with_health(gather, mission_facts(gather, card.mission)))
        case c.PlanViewCard():
            return plan_view(plan_view_facts(gather, card.mission))
        case c.HistoryCard():
            return history(history_facts(gather, card.mission, card.page))
        case c.ReportCard():
            return report(report_facts(gather, card.mission, card.execution))
        case c.ProgressCard():
            return progress(progress_facts(gather, card.mission, card.execution))
        case c.WithdrawnCard():
            raise UnknownMission(card.mission)  # it is nothing to be shown
        case c.ActionCard():
            return _action(card, gather)
        case c.RenamedCard():
            still = gather.mission(card.mission).name == card.after
            return renamed_card(card.mission, card.before, card.after, still=still)
        case c.StateCard():
            return _state(card, gather)
        case c.TaskPausedCard():
            return _task_paused(card, gather)
        case _:
            return people_card(card, gather)


def _about_plan(
    card: c.PlanCard
    | c.ChangeCard
    | c.VersionsCard
    | c.DiffCard
    | c.BackfillCard
    | c.BackfillRunsCard,
    gather: Gather,
) -> Message:
    """Cards about a plan: as it is proposed, changed, kept, and run for the past."""
    match card:
        case c.PlanCard():
            return plan_card(plan_facts(gather, card.mission, card.proposal, card.alike))
        case c.VersionsCard():
            return versions_card(versions_facts(gather, card.mission))
        case c.DiffCard():
            return diff_card(diff_facts(gather, card.mission, card.first, card.last))
        case c.BackfillCard():
            return backfill_card(backfill_facts(gather, card.mission, card.proposal))
        case c.BackfillRunsCard():
            return backfill_runs_card(backfill_runs_facts(gather, card.mission, card.proposal))
        case c.ChangeCard():
            return change_card(change_facts(gather, card.mission, card.proposal))


def _task_title(gather: Gather, card: c.ActionCard | c.TaskPausedCard) -> str:
    """The title of the Task that the card is about; its id if it left the plan, "" if none."""
    if card.task is None:
        return ""
    found = gather.domain.reader.blueprint(gather.viewer, card.mission).task(card.task)
    return found.title if found else card.task


def _state(card: c.StateCard, gather: Gather) -> Message:
    mission = gather.mission(card.mission)
    at, pause = card.at or gather.now, mission.pause
    over = bool(pause and card.at and card.at < pause.at - SAME_MOMENT)
    zone = gather.zone(mission)
    return state_card(mission, card.what, card.by, at, card.note, zone, card.until, over=over)


def _action(card: c.ActionCard, gather: Gather) -> Message:
    mission = gather.mission(card.mission)
    people = gather.people(
        [card.undoes.by if card.undoes else None, mission.pause.by if mission.pause else None]
    )
    title, zone = _task_title(gather, card), gather.zone(mission)
    alone = gather.pauses(mission).get(card.task) if card.task else None
    return action_card(mission, card, title, zone, people, alone=alone)


def _with_health(gather: Gather, facts: MissionFacts) -> MissionFacts:
    return replace(facts, health=health_of(gather, facts.mission))


def _task_paused(card: c.TaskPausedCard, gather: Gather) -> Message:
    mission = gather.mission(card.mission)
    return task_paused_card(
        mission,
        card.task,
        _task_title(gather, card),
        card.by,
        card.note,
        card.until,
        gather.zone(mission),
        still=card.task in gather.pauses(mission),
    )


def _next_runs(card: c.NextRunsCard, gather: Gather) -> Shown:
    mission = gather.mission(card.mission) if card.mission else None
    count = STRETCH if card.until else COMING
    runs = next_runs_facts(gather, card.mission, count, card.after, card.until)
    named = {run.mission for run in runs if run.mission}
    if card.mission:
        named.add(card.mission)
    zone = gather.zone(mission)
    place = mission.channel if mission else gather.viewer.place
    quiet = gather.domain.quiet.now(gather.viewer.team, place) if place else None
    held = quiet_line(quiet, gather.people([quiet.by] if quiet else []), zone)
    return Shown(next_runs(runs, mission, card, zone, held), tuple(sorted(named)))


def _owned(missions: tuple[MissionId, ...], gather: Gather) -> list[Mission]:
    """Those that the reader owns: they may know of them although their channel is gone."""
    viewer = gather.viewer
    found = gather.domain.store.missions(viewer.team, missions)
    owned = [mission for mission in found if mission.owner == viewer.person]
    if not owned:
        raise UnknownMission(missions[0])
    return owned


def _visible(missions: tuple[MissionId, ...], gather: Gather) -> list[Mission]:
    found = []
    for mission in missions:
        try:
            found.append(gather.mission(mission))
        except UnknownMission:
            continue
    return found
