"""All the tools of the conversation, in the order in which a model reads them."""

from __future__ import annotations

from langchain_core.tools import BaseTool

from agent.tools.backfill import offer_backfill
from agent.tools.belonging import offer_approvers, offer_copy, offer_handover, offer_move
from agent.tools.look import (
    explain_last,
    list_missions,
    show_history,
    show_mission,
    show_next_runs,
    show_plan,
)
from agent.tools.operate import (
    offer_delete,
    offer_disable,
    offer_enable,
    offer_run,
    rename_mission,
    stop_execution,
)
from agent.tools.plans import propose_change, propose_mission
from agent.tools.quiet import offer_mute, offer_pause_all, offer_resume_all, offer_unmute
from agent.tools.records import last_success, what_changed, what_it_costs, who_did
from agent.tools.talk import ask, help_, say
from agent.tools.transfer import export_mission, import_mission
from agent.tools.versions import offer_undo, restore_version, show_difference, show_versions

TOOLS: tuple[BaseTool, ...] = (
    propose_mission,
    propose_change,
    rename_mission,
    ask,
    list_missions,
    show_mission,
    show_plan,
    show_history,
    show_next_runs,
    show_versions,
    show_difference,
    restore_version,
    offer_undo,
    offer_run,
    offer_backfill,
    offer_disable,
    offer_enable,
    offer_delete,
    offer_mute,
    offer_unmute,
    offer_pause_all,
    offer_resume_all,
    offer_handover,
    offer_approvers,
    offer_copy,
    offer_move,
    export_mission,
    import_mission,
    stop_execution,
    explain_last,
    what_changed,
    what_it_costs,
    who_did,
    last_success,
    say,
    help_,
)
