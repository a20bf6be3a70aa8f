"""The fixed sentences: short, what happened, what to do next.

Those with gaps are functions whose arguments are already safe to show.
"""

from __future__ import annotations

from typing import Final

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
NEW_LEAD: Final = Mrkdwn("I answer with a plan. Nothing runs before somebody launches it.")
NEW_ASK: Final = "What should I keep an eye on, and when?"
NEW_EXAMPLE: Final = "Every weekday at 9:00 check https://shop.example/health answers 200"
NEW_TEMPLATES: Final = Mrkdwn("*Or begin with a template*")
NEW_WHERE: Final = "Where"
NEW_WHERE_PICK: Final = "Pick a channel"
NEW_WHERE_HINT: Final = (
    "The plan and the reports are posted there. I offer the channels that you and I are both in."
)
EXPORTED: Final = Mrkdwn("To bring it back: mention me with `import` and this in a code block.")
EXPORTED_CSV: Final = Mrkdwn("The latest 200 Executions; `houston export` writes all.")
EXPORT_CUT: Final = Mrkdwn("It is longer than Slack can show: `houston export` writes all of it.")


# --- help -------------------------------------------------------------------------------------
