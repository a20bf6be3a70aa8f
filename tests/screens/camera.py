"""Takes pictures of the local workspace's page: light and dark, on a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Error, Locator, Page

from bot.workspace.client import WorkspaceClient

TALL = 3200
"""Height of the page in pixels: whatever is looked at is on it whole."""
SETTLE_MS = 120
_TRIES = 4


@dataclass(frozen=True)
class Look:
    """One way to look at the page; `screen` is the height of a real one."""

    name: str
    scheme: str
    width: int
    screen: int


LOOKS = (
    Look("light-wide", "light", 1280, 900),
    Look("dark-wide", "dark", 1280, 900),
    Look("light-phone", "light", 390, 844),
    Look("dark-phone", "dark", 390, 844),
)


@dataclass(frozen=True)
class Picture:
    """What was taken: the scene, what it shows, the files by look."""

    scene: str
    title: str
    files: dict[str, str]


@dataclass
class Camera:
    """The pages of all looks; pictures go into `folder`."""

    folder: Path
    pages: dict[Look, Page]
    pictures: list[Picture] = field(default_factory=list)
    scene: str = ""
    _seen_by: dict[Look, str] = field(default_factory=dict)
    _url: str = ""

    def point(self, page_url: str) -> None:
        """Look at this workspace from now on."""
        self._url = page_url
        self._seen_by.clear()

    def ready(self, w: WorkspaceClient, person: str, channel: str) -> None:
        """Have that person look at a place: what is whispered is only seen by who is there."""
        place = _channel_id(w, person, channel)
        for look, page in self.pages.items():
            self._be(look, page, w.person(person))
            page.evaluate("place => { location.hash = place }", place)

    def reload(self) -> None:
        """Load the page anew for the next picture."""
        self._seen_by.clear()

    def message(
        self, title: str, w: WorkspaceClient, person: str, channel: str, ts: str, thread: str = ""
    ) -> None:
        """One message as that person sees it, in its thread if one is given."""
        place = f"{_channel_id(w, person, channel)}{'/' + thread if thread else ''}"
        within = "thread-messages" if thread else "messages"
        chosen = f"[data-testid={within}] [data-ts='{ts}']"
        self._take(title, w.person(person), lambda page: _show(page, place, chosen))

    def dialog(self, title: str, w: WorkspaceClient, person: str) -> None:
        """The dialog that is open on top."""
        top = w.views(person)[-1]["id"]
        self._take(title, w.person(person), lambda page: page.locator(f"[data-view-id='{top}']"))

    def home(self, title: str, w: WorkspaceClient, person: str) -> None:
        """The app's Home."""
        place = _channel_id(w, person, "dm")

        def show(page: Page) -> Locator:
            _show(page, place, "#tab-home").click()
            return page.locator(".home")

        self._take(title, w.person(person), show)
        self.reload()

    def page(self, title: str, html: str) -> None:
        """A page of its own, as a browser shows it on a screen."""
        self.reload()
        files = {}
        for look, page in self.pages.items():
            page.set_viewport_size({"width": look.width, "height": look.screen})
            page.set_content(html)
            files[look.name] = self._name(title, look)
            page.screenshot(path=self.folder / files[look.name])
            page.set_viewport_size({"width": look.width, "height": TALL})
        self.pictures.append(Picture(self.scene, title, files))

    def screen(
        self,
        title: str,
        w: WorkspaceClient,
        person: str,
        channel: str,
        thread: str = "",
        *,
        empty: bool = False,
    ) -> None:
        """All that fits on a screen; of a place that is `empty`, too."""
        place = f"{_channel_id(w, person, channel)}{'/' + thread if thread else ''}"
        within = "thread-messages" if thread else "messages"
        chosen = f"[data-testid={within}]{'' if empty else ' .message'}"
        self._take(title, w.person(person), lambda page: _show(page, place, chosen), whole=True)

    def _take(
        self, title: str, person: str, show: Callable[[Page], Locator], *, whole: bool = False
    ) -> None:
        files = {}
        for look, page in self.pages.items():
            if whole:
                page.set_viewport_size({"width": look.width, "height": look.screen})
            self._be(look, page, person)
            name = self._name(title, look)
            _patiently(show, page, self.folder / name, whole)
            if whole:
                page.set_viewport_size({"width": look.width, "height": TALL})
            files[look.name] = name
        self.pictures.append(Picture(self.scene, title, files))

    def _name(self, title: str, look: Look) -> str:
        return f"{len(self.pictures) + 1:02d}-{_slug(title)}-{look.name}.png"

    def _be(self, look: Look, page: Page, person: str) -> None:
        if self._seen_by.get(look) != person:
            page.goto(self._url)
            page.evaluate("who => localStorage.setItem('workspace.as', who)", person)
            page.reload()
            page.locator(".rail-row.on").first.wait_for(state="attached")
            self._seen_by[look] = person


def _patiently(show: Callable[[Page], Locator], page: Page, file: Path, whole: bool) -> None:
    """What is to be seen, or the `whole` page; it may be drawn anew while it is looked for.

    What is seen instead is kept, to find out why.
    """
    for _ in range(_TRIES - 1):
        with suppress(Error):
            return _taken(show, page, file, whole)
    try:
        _taken(show, page, file, whole)
    except Error:
        page.screenshot(path=file.with_name(f"not-{file.name}"))
        raise


def _taken(show: Callable[[Page], Locator], page: Page, file: Path, whole: bool) -> None:
    shown = show(page).last
    shown.wait_for()
    page.mouse.move(0, 0)
    page.wait_for_timeout(SETTLE_MS)
    (page if whole else shown).screenshot(path=file)


def _show(page: Page, place: str, chosen: str) -> Locator:
    page.evaluate("place => { location.hash = place }", place)
    found = page.locator(chosen).last
    found.wait_for()
    found.scroll_into_view_if_needed()
    return found


def _channel_id(w: WorkspaceClient, person: str, channel: str) -> str:
    if channel[:1] != "#":
        return w.channel(channel, person)
    known = {one["name"]: one["id"] for one in w.state(person)["channels"]}
    return str(known[channel[1:]])


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


@contextmanager
def camera(browser: Browser, folder: Path, looks: Sequence[Look] = LOOKS) -> Iterator[Camera]:
    """A page per look; the dialogs are as long as what is in them."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    contexts, pages = [], {}
    for look in looks:
        context = browser.new_context(
            viewport={"width": look.width, "height": TALL},
            color_scheme="dark" if look.scheme == "dark" else "light",
            locale="en-US",
            bypass_csp=True,
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.set_default_timeout(8_000)
        page.set_default_navigation_timeout(30_000)
        page.add_init_script(
            "addEventListener('DOMContentLoaded', () => { const s ="
            " document.createElement('style'); s.textContent ="
            " '.modal{max-height:none!important}'; document.head.append(s); })"
        )
        contexts.append(context)
        pages[look] = page
    yield Camera(folder, pages)
    for context in contexts:
        context.close()
