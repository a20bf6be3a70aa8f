"""The dialog that pauses everything in the workspace, with a note and an end [M10]."""

from __future__ import annotations

from typing import Any, Final

from bot import limits
from bot.blocks import sentences
from bot.blocks.dialogs import note_input, resume_input
from bot.blocks.elements import plain, section
from bot.mrkdwn import Mrkdwn, lines, told

PAUSE_ALL: Final = "pause_all"
"""The dialog's `callback_id`; it is about no Mission."""

_WHAT: Final = Mrkdwn("*Nothing scheduled starts anywhere in the workspace until it is resumed.*")
_KEPT: Final = Mrkdwn("Each Mission keeps its own state. It is announced in every channel.")


def pause_all_dialog() -> dict[str, Any]:
    """Says what it does; takes a note and a resume time."""
    return {
        "type": "modal",
        "callback_id": PAUSE_ALL,
        "title": plain("Pause everything?", limits.VIEW_TITLE),
        "submit": plain("Pause everything", limits.VIEW_BUTTON),
        "close": plain("Cancel", limits.VIEW_BUTTON),
        "blocks": [
            section(lines([_WHAT, told("quiet"), _KEPT])),
            note_input("", sentences.QUIET_NOTE_HINT),
            resume_input(None, sentences.QUIET_UNTIL_HINT),
        ],
    }
