"""What people see and do in the local workspace, for tests of the whole system."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.workspace.client import WorkspaceClient
from missions.ids import MISSION_ID
from tests.support.system import Houston, wait_for

Json = dict[str, Any]
OPS = "#ops"
BOT = "@Houston"
TURN_SECONDS = 20.0
"""How long an answer may take on a busy machine."""


def words(message: Json) -> str:
    """All that a message or a dialog says, its blocks included."""
    found: list[str] = [str(message.get("text", ""))]

    def walk(node: object) -> None:
        if isinstance(node, dict):
            for key, value in node.items():
                if key in ("text", "fallback", "alt_text") and isinstance(value, str):
                    found.append(value)
                else:
                    walk(value)
        elif isinstance(node, list):
            for item in node:
                walk(item)

    walk(message.get("blocks") or [])
    return "\n".join(found)


def actions(message: Json) -> set[str]:
    """The action ids that a message offers."""
    return set(re.findall(r'"?action_id"?\'?: [\'"]([a-z_]+)', str(message.get("blocks"))))


def buttons(message: Json) -> list[tuple[str, Json, Json]]:
    """Every button of a message: what it says, its block, itself."""
    found = []
    for block in message.get("blocks") or ():
        parts = [*block.get("elements", ()), block.get("accessory") or {}]
        found += [(b["text"]["text"], block, b) for b in parts if b.get("type") == "button"]
    return found


def mission_id(message: Json) -> str:
    """The first Mission ID that a message names."""
    found = MISSION_ID.search(words(message))
    assert found, f"no Mission ID in {words(message)!r}"
    return found.group()


def state_of(houston: Houston) -> dict[str, str]:
    """Every Mission's record as stored: equal before and after if nothing changed."""
    team = houston.told["team_id"]
    redis = houston.redis
    return {
        mission: str(redis.hget(f"houston:{team}:m:{mission}:record", "doc"))
        for mission in map(str, redis.zrange(f"houston:{team}:missions", 0, -1))
    }


