"""What a workspace is started with, and what it tells about itself once it runs."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot import limits

Json = dict[str, Any]
Clock = Callable[[], float]

PAGE_DIR = Path(__file__).parent / "page"


@dataclass(frozen=True, slots=True)
class WorkspaceConfig:
    """Settings of one workspace; times in seconds.

    `data_dir` None keeps everything in memory. `port` 0 takes the port used last time, or any.
    Without a manifest every scope is granted and every event sent. With `request_url` the app is
    reached by signed HTTP instead of Socket Mode. `rates` holds calls to Slack's tiers. `app` are
    the app's id and secrets where it is one app in several workspaces, as in `identity`.
    """

    data_dir: Path | None = None
    port: int = 0
    manifest: Path | None = None
    request_url: str | None = None
    rates: bool = False
    demo: bool = True
    retry_delays: tuple[float, ...] = limits.EVENT_RETRY_SECONDS
    ack_seconds: float = limits.ACK_SECONDS
    trigger_seconds: float = limits.TRIGGER_SECONDS
    page_dir: Path = PAGE_DIR
    app: Mapping[str, str] | None = None
    clock: Clock = time.time


@dataclass(frozen=True, slots=True)
class Connection:
    """What a bot and a browser need to reach a running workspace."""

    api_url: str
    bot_token: str
    app_token: str
    signing_secret: str
    page_url: str
    port: int
    demo_url: str
    team_id: str
    bot_user_id: str

    def as_json(self) -> Json:
        """The one line that the command prints."""
        return asdict(self)
