"""The pictures on one page, to be looked through."""

from __future__ import annotations

import html
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from tests.screens.camera import LOOKS, Picture

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 24px; background: #f4f4f6; color: #1d1c1d }
figure { margin: 0; background: #fff; border: 1px solid #ddd; border-radius: 8px; padding: 8px }
figcaption { font-size: 12px; color: #666; padding-bottom: 6px }
.row { display: grid; grid-template-columns: 3fr 3fr 1.2fr 1.2fr; gap: 12px; align-items: start }
img { max-width: 100%; display: block }
h2 { margin-top: 40px } h3 { margin: 24px 0 8px; font-size: 15px }
.missing { color: #b00020 }
"""


def write_index(folder: Path, pictures: Sequence[Picture], missing: Sequence[str]) -> Path:
    """`index.html` beside the pictures, scene by scene; what could not be taken is named."""
    parts = [f"<title>Screens</title><style>{_STYLE}</style><h1>Screens</h1>"]
    parts += [f"<p class=missing>Not taken: {html.escape(each)}</p>" for each in missing]
    for scene, shown in groupby(pictures, key=lambda picture: picture.scene):
        parts.append(f"<h2>{html.escape(scene)}</h2>")
        parts += [_row(picture) for picture in shown]
    path = folder / "index.html"
    path.write_text("<!doctype html><meta charset=utf-8>" + "\n".join(parts))
    return path


def _row(picture: Picture) -> str:
    each = "".join(
        f"<figure><figcaption>{look.name}</figcaption>"
        f"<a href='{picture.files[look.name]}'>"
        f"<img loading=lazy alt='' src='{picture.files[look.name]}'></a></figure>"
        for look in LOOKS
    )
    return f"<h3>{html.escape(picture.title)}</h3><div class=row>{each}</div>"
