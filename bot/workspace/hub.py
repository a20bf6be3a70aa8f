"""The running workspace: its parts, held together, and the two ways news leaves it."""

from dataclasses import dataclass, field

from bot import limits
from bot.workspace.config import Json, WorkspaceConfig
from bot.workspace.deliveries import Deliveries
from bot.workspace.demo import DemoSite
from bot.workspace.dialogs import Dialogs
from bot.workspace.grants import Grants
from bot.workspace.identity import Identity, load_identity, new_id
from bot.workspace.journal import Journal
from bot.workspace.links import Link
from bot.workspace.manifest import Manifest, load_manifest
from bot.workspace.misbehave import Misbehaviour
from bot.workspace.seed import TEAM_DOMAIN, TEAM_NAME, seed
from bot.workspace.sockets import SocketLink
from bot.workspace.storage import Storage
from bot.workspace.stream import Stream
from bot.workspace.triggers import ResponseAddresses, Triggers
from bot.workspace.webhooks import HttpLink
from bot.workspace.world import World


@dataclass(slots=True)
class ThreadStatus:
    """What the app says it is doing in a thread."""

    status: str = ""
    loading_messages: list[str] = field(default_factory=list)
    session: str = ""
    until: float = 0.0

    @property
    def shown(self) -> str:
        """What the page says; empty when there is nothing to say."""
        return self.status or ("is working…" if self.session == "processing" else "")


class Workspace:
    """All parts of one workspace, and how an event reaches the app and the pages."""

    def __init__(self, config: WorkspaceConfig) -> None:
        self.config = config
        self.manifest: Manifest = load_manifest(config.manifest)
        self.storage = Storage(config.data_dir)
        self.identity: Identity = load_identity(self.storage, config.app)
        seed(self.storage, self.identity, self.manifest.name, config.clock())
        self.world = World(self.storage, self.identity, config.clock)
        self.stream = Stream()
        self.journal = Journal(config.clock)
        self.misbehaviour = Misbehaviour()
        self.triggers = Triggers(config.clock, config.trigger_seconds)
        self.responses = ResponseAddresses(config.clock)
        self.dialogs = Dialogs(self.identity)
        self.demo = DemoSite(config.data_dir / "demo" if config.data_dir else None)
        self.statuses: dict[tuple[str, str], ThreadStatus] = {}
        self.ephemerals: dict[tuple[str, str], list[Json]] = {}
        self.outdated: dict[tuple[str, str], list[list[Json]]] = {}
        self.prompts: dict[str, list[Json]] = {}
        self.grants = Grants(self.identity, config.clock)
        self.base_url = ""
        self.revoked = False
        self.sockets: SocketLink | None = None
        self._link: Link = self._make_link()
        self.deliveries = Deliveries(
            self._link, self.journal, self.misbehaviour, config.retry_delays
        )

    def _make_link(self) -> Link:
        config, identity = self.config, self.identity
        if config.request_url:
            secret, token = identity.signing_secret, identity.verification_token
            seconds, clock = config.ack_seconds, config.clock
            return HttpLink(config.request_url, secret, token, seconds, clock)
        self.sockets = SocketLink(identity.app_id, config.ack_seconds, self.misbehaviour)
        return self.sockets

    async def close(self) -> None:
        """Stop delivering."""
        await self.deliveries.close()
        await self._link.close()

    def team(self) -> Json:
        """The team as payloads carry it."""
        return {"id": self.identity.team_id, "domain": TEAM_DOMAIN, "name": TEAM_NAME}

    def emit(self, event: Json, channel: Json | None = None, name: str | None = None) -> None:
        """Send an event to the app, if it subscribed and, in a channel, is a member there.

        `name` is the subscription where it differs from the event's type.
        """
        bot = self.identity.bot_user_id
        if not self.manifest.hears(name or event["type"]):
            return
        if channel is not None and not self.world.is_member(channel["id"], bot):
            return
        now = self.config.clock()
        authorization: Json = {
            "enterprise_id": None,
            "team_id": self.identity.team_id,
            "user_id": bot,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        self.deliveries.event(
            {
                "token": self.identity.verification_token,
                "team_id": self.identity.team_id,
                "api_app_id": self.identity.app_id,
                "event": event,
                "type": "event_callback",
                "event_id": new_id("Ev"),
                "event_time": int(now),
                "authorizations": [authorization],
                "is_ext_shared_channel": False,
                "event_context": new_id("4-"),
            }
        )

    def tell(self, kind: str, channel: Json | None = None, **fields: object) -> None:
        """Tell the pages of everyone who can see the channel, or of all."""
        event: Json = {"type": kind, **fields}
        if channel is None:
            self.stream.tell(event, lambda _: True)
            return
        event["channel"] = channel["id"]
        self.stream.tell(event, lambda user: self.world.can_see(channel, user))

    def tell_person(self, user: str, kind: str, **fields: object) -> None:
        """Tell the pages of one person."""
        self.stream.tell({"type": kind, **fields}, lambda reader: reader == user)

    def status(self, channel: str, thread_ts: str) -> ThreadStatus:
        """The status of a thread; one that is 2 minutes old is gone (Slack)."""
        found = self.statuses.get((channel, thread_ts), ThreadStatus())
        if found.status and self.config.clock() > found.until:
            found.status, found.loading_messages = "", []
        return found

    def set_status(self, channel: Json, thread_ts: str, **changes: object) -> None:
        """Change what a thread shows of the app's work."""
        status = self.statuses.setdefault((channel["id"], thread_ts), ThreadStatus())
        for name, value in changes.items():
            setattr(status, name, value)
        status.until = self.config.clock() + limits.STATUS_SECONDS
        shown = {"status": status.shown, "session": status.session}
        self.tell("status", channel, ts=thread_ts, thread_ts=thread_ts, **shown)
