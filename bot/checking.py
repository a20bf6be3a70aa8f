"""The tools of checks, as the settings allow them: the same where they run and are verified."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.settings import Settings
from missions.ports import Clock

if TYPE_CHECKING:
    from agent.checks.registry import CheckTool


def check_tools(settings: Settings, clock: Clock) -> dict[str, CheckTool]:
    """The check tools by name; loaded when they are asked for."""
    from agent.address import AllowedHosts
    from agent.checks.http import HttpTool

    allowed = AllowedHosts.parse(settings.allow_hosts)
    ca_file = str(settings.ca_file) if settings.ca_file else None
    http = HttpTool(clock, allowed, ca_file)
    return {http.name: http}
