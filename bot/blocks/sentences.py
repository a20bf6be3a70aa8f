"""The fixed sentences: short, what happened, what to do next.

Those with gaps are functions whose arguments are already safe to show.
"""

from __future__ import annotations

from typing import Final

from bot.blocks.look import counted
from bot.mrkdwn import Mrkdwn

# --- plans and changes ------------------------------------------------------------------------
PLAN_OPEN: Final = Mrkdwn(
    "Nothing runs until you launch it. *Try once* runs it now and schedules nothing."
)
CHANGE_OPEN: Final = Mrkdwn("Nothing changes until you apply it.")
PLAN_REFUSED: Final = Mrkdwn("*This plan cannot be launched yet.* Tell me how to mend it:")
CHANGE_REFUSED: Final = Mrkdwn("*This change cannot be applied yet.* Tell me how to mend it:")
SUPERSEDED: Final = Mrkdwn("↪️ A newer plan was made since. Use the newest card.")
EXPIRED: Final = Mrkdwn(
    "⌛ This plan is older than 24 hours and can no longer be used. I can redo it."
)
NO_RUNS: Final = Mrkdwn("No run is scheduled.")
ADDRESS: Final = Mrkdwn("Address to post to: `/mission hooks`")
NO_RUNS_LEFT: Final = Mrkdwn(
    "*All its runs lie in the past.* Tell me what it should do next, or delete it."
)
NO_CHANGES: Final = Mrkdwn("It is the same as the current plan.")
SHORTENED: Final = Mrkdwn("Shortened to fit. Ask me about one Task to see all of it.")
NO_CHECKS: Final = Mrkdwn("No fixed checks: it follows its instructions.")
NONE: Final = Mrkdwn("none")


def wishes(who: Mrkdwn) -> Mrkdwn:
    """Somebody asks for a Mission in the dialog."""
    return Mrkdwn(f"🆕 {who} asks for a new Mission:")


def stale(base: int, current: int) -> Mrkdwn:
    """A proposal was made on an older version."""
    return Mrkdwn(
        f"⌛ This was made on version {base}, but the plan is now at version {current}. "
        "I can redo it on the current plan."
    )


def waits_until(date: Mrkdwn) -> Mrkdwn:
    """How long a proposal can be answered."""
    return Mrkdwn(f"Waits for your answer until {date}.")


def launched(by: Mrkdwn, at: Mrkdwn) -> Mrkdwn:
    """A launch proposal was applied."""
    return Mrkdwn(f"🚀 Launched by {by} {at}")


def applied(by: Mrkdwn, at: Mrkdwn, version: int) -> Mrkdwn:
    """A change was applied."""
    return Mrkdwn(f"✅ Applied by {by} {at} as version {version}")


def discarded(by: Mrkdwn, at: Mrkdwn) -> Mrkdwn:
    """A proposal was discarded."""
    return Mrkdwn(f"🗑️ Discarded by {by} {at}. Nothing changed.")


# --- lists ------------------------------------------------------------------------------------
NO_MISSIONS: Final = Mrkdwn(
    "*There are no Missions here yet.* Tell me what to keep an eye on, for example: "
    "“check https://example.com every day at 9”."
)
NO_MATCH: Final = Mrkdwn("*No Mission matches.* Try other words, or show all of them.")


def found(total: int, more: bool) -> Mrkdwn:
    """How many Missions were found; with `more` the search stopped at the newest ones."""
    if more:
        return Mrkdwn(f"{counted(total, 'Mission')}, the newest; add a rarer word to find others")
    return Mrkdwn(counted(total, "Mission"))


CHOOSE: Final = Mrkdwn("*Which one do you mean?*")
CHOOSE_NONE: Final = Mrkdwn("None of them can be seen here. `/mission list` shows those you can.")
NO_HISTORY: Final = Mrkdwn("It has not run yet.")
NO_NEXT_RUNS: Final = Mrkdwn("*No run is scheduled.* A Paused Mission runs again once enabled.")

NO_RUNS_THEN: Final = Mrkdwn("*Nothing is scheduled then.*")


def more(count: int, what: str, where: Mrkdwn) -> Mrkdwn:
    """A list was cut: how much is missing, and where the rest is."""
    return Mrkdwn(f"… and {counted(count, 'more ' + what)}. {where}")


SAY_ID: Final = Mrkdwn("Say the Mission's ID.")
ASK_NEXT: Final = Mrkdwn("Answer these first.")
NEXT_PAGE: Final = Mrkdwn("Search to narrow it down.")
OLDER: Final = Mrkdwn("*Older* shows them.")
ASK_FOR_REST: Final = Mrkdwn("Ask me here for the rest.")
SEE_PLAN: Final = Mrkdwn("*View plan* shows them.")

# --- states -----------------------------------------------------------------------------------
DRAFT: Final = Mrkdwn("This is a Draft: nothing is scheduled. Launch it from its plan.")
DISABLE: Final = Mrkdwn("Disabling stops scheduled runs. Executions already running go on.")
ENABLE: Final = Mrkdwn("Enabling resumes its schedule from now on. Missed runs are not made up.")
DELETE: Final = Mrkdwn("Deleting removes everything about it for good.")
RUN: Final = Mrkdwn("It runs once, now. The schedule stays as it is.")

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

