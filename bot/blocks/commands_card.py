"""The commands with what each does, in groups, for `/mission help` [C1]."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import actions, button, context, section
from bot.blocks.layout import Message, compose
from bot.mrkdwn import Mrkdwn, bullets, lines, told
from missions.phrases import say

USAGE: Final = {
    "new": "`/mission new [what to keep an eye on]`",
    "list": "`/mission list [active | paused | draft] [words]`",
    "show": "`/mission show M-…`",
    "plan": "`/mission plan M-…`",
    "history": "`/mission history M-…`",
    "run": "`/mission run M-… [T1]`",
    "backfill": "`/mission backfill M-… Monday [Wednesday]`",
    "versions": "`/mission versions M-…`",
    "diff": "`/mission diff M-… 2 4`",
    "restore": "`/mission restore M-… 2`",
    "undo": "`/mission undo M-…`",
    "stop": "`/mission stop M-…`",
    "next": "`/mission next [M-…]`",
    "disable": "`/mission disable M-… [T1] [until tomorrow 9:00] [note]`",
    "enable": "`/mission enable M-… [T1]`",
    "mute": "`/mission mute M-… [2h | tomorrow | until Friday 18:00]`",
    "unmute": "`/mission unmute M-…`",
    "delete": "`/mission delete M-…`",
    "rename": "`/mission rename M-… New name`",
    "summary": "`/mission summary M-… weekly [monday] [9:00] | daily [9:00] | off`",
    "export": "`/mission export M-… [csv]`",
    "handover": "`/mission handover M-… @person`",
    "copy": "`/mission copy M-… #channel`",
    "move": "`/mission move M-… #channel`",
    "hooks": "`/mission hooks M-… [new T1 | signed T1 | open T1]`",
    "help": "`/mission help`",
}
"""How each command is typed."""
USAGE_OF_ALL: Final = {
    "pause-all": "`/mission pause all [everywhere] [until Monday] [note]`",
    "resume-all": "`/mission resume all [everywhere]`",
}
"""Those that mean all Missions of a place [M10]."""
_GROUPS: Final = {
    "cmds-look": ("cmd-new", "cmd-list", "cmd-show", "cmd-plan", "cmd-history", "cmd-next"),
    "cmds-run": ("cmd-run", "cmd-backfill", "cmd-stop"),
    "cmds-quiet": (
        "cmd-disable",
        "cmd-enable",
        "cmd-pause-all",
        "cmd-resume-all",
        "cmd-mute",
        "cmd-unmute",
        "cmd-delete",
    ),
    "cmds-change": (
        "cmd-rename",
        "cmd-summary",
        "cmd-versions",
        "cmd-diff",
        "cmd-restore",
        "cmd-undo",
    ),
    "cmds-share": ("cmd-handover", "cmd-copy", "cmd-move", "cmd-export", "cmd-hooks", "cmd-help"),
}
"""What each does, by the id of its clause, under what it is for."""


def commands_card() -> Message:
    """Every command once, under what it is for, with a short clause; fits by construction."""
    usage = {**USAGE, **USAGE_OF_ALL}
    groups = [
        [section(lines([told(title), bullets(_line(usage, does) for does in clauses)]))]
        for title, clauses in _GROUPS.items()
    ]
    new = button(say("new-mission"), ActionId.NEW_MISSION, Value(), style="primary")
    missions = button(say("show-all"), ActionId.LIST_PAGE, Value(page=1))
    tail = [actions(new, missions), context(told("help-how"))]
    return compose(told("cmds-head"), [section(told("cmds-head"))], groups, tail)


def _line(usage: Mapping[str, str], does: str) -> Mrkdwn:
    return Mrkdwn(f"{usage[does.removeprefix('cmd-')]} – {say(does)}")
