"""Buttons and dialogs of approvals; the domain checks the right once more when it acts [A2]."""

from __future__ import annotations

from typing import Any, Final

from bot.blocks.approval_dialogs import CallField, call_in, edit_dialog, reason_in, reject_dialog
from bot.blocks.dialogs import Origin
from bot.edge.click import Click
from bot.edge.clicks import ButtonTooOld
from bot.edge.context import Edge
from bot.edge.dialogs import Submission
from bot.mrkdwn import clip_plain
from missions.cards import ApproversCard
from missions.errors import UnknownMission
from missions.ids import ApprovalId, MissionId, PersonId
from missions.phrases import say
from missions.verbs.approvals import ApprovalRefused

Json = dict[str, Any]
ERROR_MAX: Final = 2_000


def approve(edge: Edge, click: Click) -> None:
    """Have it done, as the card shows it."""
    mission, approval, digest = _of(click)
    edge.domain.lifecycle.approve(click.actor, mission, approval, digest)
    edge.say(click.place, say("approved-now"))


def open_reject(edge: Edge, click: Click) -> None:
    """Ask why not."""
    mission, approval, digest = _of(click)
    asked = edge.domain.lifecycle.open_approval(click.actor, mission, approval, digest)
    found = edge.gather(click.place.person).mission(mission)
    edge.open_dialog(click.place, reject_dialog(found, asked, _origin(click)))


def open_edit(edge: Edge, click: Click) -> None:
    """Ask for other arguments."""
    mission, approval, digest = _of(click)
    asked = edge.domain.lifecycle.open_approval(click.actor, mission, approval, digest)
    found = edge.gather(click.place.person).mission(mission)
    edge.open_dialog(click.place, edit_dialog(found, asked, _origin(click)))


def set_approvers(edge: Edge, click: Click) -> None:
    """Say who may approve, as the card says."""
    if click.value.mission is None:
        raise UnknownMission("")
    people = tuple(PersonId(p) for p in (click.value.extra or "").split(",") if p)
    edge.domain.lifecycle.name_approvers(click.actor, click.value.mission, people)
    edge.redraw(click.place, ApproversCard(mission=click.value.mission, people=people))


def reject(edge: Edge, sent: Submission) -> Json | None:
    """Have it not done."""
    approval, digest = _named(sent.origin.approval)
    edge.domain.lifecycle.reject(
        sent.actor, sent.origin.mission, approval, digest, reason_in(sent.view)
    )
    return None


def edit(edge: Edge, sent: Submission) -> Json | None:
    """Take other arguments, if the tool takes them as fit; else an error below the input."""
    approval, digest = _named(sent.origin.approval)
    mission = sent.origin.mission
    asked = edge.domain.lifecycle.open_approval(sent.actor, mission, approval, digest)
    tool = edge.effects.get(asked.tool)
    if tool is None:
        raise ApprovalRefused(say("not-editable"))
    wanted = call_in(sent.view)
    if problems := tool.problems(wanted):
        at = next((f for f in CallField if any(_about(f, p) for p in problems)), CallField.URL)
        errors = {at.value: clip_plain(" ".join(problems), ERROR_MAX)}
        return {"response_action": "errors", "errors": errors}
    edge.domain.lifecycle.edit_call(sent.actor, mission, approval, digest, tool.effective(wanted))
    return None


def _about(field: CallField, problem: str) -> bool:
    """Whether a problem's sentence is about that input."""
    words = {
        CallField.JSON: ("body", "JSON"),
        CallField.HEADERS: ("header", "secret"),
        CallField.METHOD: ("method",),
    }
    return any(word in problem for word in words.get(field, ()))


def _of(click: Click) -> tuple[MissionId, ApprovalId, str]:
    if click.value.mission is None:
        raise UnknownMission("")
    return (click.value.mission, *_named(click.value.extra))


def _named(text: str | None) -> tuple[ApprovalId, str]:
    approval, colon, digest = (text or "").partition(":")
    if not colon:
        raise ButtonTooOld
    return ApprovalId(approval), digest


def _origin(click: Click) -> Origin:
    if click.value.mission is None:
        raise UnknownMission("")
    place = click.place
    return Origin(
        mission=click.value.mission,
        channel=place.channel,
        message_ts=None if place.ephemeral else place.message_ts,
        thread_ts=place.thread_ts,
        approval=click.value.extra,
    )
