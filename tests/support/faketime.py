"""A clock that tests set, in processes of their own, by libfaketime (Debian: `faketime`)."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest


def library() -> Path:
    """The library to preload; skips the test where it is not installed, but for CI."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        why = "libfaketime is not installed (Debian: apt install faketime)"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    return found[0]


class FakedClock:
    """The machine's clock, shifted by what a file says; the file rules other processes too."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self._library = library()
        self._shift = timedelta()
        self.jump(timedelta())

    def now(self) -> datetime:
        return datetime.now(UTC) + self._shift

    def jump(self, step: timedelta) -> None:
        """Set the clock forward or back."""
        self._shift += step
        whole = self._file.with_suffix(".new")
        whole.write_text(f"{self._shift.total_seconds():+.3f}\n")
        whole.replace(self._file)

    def set(self, now: datetime) -> None:
        self.jump(now - self.now())

    @property
    def env(self) -> dict[str, str]:
        """The environment of a process that lives by this clock; time goes on as it does."""
        return {
            "LD_PRELOAD": str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
