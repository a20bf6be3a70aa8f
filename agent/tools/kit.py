"""All the tools of the conversation, in the order in which a model reads them."""

from __future__ import annotations

from langchain_core.tools import BaseTool

from agent.tools.belonging import offer_copy, offer_handover, offer_move
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
from agent.tools.talk import ask, help_, say
from agent.tools.transfer import export_mission, import_mission

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
    offer_run,
    offer_disable,
    offer_enable,
    offer_delete,
    offer_mute,
    offer_unmute,
    offer_pause_all,
    offer_resume_all,
    offer_handover,
    offer_copy,
    offer_move,
    export_mission,
    import_mission,
    stop_execution,
    explain_last,
    say,
    help_,
)
