"""The letters of pictures: Noto Sans, as packages bring it (SIL Open Font License).

So a picture looks the same on every machine. No font has all letters: a text is set in parts, each
in the first face that has its characters, Latin, Greek and Cyrillic before those of the far East.
Where both have a sign, the language that is spoken decides, as the two write many differently.
"""

from __future__ import annotations

import unicodedata
from enum import Enum
from functools import lru_cache
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Final

from missions.phrases import Language, spoken

if TYPE_CHECKING:
    from PIL import ImageFont


class Face(Enum):
    """A font: the package that brings it, and its file there."""

    LATIN = ("fontpkg_noto_sans", "files/NotoSans[wdth,wght].ttf")
    JAPANESE = ("pylopdf_fonts_jp", "NotoSansJP-Regular.otf")
    CHINESE = ("pylopdf_fonts_zh_cn", "NotoSansSC-Regular.otf")


Part = tuple[Face, str]

_RIGHT_TO_LEFT: Final = frozenset({"R", "AL", "AN"})
_NO_CHARACTER: Final = "\U0010ffff"
"""What no font has: it is drawn as the sign for what is missing."""
_TEST_PIXELS: Final = 24
_NARROW: Final = 82
"""How wide Latin letters are, in percent: a cell of a calendar is small."""
_WEIGHT: Final = 400


def order() -> tuple[Face, ...]:
    """The faces in the order in which they are asked, in the language that is spoken."""
    if spoken() is Language.ZH:
        return Face.LATIN, Face.CHINESE, Face.JAPANESE
    return Face.LATIN, Face.JAPANESE, Face.CHINESE


def drawable(text: str) -> bool:
    """Whether there is a glyph for each character, and they stand one after another.

    Scripts that run from right to left or whose characters change shape are not: without a
    library that sets them they would be wrong rather than missing.
    """
    return all(_face_of(one, order()) for one in _composed(text))


def parts(text: str) -> list[Part]:
    """The text in parts of one face each; what no face has is left to the first."""
    faces = order()
    found = [(_face_of(one, faces) or Face.LATIN, one) for one in _composed(text)]
    return [(face, "".join(one for _, one in run)) for face, run in groupby(found, lambda p: p[0])]


def width(text: str, pixels: int) -> float:
    """How wide the text is, in pixels."""
    return sum(font(face, pixels).getlength(part) for face, part in parts(text))


@lru_cache(maxsize=48)
def font(face: Face, pixels: int) -> ImageFont.FreeTypeFont:
    """A face in a size."""
    from PIL import ImageFont

    package, name = face.value
    made = ImageFont.truetype(str(files(package) / name), pixels)
    if face is Face.LATIN:
        made.set_variation_by_axes([_WEIGHT, _NARROW])
    return made


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


@lru_cache(maxsize=16_384)
def _face_of(character: str, faces: tuple[Face, ...]) -> Face | None:
    """The first face that has the character; None if none can show it."""
    if character.isspace():
        return faces[0]
    one_by_one = unicodedata.bidirectional(character) not in _RIGHT_TO_LEFT
    if not one_by_one or unicodedata.category(character)[0] in "MC":
        return None
    return next((face for face in faces if _drawn(face, character) != _missing(face)), None)


def _drawn(face: Face, character: str) -> tuple[tuple[int, int], bytes]:
    mask = font(face, _TEST_PIXELS).getmask(character)
    return mask.size, bytes(mask)


@lru_cache(maxsize=len(Face))
def _missing(face: Face) -> tuple[tuple[int, int], bytes]:
    return _drawn(face, _NO_CHARACTER)