class Story:
    """What one person sees and does in one channel."""

    def __init__(self, workspace: WorkspaceClient, person: str = "ada", channel: str = OPS) -> None:
        self.w = workspace
        self.person = person
        self.channel = channel

    def as_(self, person: str, channel: str | None = None) -> Story:
        """Somebody else, here or elsewhere."""
        return Story(self.w, person, channel or self.channel)

    # saying

    def mention(self, text: str, thread: str | None = None) -> str:
        """Say something to Houston; the root of the thread in which it answers."""
        ts = self.w.post(self.person, self.channel, f"{BOT} {text}", thread)
        return thread or ts

    def reply(self, text: str, thread: str) -> None:
        """Say something in a thread without a mention."""
        self.w.post(self.person, self.channel, text, thread)

    def ask(self, text: str, thread: str | None = None, *, mention: bool = True) -> Json:
        """Say something and wait for the next answer in its thread."""
        before = {m["ts"] for m in self.answers(thread)} if thread else set()
        if mention:
            root = self.mention(text, thread)
        else:
            root = self.w.post(self.person, self.channel, text, thread)
        return self.next_answer(thread or root, before)

    # reading

    def answers(self, thread: str | None) -> list[Json]:
        """What Houston said to all in a thread (or at the root), oldest first."""
        shown = self.w.messages(self.channel, thread, self.person)
        return [m for m in shown if m["bot"] and not m["ephemeral"]]

    def next_answer(self, thread: str, before: set[str] | None = None) -> Json:
        """The first answer in a thread that was not there before."""

        def find() -> Json | None:
            new = [m for m in self.answers(thread) if m["ts"] not in (before or ())]
            return new[0] if new else None

        return wait_for(find, TURN_SECONDS) or {}

    def said(self, thread: str | None, has: str, seconds: float = TURN_SECONDS) -> Json:
        """The bot's latest message in a thread (or at the root) with these words."""

        def find() -> Json | None:
            shown = self.w.messages(self.channel, thread, self.person)
            mine = [m for m in shown if m["bot"] and has.casefold() in words(m).casefold()]
            return mine[-1] if mine else None

        try:
            found = wait_for(find, seconds)
        except AssertionError:
            seen = [words(m) for m in self.w.messages(self.channel, thread, self.person)]
            raise AssertionError(f"nobody said {has!r}; there was: {seen}") from None
        assert found
        return found

    def offered(self, thread: str | None, action: str, seconds: float = TURN_SECONDS) -> Json:
        """The latest message of a thread that offers an action."""

        def find() -> Json | None:
            fits = [m for m in self.answers(thread) if action in actions(m)]
            return fits[-1] if fits else None

        try:
            return wait_for(find, seconds) or {}
        except AssertionError:
            seen = [words(m) for m in self.answers(thread)]
            raise AssertionError(f"nobody offered {action}; there was: {seen}") from None

    def whispered(self, has: str, after: str = "") -> Json:
        """The latest message, later than `after`, that only the person sees, with these words."""

        def find() -> Json | None:
            shown = self.w.ephemerals(self.person, self.channel)
            fits = [m for m in shown if has in words(m) and m["ts"] > after]
            return fits[-1] if fits else None

        try:
            return wait_for(find, 10) or {}
        except AssertionError:
            seen = [words(m) for m in self.w.ephemerals(self.person, self.channel)[-5:]]
            raise AssertionError(f"nobody whispered {has!r}; latest: {seen}") from None

    def last_whisper(self) -> str:
        """The ts of the latest message that only the person sees; "" if there is none."""
        shown = self.w.ephemerals(self.person, self.channel)
        return str(shown[-1]["ts"]) if shown else ""

    def dialog(self) -> Json:
        """The dialog that is open on top."""
        found = wait_for(lambda: self.w.views(self.person), 5)
        return found[-1]

    # doing

    def command(self, line: str) -> Json:
        """Type a slash command: the words that only the person sees, or the dialog it opens.

        A dialog is closed again.
        """
        after = self.last_whisper()
        open_before = {one["id"] for one in self.w.views(self.person)}
        self.w.command(self.person, self.channel, line)

        def find() -> Json | None:
            opened = [v for v in self.w.views(self.person) if v["id"] not in open_before]
            if opened:
                self.w.close(self.person, opened[-1]["id"])
                view: Json = opened[-1]["view"]
                return view
            told = self.w.ephemerals(self.person, self.channel)
            return next((m for m in reversed(told) if m["ts"] > after), None)

        return wait_for(find, 10) or {}

    def click(self, message: Json, action: str, value: Any = None) -> None:
        """Press a button of a message as it is now."""
        self.w.click(self.person, self.channel, message["ts"], action, value)

    def press(self, message: Json, label: str) -> None:
        """Press the button with that label."""
        _, block, element = next(b for b in buttons(message) if b[0] == label)
        self._act(message, block, element)

    def press_old(self, message: Json, action: str) -> None:
        """Press a button as it was on the message when it was read, as a slow page would."""
        _, block, element = next(b for b in buttons(message) if b[2]["action_id"] == action)
        self._act(message, block, element)

    def refused(self, message: Json, action: str) -> str:
        """Press a button as it was when it was read; the words said to the person alone.

        They come where it was pressed or, to those who are no members there, directly. If it opens
        a dialog instead, its words count, and it is closed again.
        """
        direct = self.as_(self.person, "dm")
        places = (self, direct) if self.channel != "dm" else (self,)
        before = {m["ts"] for place in places for m in place.own()}
        self.press_old(message, action)

        def find() -> list[Json]:
            opened = self.w.views(self.person)
            if opened:
                self.w.close(self.person, opened[-1]["id"])
                return [opened[-1]["view"]]
            return [m for place in places for m in place.own() if m["ts"] not in before]

        return words(wait_for(find, 10)[-1])

    def own(self) -> list[Json]:
        """What Houston said to the person alone: here, and all of it in direct messages."""
        hidden = self.w.ephemerals(self.person, self.channel)
        return hidden + (self.answers(None) if self.channel == "dm" else [])

    def fill(self, view: Json, text: str) -> Json:
        """Submit a dialog with that text in its first input."""
        asked = next(b for b in view["view"]["blocks"] if b["type"] == "input")
        given = {asked["block_id"]: {asked["element"]["action_id"]: text}}
        return self.w.submit(self.person, view["id"], given)

    def launched(self, text: str) -> tuple[str, Json, str]:
        """Say what to watch and launch it: the thread, its plan card, the Mission's ID."""
        root = self.mention(text)
        plan = self.said(root, "Launch")
        self.click(plan, "launch")
        wait_for(lambda: "launch" not in actions(self.said(root, "Launched by")))
        return root, plan, mission_id(plan)

    def discard(self, plan: Json) -> None:
        """Discard a Draft by its plan card, and wait until it is gone."""
        after = self.last_whisper()
        self.click(plan, "discard")
        self.whispered("Discarded", after)

    def _act(self, message: Json, block: Json, element: Json) -> None:
        pressed = {
            "block_id": block["block_id"],
            "action_id": element["action_id"],
            "type": "button",
            "value": element["value"],
        }
        self.w.act(self.person, self.channel, message["ts"], pressed)


def not_due() -> str:
    """A time of day that no test run reaches."""
    return f"every day at {(datetime.now(UTC) + timedelta(hours=12)).hour}:00"
