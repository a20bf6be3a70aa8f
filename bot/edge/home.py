"""App Home: published when it is opened, and when a click of that person changed it [R6 C1 P1].

One publish at a time per person: who finds another under way leaves word, and that one begins
again with what is true then. Slack's hash guards against one that was held up.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, cast

import structlog

from bot.blocks.home import SEARCH_MAX, home_view
from bot.edge.below import Notice
from bot.edge.click import Click
from bot.edge.context import Edge
from bot.facts.home import home_facts
from bot.mrkdwn import one_line
from bot.slack_errors import SlackFailure
from missions.ids import PersonId, new_token
from missions.keys import TeamKeys
from missions.mission import MissionState
from missions.phrases import speaking
from missions.record import Record
from missions.tx import Lost, take_lease

HOME_EVENT: Final = "app_home_opened"
NOTHING: Final = Notice()
HASH_CONFLICT: Final = "hash_conflict"
"""What Slack answers if a view is not any more as the caller knew it."""

KEPT_MS: Final = 60 * 60 * 1000
"""How long a person's filter is kept, and Home follows what they do elsewhere."""
LEASE_MS: Final = 20_000
"""Longer than a publish with its look-ups takes."""
NOTICE_MS: Final = 30_000

log = structlog.get_logger("bot.edge")


class Look(Record):
    """Which Missions a person's Home lists."""

    state: MissionState | None = None
    search: str = ""
    page: int = 1


def publish(edge: Edge, person: PersonId, notice: Notice = NOTHING, **changes: str | int) -> None:
    """Show Home as it is now, from now on with these fields of its `Look` changed."""
    redis = edge.domain.redis
    wish, lease = _key(edge, person, "wish"), _key(edge, person, "lease")
    _keep(edge, person, **changes)
    if notice.text:
        redis.set(_key(edge, person, "notice"), notice.dump(), px=NOTICE_MS)
    token = new_token()
    redis.set(wish, token, px=KEPT_MS)
    while take_lease(redis, lease, token, LEASE_MS):
        heard = redis.get(wish)
        try:
            _send(edge, person)
        finally:
            _release(edge, lease, token)
        if redis.get(wish) == heard:
            return


def changed(edge: Edge, person: PersonId, notice: Notice = NOTHING) -> None:
    """A person did something that may show on their Home: renew it, if they looked at it lately."""
    if edge.domain.redis.exists(_key(edge, person, "look")):
        try:
            publish(edge, person, notice)
        except SlackFailure as failure:
            log.warning("home_not_renewed", person=person, code=failure.code)


def filter_state(edge: Edge, click: Click) -> None:
    """Only Missions of one state, or of all."""
    publish(edge, click.place.person, state=click.value.state or "", page=1)


def search(edge: Edge, click: Click) -> None:
    """Only Missions with these words."""
    words = one_line(click.value.extra or "")
    publish(edge, click.place.person, search=words[:SEARCH_MAX], page=1)


def turn_page(edge: Edge, click: Click) -> None:
    """Another page, with the filter that stood with the button."""
    value = click.value
    person, page = click.place.person, value.page or 1
    publish(edge, person, state=value.state or "", search=value.extra or "", page=page)


def followed(edge: Edge, click: Click) -> None:
    """A link was followed, which Slack tells as a click: nothing is left to do."""


def _send(edge: Edge, person: PersonId) -> None:
    redis, key = edge.domain.redis, _key(edge, person, "hash")
    left = cast("str | None", redis.getdel(_key(edge, person, "notice")))
    notice = Notice.load(left) if left else NOTHING
    known = cast("str | None", redis.get(key))
    try:
        new = edge.client.publish_home(person, _view(edge, person, notice), known)
    except SlackFailure as failure:
        if failure.code != HASH_CONFLICT:
            raise
        # Another publish came between, or its hash was lost: what is true now is gathered anew.
        new = edge.client.publish_home(person, _view(edge, person, notice))
    redis.set(key, new, px=KEPT_MS)


def _view(edge: Edge, person: PersonId, notice: Notice) -> dict[str, Any]:
    look = _look(edge, person)
    with speaking(edge.directory.language(edge.team, person)):
        facts = home_facts(edge.gather(person), look.state, look.search, look.page)
        return home_view(replace(facts, notice=notice.text, notice_url=notice.url))


def _look(edge: Edge, person: PersonId) -> Look:
    kept = cast("dict[str, str]", edge.domain.redis.hgetall(_key(edge, person, "look")))
    return Look.model_validate({field: value for field, value in kept.items() if value})


def _keep(edge: Edge, person: PersonId, **changes: str | int) -> None:
    """Change these fields alone: opening Home while a search is handled does not undo it."""
    key = _key(edge, person, "look")
    with edge.domain.redis.pipeline() as pipe:
        pipe.hsetnx(key, "page", "1")
        for field, value in changes.items():
            pipe.hset(key, field, str(value))
        pipe.pexpire(key, KEPT_MS)
        pipe.execute()


def _release(edge: Edge, lease: str, token: str) -> None:
    try:
        edge.domain.store.team_tx(edge.team).require_value("lease", lease, token).unlink(
            lease
        ).commit()
    except Lost:
        return


def _key(edge: Edge, person: PersonId, what: str) -> str:
    return TeamKeys(edge.team).cache("home", what, person)
