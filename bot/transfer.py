"""`houston export` and `houston import`: Missions as files, on the command line [R9].

Both work on the storage directly, as whoever may run them may read it anyway. An import puts up a
plan card in a channel; a person there launches it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import storage
from bot.settings import Settings
from missions import keys as k
from missions.errors import HoustonError
from missions.ids import (
    ChannelId,
    MissionId,
    PersonId,
    TeamId,
    as_mission_id,
    new_mission_id,
    new_proposal_id,
)

if TYPE_CHECKING:
    from bot.compose import Parts
    from missions.blueprint import Blueprint
    from missions.mission import Mission

LATEST = 1_000
"""Executions in one file; more are not kept."""


class NotPossible(HoustonError):
    """The command lacks something."""

    event = "transfer_refused"


def export_file(
    settings: Settings, mission: str, team: str | None, *, csv: bool, out: Path | None
) -> int:
    """Write a Mission's plan as YAML, or its Executions as CSV; the exit code."""
    return _told(lambda: _export(settings, mission, team, csv=csv, out=out))


def import_file(settings: Settings, path: Path, channel: str, owner: str, team: str | None) -> int:
    """Put a plan card up for the Mission in a file; the exit code."""
    return _told(lambda: _import(settings, path, channel, owner, team))


def _told(work: Any) -> int:
    try:
        work()
    except HoustonError as refusal:
        sys.stderr.write(f"{refusal.sentence}\n")
        return 1
    return 0


def _export(
    settings: Settings, mission: str, team: str | None, *, csv: bool, out: Path | None
) -> None:
    from bot.compose import connect
    from missions.export import to_csv, to_yaml
    from missions.keys import TeamKeys
    from missions.store import DRAFT_VERSION, Store

    store = Store(connect(_storage_url(settings), text=True))
    wanted = as_mission_id(mission) or MissionId(mission)
    teams = [team] if team else sorted(store.smembers(k.TEAMS))
    those = [m for t in teams if (m := store.mission(TeamId(t), wanted))]
    if len(those) > 1:
        raise NotPossible(f"There is a {wanted} in {_listed(those)}. Say which: --team …")
    found = those[0] if those else None
    plan = store.blueprint(found.team, found.id, found.version or DRAFT_VERSION) if found else None
    if found is None or plan is None:
        raise NotPossible(f"There is no Mission {wanted}.")
    if csv:
        history = TeamKeys(found.team).mission(found.id).history
        ids = store.zrange(history, 0, LATEST - 1, desc=True)
        text = to_csv(store.executions(found.team, found.id, ids))
    else:
        text = to_yaml(found.name, plan)
    if out is None:
        sys.stdout.write(text)
    else:
        out.write_text(text, encoding="utf-8", newline="")


def _import(settings: Settings, path: Path, channel: str, owner: str, team_id: str | None) -> None:
    from bot.compose import compose
    from missions.export import SIZE_MAX, from_yaml
    from missions.mission import Mission, MissionState
    from missions.proposal import Proposal, ProposalKind

    try:
        with path.open(encoding="utf-8") as file:
            name, plan = from_yaml(file.read(SIZE_MAX + 1))
    except (OSError, UnicodeDecodeError):
        raise NotPossible(f"I cannot read {path}.") from None
    parts = compose(_connected(settings))
    domain, team = parts.domain, _team(parts, team_id)
    place, person, now = ChannelId(channel), PersonId(owner), domain.clock.now()
    _require_fine(parts, team, plan, place, person)
    proposal = Proposal(
        id=new_proposal_id(),
        mission=new_mission_id(),
        kind=ProposalKind.LAUNCH,
        base_version=0,
        blueprint=plan,
        by=person,
        at=now,
    )
    mission = Mission(
        id=proposal.mission,
        team=team,
        name=name,
        state=MissionState.DRAFT,
        channel=place,
        owner=person,
        created_at=now,
        approvers=(person,),
    )
    domain.lifecycle.draft(mission, proposal, f"import:{mission.id}")
    sys.stdout.write(f"{mission.id} is a Draft. Launch it on its plan card in the channel.\n")


def _team(parts: Parts, named: str | None) -> TeamId:
    """The workspace that is meant: the named one, or the only one."""
    served = parts.clients.teams()
    if named in served or (named is None and len(served) == 1):
        return TeamId(named or served[0])
    known = ", ".join(served) or "none"
    raise NotPossible(f"Say for which workspace: --team … Houston is installed in: {known}.")


def _listed(missions: list[Mission]) -> str:
    return " and in ".join(m.team for m in missions)


def _require_fine(
    parts: Parts, team: TeamId, plan: Blueprint, channel: ChannelId, owner: PersonId
) -> None:
    """Raises `NotPossible` with what must be mended before the plan can be put up [B7]."""
    from agent.checks.registry import check_problems
    from agent.effects.registry import act_problems, grant_problems
    from bot.compose import runtime
    from missions.mentions import mention_problems
    from missions.ports import Access
    from missions.verify import VerifyContext, verify

    domain, made = parts.domain, runtime(parts)
    if domain.directory.access(team, owner, channel, fresh=True) < Access.READ:
        raise NotPossible("That person cannot read that channel, so they could not own it there.")
    context = VerifyContext(
        now=domain.clock.now(),
        floor=domain.floor,
        tools=frozenset(made.tools) | frozenset(made.effects),
        problems=lambda check: check_problems(check, made.tools),
        channel=domain.directory.channel(team, channel),
        act_problems=lambda act: act_problems(act, made.effects),
        grant_problems=lambda grant: grant_problems(grant, made.effects),
        unpriced=domain.spending.caps.unpriced,
    )
    told = mention_problems(plan, domain.directory, team, channel)
    if findings := (*verify(plan, context), *told):
        raise NotPossible("\n".join(["The plan cannot be launched:", *findings]))


def _storage_url(settings: Settings) -> str:
    """Where the records are: as set, else the server that `houston up` runs on the data folder."""
    if settings.redis_url is not None:
        return settings.redis_url.get_secret_value()
    socket = storage.socket_path(settings.data_dir)
    if not socket.exists():
        raise NotPossible("Nothing is running on this data folder. Start `houston up` first.")
    return storage.url(socket)


def _connected(settings: Settings) -> Settings:
    """The settings with which `houston up` has started its parts on this data folder."""
    changes: dict[str, Any] = {"REDIS_URL": _storage_url(settings)}
    told = settings.data_dir.resolve() / "run" / "workspace.json"
    if settings.local:
        if not told.exists():
            raise NotPossible("Set SLACK_BOT_TOKEN, or start `houston up` first.")
        local = json.loads(told.read_text())
        changes |= {
            "SLACK_API_URL": local["api_url"],
            "SLACK_BOT_TOKEN": local["bot_token"],
            "SLACK_APP_TOKEN": local["app_token"],
        }
    known = {name: getattr(settings, field) for name, field in Settings.names().items()}
    return Settings.model_validate({**{n: v for n, v in known.items() if v is not None}, **changes})
