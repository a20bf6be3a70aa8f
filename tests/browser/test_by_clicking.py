"""A person creates, launches, disables and deletes a Mission by clicking, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.screens import dialogs
from tests.screens.camera import LOOKS, camera
from tests.screens.stage import Stage
from tests.support.dialects import OpenAI
from tests.support.modelserver import ModelServer
from tests.support.site import Site
from tests.support.system import ROOT, Houston

pytestmark = pytest.mark.browser

expect.set_options(timeout=20_000)

PICTURES = ROOT / "build" / "screenshots"
"""Where the pictures of each step are kept, to be looked at."""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


@pytest.fixture(scope="module")
def houston(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Iterator[Houston]:
    running = Houston(tmp_path_factory.mktemp("up") / "data", HOUSTON_ALLOW_HOSTS=site.host)
    running.start()
    yield running
    running.stop()


def picture(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.wait_for_timeout(150)
    page.screenshot(path=Path(PICTURES / f"{name}.png"))


@pytest.mark.timeout(180)
@pytest.mark.parametrize("look", ["light", "dark"])
def test_create_launch_report_disable_delete(
    browser: Browser, houston: Houston, site: Site, look: str
) -> None:
    """[C2 C3 M3 M5 R1] All of it with a mouse and a keyboard."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900},
        color_scheme="dark" if look == "dark" else "light",
        locale="en-US",
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{houston.told['page_url']}")
    page.locator(".rail-row", has_text="ops").first.click()

    name = f"Shop watch {look}"
    composer = page.get_by_test_id("composer-main")
    composer.click()
    composer.fill(
        f"@Houston every weekday at 9:00 check {site.url()} answers 200 in under 800 ms, "
        f"call it {name}"
    )
    composer.press("Enter")
    sent = page.get_by_test_id("messages").locator("[data-ts]", has_text=name).last
    expect(sent).to_contain_text("repl")
    sent.get_by_test_id("replies").click()
    thread = page.get_by_test_id("thread-messages")
    launch = thread.locator("[data-action-id=launch]").last
    launch.scroll_into_view_if_needed()
    picture(page, f"{look}-1-plan")
    launch.click()
    expect(thread.locator("[data-action-id=launch]")).to_have_count(0)
    picture(page, f"{look}-2-launched")

    composer.click()
    composer.fill("/mission list")
    composer.press("Escape")
    composer.press("Enter")
    listed = page.get_by_test_id("messages").locator("[data-ts]", has_text=name).last
    expect(listed).to_contain_text("Active")
    picture(page, f"{look}-3-list")

    mission = re.search(r"M-[A-Z2-9]{6}", listed.inner_text())
    assert mission
    composer.fill(f"/mission run {mission.group()}")
    composer.press("Escape")
    composer.press("Enter")
    report = page.get_by_test_id("messages").locator("[data-ts]", has_text="1 of 1")
    expect(report.last).to_be_visible()
    report.last.scroll_into_view_if_needed()
    picture(page, f"{look}-4-report")

    report.last.locator("[data-action-id=open_disable]").click()
    dialog = page.locator("dialog[data-view-id]")
    dialog.locator("textarea, input").first.fill("code freeze")
    picture(page, f"{look}-5-disable")
    dialog.get_by_test_id("view-submit").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_test_id("messages")).to_contain_text("code freeze")
    picture(page, f"{look}-6-paused")

    composer.fill(f"/mission delete {mission.group()}")
    composer.press("Escape")
    composer.press("Enter")
    dialog.locator("input").first.fill("M-222222")
    dialog.get_by_test_id("view-submit").click()
    expect(dialog).to_contain_text("not this Mission's ID")
    picture(page, f"{look}-7-wrong-id")
    dialog.locator("input").first.fill(mission.group())
    dialog.get_by_test_id("view-submit").click()
    expect(dialog).to_have_count(0)
    expect(report).to_have_count(0)
    picture(page, f"{look}-8-deleted")
    context.close()


def test_screens_are_taken(browser: Browser, houston: Houston, site: Site, tmp_path: Path) -> None:
    """What `make screenshots` does, with one scene and one look."""
    provider = ModelServer(OpenAI())
    with camera(browser, tmp_path, LOOKS[:1]) as taking, closing(provider):
        taking.point(houston.told["page_url"])
        dialogs.new(Stage(houston, site, taking, provider))
        taken = [picture.title for picture in taking.pictures]
    assert taken[0] == "New Mission"
    assert len(taken) > 2
    assert all((tmp_path / f).stat().st_size for p in taking.pictures for f in p.files.values())
