"""Settings: read once from the environment, typed, unknown `HOUSTON_*` names refused."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from agent.effects.secrets import PREFIX, Secrets
from bot.oauth.keys import BadKey, read_keys
from missions.spending import Price

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


class SettingsError(Exception):
    """A setting is wrong; the text says which and what to do."""


def _named(name: str) -> AliasChoices:
    return AliasChoices(name)


def read_prices(text: str) -> dict[str, Price]:
    """Prices per model, from `openai:gpt-5=1.25/10, …`: US dollars per million tokens in and out,
    and, if given, those read from the provider's cache and those written into it.

    Raises `SettingsError`.
    """
    prices = {}
    for part in filter(None, (p.strip() for p in text.split(","))):
        name, _, told = part.rpartition("=")
        try:
            dollars = [float(number) for number in told.split("/")]
            if not name or len(dollars) not in (2, 3, 4):
                raise ValueError
            if not all(0 <= number < float("inf") for number in dollars):
                raise ValueError
        except ValueError:
            raise SettingsError(
                f"HOUSTON_PRICES has “{part}”. Write provider:model=1.25/10: US dollars per "
                "million tokens, what goes in and what comes out; then, if they have prices of "
                "their own, what is read from the provider's cache and what is written into it: "
                "provider:model=3/15/0.3/3.75."
            ) from None
        prices[name.strip()] = Price(*dollars)
    return prices


class Settings(BaseModel):
    """Every setting; the README's table lists them."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=False)

    slack_bot_token: SecretStr | None = Field(None, validation_alias=_named("SLACK_BOT_TOKEN"))
    slack_app_token: SecretStr | None = Field(None, validation_alias=_named("SLACK_APP_TOKEN"))
    slack_signing_secret: SecretStr | None = Field(
        None, validation_alias=_named("SLACK_SIGNING_SECRET")
    )
    slack_client_id: str | None = Field(None, validation_alias=_named("SLACK_CLIENT_ID"))
    slack_client_secret: SecretStr | None = Field(
        None, validation_alias=_named("SLACK_CLIENT_SECRET")
    )
    encryption_keys: SecretStr | None = Field(
        None, validation_alias=_named("HOUSTON_ENCRYPTION_KEYS")
    )
    slack_api_url: str = Field(
        "https://slack.com/api/", validation_alias=_named("SLACK_API_URL"), pattern=r"^https?://"
    )
    redis_url: SecretStr | None = Field(None, validation_alias=_named("REDIS_URL"))
    model: str | None = Field(None, validation_alias=_named("HOUSTON_MODEL"))
    fallback_model: str | None = Field(None, validation_alias=_named("HOUSTON_FALLBACK_MODEL"))
    prices: str = Field("", validation_alias=_named("HOUSTON_PRICES"))
    run_tokens: int = Field(200_000, validation_alias=_named("HOUSTON_RUN_TOKENS"), ge=1_000)
    mission_day_tokens: int = Field(
        2_000_000, validation_alias=_named("HOUSTON_MISSION_DAY_TOKENS"), ge=1_000
    )
    day_tokens: int | None = Field(None, validation_alias=_named("HOUSTON_DAY_TOKENS"), ge=1_000)
    run_usd: float | None = Field(None, validation_alias=_named("HOUSTON_RUN_USD"), ge=0.01)
    mission_day_usd: float | None = Field(
        None, validation_alias=_named("HOUSTON_MISSION_DAY_USD"), ge=0.01
    )
    day_usd: float | None = Field(None, validation_alias=_named("HOUSTON_DAY_USD"), gt=0)
    data_dir: Path = Field(Path(".houston"), validation_alias=_named("HOUSTON_DATA_DIR"))
    allow_hosts: str = Field("", validation_alias=_named("HOUSTON_ALLOW_HOSTS"))
    ca_file: Path | None = Field(None, validation_alias=_named("HOUSTON_CA_FILE"))
    secrets: str = Field("", validation_alias=_named("HOUSTON_SECRETS"))
    artifacts_url: str | None = Field(None, validation_alias=_named("HOUSTON_ARTIFACTS_URL"))
    floor_seconds: int | None = Field(
        None, validation_alias=_named("HOUSTON_FLOOR_SECONDS"), ge=1, le=86_400
    )
    heartbeat_url: SecretStr | None = Field(None, validation_alias=_named("HOUSTON_HEARTBEAT_URL"))
    port: int = Field(0, validation_alias=_named("HOUSTON_PORT"), ge=0, le=65_535)
    http_port: int | None = Field(
        None, validation_alias=_named("HOUSTON_HTTP_PORT"), ge=0, le=65_535
    )
    http_host: str = Field("127.0.0.1", validation_alias=_named("HOUSTON_HTTP_HOST"))
    local_http: bool = Field(False, validation_alias=_named("HOUSTON_LOCAL_HTTP"))
    public_url: str | None = Field(
        None, validation_alias=_named("HOUSTON_PUBLIC_URL"), pattern=r"^https?://[^\s?#]+$"
    )
    turn_workers: int = Field(4, validation_alias=_named("HOUSTON_TURN_WORKERS"), ge=1, le=64)
    execution_workers: int = Field(
        2, validation_alias=_named("HOUSTON_EXECUTION_WORKERS"), ge=1, le=256
    )
    delivery_workers: int = Field(
        1, validation_alias=_named("HOUSTON_DELIVERY_WORKERS"), ge=1, le=64
    )
    drain_seconds: float = Field(
        20.0, validation_alias=_named("HOUSTON_DRAIN_SECONDS"), ge=0, le=10_800
    )
    log_level: str = Field(
        "INFO",
        validation_alias=_named("HOUSTON_LOG_LEVEL"),
        pattern=r"^(DEBUG|INFO|WARNING|ERROR)$",
    )

    @property
    def local(self) -> bool:
        """Whether the local workspace is served: no Slack tokens are set [L1]."""
        return self.slack_bot_token is None and not self.several

    @property
    def several(self) -> bool:
        """Whether workspaces install the app by themselves, each with a token of its own."""
        return self.slack_client_id is not None

    @property
    def called(self) -> bool:
        """Whether Slack calls by signed HTTP, instead of our connecting to it [L4]."""
        return not self.local and self.slack_app_token is None

    @property
    def is_local_api(self) -> bool:
        """Whether the Web API is a stand-in on this machine."""
        return urlsplit(self.slack_api_url).hostname in LOOPBACK

    @property
    def unpriced(self) -> str:
        """A model in use of which nobody said what it costs; "" if there is none."""
        prices = read_prices(self.prices)
        models = (self.model, self.fallback_model)
        return next((m for m in models if m and m not in prices), "")

    @classmethod
    def names(cls) -> dict[str, str]:
        """Environment name → field."""
        found = {}
        for field, info in cls.model_fields.items():
            assert isinstance(info.validation_alias, AliasChoices)  # noqa: S101 - set above
            found[str(info.validation_alias.choices[0])] = field
        return found

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """The settings of an environment; raises `SettingsError` in words."""
        names = cls.names()
        ours = (n for n in environ if n.startswith("HOUSTON_") and not n.startswith(PREFIX))
        unknown = sorted(n for n in ours if n not in names)
        if unknown:
            raise SettingsError(
                f"Unknown setting {', '.join(unknown)}. Known: {', '.join(sorted(names))}."
            )
        given = {name: environ[name] for name in names if environ.get(name)}
        try:
            settings = cls.model_validate(given)
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            raise SettingsError(f"A setting is wrong. {wrong}") from None
        settings._require_slack()
        named_secrets(settings, environ)
        settings._require_prices()
        return settings

    def _require_prices(self) -> None:
        """Raises `SettingsError` if a cap in money could not hold: each model needs its price."""
        caps = {
            "HOUSTON_RUN_USD": self.run_usd,
            "HOUSTON_MISSION_DAY_USD": self.mission_day_usd,
            "HOUSTON_DAY_USD": self.day_usd,
        }
        capped = [name for name, usd in caps.items() if usd is not None]
        if self.unpriced and capped:
            raise SettingsError(
                f"{capped[0]} needs the price of {self.unpriced}: set it in HOUSTON_PRICES."
            )

    def _require_slack(self) -> None:
        """Raises `SettingsError` unless Slack can be served as it is set, or is not set at all."""
        ways = self.slack_app_token or self.slack_signing_secret
        if self.several:
            self._require_several()
        elif (self.slack_bot_token is None) != (ways is None):
            raise SettingsError(
                "Set SLACK_BOT_TOKEN together with SLACK_APP_TOKEN (Socket Mode) or "
                "SLACK_SIGNING_SECRET (HTTP), or none of them for the local workspace."
            )
        if self.called and self.http_port is None:
            raise SettingsError(
                "With SLACK_SIGNING_SECRET and no SLACK_APP_TOKEN Slack calls by HTTP: "
                "set HOUSTON_HTTP_PORT to the port where it does."
            )

    def _require_several(self) -> None:
        """Raises `SettingsError` unless workspaces can install the app and be served."""
        if self.slack_bot_token:
            raise SettingsError(
                "SLACK_CLIENT_ID serves several workspaces, SLACK_BOT_TOKEN serves one: "
                "set only one of the two."
            )
        needed = {
            "SLACK_CLIENT_SECRET": self.slack_client_secret,
            "HOUSTON_ENCRYPTION_KEYS": self.encryption_keys,
            "HOUSTON_PUBLIC_URL": self.public_url,
            "HOUSTON_HTTP_PORT": self.http_port is not None,
            "SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)": (
                self.slack_app_token or self.slack_signing_secret
            ),
        }
        if missing := [name for name, given in needed.items() if not given]:
            raise SettingsError(f"With SLACK_CLIENT_ID also set {', '.join(missing)}.")
        address = urlsplit(self.public_url or "")
        if address.scheme != "https" and address.hostname not in LOOPBACK:
            raise SettingsError(
                "HOUSTON_PUBLIC_URL must begin with https://, as tokens come to it from Slack."
            )
        try:
            read_keys(self.encryption_keys.get_secret_value() if self.encryption_keys else "")
        except BadKey as problem:
            raise SettingsError(str(problem)) from None


def named_secrets(settings: Settings, environ: Mapping[str, str] = os.environ) -> Secrets:
    """The secrets that plans may name, with their values from the environment [P7].

    Raises `SettingsError`.
    """
    try:
        return Secrets.read(settings.secrets, environ)
    except ValueError as error:
        raise SettingsError(str(error)) from None
