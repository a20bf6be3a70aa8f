"""Executions that want to do something outside: a pager on loopback, and runs that wait."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from agent.address import AllowedHosts
from agent.checkpointer import RedisCheckpointer
from agent.checks.registry import Measurement
from agent.effects.http_request import HttpRequestTool
from agent.effects.secrets import Secrets
from agent.task.graph import TaskRunner
from jobs import execute as execute_job
from jobs import resume as resume_job
from jobs.runtime import Runtime, install
from jobs.threads import run_prefix
from missions.approval import Approval, ApprovalState, Wanted, approvals_of
from missions.artifacts import Artifacts
from missions.blueprint import Act, ActWhen, Check, Task
from missions.claims import Claim
from missions.domain import Domain
from missions.execution import Execution
from missions.ids import ActId, PersonId
from missions.keys import TeamKeys
from missions.mission import Mission
from missions.saving import write_mission
from tests.support.build import actor, blueprint, draft, stored, task
from tests.support.fakes import GRACE, TEAM
from tests.support.runs import claimed, due

HOOK = "https://pager.example/hook"


@dataclass(frozen=True)
class Received:
    """A request as the pager got it."""

    method: str
    path: str
    body: str
    headers: dict[str, str]


class Pager:
    """Takes anything, answers `status`; `pause` is called before it answers."""

    def __init__(self) -> None:
        self.status = 204
        self.received: list[Received] = []
        self.pause: Callable[[], object] = lambda: None
        pager = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                body = self.rfile.read(length).decode()
                headers = {name.lower(): value for name, value in self.headers.items()}
                pager.received.append(Received(self.command, self.path, body, headers))
                pager.pause()
                self.send_response(pager.status)
                self.send_header("location", "/elsewhere")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                return

        for method in ("PUT", "PATCH", "DELETE", "GET"):
            setattr(Handler, f"do_{method}", Handler.do_POST)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.host = f"127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def url(self, path: str = "/hook") -> str:
        return f"http://{self.host}{path}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def act(url: str = HOOK, when: ActWhen = ActWhen.NEW, number: int = 1, **more: Any) -> Act:
    granted = more.pop("granted", False)
    return Act(
        id=ActId(f"A{number}"),
        tool="http_request",
        arguments={"url": url, **more},
        when=when,
        granted=granted,
    )


def acting(*acts: Act, **changes: Any) -> Task:
    return task(acts=acts or (act(),), **changes)


def approvable(
    domain: Domain, plan: Task | None = None, approvers: tuple[PersonId, ...] = (GRACE,)
) -> Mission:
    """A launched Mission that acts outside, with these approvers."""
    made, proposal = draft(domain, blueprint(plan or acting()))
    named(domain, made, approvers)
    return domain.lifecycle.launch(actor(made.owner), made.id, proposal.id)


def named(domain: Domain, mission: Mission, approvers: tuple[PersonId, ...]) -> Mission:
    keys = TeamKeys(TEAM).mission(mission.id)
    tx = domain.store.mission_tx(keys)
    changed = write_mission(tx, keys, stored(domain, mission.id), approvers=approvers)
    tx.commit()
    return changed


def wanted(number: int = 1, url: str = HOOK, **changes: Any) -> Wanted:
    arguments = {"method": "POST", "url": url}
    return Wanted(
        number=number, tool="http_request", arguments=arguments, act=ActId("A1"), **changes
    )


def running(domain: Domain, mission: Mission, plan: Task | None = None) -> Claim:
    return claimed(domain, mission, due(domain, mission, plan or acting()))


def waiting(domain: Domain, mission: Mission, claim: Claim | None = None) -> Approval:
    """A run of the Mission that waits."""
    held = claim or running(domain, mission)
    return domain.approvals.ask(TEAM, held.execution, wanted())


def now_is(domain: Domain, asked: Approval) -> Approval:
    keys = TeamKeys(TEAM).mission(asked.mission)
    return next(a for a in approvals_of(domain.store, keys, asked.execution) if a.id == asked.id)


def state_of(domain: Domain, asked: Approval) -> ApprovalState:
    return now_is(domain, asked).state


def run_of(domain: Domain, asked: Approval) -> Execution:
    found = domain.store.execution(TEAM, asked.mission, asked.execution)
    assert found is not None
    return found


class Failing:
    """A check tool of which every check fails."""

    name = "http"
    status = 503

    def problems(self, check: Check) -> tuple[str, ...]:
        return ()

    def run(self, check: Check) -> Measurement:
        return Measurement({"status": self.status})


@dataclass
class Works:
    """Jobs in this process, one after another."""

    domain: Domain
    tool: HttpRequestTool
    checks: Failing

    def run(self, mission: Mission, plan: Task) -> None:
        """A run by time, to its end or until it waits."""
        execute_job.execute(TEAM, mission.id, due(self.domain, mission, plan))

    def resume(self, asked: Approval) -> None:
        resume_job.resume(TEAM, asked.mission, asked.id)

    def asked(self, mission: Mission) -> Approval:
        """The open approval of what runs."""
        (run,) = self.domain.store.running(TEAM, mission.id)
        found = approvals_of(self.domain.store, TeamKeys(TEAM).mission(mission.id), run.id)
        assert found
        return found[-1]

    def last(self, mission: Mission) -> Execution:
        return self.domain.reader.executions(actor().viewer, mission.id)[0]


def works(domain: Domain, pager: Pager, folder: Path, model: Any = None) -> Works:
    """Install a runtime whose checks fail and whose way outside is real."""
    secrets = Secrets({"pager": "s3cr3t-value"}, {"pager": frozenset({"127.0.0.1"})})
    tool = HttpRequestTool(AllowedHosts.parse(pager.host), secrets)
    checks = Failing()
    kept = RedisCheckpointer(domain.redis, run_prefix, ttl_seconds=3_600)
    runner = TaskRunner(
        {"http": checks},
        model,
        domain.clock,
        pause=lambda seconds: None,
        effects={tool.name: tool},
        checkpointer=kept,
    )
    made = Runtime(
        domain=domain,
        tools={"http": checks},
        checkpointer=kept,
        artifacts=Artifacts(folder.as_uri()),
        effects={tool.name: tool},
    )
    install(replace(made, runner=runner))
    return Works(domain, tool, checks)
