"""The Session of a run as it goes, so that one that does not succeed keeps it, too [X4]."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Final

import structlog

from missions.artifacts import SESSION_FILE, ArtifactGone, Artifacts
from missions.claims import Claim
from missions.endings import Ending
from missions.execution import Session, Status, Step
from missions.phrases import say
from missions.ports import Clock
from missions.spending import Meter

PATIENCE_SECONDS: Final = 2.0
"""How long writing it may put off an end: a run that is stopped ends within 5 s [X5]."""

log = structlog.get_logger(__name__)


class Transcript:
    """Collects the steps of one Execution, told by any thread, and writes them where files are.

    `meter` counts what the Execution costs. A run that goes on after it waited begins with what it
    did before.
    """

    def __init__(self, artifacts: Artifacts, claim: Claim, clock: Clock, meter: Meter) -> None:
        self._artifacts = artifacts
        self._claim = claim
        self._clock = clock
        self._closing = threading.Lock()
        self._closed: Ending | None = None
        self._steps = self._before()
        self.meter = meter

    def add(self, step: Step) -> None:
        """A step that is done."""
        self._steps.append(step)

    def paused(self) -> str | None:
        """Write what was done until the run has to wait; the file's name, None if it is not kept:
        the artifacts' place would not take it."""
        return self._write(self._done())

    def closed(self, ending: Ending, whole: tuple[Step, ...] = ()) -> Ending:
        """The end with what it cost, and with its Session: the `whole` one, or up to there.

        The work and who watches over it may both end the run: the first end is the end of both.
        """
        if not self._closing.acquire(timeout=PATIENCE_SECONDS):
            return self._counted(ending, None)
        try:
            if self._closed is None:
                self._closed = self._counted(ending, self._kept(ending, whole))
            return self._closed
        finally:
            self._closing.release()

    def _counted(self, ending: Ending, session: str | None) -> Ending:
        spent = self.meter.spent
        return replace(ending, session=session, tokens=spent.tokens, cost_usd=spent.usd)

    def _kept(self, ending: Ending, whole: tuple[Step, ...]) -> str | None:
        if ending.status is Status.SUCCESS:
            return self._write(whole)
        why = ending.error or (say("rec-somebody-stopped") if ending.stopped_by else "")
        last = Step(at=self._clock.now(), what=f"Ended: {ending.status}", result=why)
        return self._write_soon((*self._done(), last))

    def _write_soon(self, steps: tuple[Step, ...]) -> str | None:
        """Write it, unless that takes too long."""
        kept: list[str | None] = []
        writing = threading.Thread(
            target=lambda: kept.append(self._write(steps)), name="transcript", daemon=True
        )
        writing.start()
        writing.join(PATIENCE_SECONDS)
        return kept[0] if kept else None

    def _write(self, steps: tuple[Step, ...]) -> str | None:
        execution, mission = self._claim.execution, self._claim.mission
        text = Session(execution=execution.id, steps=steps).dump()
        try:
            self._artifacts.put(mission.team, mission.id, execution.id, SESSION_FILE, text.encode())
        except OSError as error:
            log.warning("session_not_kept", execution=execution.id, error=type(error).__name__)
            return None
        return SESSION_FILE

    def _done(self) -> tuple[Step, ...]:
        return tuple(sorted(self._steps, key=lambda step: step.at))

    def _before(self) -> list[Step]:
        execution, mission = self._claim.execution, self._claim.mission
        if execution.session is None:
            return []
        try:
            text = self._artifacts.get(mission.team, mission.id, execution.id, execution.session)
        except (OSError, ArtifactGone) as error:
            log.warning("session_not_read", execution=execution.id, error=type(error).__name__)
            return []
        return list(Session.load(text.decode()).steps)
