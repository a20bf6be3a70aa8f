"""What cron cannot say evenly is asked back, never approximated [B5].

`*/25` counts anew each hour: 25, 25 and 10 minutes apart. Days of the month and weekdays together
mean either of both, and hardly ever what was meant.
"""

from __future__ import annotations

import re
from typing import Final

from missions.cron import Cron, CronError, compiled
from missions.phrases import say

_STEP: Final = re.compile(r"(\*|\w+)(?:-(\w+))?/(\d+)")
_MINUTE, _HOUR, _DAY, _MONTH, _WEEKDAY = range(5)
_SIZES: Final = {_MINUTE: 60, _HOUR: 24, _MONTH: 12}
"""Fields that have as many values each time."""
_LOWEST: Final = {_MINUTE: 0, _HOUR: 0, _MONTH: 1}
_FIELDS: Final = 5
_SPOKEN: Final = 400
"""Characters of one line of a message in which a cron expression is looked for."""


def uneven(cron: Cron) -> str | None:
    """Why an expression does not run as evenly as it looks, in words; None if it does."""
    fields = cron.text.split()
    if step := _listed_step(fields[_MINUTE]):
        return _say(_MINUTE, step)
    for place, field in enumerate(fields):
        for term in field.split(","):
            if found := _of_term(place, term):
                return found
    if not (fields[_DAY].startswith("*") or fields[_WEEKDAY].startswith("*")):
        return say("uneven-either")
    return None


def types(text: str, cron: Cron) -> bool:
    """Whether a message holds that very expression, as five fields or an alias; or, for minutes
    that are listed, each of them.
    """
    minutes = cron.text.split()[_MINUTE]
    numbers = {int(number) for number in re.findall(r"(?<!\d)\d{1,2}(?!\d)", text)}
    if _listed_step(minutes) and {int(m) for m in minutes.split(",")} <= numbers:
        return True
    return any(_has(line[:_SPOKEN].split(), cron) for line in text.splitlines())


def _has(words: list[str], cron: Cron) -> bool:
    bare = [word.strip("`\"'“”„«»‘’.,;:!?()") for word in words]
    runs = (bare[at : at + size] for size in (1, _FIELDS) for at in range(len(bare) - size + 1))
    return any(_is_that(" ".join(run), cron) for run in runs)


def _is_that(text: str, cron: Cron) -> bool:
    """Whether a text is an expression for the same times: FRI is 5."""
    try:
        return text == cron.text or _meaning(Cron.parse(text)) == _meaning(cron)
    except CronError:
        return False


def _meaning(cron: Cron) -> tuple[object, ...]:
    sim = compiled(cron.text)
    return sim.minutes, sim.hours, sim.days, sim.months, sim.weekdays, sim.day_and


def _listed_step(minutes: str) -> int | None:
    """The uneven step that a list of minutes writes out: 25 of `0,25,50`."""
    said = minutes.split(",")
    if len(said) < 3 or not all(minute.isdecimal() for minute in said):
        return None
    numbers = sorted(map(int, said))
    step = numbers[1] - numbers[0]
    whole = list(range(numbers[0], 60, step)) if numbers[0] < step else []
    return step if numbers == whole and 60 % step else None


def _of_term(place: int, term: str) -> str | None:
    found = _STEP.fullmatch(term)
    if found is None or int(found[3]) == 1:
        return None
    step = int(found[3])
    if place in _SIZES:
        return _of_cycle(place, found[1], found[2], step)
    bounded = found[2] is not None and (found[1], found[2]) not in _WHOLE[place]
    if place == _WEEKDAY:
        return None if bounded else say("uneven-weekday", n=step)
    return say("uneven-day", n=step)


_WHOLE: Final = {_DAY: {("1", "31")}, _WEEKDAY: {("0", "6"), ("1", "7"), ("0", "7")}}


def _of_cycle(place: int, first: str, last: str | None, step: int) -> str | None:
    """A step in minutes, hours or months: within a stretch of the day or year any will do."""
    size, lowest = _SIZES[place], _LOWEST[place]
    if size % step == 0:
        return None
    if place != _MINUTE and last is not None and first.isdigit() and last.isdigit():
        fits_before = int(first) - step >= lowest
        fits_behind = int(last) + step < size + lowest
        if fits_before or fits_behind:
            return None
    return _say(place, step)


def _say(place: int, step: int) -> str:
    return say(_NAMES[place], n=step, choices=_near(_SIZES[place], step))


_NAMES: Final = {_MINUTE: "uneven-minute", _HOUR: "uneven-hour", _MONTH: "uneven-month"}


def _near(size: int, step: int) -> str:
    """The steps below and above that divide the whole."""
    even = [n for n in range(1, size) if size % n == 0]
    below, above = [n for n in even if n < step][-1:], [n for n in even if n > step][:1]
    return say("or-list").join(map(str, below + above))
