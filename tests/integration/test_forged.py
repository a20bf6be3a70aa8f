"""Interactions that nobody was offered: each button, dialog and command, with an ID guessed.

Linus is a full member of the workspace and not in the private channel. Whatever he sends about a
Mission there is answered, word by word, like what he sends about one that does not exist.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from redis import Redis

from bot.blocks.actions import ActionId, Value
from bot.blocks.details import DetailsAt
from bot.blocks.dialogs import DialogId, Origin
from bot.blocks.tabs import Tab
from bot.edge.click import Click
from bot.edge.context import Edge
from bot.edge.interactions import (
    CLICKS,
    DIALOGS,
    NAMED,
    after_submit,
    on_click,
    on_command,
    on_submit,
)
from bot.edge.place import Place, ViewAt
from missions.ids import ApprovalId, ExecutionId, MissionId, ProposalId, TaskId
from missions.mission import Mission
from missions.proposal import Proposal
from tests.integration.edge_kit import LINUS, OPS, System, alone
from tests.support.storage import StorageServer

Json = dict[str, Any]
NAME = "Zebra vault"
UNKNOWN = MissionId("M-ZZZZZZ")
NO_MISSION = "no Mission"
OF_THE_MOMENT = re.compile(r'<!date.*?>|"\d+\.[0-9a-f]{8}"')
"""When Home was drawn, and the hash of the view before it."""


class Spy:
    """A way to Slack that writes down what is said through it."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.said: list[str] = []

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if not callable(found):
            return found

        def call(*args: Any, **named: Any) -> Any:
            self.said.append(json.dumps([name, args, named], default=str, sort_keys=True))
            return found(*args, **named)

        return call


@dataclass
class Hidden:
    """A private channel's Mission with an open change, and an edge that is listened to."""

    raw: Redis
    system: System
    edge: Edge
    mission: Mission
    change: Proposal

    @property
    def spy(self) -> Spy:
        spy: Any = self.edge.client
        assert isinstance(spy, Spy)
        return spy

    def told(self, about: MissionId, answer: object = None) -> list[str]:
        """What Slack was told since the last time, and the answer, about whichever Mission."""
        said, self.spy.said = [*self.spy.said, json.dumps(answer, default=str)], []
        assert not [one for one in said if NAME in one]
        return [OF_THE_MOMENT.sub("", one.replace(about, "M-SOME")) for one in said]

    def keys(self) -> dict[bytes, bytes]:
        """All that is stored of the Mission."""
        found = self.raw.scan_iter(f"*{self.mission.id}*")
        return {key: self.raw.dump(key) or b"" for key in found}


@pytest.fixture(scope="module")
def hidden(storage: StorageServer) -> Iterator[Hidden]:
    with (
        Redis.from_url(storage.url, decode_responses=True) as redis,
        Redis.from_url(storage.url) as raw,
        alone(redis) as system,
    ):
        redis.flushdb()
        channel = system.people_only("ada", "grace")
        mission = system.launched(channel, name=NAME)
        change = system.change(mission)
        edge = Edge.build(system.domain, system.client)
        found = Hidden(raw, system, replace(edge, client=Spy(system.client)), mission, change)  # type: ignore[arg-type]
        pressed(found, ActionId.HOME_STATE, "home", UNKNOWN)  # the first Home has no view before it
        yield found


def places(about: MissionId) -> dict[str, Place]:
    """Where something can be pressed: a channel, a direct message, Home, a dialog."""
    details = DetailsAt(mission=about, tab=Tab.PLAN).dump()
    dialog = ViewAt("V1", "h", callback=DialogId.DETAILS.value, metadata=details, at=1.0)
    return {
        "channel": Place(LINUS, OPS, "1.1", "1700000000.000100"),
        "home": Place(LINUS, None, "1.2", shown=ViewAt("V0", "h", is_home=True, at=1.0)),
        "dialog": Place(LINUS, None, "1.3", shown=dialog),
    }


def forged(hidden: Hidden, action: ActionId, about: MissionId) -> Value:
    return Value(
        mission=about,
        proposal=hidden.change.id if about == hidden.mission.id else ProposalId("P-23456789AB"),
        execution=ExecutionId("E-23456789AB"),
        version=1,
        page=1,
        task=TaskId("T1"),
        until=hidden.system.domain.clock.now() + timedelta(hours=1),
        extra="site" if action is ActionId.USE_TEMPLATE else "plan",
    )


