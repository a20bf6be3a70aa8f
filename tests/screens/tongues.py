"""The main surfaces in German and in Japanese, as those who speak them see them."""

from __future__ import annotations

from functools import partial

from missions.phrases import Language, say, speaking
from tests.screens.stage import Stage
from tests.support.story import Story, mission_id, words
from tests.support.system import wait_for


def german(s: Stage) -> None:
    """In German"""
    _surfaces(s, "grace", "de-DE", Language.DE, "Kasse")


def japanese(s: Stage) -> None:
    """In Japanese"""
    _surfaces(s, "linus", "ja-JP", Language.JA, "レジ")


def _surfaces(s: Stage, person: str, locale: str, language: Language, name: str) -> None:
    """What that person sees of a Mission of their own, from the plan to the calendar."""
    w, site, tag = s.houston.workspace, s.site, language.value

    def in_(what: str, **values: object) -> str:
        with speaking(language):
            return say(what, **values)

    w.admin("create", name=f"team-{tag}")
    for member in (person, str(w.state()["bot"]["id"])):
        w.admin("join", channel=f"#team-{tag}", user=member)
    w.admin("person", user=person, locale=locale)
    s.camera.reload()
    who = Story(w, person, f"#team-{tag}")
    unknown = in_("unknown-command", word="blah")
    wait_for(lambda: unknown in words(who.command("/mission blah")), 20)

    pager = f"{w.state()['demo']['url']}/pager"
    root = who.mention(
        f"check {site.url('/kasse')} answers 200 in under 400 ms every day at 3:00 and if it fails "
        f'POST {pager} with {{"text": "Down"}} (ask first), call it {name}'
    )
    plan = who.said(root, in_("launch"))
    s.shot(f"Plan card ({tag})", who, plan, root)
    who.click(plan, "launch")
    mission = mission_id(plan)
    wait_for(lambda: "open_disable" in str(s.again(who, plan, root)), 20)
    who.command(f"/mission run {mission}")
    good = who.said(None, f"{in_('all-good')}: {name}", 60)
    s.shot(f"Report ({tag})", who, good)
    site.status = 503
    who.command(f"/mission run {mission}")
    asked = who.offered(None, "approve", 60)
    s.shot(f"Approval needed ({tag})", who, asked)
    who.click(asked, "approve")
    bad = who.said(None, f"{in_('critical')}: {name}", 60)
    site.status = 200
    s.shot(f"Report of something bad ({tag})", who, bad)
    s.shot(f"Details of a report ({tag})", who, who.offered(bad["ts"], "execution"), bad["ts"])
    shown = who.mention(f"show {mission}")
    s.shot(f"Mission card ({tag})", who, who.offered(shown, "calendar"), shown)
    helped = who.mention("help")
    s.shot(f"Help ({tag})", who, who.next_answer(helped), helped)

    view = s.opened(who, lambda: w.command(person, who.channel, f"/mission show {mission}"))["id"]
    s.dialog(f"Details ({tag})", who)
    for number, part in ((1, "plan"), (2, "changes"), (3, "settings")):
        before = str(who.dialog())
        w.click_view(person, view, f"details_tab:{number}")
        wait_for(partial(_differs, who, before), 10)
        s.dialog(f"Details, {part} ({tag})", who)
    s.opened(who, lambda: w.click_view(person, view, "executions"))
    w.close(person, s.dialog(f"Executions ({tag})", who))
    s.opened(who, lambda: w.click_view(person, view, "calendar"))
    s.drawn(who)
    s.dialog(f"Calendar ({tag})", who)
    s.close_all(who)
    s.whisper(f"List ({tag})", who, "/mission list")
    s.whisper(f"Help of the command ({tag})", who, "/mission help")
    w.open_home(person)
    wait_for(lambda: in_("new-mission") in str(w.home(person)), 15)
    s.camera.home(f"Home ({tag})", w, person)
    w.admin("person", user=person, locale="en-US")


def _differs(who: Story, before: str) -> bool:
    return str(who.dialog()) != before


SCENES = (german, japanese)
