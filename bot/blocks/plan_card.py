"""The plan of a Draft, to be launched [C3]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.blocks.elements import Block, actions, context, divider, header, section
from bot.blocks.layout import Message, compose
from bot.blocks.look import People, who
from bot.blocks.mentions import mentions
from bot.blocks.pauses import runs_now, stands
from bot.blocks.standing import (
    DEAD,
    REDOABLE,
    Standing,
    card_sign,
    standing,
    standing_line,
)
from bot.blocks.tasks import TaskFacts, runs_of, task_groups
from bot.blocks.ways import Waits, launch_ways, launched_ways
from bot.mrkdwn import Mrkdwn, bold, bullets, code, dots, label, line, lines, paragraph, told
from missions.blueprint import Blueprint, Keeping
from missions.describe import keeping_in_words, left_out_in_words
from missions.ids import PersonId
from missions.mission import Mission, Pause
from missions.phrases import say
from missions.proposal import Proposal
from missions.summary import summary_in_words

_FINDINGS = 8
_EXCLUSIONS = 6
_APPROVERS = 10


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """A launch Proposal with its Tasks in words. `zone` is the Mission's, for text fallbacks."""

    mission: Mission
    proposal: Proposal
    tasks: tuple[TaskFacts, ...]
    now: datetime
    zone: str = "UTC"
    people: People = field(default_factory=dict)
    budget: str = ""
    alike: str = ""
    quiet: Pause | None = None


def plan_card(facts: PlanFacts) -> Message:
    """Name, ID, goal, objectives, Tasks, next three runs; and buttons while it can be answered.

    Once it is launched it says how the Mission stands, shows runs only while they will come, and
    leads to the Mission.
    """
    mission, at = facts.mission, standing(facts.proposal, facts.mission, facts.now)
    head = [
        header(f"{card_sign(at, mission)} {mission.name}"),
        context(dots(code(mission.id, 40), told("plan"), _state(mission, at)), _stands(facts, at)),
        goal_section(facts.proposal.blueprint, facts.people, facts.budget, mission.approvers),
        divider(),
    ]
    if facts.alike and at not in DEAD:
        head.insert(2, context(Mrkdwn(f"👯 {line(facts.alike, 300)}")))
    tail = [*(runs_of(facts.tasks) if _comes(facts, at) else []), *_ending(facts, at)]
    groups, shortened = task_groups(facts.tasks, head, [*tail, context(told("shortened"))])
    if shortened:
        tail.append(context(told("shortened")))
    summary = _named(mission)
    return compose(summary, head, groups, tail, _more_tasks)


def _state(mission: Mission, at: Standing) -> Mrkdwn | None:
    """The state, but for a plan that was dropped: that one will never run."""
    return None if at in DEAD else Mrkdwn(str(mission.state))


def _stands(facts: PlanFacts, at: Standing) -> Mrkdwn:
    """What keeps a launched Mission from running or speaking, and that its plan is a newer one."""
    mission, launched = facts.mission, facts.proposal.base_version + 1
    if at is not Standing.APPLIED:
        return Mrkdwn("")
    newer = told("plan-moved-on", version=launched, current=mission.version)
    standing_now = stands(mission, facts.quiet, facts.people, facts.zone)
    return lines([standing_now, newer if mission.version > launched else Mrkdwn("")])


def _comes(facts: PlanFacts, at: Standing) -> bool:
    """Whether the runs of this plan will come, or would if it were launched."""
    if at is not Standing.APPLIED:
        return at not in DEAD
    return runs_now(facts.mission, facts.proposal.base_version + 1, facts.quiet)


def goal_section(
    blueprint: Blueprint, people: People, budget: str, approvers: Sequence[PersonId]
) -> Block:
    """Goal and objectives, the days that are left out [B5], whom reports mention [R1], what the
    language model may cost [X6], who may approve what it does outside [A2]."""
    goal = told("goal", text=paragraph(blueprint.goal, 600))
    objectives = bullets(line(text, 180) for text in blueprint.objectives)
    named, kept = mentions(blueprint.mentions, people), _kept(blueprint)
    cost = told("budget", text=label(budget, 120)) if budget else Mrkdwn("")
    can = _approvers(approvers, people) if any(t.asks for t in blueprint.tasks) else Mrkdwn("")
    said = [named, _summed_up(blueprint), kept, cost, can]
    parts = [goal, objectives, _left_out(blueprint), *said]
    return section(lines(parts))


def _approvers(approvers: Sequence[PersonId], people: People) -> Mrkdwn:
    """Who may approve, by name; a plan itself mentions nobody."""
    names = [who(person, people) for person in approvers[:_APPROVERS]]
    left = len(approvers) - len(names)
    if not names:
        return told("nobody-may-approve")
    named = Mrkdwn(say("comma").join(names))
    return told("can-approve", who=told("and-more", left, some=named) if left else named)


def _kept(blueprint: Blueprint) -> Mrkdwn:
    """How long records are kept, where it is not as usual."""
    if blueprint.keep == Keeping():
        return Mrkdwn("")
    return Mrkdwn(f"🗂️ {keeping_in_words(blueprint.keep)}")


def _left_out(blueprint: Blueprint) -> Mrkdwn:
    days = [label(each, 120) for each in left_out_in_words(blueprint)]
    if not days:
        return Mrkdwn("")
    shown, rest = Mrkdwn("; ".join(days[:_EXCLUSIONS])), len(days) - _EXCLUSIONS
    return told("left-out", days=told("and-more", rest, some=shown) if rest > 0 else shown)


def _summed_up(blueprint: Blueprint) -> Mrkdwn:
    found = blueprint.summary
    return told("summed-up", when=label(summary_in_words(found))) if found else Mrkdwn("")


def findings_section(lead: Mrkdwn, findings: tuple[str, ...]) -> Block:
    """What verification found, as a list [B7]."""
    shown = [line(finding, 250) for finding in findings[:_FINDINGS]]
    left = len(findings) - len(shown)
    if left:
        shown.append(told("more-findings", left, where=told("ask-next")))
    return section(lines([Mrkdwn(f"⚠️ {lead}"), bullets(shown)]))


def _ending(facts: PlanFacts, at: Standing) -> list[Block]:
    note = standing_line(facts.proposal, facts.mission, facts.now, facts.zone)
    ways = launch_ways(Waits(facts.proposal, facts.now), facts.mission)
    if at in REDOABLE:
        return [section(note), actions(*ways)]
    if at in (Standing.APPLIED, Standing.SUPERSEDED):
        return [actions(*launched_ways(facts.mission)), context(note)]
    if at is not Standing.OPEN:
        return [context(note)]
    if facts.proposal.findings:
        refused = findings_section(told("plan-refused"), facts.proposal.findings)
        return [refused, actions(*ways), context(note)]
    return [actions(*ways), context(Mrkdwn(f"{told('plan-open')} {note}"))]


def _named(mission: Mission) -> Mrkdwn:
    return Mrkdwn(f"{told('plan-for', mission=bold(label(mission.name)))} {code(mission.id, 40)}")


def _more_tasks(left: int) -> Mrkdwn:
    return told("more-tasks", left, where=told("ask-for-rest"))