UNDO_NAME: Final = Mrkdwn("It gets back the name before.")
VERSIONS_RESTORE: Final = Mrkdwn(
    "Restoring one makes a new version of it, after you have seen the changes."
)
SAME_VERSIONS: Final = Mrkdwn("The two versions are the same.")
OLDEST_LEFT: Final = Mrkdwn("Ask me what changed between two of them.")


def renamed(before: Mrkdwn, after: Mrkdwn) -> Mrkdwn:
    """A name changed."""
    return Mrkdwn(f"✏️ *{before}* is now called *{after}*.")


def deleted(mission: Mrkdwn, messages: int, refused: int) -> Mrkdwn:
    """A delete is done, and what Slack kept."""
    posts = f" and {counted(messages, 'message')} of mine" if messages else ""
    gone = f"🗑️ `{mission}` is deleted: all its data{posts} {'are' if posts else 'is'} gone."
    kept = (
        f"\nSlack refused to delete {counted(refused, 'message')}. "
        "An administrator of the workspace can delete them."
    )
    return Mrkdwn(gone + (kept if refused else ""))


OTHERS_GO_ON: Final = Mrkdwn("The Mission's other Tasks go on.")
ENABLED_SINCE: Final = Mrkdwn("It was enabled again since.")
QUIET: Final = Mrkdwn("Scheduled runs are skipped and not made up. *Run now* still runs.")
NOT_MADE_UP: Final = Mrkdwn("What was skipped is not made up.")
PAUSE_ALL: Final = Mrkdwn("Pause everything in this channel")
RESUME_ALL: Final = Mrkdwn("Let everything in this channel go on from now.")
PAUSE_TASK: Final = Mrkdwn("This Task alone is not scheduled any more. The others go on.")
ENABLE_TASK: Final = Mrkdwn("This Task is scheduled again from now on.")
MUTE: Final = Mrkdwn("What is found is recorded, not said. Runs go on; a recovery is said.")
UNMUTE: Final = Mrkdwn("Reports are said again from the next run on.")

# --- reports ---------------------------------------------------------------------------------
STOPPED: Final = Mrkdwn("It was stopped before its end.")
LONGER: Final = Mrkdwn("The text is longer. Ask me here for the rest.")


# --- outages and errors -----------------------------------------------------------------------
def outage(since: Mrkdwn, until: Mrkdwn) -> Mrkdwn:
    """Houston was not running."""
    return Mrkdwn(f"⚠️ *I was not running* from {since} to {until}.")


NOTHING_MISSED: Final = Mrkdwn("No run was missed.")
SORRY_KEPT: Final = Mrkdwn("Your message is kept. *Retry* sends it again.")

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
THIS: Final = Mrkdwn("this message")
CHANGE_ASK: Final = "What should change?"
CHANGE_EXAMPLE: Final = "8:30 instead of 9, and not on Sundays"
SUMMED_NONE: Final = Mrkdwn("*No runs* in this time.")
SUMMED_PARTLY: Final = Mrkdwn("counted from the latest 1,000 runs; older ones are not kept")
EXPORTED: Final = Mrkdwn("To bring it back: mention me with `import` and this in a code block.")
EXPORTED_CSV: Final = Mrkdwn("The latest 200 Executions; `houston export` writes all.")
EXPORT_CUT: Final = Mrkdwn("It is longer than Slack can show: `houston export` writes all of it.")
HANDED_OVER: Final = Mrkdwn("Accepted: it is theirs now.")
OFFER_OVER: Final = Mrkdwn("This offer is over.")
OWNER_LEFT: Final = Mrkdwn(
    "Its runs have the owner's rights, so they are skipped until somebody takes over. "
    "After 7 days I pause it."
)
MOVES: Final = Mrkdwn(
    "It takes its ID, history and reports along: who cannot read that channel no longer finds it. "
    "Messages here stay."
)
COPIES: Final = Mrkdwn("The copy is a Draft of yours with the same plan, to be launched there.")
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
HELP: Final = Mrkdwn("*Tell me what to keep an eye on, and I make a plan for you to confirm.*")
HELP_CREATE: Final = Mrkdwn(
    "*Start*\n"
    "• “check https://example.com every day at 9: status 200 in under 800 ms”\n"
    "• “on 24 December at 18:00 check that https://example.com is up”"
)
HELP_CHANGE: Final = Mrkdwn(
    "*Change*\n• “8:30 instead of 9”, “not on Sundays”\n• “call it Nightly Watch”\n"
    "• “mention @Ana when something is critical”, “send a weekly summary on Mondays at 9”"
)
HELP_OPERATE: Final = Mrkdwn(
    "*Look and steer*\n"
    "• “list”, “show the plan of M-…”, “next runs”, “history”\n"
    "• “run M-… now”, “stop”, “pause M-… until Monday”, “enable M-…”, “delete M-…”\n"
    "• “mute it until tomorrow”, “pause everything here for 2 hours”\n"
    "• “backfill it from Monday to Wednesday”, “show the versions”, “restore version 2”, “undo”\n"
    "• “what changed since yesterday”, “what runs tonight”, “what does it cost”, “who launched it”"
)
HELP_OFFLINE: Final = Mrkdwn(
    "No language model is set up, so I follow fixed phrases like those above. "
    "Set `HOUSTON_MODEL` to talk freely."
)
HELP_WHERE: Final = Mrkdwn(
    "Mention me in a channel, reply in my threads, write to me directly, or use `/mission`."
)
