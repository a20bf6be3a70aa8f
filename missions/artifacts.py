"""Artifacts: files of Executions, in a store named by URL through fsspec.

`<root>/<team>/<mission>/<execution>/<name>`: a folder on this machine, S3 and others. A Mission's
files go by prefix [M6]; files of Executions that are on no record are found by a sweep.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from missions.errors import HoustonError
from missions.ids import ExecutionId, MissionId, TeamId
from missions.phrases import say

SESSION_FILE = "session.json"
"""Name of an Execution's transcript."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""No leading dot: those names are for files that are still being written."""


class ArtifactRefused(HoustonError):
    """An Artifact's name, or an id in its path, that could lead elsewhere."""

    event = "artifact_refused"

    def __init__(self, name: str) -> None:
        super().__init__(say("artifact-name"))
        self.name = name


class ArtifactGone(HoustonError):
    """There is no such Artifact, or no longer."""

    event = "artifact_gone"

    def __init__(self, name: str) -> None:
        super().__init__(say("artifact-gone", name=name))
        self.name = name


@dataclass(frozen=True)
class Artifact:
    """A file of an Execution; `size` in bytes."""

    mission: MissionId
    execution: ExecutionId
    name: str
    size: int


REMOVALS = 10
"""How often files are removed that others remove at the same time, before it is left to them."""


@dataclass(frozen=True)
class Orphan:
    """An Execution that has files but is on no record."""

    mission: MissionId
    execution: ExecutionId


class Artifacts:
    """The store at `url`, e.g. `/var/lib/houston/artifacts` or `s3://bucket/houston`."""

    def __init__(self, url: str) -> None:
        fs, root = fsspec.core.url_to_fs(url, use_listings_cache=False)
        self._fs: Any = fs
        self._root = str(root).rstrip("/")

    def put(
        self, team: TeamId, mission: MissionId, execution: ExecutionId, name: str, data: bytes
    ) -> None:
        """Write a file whole or not at all; one of the same name is replaced."""
        path = self._path(team, mission, execution, name=name)
        if isinstance(self._fs, LocalFileSystem):
            _write_local(Path(path), data)
        else:
            self._fs.pipe_file(path, data)

    def get(self, team: TeamId, mission: MissionId, execution: ExecutionId, name: str) -> bytes:
        """The bytes of a file; ArtifactGone if there is none."""
        path = self._path(team, mission, execution, name=name)
        try:
            return bytes(self._fs.cat_file(path))
        except FileNotFoundError as missing:
            raise ArtifactGone(name) from missing

    def list(
        self, team: TeamId, mission: MissionId, execution: ExecutionId | None = None
    ) -> tuple[Artifact, ...]:
        """The files of a Mission, or of one of its Executions, by Execution and name."""
        ids = (team, mission) if execution is None else (team, mission, execution)
        return tuple(
            Artifact(mission, ExecutionId(run), name, int(info.get("size") or 0))
            for (found, run, name), info in sorted(self._files(*ids).items())
            if found == mission and _NAME.fullmatch(name)
        )

    def delete_mission(self, team: TeamId, mission: MissionId) -> None:
        """Remove every file of a Mission; nothing is left, unfinished ones included [M6]."""
        self._remove(self._path(team, mission))

    def delete_team(self, team: TeamId) -> None:
        """Remove every file of a workspace."""
        self._remove(self._path(team))

    def delete_execution(self, team: TeamId, mission: MissionId, execution: ExecutionId) -> None:
        """Remove every file of an Execution."""
        self._remove(self._path(team, mission, execution))

    def orphans(
        self,
        team: TeamId,
        known: Callable[[MissionId, ExecutionId], bool],
        older_than: datetime,
    ) -> tuple[Orphan, ...]:
        """Executions that `known` does not know and whose files all date from before `older_than`.

        `older_than` leaves time for an Execution that writes files before its record ends.
        """
        newest: dict[tuple[str, str], datetime] = {}
        for (mission, execution, _), info in self._files(team).items():
            with suppress(FileNotFoundError):  # somebody removes it at this moment
                at = _modified(self._fs, info)
                newest[mission, execution] = max(at, newest.get((mission, execution), at))
        return tuple(
            Orphan(MissionId(mission), ExecutionId(execution))
            for (mission, execution), at in sorted(newest.items())
            if at < older_than and not known(MissionId(mission), ExecutionId(execution))
        )

    def _path(self, *ids: str, name: str | None = None) -> str:
        for part in ids:
            if not _ID.fullmatch(part):
                raise ArtifactRefused(part)
        if name is not None and not _NAME.fullmatch(name):
            raise ArtifactRefused(name)
        return "/".join((self._root, *ids, *((name,) if name is not None else ())))

    def _files(self, *ids: str) -> dict[tuple[str, str, str], dict[str, Any]]:
        """(mission, execution, name) → fsspec's info of every file below a prefix."""
        prefix = self._path(*ids)
        if not self._fs.exists(prefix):
            return {}
        above = self._path(ids[0])
        found = {}
        for path, info in self._fs.find(prefix, detail=True).items():
            parts = str(path).removeprefix(above).strip("/").split("/")
            if len(parts) == 3 and all(_ID.fullmatch(part) for part in parts[:2]):
                found[parts[0], parts[1], parts[2]] = info
        return found

    def _remove(self, path: str) -> None:
        for _ in range(REMOVALS):
            if not self._fs.exists(path):
                return
            with suppress(FileNotFoundError):  # somebody else removes the same: see what is left
                self._fs.rm(path, recursive=True)


def _write_local(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f".{secrets.token_hex(8)}")
    try:
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _modified(fs: Any, info: dict[str, Any]) -> datetime:
    at = fs.modified(info["name"])
    found = at if isinstance(at, datetime) else datetime.fromtimestamp(float(at), UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
