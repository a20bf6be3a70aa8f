"""Words that would act are answered by a button that acts, or opens the dialog [C7]."""

from __future__ import annotations

from typing import Final

from bot.blocks import sentences
from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import actions, button, section
from bot.blocks.layout import Message, compose
from bot.blocks.look import People, mission_line, who
from bot.blocks.pauses import until
from bot.mrkdwn import Mrkdwn, bold, date, label, line, lines
from missions.cards import Action, ActionCard
from missions.mission import Change, Mission
from missions.verbs.mutes import MuteFor

Shape = tuple[str, ActionId, str | None, Mrkdwn]
_BUTTONS: Final[dict[Action, Shape]] = {
    Action.DISABLE: ("Disable…", ActionId.OPEN_DISABLE, None, sentences.DISABLE),
    Action.ENABLE: ("Enable", ActionId.ENABLE, "primary", sentences.ENABLE),
    Action.DELETE: ("Delete…", ActionId.OPEN_DELETE, "danger", sentences.DELETE),
    Action.RUN: ("Run now", ActionId.RUN_NOW, "primary", sentences.RUN),
    Action.MUTE: ("Mute", ActionId.MUTE, "primary", sentences.MUTE),
    Action.RENAME: ("Undo", ActionId.UNDO_RENAME, "primary", sentences.UNDO_NAME),
    Action.UNMUTE: ("Unmute", ActionId.UNMUTE, "primary", sentences.UNMUTE),
}
_ON_TASK: Final[dict[Action, Shape]] = {
    Action.DISABLE: ("Pause Task", ActionId.PAUSE_TASK, "primary", sentences.PAUSE_TASK),
    Action.ENABLE: ("Enable Task", ActionId.ENABLE_TASK, "primary", sentences.ENABLE_TASK),
}
_NOTED: Final = {
    Action.DISABLE: "Note",
    Action.RUN: "For this run only",
    Action.RENAME: "The name before",
}
"""What a card's `note` is called where it has a meaning."""


def action_card(
    mission: Mission,
    card: ActionCard,
    task: str = "",
    zone: str = "UTC",
    people: People | None = None,
) -> Message:
    """What would happen, and the button; the note and the end go with it. `task` is its title."""
    shapes = _ON_TASK if card.task and card.action in _ON_TASK else _BUTTONS
    text, act, style, what = shapes[card.action]
    note = card.note.strip() if card.action in _NOTED else ""
    noted = Mrkdwn(f"{_NOTED[card.action]}: {line(note, 300)}") if note else Mrkdwn("")
    value = Value(
        mission=mission.id, task=card.task, until=card.until, extra=_extra(card, note) or None
    )
    named = bold(label(task)) if task else Mrkdwn("")
    undone = _undone(card.undoes, zone, people or {}) if card.undoes else Mrkdwn("")
    said = lines([mission_line(mission), undone, named, what, _ends(card, zone), noted])
    return compose(Mrkdwn(""), [section(said), actions(button(text, act, value, style=style))])


def _undone(change: Change, zone: str, people: People) -> Mrkdwn:
    """`Takes back: Renamed “Shop” → “Store”, by Ann, Mon 23 Nov, 9:00`."""
    what = bold(label(change.what, 60))
    if change.before and change.after:
        what = Mrkdwn(f"{what} “{label(change.before, 80)}” → “{label(change.after, 80)}”")
    return Mrkdwn(
        f"↩️ Takes back: {what}, by {who(change.by, people)}, {date(change.at, zone=zone)}"
    )


def _extra(card: ActionCard, note: str) -> str:
    if card.action is Action.MUTE:
        return "" if card.until else MuteFor.RECOVERED.value
    return note


def _ends(card: ActionCard, zone: str) -> Mrkdwn:
    if card.action is Action.MUTE:
        end = until(card.until, zone) or Mrkdwn(" until it has recovered")
        return Mrkdwn(f"Muted{end}.")
    return Mrkdwn(f"Paused{until(card.until, zone)}.") if card.until else Mrkdwn("")
