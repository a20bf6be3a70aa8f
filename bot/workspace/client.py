"""Does in a workspace what a person does with the page, for tests and scripts."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Any, TypeVar

from bot.workspace.config import Json
from bot.workspace.inputs import chosen, elements, held_value

Result = TypeVar("Result")
Which = str | Callable[[Json, Json], bool]
_POLL_SECONDS = 0.02
_REQUEST_SECONDS = 30.0


class Refused(Exception):
    """The workspace did not do it; `code` says why."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


class WorkspaceClient:
    """A blocking client; `page_url` is the printed address with its secret.

    People are given by name or id ("ada"), channels by "#name", name or id, and "dm" is the
    person's direct messages with the bot.
    """

    def __init__(self, page_url: str) -> None:
        parts = urllib.parse.urlsplit(page_url)
        self._base = f"{parts.scheme}://{parts.netloc}"
        self._key = urllib.parse.parse_qs(parts.query)["key"][0]
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    # talking

    def post(
        self,
        person: str,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        viewing: str | None = None,
    ) -> str:
        """Type a message, in a direct one with the id of a channel open beside; its timestamp."""
        body = self._as(person, channel) | {"text": text, "thread_ts": thread_ts}
        body |= {"viewing": viewing} if viewing else {}
        return str(self._send("post", body)["ts"])

    def edit(self, person: str, channel: str, ts: str, text: str) -> None:
        """Change one's own message."""
        self._send("edit", self._as(person, channel) | {"ts": ts, "text": text})

    def delete(self, person: str, channel: str, ts: str) -> None:
        """Delete one's own message."""
        self._send("delete", self._as(person, channel) | {"ts": ts})

    def react(self, person: str, channel: str, ts: str, name: str) -> None:
        """Add a reaction."""
        self._send("react", self._as(person, channel) | {"ts": ts, "name": name})

    def messages(
        self, channel: str, thread_ts: str | None = None, as_person: str = "ada"
    ) -> list[Json]:
        """What someone sees in a channel or a thread, oldest first."""
        query = self._as(as_person, channel)
        if thread_ts is not None:
            query["thread"] = thread_ts
        found: list[Json] = self._get("messages", query)["messages"]
        return found

    def ephemerals(self, person: str, channel: str) -> list[Json]:
        """What only this person sees in a channel, in threads or not."""
        found: list[Json] = self._get("ephemerals", self._as(person, channel))["messages"]
        return found

    # interacting

    def click(
        self, person: str, channel: str, message_ts: str, which: Which, value: Any = None
    ) -> Json:
        """Press a button or choose in a menu of a message.

        `which` is an action id or a test of (block, element); `value` is what is chosen, for
        options their value. A click the app did not take answers {"ok": False, "error": …}.
        """
        thread = self._thread_of(person, channel, message_ts)
        message = next(one for one in thread if one["ts"] == message_ts)
        return self.act(person, channel, message_ts, _action(message["blocks"], which, value))

    def act(self, person: str, channel: str, message_ts: str, action: Json) -> Json:
        """Send an action as it is, also one that the message no longer offers."""
        body = self._as(person, channel) | {"message_ts": message_ts, "action": action}
        return self._send("action", body)

    def click_view(self, person: str, view_id: str, which: Which, value: Any = None) -> Json:
        """Press or choose something in an open dialog or in Home; of a "…" menu without a value the
        first option."""
        home = self.home(person)
        shown = [one["view"] for one in self.views(person)] + ([home] if home else [])
        view = next(one for one in shown if one["id"] == view_id)
        action = _action(view["blocks"], which, value)
        body = {"as": self.person(person), "view_id": view_id, "action": action}
        return self._send("action", body)

    def command(self, person: str, channel: str, line: str) -> Json:
        """Type a slash command with its text."""
        name, _, text = line.partition(" ")
        return self._send("command", self._as(person, channel) | {"command": name, "text": text})

    def shortcut(self, person: str, callback_id: str, channel: str = "", ts: str = "") -> Json:
        """Use a shortcut, on a message if one is given."""
        body = self._as(person, channel) if channel else {"as": self.person(person)}
        return self._send("shortcut", body | {"callback_id": callback_id, "message_ts": ts})

    def suggest(
        self, person: str, channel: str, message_ts: str, action_id: str, typed: str
    ) -> Json:
        """Type into an external menu of a message; the options that the app gives."""
        body = self._as(person, channel) | {"message_ts": message_ts, "action_id": action_id}
        return self._send("suggest", body | {"value": typed})

    def views(self, person: str) -> list[Json]:
        """Someone's open dialogs, the top one last: id, view, errors."""
        found: list[Json] = self._get("views", {"as": self.person(person)})["views"]
        return found

    def submit(self, person: str, view_id: str, values: dict[str, dict[str, Any]]) -> Json:
        """Fill in a dialog, {block_id: {action_id: plain value}}, and submit it."""
        view = next(one["view"] for one in self.views(person) if one["id"] == view_id)
        held: dict[str, Json] = {}
        for block, element in elements(view["blocks"]):
            given = values.get(block["block_id"], {})
            if element["action_id"] in given:
                value = held_value(element, given[element["action_id"]])
                held.setdefault(block["block_id"], {})[element["action_id"]] = value
        body = {"as": self.person(person), "view_id": view_id, "state": {"values": held}}
        return self._send("view/submit", body)

    def close(self, person: str, view_id: str) -> None:
        """Close a dialog without submitting it."""
        self._send("view/close", {"as": self.person(person), "view_id": view_id})

    def home(self, person: str) -> Json | None:
        """The Home view published for someone."""
        view: Json | None = self._get("home", {"as": self.person(person)})["view"]
        return view

    def open_home(self, person: str, tab: str = "home") -> None:
        """Open the app's Home or Messages tab."""
        self._send("home/open", {"as": self.person(person), "tab": tab})

    def stop(self, person: str, channel: str, thread_ts: str) -> None:
        """Press Stop on a working session."""
        self._send("session/stop", self._as(person, channel) | {"thread_ts": thread_ts})

    # the workspace itself

    def state(self, person: str = "ada") -> Json:
        """Channels, people, prompts and switches as someone sees them."""
        return self._get("state", {"as": self.person(person)})

    def admin(self, op: str, **fields: Any) -> Json:
        """Create, join, leave, archive, unarchive or rename a channel, hire or change a person."""
        if "user" in fields:
            fields["user"] = self.person(fields["user"])
        if "channel" in fields:
            fields["channel"] = self.channel(fields["channel"])
        return self._send("admin", {"op": op, **fields})

    def misbehave(self, kind: str, **settings: Any) -> Json:
        """Turn a switch of `bot.workspace.misbehave`, or "disconnect"."""
        return self._send("misbehave", {"kind": kind, **settings})

    def set_demo(self, mode: str, **fields: Any) -> Json:
        """Switch the demo site."""
        return self._send("demo", {"mode": mode, **fields})

    def api_log(self) -> list[Json]:
        """What the app called and what was delivered to it, oldest first."""
        found: list[Json] = self._get("log", {})["log"]
        return found

    def wait_for(self, predicate: Callable[[], Result | None], timeout: float = 5.0) -> Result:
        """Ask until the answer is true, and return it; AssertionError after `timeout` seconds."""
        until = time.monotonic() + timeout
        while True:
            answer = predicate()
            if answer:
                return answer
            if time.monotonic() > until:
                raise AssertionError(f"it did not happen within {timeout} s")
            time.sleep(_POLL_SECONDS)

    def person(self, name_or_id: str) -> str:
        """The id of a person of the seed; ids pass through."""
        return name_or_id if name_or_id.startswith("U") else f"U0LOCAL{name_or_id.upper()}"

    def channel(self, name_or_id: str, person: str = "ada") -> str:
        """The id of a channel; "dm" is the person's with the bot."""
        if name_or_id == "dm":
            return f"D0LOCAL{self.person(person).removeprefix('U0LOCAL')}"
        if name_or_id[:1] in "CDG" and name_or_id.isupper():
            return name_or_id
        return "#" + name_or_id.removeprefix("#")

    def _as(self, person: str, channel: str) -> Json:
        return {"as": self.person(person), "channel": self.channel(channel, person)}

    def _thread_of(self, person: str, channel: str, ts: str) -> list[Json]:
        shown = self.messages(channel, as_person=person)
        if any(one["ts"] == ts for one in shown):
            return shown
        for root in shown:
            if root["reply_count"] or root["thread_ts"]:
                thread = self.messages(channel, root["ts"], as_person=person)
                if any(one["ts"] == ts for one in thread):
                    return thread
        raise Refused(404, "message_not_found")

    def _get(self, name: str, query: Json) -> Json:
        return self._request(f"{self._base}/ui/{name}?{urllib.parse.urlencode(query)}", None)

    def _send(self, name: str, body: Json) -> Json:
        return self._request(f"{self._base}/ui/{name}", json.dumps(body).encode())

    def _request(self, url: str, body: bytes | None) -> Json:
        headers = {"X-Workspace-Key": self._key, "Content-Type": "application/json"}
        request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310 - loopback
        try:
            with self._opener.open(request, timeout=_REQUEST_SECONDS) as response:
                answer: Json = json.load(response)
                return answer
        except urllib.error.HTTPError as error:
            with error:
                text = error.read().decode()
            code = json.loads(text)["error"] if text.startswith("{") else text
            raise Refused(error.code, code) from error


def _action(blocks: list[Json], which: Which, value: Any) -> Json:
    for block, element in elements(blocks):
        fits = which(block, element) if callable(which) else element["action_id"] == which
        if fits:
            if value is None and element["type"] == "overflow":
                value = element["options"][0]["value"]
            own = {"block_id": block["block_id"], "action_id": element["action_id"]}
            return {**own, "type": element["type"], **chosen(element, value)}
    known = ", ".join(element["action_id"] for _, element in elements(blocks))
    raise Refused(404, f"no such action; there are: {known}")