def pressed(hidden: Hidden, action: ActionId, where: str, about: MissionId) -> list[str]:
    place = places(about)[where]
    value = forged(hidden, action, about)
    view = {"id": "V1", "callback_id": "details", "private_metadata": "", "blocks": []}
    click = Click(place, action, value, f"{action}:{about}", place.actor(hidden.system.team),
                  view=view if place.dialog else None)  # fmt: skip
    on_click(hidden.edge, click)
    return hidden.told(about)


@pytest.mark.parametrize("where", ["channel", "home"])
def test_a_template_that_there_is_not_is_answered_in_words(hidden: Hidden, where: str) -> None:
    """[C11] No form opens, and the person reads what to do."""
    place, value = places(UNKNOWN)[where], Value(extra="../forged")
    view = {"id": "V1", "callback_id": "new", "private_metadata": "", "blocks": []}
    actor = place.actor(hidden.system.team)
    click = Click(place, ActionId.USE_TEMPLATE, value, "forged", actor, view=view)
    on_click(hidden.edge, click)
    said = hidden.told(UNKNOWN)
    assert any("ask me again" in one for one in said)
    assert not any("push" in one for one in said)


@pytest.mark.parametrize("where", ["channel", "home", "dialog"])
@pytest.mark.parametrize("action", list(CLICKS), ids=lambda action: action.value)
def test_a_forged_click_tells_nothing_and_does_nothing(
    hidden: Hidden, action: ActionId, where: str
) -> None:
    """[P1 P2 C6] For each button that there is."""
    before = hidden.keys()
    real = pressed(hidden, action, where, hidden.mission.id)
    guessed = pressed(hidden, action, where, UNKNOWN)
    if CLICKS[action].right:
        assert real == guessed
        assert any(NO_MISSION in said for said in real), real
    assert hidden.keys() == before


def submitted(hidden: Hidden, dialog: DialogId, about: MissionId) -> list[str]:
    proposal = hidden.change.id if about == hidden.mission.id else ProposalId("P-23456789AB")
    origin = Origin(
        mission=about, proposal=proposal, channel=OPS, under="plan", rev=1,
        approval=ApprovalId("E-23456789AB-1"),
    )  # fmt: skip
    typed = {name: {name: {"value": str(about)}} for name in ("id", "name", "note", "change")}
    view: dict[str, Any] = {
        "id": "V1",
        "type": "modal",
        "callback_id": dialog.value,
        "private_metadata": origin.dump(),
        "state": {"values": typed},
        "blocks": [],
    }
    body = {"user": {"id": LINUS}, "trigger_id": "1.4", "view": view}
    answer = on_submit(hidden.edge, body)
    after_submit(hidden.edge, body)
    return hidden.told(about, answer)


@pytest.mark.parametrize("dialog", list(DIALOGS), ids=lambda dialog: dialog.value)
def test_a_forged_dialog_tells_nothing_and_does_nothing(hidden: Hidden, dialog: DialogId) -> None:
    """[P1 P2 M5] Deleting with the right ID typed, too."""
    before = hidden.keys()
    real = submitted(hidden, dialog, hidden.mission.id)
    assert real == submitted(hidden, dialog, UNKNOWN)
    assert any(NO_MISSION in said for said in real), real
    assert hidden.keys() == before


@pytest.mark.parametrize("verb", list(NAMED))
def test_a_command_with_a_guessed_id_tells_nothing_and_does_nothing(
    hidden: Hidden, verb: str
) -> None:
    """[P1 P2] For each command that names a Mission, by its ID and by its name."""
    before, told = hidden.keys(), {}
    for about in (hidden.mission.id, UNKNOWN):
        place = Place(LINUS, OPS, "1.5")
        card = on_command(hidden.edge, place, f"{verb} {about} 1 2")
        told[about] = hidden.told(about, card)
    assert told[hidden.mission.id] == told[UNKNOWN]
    assert any(NO_MISSION in said for said in told[UNKNOWN]), told
    assert hidden.keys() == before
