"""Artifacts in a folder and in an object store [M6]."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fsspec
import pytest

from missions.artifacts import ArtifactGone, ArtifactRefused, Artifacts, Orphan
from missions.ids import ExecutionId, MissionId, TeamId

TEAM = TeamId("T1")
M1, M2 = MissionId("M-AAAAAA"), MissionId("M-BBBBBB")
E1, E2 = ExecutionId("E-1"), ExecutionId("E-2")


@pytest.fixture(params=["folder", "file url", "object store"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where the store is; nothing is left of the one in memory."""
    root = tmp_path / "not yet there"
    urls = {"folder": str(root), "file url": f"file://{root}", "object store": "memory://houston"}
    yield urls[request.param]
    memory = fsspec.filesystem("memory")
    if memory.exists("/houston"):
        memory.rm("/houston", recursive=True)


@pytest.fixture
def store(url: str) -> Artifacts:
    return Artifacts(url)


def test_what_was_put_is_got_and_listed(store: Artifacts) -> None:
    store.put(TEAM, M1, E1, "table.csv", b"a,b\n")
    store.put(TEAM, M1, E2, "session.json", b"{}")
    store.put(TEAM, M2, E1, "other.txt", b"x")
    assert store.get(TEAM, M1, E1, "table.csv") == b"a,b\n"
    assert [(a.execution, a.name, a.size) for a in store.list(TEAM, M1)] == [
        (E1, "table.csv", 4),
        (E2, "session.json", 2),
    ]
    assert [a.name for a in store.list(TEAM, M1, E2)] == ["session.json"]


def test_putting_again_replaces(store: Artifacts) -> None:
    store.put(TEAM, M1, E1, "a", b"long content")
    store.put(TEAM, M1, E1, "a", b"new")
    assert store.get(TEAM, M1, E1, "a") == b"new"
    assert len(store.list(TEAM, M1)) == 1


def test_what_is_not_there_is_gone_in_words(store: Artifacts) -> None:
    with pytest.raises(ArtifactGone, match=r"table\.csv is gone"):
        store.get(TEAM, M1, E1, "table.csv")
    assert store.list(TEAM, M1) == ()
    assert store.orphans(TEAM, lambda m, e: False, datetime.now(UTC)) == ()


def test_deleting_a_mission_leaves_nothing_of_it_and_all_of_others(
    store: Artifacts, url: str
) -> None:
    """[M6] By prefix, unfinished files included; twice does no harm."""
    for mission in (M1, M2):
        for execution in (E1, E2):
            store.put(TEAM, mission, execution, "a", b"x")
    fs, root = fsspec.core.url_to_fs(url)
    fs.pipe_file(f"{root}/{TEAM}/{M1}/{E1}/.unfinished", b"x")
    store.delete_mission(TEAM, M1)
    store.delete_mission(TEAM, M1)
    assert [path for path in fs.find(str(root)) if M1 in path] == []
    assert not fs.exists(f"{root}/{TEAM}/{M1}")
    assert len(store.list(TEAM, M2)) == 2


def test_the_sweep_finds_old_files_of_executions_that_are_on_no_record(store: Artifacts) -> None:
    for execution in (E1, E2):
        store.put(TEAM, M1, execution, "a", b"x")
    later = datetime.now(UTC) + timedelta(minutes=1)

    def known(mission: MissionId, execution: ExecutionId) -> bool:
        return execution == E1

    assert store.orphans(TEAM, known, later) == (Orphan(M1, E2),)
    assert store.orphans(TEAM, known, later - timedelta(hours=1)) == ()
    store.delete_execution(TEAM, M1, E2)
    assert store.orphans(TEAM, known, later) == ()
    assert [a.execution for a in store.list(TEAM, M1)] == [E1]


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../a", "a/b", "/a", "a\\b", ".a", "a\n", "ä", "a" * 101, "a\x00"]
)
def test_names_that_could_lead_elsewhere_are_refused(store: Artifacts, name: str) -> None:
    with pytest.raises(ArtifactRefused):
        store.put(TEAM, M1, E1, name, b"x")
    with pytest.raises(ArtifactRefused):
        store.get(TEAM, M1, ExecutionId(name), "a")
    with pytest.raises(ArtifactRefused):
        store.delete_mission(TEAM, MissionId(name))
    with pytest.raises(ArtifactRefused):
        store.list(TeamId(name), M1)


def test_a_file_in_a_folder_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    """A reader beside a writer sees one version or the other, and only the owner may read it."""
    store = Artifacts(str(tmp_path))
    versions = [b"a" * 300_000, b"b" * 300_000]
    store.put(TEAM, M1, E1, "file", versions[0])
    over = threading.Event()

    def write() -> None:
        for turn in range(30):
            store.put(TEAM, M1, E1, "file", versions[turn % 2])
        over.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not over.is_set():
        assert store.get(TEAM, M1, E1, "file") in versions
    writer.join()
    folder = tmp_path / TEAM / M1 / E1
    assert [path.name for path in folder.iterdir()] == ["file"]
    assert (folder / "file").stat().st_mode & 0o777 == 0o600
