"""Uploaded files that blocks show: Slack takes them once it has looked into them, not before."""

from collections.abc import Iterator
from typing import Any

from bot.workspace.config import Json
from bot.workspace.hub import Workspace


def is_processed(ws: Workspace, document: Json) -> bool:
    """Whether Slack is done with a file, so that blocks can show it."""
    processed = document.get("processed")
    return processed is not None and processed <= ws.config.clock()


def refused_files(ws: Workspace, blocks: list[Json]) -> list[str]:
    """What Slack says of the files in blocks that it cannot show."""
    return [f"invalid slack file: {one}" for one in _named(blocks) if not _can_be_shown(ws, one)]


def _can_be_shown(ws: Workspace, file_id: str) -> bool:
    found = ws.storage.file(file_id)
    return found is not None and is_processed(ws, found[0])


def _named(value: Any) -> Iterator[str]:
    """The ids of the uploaded files that blocks show."""
    if isinstance(value, list):
        for one in value:
            yield from _named(one)
    elif isinstance(value, dict):
        file = value.get("slack_file")
        if isinstance(file, dict) and "id" in file:
            yield str(file["id"])
        for one in value.values():
            if isinstance(one, dict | list):
                yield from _named(one)
