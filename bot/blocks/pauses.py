"""Whatever is paused or muted: who, since when, until when and why, wherever it is shown."""

from __future__ import annotations

from datetime import datetime

from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import Element, actions, button, context, fitting, section, too_long
from bot.blocks.layout import Message, compose
from bot.blocks.look import People, mission_line, who
from bot.mrkdwn import Mrkdwn, bold, date, dots, label, line, lines, mention, told
from missions.cards import QuietCard, QuietOfferCard
from missions.ids import PersonId, TaskId
from missions.mission import Mission, MissionState, Pause
from missions.phrases import say
from missions.recorded import retold


def paused(pause: Pause, what: str, people: People, zone: str) -> Mrkdwn:
    """`⏸️ <what> by Ann, since when, until when: why`; `what` is an id."""
    when = Mrkdwn(f"{date(pause.at, zone=zone)}{until(pause.until, zone)}")
    said = told("paused-by", what=told(what), who=who(pause.by, people), when=when)
    if not pause.note.strip():
        return said
    return told("paused-why", paused=said, note=line(retold(pause.note), 300))


def pause_line(mission: Mission, people: People, zone: str) -> Mrkdwn:
    """Who paused it, when, until when and why; empty if it is not Paused [M3]."""
    if mission.state is not MissionState.PAUSED or mission.pause is None:
        return Mrkdwn("")
    return paused(mission.pause, "paused", people, zone)


def task_pause(pause: Pause | None, people: People, zone: str) -> Mrkdwn:
    """The same of a Task that is paused alone; empty if it is not [M9]."""
    return paused(pause, "paused-alone", people, zone) if pause else Mrkdwn("")


def quiet_line(quiet: Pause | None, people: People, zone: str) -> Mrkdwn:
    """That everything is paused in the Mission's place; empty if it is not [M10]."""
    return paused(quiet, "paused-here", people, zone) if quiet else Mrkdwn("")


def mute_line(mission: Mission, people: People, zone: str) -> Mrkdwn:
    """Who muted it and until when; empty if it is not muted [R1]."""
    mute = mission.mute
    if mute is None:
        return Mrkdwn("")
    end = until(mute.until, zone) or told("until-it-recovers")
    return told("muted-by", who=who(mute.by, people), until=end)


def stands(mission: Mission, quiet: Pause | None, people: People, zone: str) -> Mrkdwn:
    """All that keeps the Mission from running or speaking, a line each."""
    return lines(
        [
            pause_line(mission, people, zone),
            quiet_line(quiet, people, zone),
            mute_line(mission, people, zone),
        ]
    )


def runs_now(mission: Mission, version: int, quiet: Pause | None = None) -> bool:
    """Whether what a version of the plan schedules will run, as far as is known."""
    active = mission.state is MissionState.ACTIVE and quiet is None
    return active and mission.version == version


def until(at: datetime | None, zone: str) -> Mrkdwn:
    """` until <when>`; empty for what has no end."""
    return told("until", date=date(at, zone=zone)) if at else Mrkdwn("")


def unmute_button(value: Value) -> Element:
    """Ends a mute."""
    return button(say("unmute"), ActionId.UNMUTE, value)


def task_paused_card(
    mission: Mission,
    task: TaskId,
    title: str,
    by: PersonId | None,
    note: str,
    ends: datetime | None,
    zone: str,
    *,
    still: bool,
) -> Message:
    """A Task was paused alone, with Enable while it still is [M9 S7]."""
    actor = mention(by) if by else Mrkdwn("Houston")
    happened = told("task-was-paused", task=bold(label(title)), who=actor, until=until(ends, zone))
    why = Mrkdwn(f"> {line(retold(note), 300)}") if note.strip() else Mrkdwn("")
    rest = told("others-go-on") if still else told("enabled-since")
    text = lines([mission_line(mission), happened, why])
    value = Value(mission=mission.id, task=task)
    enable = button(say("enable"), ActionId.ENABLE_TASK, value, style="primary") if still else None
    return compose(Mrkdwn(""), [section(text, enable), context(rest)])


def quiet_card(card: QuietCard, zone: str) -> Message:
    """Everything in the channel, or in the workspace, was paused or goes on [M10]."""
    actor = mention(card.by) if card.by else Mrkdwn("Houston")
    why = Mrkdwn(f"> {line(retold(card.note), 300)}") if card.note.strip() else Mrkdwn("")
    if not card.begun:
        over = told("its-time-is-over") if card.by is None else told("by", who=actor)
        said = told("quiet-over-everywhere" if card.everywhere else "quiet-over")
        return compose(Mrkdwn(""), [section(lines([dots(said, over), told("not-made-up")]))])
    begun = "quiet-begun-everywhere" if card.everywhere else "quiet-begun"
    said = told(begun, until=until(card.until, zone))
    text = lines([dots(said, told("by", who=actor)), why, told("quiet")])
    resume = button(say("resume-all"), ActionId.RESUME_ALL, Value(extra=_scope(card.everywhere)))
    return compose(Mrkdwn(""), [section(text, resume)])


def quiet_offer(card: QuietOfferCard, zone: str) -> Message:
    """Words that would pause everything here are answered by a button that does [C7 M10]."""
    if not card.begin:
        resume = button(say("resume-all"), ActionId.RESUME_ALL, Value(), style="primary")
        return compose(Mrkdwn(""), [section(told("resume-all-here")), actions(resume)])
    what = told("pause-all-here", until=until(card.until, zone))
    noted = told("note", note=line(retold(card.note), 300)) if card.note.strip() else Mrkdwn("")
    value = Value(until=card.until, extra=card.note.strip() or None)
    pause = fitting(say("pause-all"), ActionId.PAUSE_ALL, value, style="primary")
    press = actions(pause) if pause else too_long()
    return compose(Mrkdwn(""), [section(lines([what, told("quiet"), noted])), press])


EVERYWHERE = "everywhere"
"""The `extra` of Resume all where the whole workspace is meant."""


def _scope(everywhere: bool) -> str | None:
    return EVERYWHERE if everywhere else None
