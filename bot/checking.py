"""The tools, as the settings allow them: the same where they run and where they are verified."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.settings import Settings, named_secrets
from missions.ports import Clock

if TYPE_CHECKING:
    from agent.checks.registry import CheckTool
    from agent.effects.registry import EffectTool


def check_tools(settings: Settings, clock: Clock) -> dict[str, CheckTool]:
    """The check tools by name; loaded when they are asked for."""
    from agent.address import AllowedHosts
    from agent.checks.channel import ChannelTool
    from agent.checks.http import HttpTool

    allowed = AllowedHosts.parse(settings.allow_hosts)
    ca_file = str(settings.ca_file) if settings.ca_file else None
    http = HttpTool(clock, allowed, ca_file)
    channel = ChannelTool()
    return {http.name: http, channel.name: channel}


def effect_tools(settings: Settings) -> dict[str, EffectTool]:
    """The tools that change something outside, by name; loaded when they are asked for."""
    from agent.address import AllowedHosts
    from agent.effects.http_request import HttpRequestTool

    allowed = AllowedHosts.parse(settings.allow_hosts)
    ca_file = str(settings.ca_file) if settings.ca_file else None
    http = HttpRequestTool(allowed, named_secrets(settings), ca_file)
    return {http.name: http}
