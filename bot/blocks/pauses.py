"""Whatever is paused or muted: who, since when, until when and why, wherever it is shown."""

from __future__ import annotations

from datetime import datetime

from bot.blocks import sentences
from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import Element, actions, button, context, section
from bot.blocks.layout import Message, compose
from bot.blocks.look import People, mission_line, who
from bot.mrkdwn import Mrkdwn, bold, date, dots, label, line, lines, mention
from missions.cards import QuietCard, QuietOfferCard
from missions.ids import PersonId, TaskId
from missions.mission import Mission, MissionState, Pause


def paused(pause: Pause, what: str, people: People, zone: str) -> Mrkdwn:
    """`⏸️ <what> by Ann, since when, until when: why`."""
    note = Mrkdwn(f": {line(pause.note, 300)}") if pause.note.strip() else Mrkdwn("")
    when = Mrkdwn(f"{date(pause.at, zone=zone)}{until(pause.until, zone)}")
    return Mrkdwn(f"⏸️ {what} by {who(pause.by, people)} {when}{note}")


def pause_line(mission: Mission, people: People, zone: str) -> Mrkdwn:
    """Who paused it, when, until when and why; empty if it is not Paused [M3]."""
    if mission.state is not MissionState.PAUSED or mission.pause is None:
        return Mrkdwn("")
    return paused(mission.pause, "Paused", people, zone)


def task_pause(pause: Pause | None, people: People, zone: str) -> Mrkdwn:
    """The same of a Task that is paused alone; empty if it is not [M9]."""
    return paused(pause, "Paused alone", people, zone) if pause else Mrkdwn("")


def quiet_line(quiet: Pause | None, people: People, zone: str) -> Mrkdwn:
    """That everything is paused in the Mission's place; empty if it is not [M10]."""
    return paused(quiet, "Everything here is paused", people, zone) if quiet else Mrkdwn("")


def mute_line(mission: Mission, people: People, zone: str) -> Mrkdwn:
    """Who muted it and until when; empty if it is not muted [R1]."""
    mute = mission.mute
    if mute is None:
        return Mrkdwn("")
    end = until(mute.until, zone) or Mrkdwn(" until it has recovered")
    return Mrkdwn(f"🔕 Muted by {who(mute.by, people)}{end}")


def stands(mission: Mission, quiet: Pause | None, people: People, zone: str) -> Mrkdwn:
    """All that keeps the Mission from running or speaking, a line each."""
    return lines(
        [
            pause_line(mission, people, zone),
            quiet_line(quiet, people, zone),
            mute_line(mission, people, zone),
        ]
    )


def until(at: datetime | None, zone: str) -> Mrkdwn:
    """` until <when>`; empty for what has no end."""
    return Mrkdwn(f" until {date(at, zone=zone)}") if at else Mrkdwn("")


def unmute_button(value: Value) -> Element:
    """Ends a mute."""
    return button("Unmute", ActionId.UNMUTE, value)


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
    happened = Mrkdwn(f"⏸️ {bold(label(title))} was paused by {actor}{until(ends, zone)}.")
    why = Mrkdwn(f"> {line(note, 300)}") if note.strip() else Mrkdwn("")
    rest = sentences.OTHERS_GO_ON if still else sentences.ENABLED_SINCE
    text = lines([mission_line(mission), happened, why])
    value = Value(mission=mission.id, task=task)
    enable = button("Enable", ActionId.ENABLE_TASK, value, style="primary") if still else None
    return compose(Mrkdwn(""), [section(text, enable), context(rest)])


def quiet_card(card: QuietCard, zone: str) -> Message:
    """Everything in the channel, or in the workspace, was paused or goes on [M10]."""
    actor = mention(card.by) if card.by else Mrkdwn("Houston")
    place = "the whole workspace" if card.everywhere else "this channel"
    why = Mrkdwn(f"> {line(card.note, 300)}") if card.note.strip() else Mrkdwn("")
    if not card.begun:
        over = Mrkdwn("its time is over") if card.by is None else Mrkdwn(f"by {actor}")
        said = Mrkdwn(f"▶️ *Everything in {place} goes on again*")
        return compose(Mrkdwn(""), [section(lines([dots(said, over), sentences.NOT_MADE_UP]))])
    said = Mrkdwn(f"⏸️ *Everything in {place} is paused*{until(card.until, zone)}")
    text = lines([dots(said, Mrkdwn(f"by {actor}")), why, sentences.QUIET])
    resume = button("Resume all", ActionId.RESUME_ALL, Value(extra=_scope(card.everywhere)))
    return compose(Mrkdwn(""), [section(text, resume)])


def quiet_offer(card: QuietOfferCard, zone: str) -> Message:
    """Words that would pause everything here are answered by a button that does [C7 M10]."""
    if not card.begin:
        resume = button("Resume all", ActionId.RESUME_ALL, Value(), style="primary")
        return compose(Mrkdwn(""), [section(sentences.RESUME_ALL), actions(resume)])
    what = Mrkdwn(f"{sentences.PAUSE_ALL}{until(card.until, zone)}")
    noted = Mrkdwn(f"Note: {line(card.note, 300)}") if card.note.strip() else Mrkdwn("")
    value = Value(until=card.until, extra=card.note.strip() or None)
    pause = button("Pause all", ActionId.PAUSE_ALL, value, style="primary")
    return compose(Mrkdwn(""), [section(lines([what, sentences.QUIET, noted])), actions(pause)])


EVERYWHERE = "everywhere"
"""The `extra` of Resume all where the whole workspace is meant."""


def _scope(everywhere: bool) -> str | None:
    return EVERYWHERE if everywhere else None
