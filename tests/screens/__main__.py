"""`make screenshots`: plays the product's story and takes everything that a person sees.

The pictures and their page are in `build/screens`; `PUBLISH=1` renews the few that the README
shows. Exit code 1 if anything could not be taken.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from signal import SIGTERM

from playwright.sync_api import sync_playwright

from tests.browser.conftest import SWITCHES, chromium
from tests.screens import asides, dialogs, history, later, newcomers, talk, tongues, work
from tests.screens.camera import camera
from tests.screens.index import write_index
from tests.screens.publish import publish
from tests.screens.stage import Stage
from tests.support.dialects import OpenAI
from tests.support.modelserver import ModelServer
from tests.support.site import Site
from tests.support.system import ROOT, Houston

FOLDER = ROOT / "build" / "screens"
Scene = Callable[[Stage], None]
SCENES: tuple[Scene, ...] = (
    *newcomers.SCENES,
    *history.SCENES,
    *talk.SCENES,
    *work.SCENES,
    *dialogs.SCENES,
    *asides.SCENES,
    *tongues.SCENES,
)


def main(wanted: list[str]) -> int:
    """Play all scenes, or those whose name has one of these words in it."""
    found = chromium()
    if found is None:
        sys.stderr.write("No Chromium on this machine.\n")
        return 1
    began = time.monotonic()
    site, provider = Site(), ModelServer(OpenAI())
    with tempfile.TemporaryDirectory(prefix="houston-screens-") as name:
        houston = Houston(Path(name) / "data", HOUSTON_ALLOW_HOSTS=site.host, TZ="Europe/Berlin")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=found, args=SWITCHES)
            with camera(browser, FOLDER) as taking:
                missing = _play(Stage(houston, site, taking, provider), wanted)
                index = write_index(FOLDER, taking.pictures, missing)
                count = len(taking.pictures)
            browser.close()
    site.close()
    provider.close()
    if os.environ.get("PUBLISH"):
        publish(taking.pictures, FOLDER)
    sys.stdout.write(f"{count} things taken in {time.monotonic() - began:.0f} s: {index}\n")
    for each in missing:
        sys.stdout.write(f"NOT TAKEN: {each}\n")
    return 1 if missing else 0


def _play(stage: Stage, wanted: list[str]) -> list[str]:
    """All that needs no model, and then what does; what could not be taken."""
    stage.houston.start()
    try:
        stage.camera.point(stage.houston.told["page_url"])
        missing = _scenes(stage, SCENES, wanted)
    finally:
        stage.houston.stop(SIGTERM)
    if wanted and not any(_is_wanted(scene, wanted) for scene in later.SCENES):
        return missing
    stage.houston.set(HOUSTON_MODEL="openai:scripted", **stage.provider.environment)
    stage.houston.start()
    try:
        stage.camera.point(stage.houston.told["page_url"])
        missing += _scenes(stage, later.SCENES, wanted)
    finally:
        stage.houston.stop(SIGTERM)
    return missing


def _scenes(stage: Stage, scenes: Iterable[Scene], wanted: list[str]) -> list[str]:
    missing = []
    for scene in scenes:
        if not _is_wanted(scene, wanted):
            continue
        stage.camera.scene = (scene.__doc__ or scene.__name__).rstrip(".")
        stage.site.status, stage.site.delay = 200, 0.0  # a scene that broke off left its own
        began, before = time.monotonic(), len(stage.camera.pictures)
        try:
            scene(stage)
        except Exception as error:  # noqa: BLE001 - the other scenes are worth taking
            missing.append(f"{scene.__name__}: {type(error).__name__}: {str(error)[:300]}")
            sys.stderr.write(f"{missing[-1]}\n")
            stage.close_all(stage.ada)
        taken = len(stage.camera.pictures) - before
        sys.stderr.write(f"{scene.__name__}: {taken} in {time.monotonic() - began:.0f} s\n")
    return missing


def _is_wanted(scene: Scene, wanted: list[str]) -> bool:
    return not wanted or any(word in scene.__name__ for word in wanted)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
