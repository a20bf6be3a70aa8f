"""Dialogs: each person's stack of at most three views, and what their inputs hold."""

import secrets

from bot import limits
from bot.workspace.config import Json
from bot.workspace.errors import SlackError
from bot.workspace.identity import Identity, new_id


def with_ids(blocks: list[Json]) -> list[Json]:
    """Blocks with the ids that Slack adds where the app gave none."""
    given: list[Json] = []
    for block in blocks:
        named = {**block, "block_id": block.get("block_id") or secrets.token_hex(3)}
        if block["type"] in ("actions", "context_actions"):
            named["elements"] = [_with_action_id(element) for element in block["elements"]]
        for place in ("accessory", "element"):
            if place in block:
                named[place] = _with_action_id(block[place])
        if block["type"] == "card" and "actions" in block:
            named["actions"] = [_with_action_id(element) for element in block["actions"]]
        if block["type"] == "carousel":
            named["elements"] = with_ids(block["elements"])
        if block["type"] == "container":
            named["child_blocks"] = with_ids(block["child_blocks"])
        given.append(named)
    return given


def _with_action_id(element: Json) -> Json:
    if element.get("type") == "image":
        return element
    return {**element, "action_id": element.get("action_id") or secrets.token_hex(3)}


class Dialogs:
    """Open dialogs by person; the last of a stack is the one on top."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._stacks: dict[str, list[Json]] = {}
        self.errors: dict[str, dict[str, str]] = {}

    def stack(self, user: str) -> list[Json]:
        """Someone's open views, the top one last."""
        return self._stacks.setdefault(user, [])

    def build(self, view: Json, previous: Json | None = None) -> Json:
        """A view as Slack returns it, with ids, hash and state."""
        view_id = new_id("V")
        return {
            **self._given(view),
            "id": view_id,
            "team_id": self._identity.team_id,
            "state": {"values": {}},
            "previous_view_id": previous["id"] if previous else None,
            "root_view_id": previous["root_view_id"] if previous else view_id,
            "app_id": self._identity.app_id,
            "app_installed_team_id": self._identity.team_id,
            "bot_id": self._identity.bot_id,
        }

    def _given(self, view: Json) -> Json:
        return {
            "type": view["type"],
            "blocks": with_ids(view["blocks"]),
            "private_metadata": view.get("private_metadata", ""),
            "callback_id": view.get("callback_id", ""),
            "external_id": view.get("external_id", ""),
            "title": view.get("title"),
            "submit": view.get("submit"),
            "close": view.get("close"),
            "clear_on_close": view.get("clear_on_close", False),
            "notify_on_close": view.get("notify_on_close", False),
            "hash": f"{secrets.randbelow(10**10)}.{secrets.token_hex(4)}",
        }

    def open(self, user: str, view: Json) -> Json:
        """Show a dialog, in place of any that is open."""
        self._refuse_taken(view)
        built = self.build(view)
        self._stacks[user] = [built]
        return built

    def push(self, user: str, view: Json) -> Json:
        """Put a dialog on top of the open ones."""
        stack = self.stack(user)
        if len(stack) >= limits.VIEW_STACK:
            raise SlackError("push_limit_reached")
        if not stack:
            raise SlackError("not_found")
        self._refuse_taken(view)
        built = self.build(view, stack[-1])
        stack.append(built)
        return built

    def replace(self, old: Json, view: Json) -> Json:
        """A view in the place of another, with the same id and a new hash.

        What was typed stays in inputs whose block and action ids stay.
        """
        kept = ("id", "team_id", "previous_view_id", "root_view_id", "app_id", "state")
        return {
            **self._given(view),
            **{key: old[key] for key in kept},
            "app_installed_team_id": old["app_installed_team_id"],
            "bot_id": old["bot_id"],
        }

    def update(self, old: Json, view: Json, given_hash: str | None) -> tuple[str, Json]:
        """Change an open dialog; whose it is, and what it is now."""
        if given_hash is not None and given_hash != old["hash"]:
            raise SlackError("hash_conflict")
        user, stack = self._where(old["id"])
        built = self.replace(old, view)
        stack[next(i for i, one in enumerate(stack) if one["id"] == old["id"])] = built
        return user, built

    def find(self, view_id: str | None, external_id: str | None = None) -> Json:
        """An open dialog by either id."""
        for stack in self._stacks.values():
            for view in stack:
                if view["id"] == view_id or (external_id and view["external_id"] == external_id):
                    return view
        raise SlackError("not_found")

    def owned(self, user: str, view_id: str) -> Json:
        """A dialog that this person has open."""
        found = next((one for one in self.stack(user) if one["id"] == view_id), None)
        if found is None:
            raise SlackError("not_found")
        return found

    def close(self, user: str, view_id: str) -> None:
        """Take a dialog, and all above it, from the stack."""
        stack = self.stack(user)
        index = next((i for i, one in enumerate(stack) if one["id"] == view_id), len(stack))
        del stack[index:]

    def clear(self, user: str) -> None:
        """Close all of someone's dialogs."""
        self.stack(user).clear()

    def _refuse_taken(self, view: Json) -> None:
        wanted = view.get("external_id")
        taken = [one["external_id"] for stack in self._stacks.values() for one in stack]
        if wanted and wanted in taken:
            raise SlackError("duplicate_external_id")

    def _where(self, view_id: str) -> tuple[str, list[Json]]:
        for user, stack in self._stacks.items():
            if any(view["id"] == view_id for view in stack):
                return user, stack
        raise SlackError("not_found")
