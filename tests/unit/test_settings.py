"""Settings are read once, typed, and refused in words."""

from __future__ import annotations

import pytest

from bot.compose import caps
from bot.settings import Settings, SettingsError, read_prices
from missions.spending import Price


def test_prices_are_read_per_model() -> None:
    """[X6] A model's name may hold what separates them elsewhere."""
    assert read_prices("openai:gpt-5=1.25/10, ollama:a/b:8b=0/0,") == {
        "openai:gpt-5": Price(1.25, 10.0),
        "ollama:a/b:8b": Price(0.0, 0.0),
    }
    told = "openai:a=1/2/0.1,anthropic:b=3/15/0.3/3.75"
    assert read_prices(told) == {
        "openai:a": Price(1.0, 2.0, 0.1),
        "anthropic:b": Price(3.0, 15.0, 0.3, 3.75),
    }
    assert read_prices("") == {}


@pytest.mark.parametrize(
    "text", ["gpt=1", "=1/2", "gpt=a/2", "gpt=1/-2", "gpt=inf/1", "gpt 1/2", "gpt=1/2/3/4/5"]
)
def test_a_price_that_is_none_is_named(text: str) -> None:
    """[X6]"""
    with pytest.raises(SettingsError, match="HOUSTON_PRICES has “" + text.split("=")[0]):
        read_prices(text)


def test_a_cap_in_money_needs_a_price() -> None:
    """[X6] It would never be reached otherwise."""
    asked = {"HOUSTON_MODEL": "openai:x", "HOUSTON_DAY_USD": "5"}
    with pytest.raises(SettingsError, match="needs the price of openai:x"):
        Settings.read(asked)
    priced = {**asked, "HOUSTON_PRICES": "openai:x=1/2"}
    assert Settings.read(priced).day_usd == 5
    standing_in = {**priced, "HOUSTON_FALLBACK_MODEL": "openai:y"}
    with pytest.raises(SettingsError, match="needs the price of openai:y"):
        Settings.read(standing_in)
    both = {**standing_in, "HOUSTON_PRICES": "openai:x=1/2, openai:y=1/2"}
    assert Settings.read(both).fallback_model == "openai:y"


@pytest.mark.parametrize("name", ["HOUSTON_RUN_USD", "HOUSTON_MISSION_DAY_USD"])
def test_a_mission_s_cap_in_money_needs_a_price_too(name: str) -> None:
    """[X6] And what is served knows the cap, and which model has no price."""
    asked = {"HOUSTON_MODEL": "openai:x", name: "5"}
    with pytest.raises(SettingsError, match=f"{name} needs the price of openai:x"):
        Settings.read(asked)
    held = caps(Settings.read({**asked, "HOUSTON_PRICES": "openai:x=1/2"}))
    assert 5 in (held.run_usd, held.mission_day_usd)
    assert held.unpriced == ""
    assert caps(Settings.read({"HOUSTON_MODEL": "openai:x"})).unpriced == "openai:x"


def test_an_unknown_setting_is_refused() -> None:
    """A typing error is told at the start, not found out in production."""
    with pytest.raises(SettingsError, match="Unknown setting HOUSTON_DAY_TOKEN\\."):
        Settings.read({"HOUSTON_DAY_TOKEN": "5"})


SEVERAL = {
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "secret",
    "SLACK_SIGNING_SECRET": "secret",
    "HOUSTON_ENCRYPTION_KEYS": "A" * 43 + "=",
    "HOUSTON_HTTP_PORT": "8080",
    "HOUSTON_PUBLIC_URL": "https://houston.example",
}


def test_several_workspaces_need_all_that_installing_takes() -> None:
    """[L4 P7]"""
    found = Settings.read(SEVERAL)
    assert (found.several, found.called, found.local) == (True, True, False)
    for name in SEVERAL.keys() - {"SLACK_CLIENT_ID"}:
        rest = {n: v for n, v in SEVERAL.items() if n != name}
        with pytest.raises(SettingsError, match=name):
            Settings.read(rest)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "set only one of the two"),
        ({"HOUSTON_PUBLIC_URL": "http://houston.example"}, "must begin with https://"),
        ({"HOUSTON_ENCRYPTION_KEYS": "short"}, "openssl rand -base64 32"),
    ],
)
def test_what_does_not_go_with_several_workspaces_is_refused(
    changes: dict[str, str], words: str
) -> None:
    """[P7]"""
    with pytest.raises(SettingsError, match=words):
        Settings.read({**SEVERAL, **changes})
