"""Words that would act are answered by a button that acts, or opens the dialog [C7]."""

from __future__ import annotations

from typing import Final

from bot.blocks import sentences
from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import actions, button, section
from bot.blocks.layout import Message, compose
from bot.blocks.look import mission_line
from bot.mrkdwn import Mrkdwn, line, lines
from missions.cards import Action
from missions.mission import Mission

_BUTTONS: Final[dict[Action, tuple[str, ActionId, str | None, Mrkdwn]]] = {
    Action.DISABLE: ("Disable…", ActionId.OPEN_DISABLE, None, sentences.DISABLE),
    Action.ENABLE: ("Enable", ActionId.ENABLE, "primary", sentences.ENABLE),
    Action.DELETE: ("Delete…", ActionId.OPEN_DELETE, "danger", sentences.DELETE),
    Action.RUN: ("Run now", ActionId.RUN_NOW, "primary", sentences.RUN),
}


def action_card(mission: Mission, action: Action, note: str = "") -> Message:
    """What would happen, and the button; `note` goes with Disable… into its dialog."""
    text, act, style, what = _BUTTONS[action]
    kept = note.strip() if action is Action.DISABLE else ""
    noted = Mrkdwn(f"Note: {line(kept, 300)}") if kept else Mrkdwn("")
    value = Value(mission=mission.id, extra=kept or None)
    row = actions(button(text, act, value, style=style))
    return compose(Mrkdwn(""), [section(lines([mission_line(mission), what, noted])), row])
