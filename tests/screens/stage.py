"""What the scenes are played on: a running Houston, a site to watch, and the camera."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.workspace.inputs import elements
from tests.screens.camera import Camera
from tests.support.modelserver import ModelServer
from tests.support.site import Site
from tests.support.story import OPS, Story, actions
from tests.support.system import Houston, wait_for

Json = dict[str, Any]


@dataclass
class Stage:
    """Scenes leave here what later ones go on with: threads and Missions by name."""

    houston: Houston
    site: Site
    camera: Camera
    provider: ModelServer
    threads: dict[str, str] = field(default_factory=dict)
    missions: dict[str, str] = field(default_factory=dict)

    @property
    def ada(self) -> Story:
        """The owner of what is shown, in #ops."""
        return self.story("ada")

    def story(self, person: str, channel: str = OPS) -> Story:
        """Somebody somewhere."""
        return Story(self.houston.workspace, person, channel)

    def shot(self, title: str, story: Story, message: Json, thread: str | None = None) -> None:
        """Take a message as that person sees it."""
        where = (story.w, story.person, story.channel, message["ts"], thread or "")
        self.camera.message(title, *where)

    def dialog(self, title: str, story: Story) -> str:
        """Take the dialog on top; its id."""
        top = str(story.dialog()["id"])
        self.camera.dialog(title, story.w, story.person)
        return top

    def whisper(self, title: str, story: Story, line: str) -> Json:
        """Type a command and take what it says to that person alone."""
        self.camera.ready(story.w, story.person, story.channel)
        after = story.last_whisper()
        story.w.command(story.person, story.channel, line)
        found = story.whispered("", after)
        self.shot(title, story, found)
        return found

    def opened(self, story: Story, act: Callable[[], object]) -> Json:
        """The dialog that an act opens or puts on top."""
        before = {one["id"] for one in story.w.views(story.person)}
        act()
        fresh = wait_for(
            lambda: [v for v in story.w.views(story.person) if v["id"] not in before], 10
        )
        found: Json = fresh[-1]
        return found

    def turned(self, story: Story, view_id: str, which: str, has: str) -> None:
        """Press something in a dialog and wait until the dialog on top has these words."""
        story.w.click_view(story.person, view_id, which)
        wait_for(lambda: has in str(story.dialog()), 10)

    def choose(self, story: Story, message: Json, action: str) -> None:
        """Choose the last option of a menu, or press the first of the two feedback buttons."""
        _, element = next(f for f in elements(message["blocks"]) if f[1]["action_id"] == action)
        option = element["options"][-1] if "options" in element else element["positive_button"]
        story.click(message, action, option["value"])

    def again(self, story: Story, message: Json, thread: str | None = None) -> Json:
        """The message as it is now."""
        return next(m for m in story.answers(thread) if m["ts"] == message["ts"])

    def drawn(self, story: Story) -> None:
        """Wait until the dialog on top shows a picture."""
        wait_for(lambda: "slack_file" in str(story.dialog()), 20)

    def close_all(self, story: Story) -> None:
        """Close every dialog."""
        for view in reversed(story.w.views(story.person)):
            story.w.close(story.person, view["id"])

    def launch(self, name: str, text: str, story: Story | None = None) -> tuple[str, str]:
        """Say and launch a Mission; its thread and ID, kept by its name."""
        who = story or self.ada
        root, _, mission = who.launched(f"{text}, call it {name}")
        self.threads[name], self.missions[name] = root, mission
        return root, mission

    def run(self, name: str, has: str, story: Story | None = None, seconds: float = 40) -> Json:
        """Run a Mission now; its report at the channel's root once it has these words."""
        who = story or self.ada
        before = {m["ts"] for m in who.answers(None)}
        who.w.command(who.person, who.channel, f"/mission run {self.missions[name]}")

        def find() -> Json | None:
            fresh = [m for m in who.answers(None) if m["ts"] not in before]
            fits = [m for m in fresh if has.casefold() in str(m).casefold()]
            return fits[-1] if fits and "view_plan" in actions(fits[-1]) else None

        return wait_for(find, seconds) or {}
