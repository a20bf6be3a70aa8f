"""The fixed words of a Mission's details and settings."""

from __future__ import annotations

from typing import Final

from bot.mrkdwn import Mrkdwn

ACTIVE: Final = Mrkdwn("*Active*: its Tasks run when they are due.")
NO_CHANGES: Final = Mrkdwn("Nothing was changed yet.")
EDITORS_ONLY: Final = Mrkdwn("Who may edit this Mission can change these.")
NO_ACCESS: Final = "cannot read the channel, so cannot edit"
NAME_LABEL: Final = "Name"
EDITING_LABEL: Final = "Who may edit"
EDITING_MEMBERS: Final = "Members of the channel, and the owner"
EDITING_NAMED: Final = "Only the owner and the people named below"
EDITORS_LABEL: Final = "People who may edit"
EDITORS_EXAMPLE: Final = "Choose people"
EDITORS_HINT: Final = (
    "They count only if the second choice is taken, and only while they can read the channel. "
    "Administrators who are members of the channel can always edit."
)
NOTIFY_HINT: Final = "When its reports are said in the channel. Silent runs are recorded too."
DAYS_LABEL: Final = "Days that records are kept"
RECORDS_LABEL: Final = "Runs that are kept at most"
KEEP_HINT: Final = "Whichever ends first. What is older is removed for good, with its files."
RUN_TOKENS_LABEL: Final = "Tokens of the language model that one run may use"
DAY_TOKENS_LABEL: Final = "Tokens that all runs of a day may use"
NO_CAP_HINT: Final = "Leave it empty for no limit. At the limit the Mission is paused with a note."
SETTINGS_HINT: Final = Mrkdwn("Every change stands in the change log with who made it.")


def no_more_than(cap: int) -> str:
    """How far a budget can go, and what an empty one means."""
    return f"Leave it empty for the {cap:,} that the administrator allows."
