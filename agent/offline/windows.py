"""A stretch of each day as a field of cron: “between 9 and 17”, “from 22:00 to 6:00”."""

from __future__ import annotations

from agent.offline.almanac import Clock

Window = tuple[Clock, Clock]


def hours_of(window: Window | None) -> str | None:
    """The hours of the stretch, also over midnight; None if these are no full hours."""
    if window is None:
        return "*"
    first, last = window
    if first.minute or last.minute or first.hour == last.hour:
        return None
    if first.hour > last.hour:
        late = _stretch(first.hour, 24)
        return f"{late},{_stretch(0, last.hour)}" if last.hour else late
    return _stretch(first.hour, last.hour)


def stepped(window: Window, step: int) -> str:
    """Each so many hours within the stretch, from its beginning."""
    first, last = (clock.hour for clock in window)
    length = (last - first) % 24
    return ",".join(str(h) for h in sorted((first + i) % 24 for i in range(0, length, step)))


def _stretch(first: int, end: int) -> str:
    return f"{first}-{end - 1}" if end - first > 1 else str(first)
