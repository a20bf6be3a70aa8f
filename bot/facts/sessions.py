"""The Session of an Execution: found among the artifacts, without secrets, as pages or a file."""

from __future__ import annotations

import os
from collections.abc import Callable

from bot.blocks.records import Scope
from bot.blocks.session import SessionFacts
from bot.facts.gather import Gather
from bot.redaction import redacted, secrets_in
from missions.artifacts import SESSION_FILE, Artifact, ArtifactGone, Artifacts
from missions.execution import Execution, Session, Step
from missions.ids import ExecutionId
from missions.mission import Mission

Sessions = Callable[[Mission, Execution], Session | None]
Files = Callable[[Mission, Execution], tuple[Artifact, ...]]


def files_of(artifacts: Artifacts) -> Files:
    """Finds the files that an Execution left; none where they cannot be listed now."""

    def find(mission: Mission, execution: Execution) -> tuple[Artifact, ...]:
        try:
            return artifacts.list(mission.team, mission.id, execution.id)
        except OSError:
            return ()

    return find


def sessions_of(artifacts: Artifacts) -> Sessions:
    """Finds the Sessions of Executions among the artifacts, and hides secrets in them [P7]."""
    secrets = secrets_in(os.environ)

    def find(mission: Mission, execution: Execution) -> Session | None:
        if execution.session is None:
            return None
        try:
            text = artifacts.get(mission.team, mission.id, execution.id, SESSION_FILE)
        except ArtifactGone:
            return None
        return without_secrets(Session.load(text.decode()), secrets)

    return find


def without_secrets(session: Session, secrets: tuple[str, ...]) -> Session:
    """The Session with every text of its steps redacted."""

    def clean(step: Step) -> Step:
        arguments = {
            name: redacted(f"{name}={value}", secrets).removeprefix(f"{name}=")
            if isinstance(value, str)
            else value
            for name, value in step.arguments.items()
        }
        return step.model_copy(
            update={
                "what": redacted(step.what, secrets),
                "result": redacted(step.result, secrets),
                "arguments": arguments,
            }
        )

    return session.model_copy(update={"steps": tuple(map(clean, session.steps))})


def session_facts(gather: Gather, scope: Scope, execution: ExecutionId, page: int) -> SessionFacts:
    """A page of an Execution's Session."""
    mission = gather.mission(scope.mission)
    run = gather.domain.reader.execution(gather.viewer, mission.id, execution)
    found = gather.session(mission, run)
    return SessionFacts(
        mission=mission,
        scope=scope,
        execution=run,
        steps=found.steps if found else (),
        page=page,
        zone=gather.zone(mission),
    )
