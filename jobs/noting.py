"""Writes down what a turn does, for who waits for its answer [C10]."""

from __future__ import annotations

import structlog
from redis.exceptions import RedisError

from missions.live import MOST_STEPS, StepKind, Steps, show_steps
from missions.mailbox import Box, Incoming
from missions.ports import Clock

log = structlog.get_logger(__name__)


class Noted:
    """The steps of one turn. That they cannot be written down ends no turn."""

    def __init__(self, box: Box, text: str, incoming: Incoming, clock: Clock) -> None:
        self._box = box
        self._text = text
        self._incoming = incoming
        self._steps = Steps(began=clock.now(), kinds=())

    def step(self, kind: StepKind) -> None:
        """Note what is done from now on; the same again is one step."""
        kinds = self._steps.kinds
        if kinds[-1:] == (kind,) or len(kinds) >= MOST_STEPS:
            return
        self._steps = self._steps.model_copy(update={"kinds": (*kinds, kind)})
        try:
            show_steps(self._box, self._text, self._incoming, self._steps)
        except RedisError as error:
            log.info("step_not_noted", message=self._incoming.id, error=type(error).__name__)
