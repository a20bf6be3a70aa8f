"""Ctrl-C that comes while `houston up` has hardly begun."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

EARLY = """
import os, signal, sys
from bot import cli, settings
read = settings.Settings.read
def told():
    os.kill(os.getpid(), signal.{number})
    return read()
settings.Settings.read = told
sys.exit(cli.main(["up"]))
"""


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_a_stop_is_heard_before_anything_runs(tmp_path: Path, number: str) -> None:
    """[L1] Also where a shell that used `&` had it ignored: all ends, with a sentence."""
    done = subprocess.run(
        [sys.executable, "-c", EARLY.format(number=number)],
        env={**os.environ, "HOUSTON_DATA_DIR": str(tmp_path / "data")},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "Stopped while starting." in done.stdout, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == 1
