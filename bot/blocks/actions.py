"""Every interaction that a message or Home offers, and what its value carries.

The edge declares the right that each needs, beside this list's only other reader. A value holds
ids, never authority: who may do it is asked on the server at the click [C6 P2].
"""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum

from bot import limits
from missions.ids import ExecutionId, MissionId, ProposalId, TaskId
from missions.mission import MissionState
from missions.record import Record


class ActionId(StrEnum):
    """What a click means; the value's fields that it uses are named."""

    LAUNCH = "launch"
    """mission, proposal, version"""
    TRY_ONCE = "try_once"
    """mission, proposal"""
    CHANGE = "change"
    """mission, proposal if there is one: opens the dialog that asks what should change"""
    DISCARD = "discard"
    """mission, proposal"""
    APPLY = "apply"
    """mission, proposal, version"""
    REDO = "redo"
    """mission, proposal: makes a stale proposal anew"""
    BACKFILL = "backfill"
    """mission, proposal, version: runs past occurrences"""
    OPEN_DISABLE = "open_disable"
    """mission, extra (the note that fills the dialog), until (fills the resume time)"""
    ENABLE = "enable"
    """mission"""
    OPEN_DELETE = "open_delete"
    """mission"""
    EXPORT = "export"
    """mission: its plan as YAML, to that person alone"""
    RUN_NOW = "run_now"
    """mission, execution (the one under whose report it stands), task, extra (a remark to it)"""
    MUTE = "mute"
    """mission, execution, extra (a `MuteFor`) or until"""
    UNMUTE = "unmute"
    """mission, execution"""
    PAUSE_TASK = "pause_task"
    """mission, task, extra (the note), until"""
    ENABLE_TASK = "enable_task"
    """mission, task"""
    PAUSE_ALL = "pause_all"
    """until, extra (the note): everything in the channel where it stands"""
    RESUME_ALL = "resume_all"
    """extra (whether everywhere)"""
    FEEDBACK = "feedback"
    """mission, execution, extra (an `Opinion`)"""
    OFFER_HANDOVER = "offer_handover"
    """mission, extra (the person)"""
    ACCEPT_HANDOVER = "accept_handover"
    """mission, extra (the offer)"""
    TAKE_OVER = "take_over"
    """mission"""
    PLACE = "place"
    """mission, extra (`copy` or `move`, and the channel)"""
    SHOW = "show"
    """mission: its details"""
    VIEW_PLAN = "view_plan"
    """mission"""
    HISTORY = "history"
    """mission, page: the Executions in a dialog, from a message"""
    EXECUTIONS = "executions"
    """mission, task, page, extra (what is shown): the Executions in a dialog"""
    EXECUTION = "execution"
    """mission, execution, version (a page of its Session, if that is wanted), and what `EXECUTIONS`
    carries, for the way back"""
    SESSION = "session"
    """mission, execution, version (the page), and what `EXECUTIONS` carries"""
    SESSION_FILE = "session_file"
    """mission, execution: the Session as a file, once"""
    SESSION_THREAD = "session_thread"
    """mission, execution: the Session's pages in the report's thread, once"""
    SESSION_PAGE = "session_page"
    """mission, execution, version (the page): another page there"""
    CALENDAR_FILE = "calendar_file"
    """mission, extra (the month): the month as a picture, to that person"""
    CALENDAR = "calendar"
    """mission, extra (the month, `2026-11`): the month's results in a dialog"""
    NEXT_RUNS = "next_runs"
    """mission"""
    STOP = "stop"
    """mission, execution if only that one"""
    APPROVE = "approve"
    """mission, execution, extra (the approval, and the digest of what was shown)"""
    OPEN_REJECT = "open_reject"
    """as `APPROVE`: asks why not"""
    OPEN_EDIT_CALL = "open_edit_call"
    """as `APPROVE`: asks for other arguments"""
    SET_APPROVERS = "set_approvers"
    """mission, extra (the people, with commas between)"""
    VERSIONS = "versions"
    """mission, page: the versions of its plan in a dialog"""
    DIFF = "diff"
    """mission, page (the older version), version (the newer one)"""
    RESTORE = "restore"
    """mission, version: asks for a proposal that puts it back"""
    UNDO_RENAME = "undo_rename"
    """mission, extra (the name before)"""
    ANSWER = "answer"
    """extra (sent as if the person had written it)"""
    CHOOSE = "choose"
    """mission, extra (sent as if the person had written it)"""
    RETRY = "retry"
    """extra (the turn's key)"""
    LIST_PAGE = "list_page"
    """page, state, extra (the search words)"""
    NEW_MISSION = "new_mission"
    """extra (fills the words): opens the dialog that makes a Mission; needs no right on one"""
    USE_TEMPLATE = "use_template"
    """extra (a `Template`): in that dialog, opens the template's fields"""
    HOME_STATE = "home_state"
    """state: which Missions Home lists"""
    HOME_SEARCH = "home_search"
    """extra (what was typed): which Missions Home lists"""
    OPEN_PAUSE_ALL = "open_pause_all"
    """nothing: the dialog that pauses everything in the workspace"""
    DETAILS_TAB = "details_tab"
    """mission, extra (a `Tab`), page: another part of the details"""
    OPEN_SETTINGS = "open_settings"
    """mission: the dialog with its settings"""
    FOLLOW = "follow"
    """nothing: a link was followed"""
    REPORT_MENU = "report_menu"
    """mission, execution, extra (the action that was picked from the menu)"""

    def numbered(self, number: int = 0) -> str:
        """An action_id that is unique in its row of buttons: `answer`, `answer:1` …"""
        return f"{self}:{number}" if number else str(self)


class Value(Record):
    """What a button carries; `holds` is the mark of the name that an undo takes back."""

    mission: MissionId | None = None
    proposal: ProposalId | None = None
    execution: ExecutionId | None = None
    version: int | None = None
    page: int | None = None
    state: MissionState | None = None
    task: TaskId | None = None
    until: datetime | None = None
    extra: str | None = None
    holds: str | None = None


def action_of(action_id: str) -> ActionId | None:
    """Which action an action_id stands for, or None if it is none of ours."""
    try:
        return ActionId(action_id.partition(":")[0])
    except ValueError:
        return None


def encode(value: Value, limit: int = limits.BUTTON_VALUE) -> str:
    """The value as a button's string; ValueError if it does not fit.

    Nothing of it is ever cut: a button would act on other words than those that it stands for.
    """
    text = _text(value)
    if len(text) > limit:
        raise ValueError(f"a value of {len(text)} characters does not fit in {limit}")
    return text


def fits(value: Value, limit: int = limits.BUTTON_VALUE) -> bool:
    """Whether `encode` takes it: what comes from people may be of any length."""
    return len(_text(value)) <= limit


def decode(text: str) -> Value:
    """The value that `encode` wrote. ValueError if it is anything else."""
    return Value.load(text)


def picked(value: Value) -> ActionId | None:
    """The action that was picked from a menu."""
    return action_of(value.extra or "")


def _text(value: Value) -> str:
    fields = value.model_dump(mode="json", exclude_none=True)
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return text.encode(errors="ignore").decode()  # half of a surrogate pair is no character
