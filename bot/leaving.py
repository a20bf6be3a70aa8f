"""The job that removes what belongs to a workspace, once Slack says that the app is gone there."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

import structlog

from bot import wiring
from bot.client import SlackClient
from bot.slack_errors import SlackFailure, TokenRefused
from jobs.runtime import Runtime, current
from missions.ids import TeamId
from missions.leaving import Leaving
from missions.tx import Lost

GONE: Final = frozenset(
    {"account_inactive", "token_revoked", "invalid_auth", "invalid_refresh_token", "team_not_found"}
)
"""What Slack says of the token of an app that was removed; `token_expired` says nothing of it."""
ASK_AGAIN_MS: Final = 30_000
MORE_MS: Final = 100
"""When the next batch of Missions goes: other jobs get their turn in between."""
LOOK_AGAIN_MS: Final = 20_000

log = structlog.get_logger("bot.leaving")


def leave(team: str) -> None:
    """The job: see whether the workspace left, then remove a batch; the sweep rings again."""
    at, team_id = current(), TeamId(team)
    leaving = Leaving(at.domain.store)
    with suppress(Lost):  # another worker was at it, and knows better
        if leaving.has_left(team_id) or _is_gone(leaving, wiring.client(team_id), team_id):
            remove(at, leaving, team_id)


def remove(at: Runtime, leaving: Leaving, team: TeamId) -> None:
    """Remove a batch, or all that is left when no Mission is; raises `Lost`."""
    if removed := leaving.remove_missions(team, at.domain.clock.now()):
        log.info("missions_removed", team=team, count=len(removed))
        leaving.again_in(team, MORE_MS)
        return
    keys = leaving.clear(team)
    at.artifacts.delete_team(team)
    log.info("workspace_cleared", team=team, keys=keys)
    if keys or not leaving.is_over(team):
        leaving.again_in(team, MORE_MS if leaving.is_over(team) else LOOK_AGAIN_MS)
        return
    leaving.finish(team)
    log.info("workspace_left", team=team)


def _is_gone(leaving: Leaving, client: SlackClient, team: TeamId) -> bool:
    """Ask Slack itself: an event may be late, and the app be installed again."""
    try:
        client.check_token()
    except TokenRefused as failure:
        unread = client.known is None and leaving.is_installed(team)
        if unread:
            log.error("installation_not_opened", team=team, cure="set HOUSTON_ENCRYPTION_KEYS")
            leaving.again_in(team, ASK_AGAIN_MS)
            return False
        if failure.code in GONE or client.known is None:
            log.info("workspace_leaves", team=team, code=failure.code)
            leaving.left(team)
            return True
        log.warning("token_refused", team=team, code=failure.code)
    except SlackFailure as failure:
        log.info("not_known_whether_it_left", team=team, code=failure.code)
        leaving.again_in(team, ASK_AGAIN_MS)
        return False
    leaving.stays(team)
    log.info("workspace_stays", team=team)
    return False
