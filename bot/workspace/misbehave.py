"""Switches that make the workspace behave as badly as Slack and networks sometimes do."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Final

from bot.workspace.config import Json
from bot.workspace.errors import RateLimited, SlackError


@dataclass(slots=True)
class _Counted:
    """Something that happens to the next `count` calls of a method."""

    count: int
    retry_after: int = 0
    error: str = ""


@dataclass(slots=True)
class Misbehaviour:
    """What is switched on now. Counters fall to zero as they are used up.

    `delay` is how many seconds late events come; `stream_dies` is after how many seconds a
    streaming message is given up, 0 for Slack's own.
    """

    redeliver: int = 0
    drop_acks: int = 0
    invalid_blocks: int = 0
    stream_dies: float = 0.0
    delay: float = 0.0
    reorder: bool = False
    smart_quotes: bool = False
    unknown_methods: set[str] = field(default_factory=set)
    rate_limits: dict[str, _Counted] = field(default_factory=dict)
    timeouts: dict[str, _Counted] = field(default_factory=dict)
    errors: dict[str, _Counted] = field(default_factory=dict)

    def switch(self, kind: str, settings: Json) -> None:
        """Change one switch; `kind` "none" switches all off. Raises SlackError for no such kind."""
        on = bool(settings.get("on", True))
        count = int(settings.get("count") or settings.get("n") or 1)
        method = str(settings.get("method", "chat.postMessage"))
        if not on:
            self._off(kind, method)
            return
        match kind:
            case "redeliver" | "drop_acks" | "invalid_blocks":
                setattr(self, kind, count)
            case "reorder" | "smart_quotes":
                setattr(self, kind, True)
            case "stream_dies":
                self.stream_dies = float(settings.get("seconds", 1.0))
            case "delay":
                self.delay = float(settings.get("seconds", 1.0))
            case "unknown_method":
                self.unknown_methods.add(method)
            case "rate_limit":
                after = int(settings.get("retry_after", 1))
                self.rate_limits[method] = _Counted(count, retry_after=after)
            case "timeout_after_accept":
                self.timeouts[method] = _Counted(count)
            case "error":
                self.errors[method] = _Counted(count, error=str(settings["error"]))
            case "none":
                for name, value in asdict(Misbehaviour()).items():
                    setattr(self, name, value)
            case _:
                raise SlackError("unknown_kind")

    def _off(self, kind: str, method: str) -> None:
        fresh = Misbehaviour()
        match kind:
            case "unknown_method":
                self.unknown_methods.discard(method)
            case "rate_limit" | "timeout_after_accept" | "error":
                _TABLES[kind](self).pop(method, None)
            case _ if hasattr(fresh, kind):
                setattr(self, kind, getattr(fresh, kind))
            case _:
                raise SlackError("unknown_kind")

    def before_call(self, method: str, has_blocks: bool) -> None:
        """Refuse a call if a switch says so."""
        if method in self.unknown_methods:
            raise SlackError("unknown_method", req_method=method)
        if limited := _use(self.rate_limits, method):
            raise RateLimited(limited.retry_after)
        if failing := _use(self.errors, method):
            raise SlackError(failing.error)
        if has_blocks and self.take("invalid_blocks"):
            message = "[ERROR] refused by a switch of the workspace [json-pointer:/blocks/0]"
            raise SlackError("invalid_blocks", response_metadata={"messages": [message]})

    def cuts_connection(self, method: str) -> bool:
        """Whether the answer to this call, though done, must not arrive."""
        return _use(self.timeouts, method) is not None

    def take(self, counter: str) -> bool:
        """Use a counter up by one; whether there was one left."""
        left: int = getattr(self, counter)
        if left > 0:
            setattr(self, counter, left - 1)
        return left > 0

    def as_json(self) -> Json:
        """The switches as the page shows them."""
        return {
            "redeliver": self.redeliver,
            "drop_acks": self.drop_acks,
            "invalid_blocks": self.invalid_blocks,
            "stream_dies": self.stream_dies,
            "delay": self.delay,
            "reorder": self.reorder,
            "smart_quotes": self.smart_quotes,
            "unknown_method": sorted(self.unknown_methods),
            **{kind: list(table(self)) for kind, table in _TABLES.items()},
        }


_Table = Callable[[Misbehaviour], dict[str, _Counted]]
_TABLES: Final[dict[str, _Table]] = {
    "rate_limit": lambda all_: all_.rate_limits,
    "timeout_after_accept": lambda all_: all_.timeouts,
    "error": lambda all_: all_.errors,
}


def _use(table: dict[str, _Counted], method: str) -> _Counted | None:
    found = table.get(method)
    if found is None:
        return None
    found.count -= 1
    if found.count <= 0:
        del table[method]
    return found
