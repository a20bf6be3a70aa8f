"""Installations of the app, each kept encrypted in Redis under its own workspace [P7 L5].

An installation on a whole organisation is kept under the organisation's id, and so is all that
Houston knows there: its channels may be shared by several of its workspaces, and must not be two
places. The encryption is bound to that id: a record that is moved to another cannot be opened.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final, cast

import structlog
from redis import Redis
from slack_sdk.oauth.installation_store import Bot, Installation, InstallationStore

from bot.client import Identity
from bot.oauth.vault import CannotOpen, Vault
from missions import keys as k
from missions.ids import PersonId, TeamId
from missions.keys import TeamKeys
from missions.record import Stored
from missions.store import Store
from missions.tx import Lost, Transaction

NOT_LEAVING: Final = "leaving"
"""The guard that a workspace is not being cleared of what an earlier installation left."""

log = structlog.get_logger("bot.oauth")


class Grant(Stored):
    """What Slack grants: who the app is in a workspace, and the token with which it speaks.

    `expires_at` is in unix seconds, None if the token does not expire. `url` is the workspace's.
    """

    team: TeamId
    bot_token: str
    bot_user: PersonId
    bot_id: str
    url: str
    name: str
    by: PersonId
    installed_at: float
    app: str = ""
    scopes: tuple[str, ...] = ()
    is_org: bool = False
    enterprise: str | None = None
    workspace: str | None = None
    refresh_token: str | None = None
    expires_at: int | None = None

    @property
    def identity(self) -> Identity:
        """Who the app is there."""
        return Identity(
            team=self.team,
            bot_user=self.bot_user,
            bot_id=self.bot_id,
            url=self.url,
            is_org=self.is_org,
            enterprise=self.enterprise,
        )


@dataclass(frozen=True, slots=True)
class Kept:
    """A grant as it was read; `sealed` guards that nobody changes it meanwhile."""

    grant: Grant
    sealed: str


def tenant(enterprise: str | None, team: str | None, *, is_org: bool | None) -> TeamId | None:
    """Under which id an installation is kept; None if Slack did not say enough."""
    found = enterprise if is_org else team
    return TeamId(found) if found else None


class RedisInstallationStore(InstallationStore):
    """Installations in Redis. Raises `RedisError`."""

    def __init__(self, redis: Redis, vault: Vault) -> None:
        self._store = Store(redis)
        self._vault = vault
        self._logger = logging.getLogger("bot.slack")

    @property
    def logger(self) -> logging.Logger:
        """The SDK's own log, which is silent: it would say tokens."""
        return self._logger

    @property
    def vault(self) -> Vault:
        """What seals them; it signs as well."""
        return self._vault

    # --- Houston's own ways ----------------------------------------------------------------------

    def read(self, team: TeamId) -> Kept | None:
        """The grant of a workspace; None if there is none, or if no key of ours opens it."""
        sealed = cast("str | None", self._store.redis.get(TeamKeys(team).installation))
        if sealed is None:
            return None
        try:
            return Kept(Grant.load(self._vault.open(sealed, _about(team))), sealed)
        except CannotOpen:
            log.error("installation_not_opened", team=team, cure="set HOUSTON_ENCRYPTION_KEYS")
            return None

    def keep(self, grant: Grant) -> None:
        """Keep a new installation, in place of an earlier one.

        Raises `Lost` while what an earlier installation left is still being removed.
        """
        tx = self._writing(grant)
        tx.require_older(NOT_LEAVING, k.LEAVING, grant.team, 0)
        tx.hdel(k.STALE, grant.team).unlink(refusal_key(grant.team))
        tx.commit()

    def renew(self, kept: Kept, grant: Grant) -> bool:
        """Keep a renewed token; False if the installation changed or went meanwhile."""
        tx = self._writing(grant)
        tx.require_value("installation", TeamKeys(grant.team).installation, kept.sealed)
        tx.hdel(k.STALE, grant.team)
        try:
            tx.commit()
        except Lost:
            return False
        return True

    def teams(self) -> dict[TeamId, PersonId]:
        """Every workspace with an installation, and its bot user there."""
        found = self._store.hgetall(k.INSTALLED)
        return {TeamId(team): PersonId(bot) for team, bot in found.items()}

    def stale(self) -> dict[TeamId, str]:
        """Workspaces that have to install anew, and why Slack does not renew their token."""
        return {TeamId(team): why for team, why in self._store.hgetall(k.STALE).items()}

    def mark_stale(self, kept: Kept, why: str) -> None:
        """Say that a workspace has to install anew, if it has not done so meanwhile."""
        team = kept.grant.team
        tx = self._store.team_tx(team)
        tx.require_value("installation", TeamKeys(team).installation, kept.sealed)
        tx.hset(k.STALE, {team: why})
        try:
            tx.commit()
        except Lost:
            log.info("installed_meanwhile", team=team)

    def seal_anew(self) -> int:
        """Encrypt with the first key what an older one sealed; how many there were."""
        count = 0
        for team in self.teams():
            kept = self.read(team)
            if kept and self._vault.is_outdated(kept.sealed):
                count += self.renew(kept, kept.grant)
        return count

    def _writing(self, grant: Grant) -> Transaction:
        tx = self._store.team_tx(grant.team)
        sealed = self._vault.seal(grant.dump(), _about(grant.team))
        tx.set(TeamKeys(grant.team).installation, sealed)
        return tx.hset(k.INSTALLED, {grant.team: grant.bot_user})

    # --- the SDK's interface ---------------------------------------------------------------------

    def save(self, installation: Installation) -> None:
        """Keep what the SDK made of Slack's answer; tokens of people are not asked for nor kept."""
        self.keep(grant_of(installation))

    def save_bot(self, bot: Bot) -> None:
        """Keep a renewed token; an installation that is gone does not come back by it."""
        team = tenant(bot.enterprise_id, bot.team_id, is_org=bot.is_enterprise_install)
        kept = self.read(team) if team else None
        if kept:
            self.renew(kept, renewed(kept.grant, bot))

    def find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        """The installation of a workspace or organisation, whoever made it."""
        team = tenant(enterprise_id, team_id, is_org=is_enterprise_install)
        kept = self.read(team) if team else None
        return installation_of(kept.grant) if kept else None

    def find_bot(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        is_enterprise_install: bool | None = False,
    ) -> Bot | None:
        """The same, as far as the bot is concerned."""
        found = self.find_installation(
            enterprise_id=enterprise_id,
            team_id=team_id,
            is_enterprise_install=is_enterprise_install,
        )
        return found.to_bot() if found else None

    def delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Forget an installation; what belongs to the workspace is `missions.leaving`'s."""
        for name in (team_id, enterprise_id if team_id is None else None):
            if name:
                tx = self._store.team_tx(TeamId(name))
                tx.unlink(TeamKeys(TeamId(name)).installation)
                tx.hdel(k.INSTALLED, name).hdel(k.STALE, name).commit()

    def delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """The same: there is one installation for all people of a workspace."""
        self.delete_bot(enterprise_id=enterprise_id, team_id=team_id)


