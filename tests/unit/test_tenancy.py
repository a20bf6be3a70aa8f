"""Which installation a payload is for, in the shapes that Slack sends [P1]."""

from __future__ import annotations

from typing import Any

import pytest

from bot.edge.tenancy import channel_of, is_shared, tenants_of
from missions.ids import PersonId, TeamId

Json = dict[str, Any]
ONE, TWO, ORG = TeamId("T1"), TeamId("T2"), TeamId("E1")
INSTALLED = {ONE: PersonId("UBOT1"), TWO: PersonId("UBOT2"), ORG: PersonId("UBOTE")}


def event(
    team: str | None, *, enterprise: str | None = None, org: bool = False, **more: Any
) -> Json:
    """An event with its authorization; `more` is laid over the body."""
    granted = {"team_id": team, "enterprise_id": enterprise, "is_enterprise_install": org}
    body: Json = {"type": "event_callback", "team_id": "T9", "authorizations": [granted]}
    body["event"] = {"type": "message", "channel": "C1", "user": "U1", "text": "hello"}
    return body | more


def click(team: str | None, **more: Any) -> Json:
    return {
        "type": "block_actions",
        "team": {"id": team} if team else None,
        "user": {"id": "U1", "team_id": team},
        "enterprise": None,
        "is_enterprise_install": False,
        **more,
    }


def test_an_event_belongs_to_the_installation_that_slack_names() -> None:
    """[P1] Not to the workspace where it happened."""
    assert tenants_of(event("T1"), INSTALLED) == (ONE,)
    assert tenants_of(event("T2", enterprise="E9"), INSTALLED) == (TWO,)
    assert tenants_of(event("T3"), INSTALLED) == ()


def test_an_organisation_s_installation_is_one_for_its_workspaces() -> None:
    """[P1]"""
    assert tenants_of(event("T7", enterprise="E1", org=True), INSTALLED) == (ORG,)
    assert tenants_of(event(None, enterprise="E1", org=True), INSTALLED) == (ORG,)
    assert tenants_of(event("T7", enterprise="E1"), INSTALLED) == (), "that one did not install"


def test_an_event_without_authorizations_belongs_to_its_team() -> None:
    body = event("T1")
    del body["authorizations"]
    assert tenants_of(body | {"team_id": "T2"}, INSTALLED) == (TWO,)
    assert tenants_of(body | {"enterprise_id": "E1", "is_enterprise_install": True}, INSTALLED) == (
        ORG,
    )


def test_a_mention_in_a_shared_channel_is_for_the_bot_that_it_names() -> None:
    """[P1] Slack sends it once, and names another installation first."""
    said = {"type": "app_mention", "channel": "C1", "user": "U1", "text": "<@UBOT2> list"}
    body = event("T1", is_ext_shared_channel=True, event=said)
    assert is_shared(body)
    assert tenants_of(body, INSTALLED) == (TWO,)
    both = {**said, "text": "<@UBOT2> and <@UBOT1|houston>"}
    assert tenants_of(body | {"event": both}, INSTALLED) == (ONE, TWO)
    assert tenants_of(event("T1", event=said), INSTALLED) == (ONE,), "the channel is not shared"
    alike = {ONE: INSTALLED[TWO], TWO: INSTALLED[TWO]}
    assert tenants_of(body, alike) == (ONE,), "two bots of one id: the one that Slack names"


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (click("T1"), (ONE,)),
        (click("T3"), ()),
        (click(None, user={"id": "U1", "team_id": "T2"}), (TWO,)),
        (click("T7", enterprise={"id": "E1"}, is_enterprise_install=True), (ORG,)),
        (click("T2", message={"user": "UBOT1", "bot_id": "B1"}), (ONE,)),
        (click("T3", message={"user": "UBOT1", "bot_id": "B1"}), (ONE,)),
        (click("T2", message={"user": "UBOT1"}), (TWO,)),
        (click("T2", view={"app_installed_team_id": "T1", "team_id": "T2"}), (ONE,)),
        (click("T3", view={"app_installed_team_id": "T3"}), ()),
    ],
)
def test_a_click_belongs_to_the_bot_whose_message_it_is_on(
    body: Json, wanted: tuple[TeamId, ...]
) -> None:
    """[P1] Wherever the person is from, who may be of a workspace with an installation too."""
    assert tenants_of(body, INSTALLED) == wanted


def test_bots_with_the_same_id_are_told_apart_by_the_workspace() -> None:
    """[P1]"""
    same = {ONE: PersonId("UBOT"), TWO: PersonId("UBOT")}
    message = {"user": "UBOT", "bot_id": "B1"}
    assert tenants_of(click("T2", message=message), same) == (TWO,)
    assert tenants_of(click("T1", message=message), same) == (ONE,)


def test_a_command_belongs_to_where_it_was_typed() -> None:
    body = {"command": "/mission", "team_id": "T1", "is_enterprise_install": "false"}
    assert tenants_of(body, INSTALLED) == (ONE,)
    org = body | {"enterprise_id": "E1", "is_enterprise_install": "true"}
    assert tenants_of(org, INSTALLED) == (ORG,)


def test_the_channel_of_an_event() -> None:
    reaction = {"type": "reaction_added", "item": {"type": "message", "channel": "C2"}}
    assert channel_of({"event": {"channel": "C1"}}) == "C1"
    assert channel_of({"event": {"channel": {"id": "C3"}}}) == "C3"
    assert channel_of({"event": reaction}) == "C2"
    assert channel_of({"event": {"type": "user_change"}}) == ""


@pytest.mark.parametrize("kind", ["team_access_granted", "team_access_revoked"])
def test_who_is_let_in_where_concerns_the_organisation(kind: str) -> None:
    """[P1] Whichever of its workspaces is named beside it."""
    told = {"type": kind, "team_ids": ["T1"]}
    for body in (
        event(None, enterprise="E1", org=True, event=told),
        event("T1", enterprise="E1", event=told, enterprise_id="E1"),
        event("T1", enterprise="E1", event=told),
    ):
        assert tenants_of(body, INSTALLED) == (ORG,)
    assert tenants_of(event("T1", enterprise="E9", event=told), {ORG: PersonId("U")}) == ()
