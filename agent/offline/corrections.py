"""A time that somebody takes back at once: “at 9, no wait, at 10” means at 10."""

from __future__ import annotations

import re

_TIME = r"\d{1,2}(?::\d{2})?(?:\s*[ap]m)?"
_TAKEN_BACK = (
    r"no,?\s+wait|wait,?\s+no|no,?\s+sorry|sorry|no|i\s+meant?|or\s+rather|rather|make\s+that|"
    r"scratch\s+that"
)
_CORRECTED = re.compile(
    rf"(?:\bat\s+)?(?<![\d:./-]){_TIME}\s*[,;.–—-]?\s*\b(?:{_TAKEN_BACK})\b\s*[,:]?\s+"
    rf"(?:make\s+(?:it|that)\s+)?(?:at\s+)?"
    rf"(?={_TIME}(?:\s*[.!,;]|\s*$|\s+(?:and|o'clock|please)\b))",
    re.IGNORECASE,
)

_PUT = re.compile(r"\bput it (?=(?:on|to|at|back to)\b)", re.IGNORECASE)


def corrected(text: str) -> str:
    """The text without a time that another one takes the place of; “put it at 9” makes it 9."""
    return _PUT.sub("make it ", _CORRECTED.sub("at ", text))
