"""The people and channels that a new workspace begins with."""

import os
import zoneinfo
from collections.abc import Iterable

from bot.workspace.config import Json
from bot.workspace.identity import Identity
from bot.workspace.storage import Storage

TEAM_NAME = "Local Workspace"
TEAM_DOMAIN = "local"
_EVERYONE = ("ada", "grace", "linus")
_CHANNELS: tuple[tuple[str, bool, tuple[str, ...], bool, str], ...] = (
    ("general", False, _EVERYONE, True, "Everybody"),
    ("ops", False, (*_EVERYONE, "guest"), True, "Keeping things running"),
    ("incidents", False, _EVERYONE, True, "When things do not run"),
    ("secret-ops", True, ("ada", "grace"), True, "Not for everybody"),
    ("random", False, _EVERYONE, False, "No bot here"),
)


def machine_zone() -> str:
    """The IANA zone of this machine as its TZ variable names it, else UTC."""
    zone = os.environ.get("TZ", "").removeprefix(":")
    return zone if zone in zoneinfo.available_timezones() else "UTC"


def user_id(name: str) -> str:
    """The id of a person of the seed, the same in every workspace."""
    return f"U0LOCAL{name.upper()}"


def channel_id(name: str) -> str:
    """The id of a channel of the seed."""
    return "C0LOCAL" + name.upper().replace("-", "")


def person(name: str, real_name: str, zone: str, color: str, **flags: bool) -> Json:
    """Somebody as storage keeps them; `flags` are Slack's `is_admin` and the like."""
    return {
        "id": user_id(name),
        "name": name,
        "real_name": real_name,
        "tz": zone,
        "color": color,
        "is_admin": False,
        "is_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": False,
        "deleted": False,
        **flags,
    }


def _people() -> Iterable[Json]:
    yield person("ada", "Ada", machine_zone(), "9f69e7", is_admin=True, is_owner=True)
    yield person("grace", "Grace", "Europe/Berlin", "4bbe2e")
    yield person("linus", "Linus", "America/New_York", "e7392d")
    guest = {"is_restricted": True, "is_ultra_restricted": True}
    yield person("guest", "Guest", "UTC", "674b1b", **guest)


def move_in(storage: Storage, identity: Identity, who: Json, now: float) -> None:
    """Keep a person, and a direct message of theirs with the bot."""
    storage.save_person(who)
    dm: Json = {"id": f"D0LOCAL{who['name'].upper()}", "name": "", "is_im": True}
    dm |= {"is_private": True, "user": who["id"], "is_archived": False, "topic": ""}
    storage.save_channel({**dm, "created": int(now), "creator": who["id"]})
    storage.add_member(dm["id"], who["id"])
    storage.add_member(dm["id"], identity.bot_user_id)


def seed(storage: Storage, identity: Identity, bot_name: str, now: float) -> None:
    """Fill an empty storage; one that has people is left as it is."""
    if storage.people():
        return
    bot = {
        **person("houston", bot_name, "UTC", "1d1c1d", is_bot=True),
        "id": identity.bot_user_id,
        "name": bot_name.lower().replace(" ", "_"),
    }
    storage.save_person(bot)
    for one in _people():
        move_in(storage, identity, one, now)
    for name, private, members, with_bot, topic in _CHANNELS:
        channel = {"id": channel_id(name), "name": name, "is_private": private, "is_im": False}
        channel |= {"is_archived": False, "topic": topic}
        storage.save_channel({**channel, "created": int(now), "creator": user_id("ada")})
        for member in members:
            storage.add_member(str(channel["id"]), user_id(member))
        if with_bot:
            storage.add_member(str(channel["id"]), identity.bot_user_id)
