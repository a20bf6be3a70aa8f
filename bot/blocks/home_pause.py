"""The dialog that pauses everything in the workspace, with a note and an end [M10]."""

from __future__ import annotations

from typing import Any, Final

from bot import limits
from bot.blocks.dialogs import note_input, resume_input
from bot.blocks.elements import plain, section
from bot.mrkdwn import lines, told
from missions.phrases import say

PAUSE_ALL: Final = "pause_all"
"""The dialog's `callback_id`; it is about no Mission."""


def pause_all_dialog() -> dict[str, Any]:
    """Says what it does; takes a note and a resume time."""
    return {
        "type": "modal",
        "callback_id": PAUSE_ALL,
        "title": plain(say("pause-everything-title"), limits.VIEW_TITLE),
        "submit": plain(say("pause-everything"), limits.VIEW_BUTTON),
        "close": plain(say("cancel"), limits.VIEW_BUTTON),
        "blocks": [
            section(
                lines([told("pause-everything-what"), told("quiet"), told("pause-everything-kept")])
            ),
            note_input("", "quiet-note-hint"),
            resume_input(None, "quiet-until-hint"),
        ],
    }
