"""Facts for a Mission's details, part by part [R7]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.blocks.details import (
    ChangePage,
    DetailsAt,
    DetailsFacts,
    SettingLine,
)
from bot.blocks.elements import Block
from bot.blocks.plan_view import plan_view
from bot.blocks.tabs import Tab
from bot.facts.gather import Gather
from bot.facts.health import health_of
from bot.facts.lists import mission_facts
from bot.facts.plans import plan_view_facts
from missions.describe import notify_in_words
from missions.keys import TeamKeys
from missions.mission import Editing, Mission
from missions.phrases import say
from missions.proposals import shown_in
from missions.rights import Right
from missions.verbs.settings import keep_in_words

CHANGES_PER_PAGE: Final = 15


def details_facts(
    gather: Gather, at: DetailsAt, notice: str = "", notice_url: str = ""
) -> DetailsFacts:
    """What the viewer sees of it; `UnknownMission` if they may not know of it."""
    shown = mission_facts(gather, at.mission)
    mission = shown.mission
    can_edit = gather.domain.rights.may(gather.viewer.person, mission, Right.EDIT)
    keeps = gather.domain.rights.may(gather.viewer.person, mission, Right.KEEP)
    card = _card(gather, mission)
    facts = DetailsFacts(
        at, shown, can_edit, notice=notice, notice_url=notice_url, card=card, can_delete=keeps
    )
    match at.tab:
        case Tab.OVERVIEW:
            return replace(facts, mission=replace(shown, health=health_of(gather, mission)))
        case Tab.PLAN:
            return replace(facts, plan=_plan(gather, mission))
        case Tab.CHANGES:
            return _with_changes(gather, facts)
        case Tab.SETTINGS:
            return replace(facts, settings=_settings(gather, mission))


def _card(gather: Gather, mission: Mission) -> str | None:
    """Where the card of a Draft's plan is."""
    if mission.draft is None:
        return None
    keys = TeamKeys(mission.team).mission(mission.id)
    place = shown_in(gather.domain.store, keys, mission.draft)
    return gather.link(*place) if place else None


def _plan(gather: Gather, mission: Mission) -> Sequence[Block]:
    """The blocks of its plan, without title, state and buttons: the dialog has its own."""
    _, _, *blocks = plan_view(plan_view_facts(gather, mission.id)).blocks
    return [block for block in blocks if block["type"] != "actions"]


def _with_changes(gather: Gather, facts: DetailsFacts) -> DetailsFacts:
    found, page, pages = gather.domain.overview.changes(
        gather.viewer, facts.at.mission, facts.at.page, CHANGES_PER_PAGE
    )
    people = {**facts.mission.people, **gather.people(change.by for change in found)}
    shown = replace(facts.mission, people=people)
    return replace(facts, mission=shown, log=ChangePage(found, page, pages))


def _settings(gather: Gather, mission: Mission) -> tuple[SettingLine, ...]:
    plan = gather.domain.reader.blueprint(gather.viewer, mission.id)
    budget = gather.domain.spending.in_words(plan.budget)
    return (
        SettingLine(say("name"), mission.name),
        SettingLine(say("who-may-edit"), _editors(gather, mission)),
        SettingLine(say("who-may-approve"), _approvers(gather, mission)),
        *(
            SettingLine(say("reports-of", task=task.title), notify_in_words(task.notify))
            for task in plan.tasks
        ),
        SettingLine(say("records-are-kept"), keep_in_words(plan.keep)),
        *([SettingLine(say("budget-title"), budget)] if budget else []),
    )


def _approvers(gather: Gather, mission: Mission) -> str:
    names = gather.people(mission.approvers)
    each = [names.get(p, say("somebody")) for p in mission.approvers]
    return say("comma").join(each) or say("nobody")


def _editors(gather: Gather, mission: Mission) -> str:
    """Who may edit, and who is named in vain."""
    names = gather.people([mission.owner, *mission.editors])
    owner = say("name-owner", name=names.get(mission.owner, say("somebody")))
    if mission.editing is Editing.MEMBERS:
        return say("comma").join([owner, say("channel-members")])
    shown = [owner]
    for person in mission.editors:
        name = names.get(person, say("somebody"))
        reads = gather.domain.rights.can_read(mission.team, person, mission.channel)
        shown.append(name if reads else say("name-but", name=name, why=say("cannot-edit")))
    return say("comma").join(shown)
