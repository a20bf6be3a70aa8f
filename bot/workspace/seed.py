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


def _person(name: str, real_name: str, zone: str, color: str, **flags: bool) -> Json:
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
    yield _person("ada", "Ada", machine_zone(), "9f69e7", is_admin=True, is_owner=True)
    yield _person("grace", "Grace", "Europe/Berlin", "4bbe2e")
    yield _person("linus", "Linus", "America/New_York", "e7392d")
    guest = {"is_restricted": True, "is_ultra_restricted": True}
    yield _person("guest", "Guest", "UTC", "674b1b", **guest)


def seed(storage: Storage, identity: Identity, bot_name: str, now: float) -> None:
    """Fill an empty storage; one that has people is left as it is."""
    if storage.people():
        return
    bot = {
        **_person("houston", bot_name, "UTC", "1d1c1d", is_bot=True),
        "id": identity.bot_user_id,
        "name": bot_name.lower().replace(" ", "_"),
    }
    storage.save_person(bot)
    for person in _people():
        storage.save_person(person)
        dm: Json = {"id": f"D0LOCAL{person['name'].upper()}", "name": "", "is_im": True}
        dm |= {"is_private": True, "user": person["id"], "is_archived": False, "topic": ""}
        storage.save_channel({**dm, "created": int(now), "creator": person["id"]})
        storage.add_member(dm["id"], person["id"])
        storage.add_member(dm["id"], identity.bot_user_id)
    for name, private, members, with_bot, topic in _CHANNELS:
        channel = {"id": channel_id(name), "name": name, "is_private": private, "is_im": False}
        channel |= {"is_archived": False, "topic": topic}
        storage.save_channel({**channel, "created": int(now), "creator": user_id("ada")})
        for member in members:
            storage.add_member(str(channel["id"]), user_id(member))
        if with_bot:
            storage.add_member(str(channel["id"]), identity.bot_user_id)
