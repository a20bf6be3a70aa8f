"""Words that would act are answered by a button that acts, or opens the dialog [C7]."""

from __future__ import annotations

from typing import Final

from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import actions, context, fitting, section, too_long
from bot.blocks.layout import Message, compose
from bot.blocks.look import People, mission_line, who
from bot.blocks.pauses import pause_line, until
from bot.mrkdwn import Mrkdwn, bold, date, label, line, lines, told
from missions.cards import Action, ActionCard
from missions.mission import Change, Mission, Pause
from missions.phrases import say
from missions.verbs.mutes import MuteFor

Shape = tuple[str, ActionId, str | None, str]
"""The button: its text, what it does, its style; and what that means. Text by its id."""
_BUTTONS: Final[dict[Action, Shape]] = {
    Action.DISABLE: ("disable…", ActionId.OPEN_DISABLE, None, "disable-means"),
    Action.ENABLE: ("enable", ActionId.ENABLE, "primary", "enable-means"),
    Action.DELETE: ("delete…", ActionId.OPEN_DELETE, "danger", "delete-means"),
    Action.RUN: ("run-now", ActionId.RUN_NOW, "primary", "run-means"),
    Action.MUTE: ("mute", ActionId.MUTE, "primary", "mute-means"),
    Action.RENAME: ("undo", ActionId.UNDO_RENAME, "primary", "undo-name"),
    Action.UNMUTE: ("unmute", ActionId.UNMUTE, "primary", "unmute-means"),
}
_ON_TASK: Final[dict[Action, Shape]] = {
    Action.DISABLE: ("pause-task", ActionId.PAUSE_TASK, "primary", "pause-task-means"),
    Action.ENABLE: ("enable-task", ActionId.ENABLE_TASK, "primary", "enable-task-means"),
}
_NOTED: Final = {
    Action.DISABLE: "note",
    Action.RUN: "for-this-run",
    Action.RENAME: "name-before",
}
"""What a card's `note` is called where it has a meaning."""


def action_card(
    mission: Mission,
    card: ActionCard,
    task: str = "",
    zone: str = "UTC",
    people: People | None = None,
    *,
    alone: Pause | None = None,
) -> Message:
    """What would happen, and the button; the note and the end go with it. `task` is its title, and
    `alone` the pause of this Task. Once there is nothing to do any more, no button.
    """
    shapes = _ON_TASK if card.task and card.action in _ON_TASK else _BUTTONS
    text, act, style, what = shapes[card.action]
    note = card.note.strip() if card.action in _NOTED else ""
    noted = told(_NOTED[card.action], note=line(note, 300)) if note else Mrkdwn("")
    value = Value(
        mission=mission.id, task=card.task, until=card.until, extra=_extra(card, note) or None
    )
    named = bold(label(task)) if task else Mrkdwn("")
    undone = _undone(card.undoes, zone, people or {}) if card.undoes else Mrkdwn("")
    stands = pause_line(mission, people or {}, zone)
    if _is_done(card, mission, alone):
        done = lines([mission_line(mission), stands, undone, named])
        return compose(Mrkdwn(""), [section(done), context(told("nothing-to-do"))])
    means = [told(what), _ends(card, zone), noted]
    if card.undoes and card.action is Action.RENAME:
        means = []  # what is taken back has both names
    said = lines([mission_line(mission), stands, undone, named, *means])
    press = fitting(say(text), act, value, style=style)
    return compose(Mrkdwn(""), [section(said), actions(press) if press else too_long()])


def _is_done(card: ActionCard, mission: Mission, alone: Pause | None) -> bool:
    """Whether the Mission, or its Task, is as the button would make it."""
    pause = alone if card.task and card.action in _ON_TASK else mission.pause
    match card.action:
        case Action.DISABLE:
            return pause is not None and pause.until is None
        case Action.ENABLE:
            return pause is None
        case Action.UNMUTE:
            return mission.mute is None
        case Action.RENAME:
            return mission.name == card.note
        case _:
            return False


def _undone(change: Change, zone: str, people: People) -> Mrkdwn:
    """`Takes back: Renamed “Shop” → “Store”, by Ann, Mon 23 Nov, 9:00`."""
    what = bold(label(change.what, 60))
    if change.before and change.after:
        before, after = label(change.before, 80), label(change.after, 80)
        what = told("before-after", what=what, before=before, after=after)
    by, at = who(change.by, people), date(change.at, zone=zone)
    return told("takes-back", what=what, who=by, at=at)


def _extra(card: ActionCard, note: str) -> str:
    if card.action is Action.MUTE:
        return "" if card.until else MuteFor.RECOVERED.value
    return note


def _ends(card: ActionCard, zone: str) -> Mrkdwn:
    if card.action is Action.MUTE:
        return told("muted-so", until=until(card.until, zone) or told("until-it-recovers"))
    return told("paused-so", until=until(card.until, zone)) if card.until else Mrkdwn("")
