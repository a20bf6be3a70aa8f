"""What was called and delivered lately, for the page and for tests."""

from collections import deque

from bot.workspace.config import Clock, Json

_KEPT = 2_000


class Journal:
    """The last calls and envelopes; holds names, codes and times, never tokens."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lines: deque[Json] = deque(maxlen=_KEPT)

    def call(self, method: str, error: str | None, ms: float, args: Json) -> None:
        """Note an API call."""
        shown = {key: args[key] for key in ("channel", "ts", "thread_ts", "user") if key in args}
        line = {"kind": "api", "method": method, "ok": error is None, "error": error}
        self._lines.append({"at": self._clock(), **line, "ms": round(ms, 1), "args": shown})

    def envelope(self, kind: str, name: str, error: str | None, ms: float, attempt: int) -> None:
        """Note a delivery to the app and how long its ack took."""
        line = {"kind": "envelope", "method": kind, "name": name, "ok": error is None}
        line |= {"error": error, "ms": round(ms, 1), "retry_attempt": attempt}
        self._lines.append({"at": self._clock(), **line})

    def lines(self) -> list[Json]:
        """Oldest first."""
        return list(self._lines)
