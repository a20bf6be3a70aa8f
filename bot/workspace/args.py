"""The arguments of a Web API call, however they were sent."""

import json
from typing import Any

from aiohttp import BasicAuth, web

from bot.workspace.config import Json
from bot.workspace.errors import SlackError


def invalid(*messages: str, code: str = "invalid_arguments") -> SlackError:
    """A refusal that lists what is wrong, as Slack does."""
    marked = [f"[ERROR] {message}" for message in messages]
    return SlackError(code, response_metadata={"messages": marked})


async def read_args(request: web.Request) -> "Args":
    """Query, form or JSON body; later ones win. An app may name itself by HTTP's basic scheme."""
    values: Json = dict(request.query)
    scheme, _, given_app = request.headers.get("Authorization", "").partition(" ")
    if scheme == "Basic":
        app = BasicAuth.decode(f"{scheme} {given_app}")
        values |= {"client_id": app.login, "client_secret": app.password}
    if request.content_type == "application/json":
        body = await request.text()
        if body:
            try:
                given = json.loads(body)
            except ValueError as error:
                raise SlackError("invalid_json") from error
            if not isinstance(given, dict):
                raise SlackError("json_not_object")
            values |= given
    elif request.can_read_body:
        values |= dict(await request.post())
    return Args(values)


class Args:
    """Typed access to arguments; raises `invalid_arguments` when one is missing or wrong."""

    def __init__(self, values: Json) -> None:
        self.values = values

    def given(self, name: str) -> bool:
        """Whether an argument was sent."""
        return self.values.get(name) not in (None, "")

    def text(self, name: str) -> str:
        """A required string."""
        if not self.given(name):
            raise invalid(f"missing required field: {name}")
        return str(self.values[name])

    def maybe(self, name: str) -> str | None:
        """A string, or None."""
        return str(self.values[name]) if self.given(name) else None

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean."""
        value = self.values.get(name, default)
        return value if isinstance(value, bool) else str(value).lower() in ("1", "true")

    def number(self, name: str, default: int, high: int) -> int:
        """A whole number from 1 to `high`."""
        try:
            value = int(self.values.get(name, default))
        except (TypeError, ValueError) as error:
            raise invalid(f"must be an integer: {name}") from error
        if not 1 <= value <= high:
            raise SlackError("invalid_limit")
        return value

    def json(self, name: str, code: str = "invalid_arguments") -> Any:
        """A structure, sent as such or as JSON text; None when missing."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError as error:
            raise SlackError(code) from error

    def dicts(self, name: str, code: str = "invalid_arguments") -> list[Json] | None:
        """A list of objects, or None when missing."""
        value = self.json(name, code)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise SlackError(code)
        return value

    def object(self, name: str) -> Json:
        """A required object."""
        value = self.json(name)
        if not isinstance(value, dict):
            raise invalid(f"missing required field: {name}")
        return value
