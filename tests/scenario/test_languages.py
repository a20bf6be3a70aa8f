"""Each person is spoken to in the language that they have set in Slack."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from missions.phrases import Language, say, speaking
from tests.support.site import Site
from tests.support.story import OPS, Story, buttons, mission_id, words
from tests.support.system import Houston, wait_for

LOCALES = {"grace": "de-DE", "linus": "ja-JP"}


def in_(language: Language, what: str, **values: object) -> str:
    with speaking(language):
        return say(what, **values)


def speak(houston: Houston, person: str, locale: str, language: Language) -> None:
    """Set a person's locale, and wait until Houston knows."""
    houston.workspace.admin("person", user=person, locale=locale)
    unknown = in_(language, "unknown-command", word="blah")
    wait_for(lambda: unknown in words(Story(houston.workspace, person).command("/mission blah")))


@pytest.fixture
def people(houston: Houston) -> Iterator[None]:
    """Grace speaks German and Linus Japanese, until the test is over."""
    speak(houston, "grace", "de-DE", Language.DE)
    speak(houston, "linus", "ja-JP", Language.JA)
    yield
    for person in LOCALES:
        speak(houston, person, "en-US", Language.EN)


def labels(message: dict[str, object]) -> set[str]:
    return {label for label, _, _ in buttons(message)}


def read(person: Story, mission: str) -> str:
    """The details, as the person sees them."""
    return words(person.command(f"/mission show {mission}"))


@pytest.mark.timeout(240)
@pytest.mark.usefixtures("people")
def test_a_channel_of_three_languages(houston: Houston, site: Site) -> None:
    """[C9 C3 R1 R7] A message is in the language of whom it answers; a dialog in its reader's."""
    ada = Story(houston.workspace, "ada", OPS)
    grace, linus = ada.as_("grace"), ada.as_("linus")
    wish = f"every day at 9:00 check {site.url()} answers 200, call it "

    german = grace.mention(wish + "Laden")
    plan = grace.said(german, in_(Language.DE, "launch"))
    assert {in_(Language.DE, one) for one in ("launch", "try-once", "discard")} <= labels(plan)
    for part in ("Täglich um 09:00", "antwortet mit 200", in_(Language.DE, "next-runs")):
        assert part in words(plan), part
    mission = mission_id(plan)

    japanese = linus.mention(wish + "Mise")
    shown = linus.said(japanese, in_(Language.JA, "launch"))
    assert "毎日 09:00" in words(shown)
    assert not re.search("Launch|Next runs|Goal", words(shown))

    english = ada.mention(wish + "Shop")
    assert "Every day at 09:00" in words(ada.said(english, "Launch"))

    # Who clicks speaks another language: the card stays in that of whom it answered.
    linus.click(plan, "launch")
    launched = in_(Language.DE, "launched", by="", at="").split()[1]
    wait_for(lambda: launched in words(grace.said(german, "Laden")))

    # The owner's reports, the dialogs of each who opens one.
    grace.command(f"/mission run {mission}")
    report = grace.said(None, f"{in_(Language.DE, 'all-good')}: Laden", 60)
    assert {in_(Language.DE, "view-plan"), in_(Language.DE, "history")} <= labels(report)
    assert in_(Language.DE, "overview") in read(grace, mission)
    assert in_(Language.JA, "overview") in read(linus, mission)
    assert "Overview" in read(ada, mission)
    for story, card in ((linus, shown), (ada, ada.said(english, "Launch"))):
        story.click(card, "discard")


@pytest.mark.timeout(180)
@pytest.mark.usefixtures("people")
def test_a_turn_and_a_report_speak_the_language_of_whom_they_are_for(
    houston: Houston, site: Site
) -> None:
    """[C9 R1] What code writes of a plan, asks, and finds; a wish without a model is English."""
    grace = Story(houston.workspace, "ada", OPS).as_("grace")

    asked = grace.said(grace.mention("prod im Auge behalten"), in_(Language.DE, "ask-how-often"))
    assert in_(Language.DE, "ask-lost") in words(asked)

    site.status = 503
    wish = f"every day at 9:00 check {site.url()} answers 200, call it Kiosk"
    thread = grace.mention(wish)
    plan = grace.said(thread, in_(Language.DE, "launch"))
    assert "Sofort wissen, wenn" in words(plan)
    grace.click(plan, "try_once")
    found = in_(Language.DE, "target-answers", target="/health", value="503")
    report = grace.said(thread, found, 60)
    assert in_(Language.DE, "critical") in words(report)
