"""The table of Web API methods: name, token kind, scopes and the function that answers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.workspace.args import Args
from bot.workspace.config import Json
from bot.workspace.errors import SlackError
from bot.workspace.hub import Workspace

Answer = Callable[[Workspace, Args], Awaitable[Json]]

BOT = "bot"
APP = "app"
ANY = "any"
NONE = "none"


@dataclass(frozen=True, slots=True)
class Method:
    """One method; `token` is the kind it takes, `scopes` what it always needs."""

    name: str
    token: str
    scopes: tuple[str, ...]
    answer: Answer


METHODS: dict[str, Method] = {}


def method(name: str, *scopes: str, token: str = BOT) -> Callable[[Answer], Answer]:
    """Enter a function into the table."""

    def enter(answer: Answer) -> Answer:
        METHODS[name] = Method(name, token, scopes, answer)
        return answer

    return enter


def need(ws: Workspace, *scopes: str) -> None:
    """Refuse with `missing_scope` unless all of these are granted."""
    granted = ws.manifest.scopes
    if granted is not None and not granted.issuperset(scopes):
        needed = ",".join(scope for scope in scopes if scope not in granted)
        raise SlackError("missing_scope", needed=needed, provided=",".join(sorted(granted)))


_FAMILIES = {"im": "im", "group": "groups", "channel": "channels"}


def need_for(ws: Workspace, kind: str, right: str) -> None:
    """Refuse unless `right` (read, history) is granted for this kind of conversation."""
    need(ws, f"{_FAMILIES[kind]}:{right}")
