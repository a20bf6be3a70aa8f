"""The fixed sentences: short, what happened, what to do next.

Those with gaps are functions whose arguments are already safe to show.
"""

from __future__ import annotations

from typing import Final

from bot.blocks.look import counted
from bot.mrkdwn import Mrkdwn

# --- plans and changes ------------------------------------------------------------------------


# --- lists ------------------------------------------------------------------------------------


# --- states -----------------------------------------------------------------------------------

BACKFILL_ORDER: Final = Mrkdwn(
    "One after another, oldest first. A scheduled run that falls due goes first, and the timetable "
    "stays as it is."
)
BACKFILL_NOW: Final = Mrkdwn("The checks look at how things are now, not as they were then.")
BACKFILL_SAID: Final = Mrkdwn("One message sums up all results; no report for each.")
BACKFILL_ALONE: Final = Mrkdwn("Tasks that follow others are not started by past runs.")
BACKFILL_STARTED: Final = Mrkdwn("One message in the Mission's channel sums up the results.")
BACKFILL_WAITS: Final = Mrkdwn("The first run is about to start.")
BACKFILL_MORE: Final = Mrkdwn("The history has them.")

VERSIONS_RESTORE: Final = Mrkdwn(
    "Restoring one makes a new version of it, after you have seen the changes."
)
SAME_VERSIONS: Final = Mrkdwn("The two versions are the same.")
OLDEST_LEFT: Final = Mrkdwn("Ask me what changed between two of them.")


# --- reports ---------------------------------------------------------------------------------


# --- outages and errors -----------------------------------------------------------------------


# --- dialogs ----------------------------------------------------------------------------------
LOADING: Final = Mrkdwn("One moment…")
CANNOT_BE_UNDONE: Final = Mrkdwn(
    "⚠️ *This cannot be undone.* The Mission and everything about it are removed for good."
)
NEW_LEAD: Final = Mrkdwn("I answer with a plan. Nothing runs before somebody launches it.")
NEW_ASK: Final = "What should I keep an eye on, and when?"
NEW_EXAMPLE: Final = "Every weekday at 9:00 check https://shop.example/health answers 200"
NEW_TEMPLATES: Final = Mrkdwn("*Or begin with a template*")
NEW_WHERE: Final = "Where"
NEW_WHERE_PICK: Final = "Pick a channel"
NEW_WHERE_HINT: Final = (
    "The plan and the reports are posted there. I offer the channels that you and I are both in."
)
CHANGE_ASK: Final = "What should change?"
CHANGE_EXAMPLE: Final = "8:30 instead of 9, and not on Sundays"
EXPORTED: Final = Mrkdwn("To bring it back: mention me with `import` and this in a code block.")
EXPORTED_CSV: Final = Mrkdwn("The latest 200 Executions; `houston export` writes all.")
EXPORT_CUT: Final = Mrkdwn("It is longer than Slack can show: `houston export` writes all of it.")
PEOPLE_LABEL: Final = "Mention people in reports"
PEOPLE_HINT: Final = "Only when something is new; they must be able to read the channel."
MENTION_ON_LABEL: Final = "When"
NOTHING_RUNS: Final = Mrkdwn("No Execution is running.")
NOTE_LABEL: Final = "Note"
NOTE_EXAMPLE: Final = "Code freeze until Monday"
NOTE_HINT: Final = "Shown wherever the Mission is."
UNTIL_LABEL: Final = "Resume at"
QUIET_NOTE_HINT: Final = "Shown in every channel, and wherever a Mission is."
QUIET_UNTIL_HINT: Final = "Leave it empty to keep everything paused until it is resumed."
UNTIL_HINT: Final = "Leave it empty to keep it Paused until somebody enables it."


def will_stop(running: int) -> Mrkdwn:
    """A delete stops what runs."""
    return Mrkdwn(f"{counted(running, 'running Execution')} will be stopped.")


def still_running(running: int) -> Mrkdwn:
    """A disable lets Executions go on; a list of them follows."""
    return Mrkdwn(f"*Still running* and going on to the end ({counted(running, 'Execution')}):")


def stops(tasks: int) -> Mrkdwn:
    """A disable stops this many Tasks that have a next run."""
    if not tasks:
        return Mrkdwn("Nothing is scheduled")
    return Mrkdwn(f"*{counted(tasks, 'scheduled Task')}* will stop")


def not_started(queued: int) -> Mrkdwn:
    """A disable empties the queue."""
    return Mrkdwn(f"{counted(queued, 'queued run')} will not start" if queued else "")


def type_id(mission: Mrkdwn) -> Mrkdwn:
    """What a delete wants."""
    return Mrkdwn(f"To go on, type {mission} below.")


# --- help -------------------------------------------------------------------------------------
