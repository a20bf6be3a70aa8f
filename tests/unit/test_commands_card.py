"""`/mission help`: every command once, with what it does, in each language."""

from __future__ import annotations

from bot.blocks.commands_card import USAGE, USAGE_OF_ALL, commands_card
from missions.phrases import Language, speaking
from tests.unit.block_samples import assert_quiet, assert_sendable


def test_each_command_stands_once_with_what_it_does() -> None:
    """[C1 R5] In few sections, each well within what Slack takes."""
    for language in Language:
        with speaking(language):
            message = commands_card()
        assert_sendable(message)
        assert_quiet(message.blocks)
        said = "\n".join(block["text"]["text"] for block in message.blocks if "text" in block)
        lines = [line for line in said.splitlines() if line.startswith("• ")]
        for usage in (*USAGE.values(), *USAGE_OF_ALL.values()):
            (line,) = [line for line in lines if line.startswith(f"• {usage} – ")]
            assert len(line) > len(usage) + 5
        assert len(lines) == len(USAGE) + len(USAGE_OF_ALL)
