"""Shows what an Execution does, once it takes longer than a moment [C10]."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Final, Self

import structlog
from redis.exceptions import RedisError

from missions.blueprint import Finding
from missions.claims import Claim
from missions.describe import check_title
from missions.domain import Domain
from missions.ids import CheckId
from missions.progress import ProgressStep, StepState, steps_of

AFTER_SECONDS: Final = 3.0
"""How long an Execution may take without a word."""
APART_SECONDS: Final = 3.0
"""The shortest time between two changes of the message; Slack: 50 edits a minute in all."""
AGAIN_SECONDS: Final = 15.0
"""After this time the message is renewed although no step has changed: it says how long it took."""

log = structlog.get_logger(__name__)


class Showing:
    """Context around the work of one Execution; `noticed` is told of its checks, by any thread."""

    def __init__(self, domain: Domain, claim: Claim) -> None:
        self._domain = domain
        self._claim = claim
        self._checks: dict[CheckId, StepState] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._show, name="progress", daemon=True)

    def __enter__(self) -> Self:
        if self._domain.progress.worth(self._claim):
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def noticed(self, check: CheckId, finding: Finding | None) -> None:
        """A check begins, or ended with a finding."""
        good = StepState.DONE if finding is Finding.ALL_GOOD else StepState.FAILED
        self._checks[check] = good if finding else StepState.RUNNING

    def steps(self) -> tuple[ProgressStep, ...]:
        """The steps as they are now; the report is written once all checks are done."""
        checks = self._claim.task.checks
        blank = steps_of(self._claim.task, tuple(check_title(c) for c in checks))
        states = [self._checks.get(c.id, StepState.WAITING) for c in checks]
        done = all(s in (StepState.DONE, StepState.FAILED) for s in states)
        states.append(StepState.RUNNING if done else StepState.WAITING)
        return tuple(
            step.model_copy(update={"state": state})
            for step, state in zip(blank, states, strict=True)
        )

    def _show(self) -> None:
        shown: tuple[ProgressStep, ...] = ()
        said = 0.0
        wait = AFTER_SECONDS
        while not self._over.wait(wait):
            wait = APART_SECONDS
            steps = self.steps()
            if steps == shown and time.monotonic() - said < AGAIN_SECONDS:
                continue
            try:
                if not self._domain.progress.show(self._claim, steps):
                    return
            except RedisError as error:
                log.warning("progress_not_shown", error=type(error).__name__)
                continue
            shown, said = steps, time.monotonic()