def grant_of(found: Installation) -> Grant:
    """What is kept of an installation; ValueError if Slack left out what it takes."""
    team = tenant(found.enterprise_id, found.team_id, is_org=found.is_enterprise_install)
    if not (team and found.bot_token and found.bot_user_id):
        raise ValueError("no workspace, no token or no bot user")
    return Grant(
        team=team,
        bot_token=found.bot_token,
        bot_user=PersonId(found.bot_user_id),
        bot_id=found.bot_id or "",
        url=str(found.custom_values.get("url") or "https://slack.com/"),
        name=(found.enterprise_name if found.is_enterprise_install else found.team_name) or team,
        by=PersonId(found.user_id or ""),
        installed_at=found.installed_at,
        app=found.app_id or "",
        scopes=tuple(found.bot_scopes or ()),
        is_org=found.is_enterprise_install,
        enterprise=found.enterprise_id,
        workspace=found.team_id,
        refresh_token=found.bot_refresh_token,
        expires_at=found.bot_token_expires_at,
    )


def installation_of(grant: Grant) -> Installation:
    """The grant as the SDK knows it."""
    return Installation(
        app_id=grant.app or None,
        enterprise_id=grant.enterprise,
        enterprise_name=grant.name if grant.is_org else None,
        team_id=grant.workspace,
        team_name=None if grant.is_org else grant.name,
        bot_token=grant.bot_token,
        bot_id=grant.bot_id,
        bot_user_id=grant.bot_user,
        bot_scopes=list(grant.scopes),
        bot_refresh_token=grant.refresh_token,
        bot_token_expires_at=grant.expires_at,
        user_id=grant.by,
        is_enterprise_install=grant.is_org,
        installed_at=grant.installed_at,
        custom_values={"url": grant.url},
    )


def renewed(grant: Grant, bot: Bot) -> Grant:
    """The grant with the token that Slack gave in place of the old one."""
    return grant.model_copy(
        update={
            "bot_token": bot.bot_token,
            "refresh_token": bot.bot_refresh_token or grant.refresh_token,
            "expires_at": bot.bot_token_expires_at,
        }
    )


def refusal_key(team: TeamId) -> str:
    """String with a time to live: Slack's word for why it does not renew the token."""
    return TeamKeys(team).cache("renewal", "refused")


def _about(team: TeamId) -> str:
    return f"installation:{team}"
