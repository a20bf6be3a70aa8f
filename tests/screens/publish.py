"""The few pictures that the README shows, in few colours, so that they stay small."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from tests.screens.camera import Picture
from tests.support.system import ROOT

SHOWN = {
    "A wish and its plan": ("light-wide", "plan"),
    "Report of a Mission with a past": ("light-wide", "report"),
    "Calendar of weeks": ("light-wide", "calendar"),
}
"""What is shown: the title of a picture, its look, and its name in `docs/pictures`."""
PLACE = ROOT / "docs" / "pictures"
COLORS = 256
WIDE = 800
"""What is wider than a message in pixels is the page beside it."""


def publish(pictures: Sequence[Picture], folder: Path) -> None:
    """Put those that were taken where the README shows them."""
    PLACE.mkdir(exist_ok=True)
    for picture in pictures:
        if picture.title in SHOWN:
            look, name = SHOWN[picture.title]
            small = Image.open(folder / picture.files[look]).convert("RGB")
            if picture.title.startswith("Report"):
                small = small.crop((0, 0, min(small.width, WIDE), small.height))
            small.quantize(COLORS, Image.Quantize.MEDIANCUT).save(
                PLACE / f"{name}.png", optimize=True
            )
