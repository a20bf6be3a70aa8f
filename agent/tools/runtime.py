"""How a tool reaches the turn's desk: injected by the graph, unseen by the model."""

from __future__ import annotations

from typing import Any

from langchain.tools import ToolRuntime

AtDesk = ToolRuntime[Any, Any]
"""The runtime of a tool call; its `context` is the turn's `agent.desk.Desk`."""
