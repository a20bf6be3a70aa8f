"""With Slack's tokens set, `houston up` serves that Slack and no local workspace."""

from __future__ import annotations

import pytest

from tests.chaos.facts import said
from tests.chaos.kit import OPS, System, client_of, workspace_apart
from tests.support.system import wait_for

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("chaos-random")]


class Serving(System):
    """A Houston whose Slack is somewhere else."""

    told: dict[str, str] = {}


def test_tokens_make_it_serve_slack(tmp_path_factory: pytest.TempPathFactory) -> None:
    """[L1] The address is SLACK_API_URL's; storage is Houston's own."""
    folder = tmp_path_factory.mktemp("serves")
    (folder / "slack").mkdir()
    with workspace_apart(folder / "slack") as told:
        houston = Serving(
            folder / "data",
            SLACK_BOT_TOKEN=told["bot_token"],
            SLACK_APP_TOKEN=told["app_token"],
            SLACK_API_URL=told["api_url"],
        )
        houston.told = told
        houston.start()
        try:
            assert "serves Slack" in houston.output
            assert houston.part("storage")
            assert houston.part("bot")
            assert not houston.part("workspace")
            houston.workspace = client_of(told)
            thread = houston.workspace.post("ada", OPS, "@Houston list my missions")
            wait_for(lambda: said(houston, thread), 20)
        finally:
            assert houston.stop() < 5
        assert houston.processes() == {}
