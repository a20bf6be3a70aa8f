"""What the workspace grants its app: codes, tokens that may expire, and how they are renewed.

The token that the workspace was started with holds as long as the app is installed. Those that
`oauth.v2.access` gives hold besides it; one that expires comes with a refresh token, which counts
once.
"""

import secrets
from dataclasses import dataclass, field

from bot.workspace.config import Clock
from bot.workspace.errors import SlackError
from bot.workspace.identity import Identity

CODE_SECONDS = 600
"""How long a code holds (Slack)."""


@dataclass(frozen=True, slots=True)
class Granted:
    """A token, how long it holds in seconds, and what renews it; None, None: for ever."""

    token: str
    expires_in: int | None
    refresh_token: str | None


@dataclass
class Grants:
    """The app's credentials and every token that holds. `rotation` is a token's life in seconds."""

    identity: Identity
    clock: Clock
    rotation: int | None = None
    renewals: int = 0
    _codes: dict[str, tuple[str, float]] = field(default_factory=dict)
    _ends: dict[str, float | None] = field(default_factory=dict)
    _refresh: set[str] = field(default_factory=set)

    def approve(self, redirect_uri: str) -> str:
        """Somebody says yes on Slack's page: a code for the app."""
        code = secrets.token_urlsafe(18)
        self._codes[code] = (redirect_uri, self.clock() + CODE_SECONDS)
        return code

    def require_app(self, client_id: str, client_secret: str) -> None:
        """Refuse an app that does not know its own secret."""
        if client_id != self.identity.client_id:
            raise SlackError("invalid_client_id")
        if not secrets.compare_digest(client_secret, self.identity.client_secret):
            raise SlackError("bad_client_secret")

    def exchange(self, code: str, redirect_uri: str) -> Granted:
        """A token for a code, once."""
        known = self._codes.pop(code, None)
        if known is None or known[1] < self.clock():
            raise SlackError("invalid_code")
        if known[0] != redirect_uri:
            raise SlackError("bad_redirect_uri")
        return self._grant()

    def renew(self, refresh_token: str) -> Granted:
        """Another token for a refresh token, once."""
        if refresh_token not in self._refresh:
            raise SlackError("invalid_refresh_token")
        self._refresh.discard(refresh_token)
        self.renewals += 1
        return self._grant()

    def check(self, token: str) -> bool:
        """Whether it is a token of these; refuses one whose time is over or that was taken away."""
        if token not in self._ends:
            return False
        ends = self._ends[token]
        if ends is not None and ends <= self.clock():
            raise SlackError("token_expired")
        return True

    def expire(self) -> None:
        """End the time of every token now."""
        self._ends = dict.fromkeys(self._ends, 0.0)

    def revoke(self, token: str) -> None:
        """Take one token away."""
        self._ends.pop(token, None)

    def revoke_all(self) -> None:
        """Take every token away, and what renews them."""
        self._ends.clear()
        self._refresh.clear()
        self._codes.clear()

    def _grant(self) -> Granted:
        token = f"xoxb-local-{secrets.token_hex(16)}"
        if self.rotation is None:
            self._ends[token] = None
            return Granted(token, None, None)
        refresh = f"xoxe-1-local-{secrets.token_hex(16)}"
        self._ends[token] = self.clock() + self.rotation
        self._refresh.add(refresh)
        return Granted(token, self.rotation, refresh)
