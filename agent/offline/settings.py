"""How runs are carried out, in words: overlap, retries, timeout, patience, days left out …"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from agent.offline.almanac import unit_of
from agent.offline.budgets import per_what, read_budget, too_small
from agent.offline.freezes import Day, coming, date_said, window_at
from agent.offline.mentions import mention_at, people_at
from agent.offline.overlaps import read_overlap
from agent.offline.repeated import repeated_at
from agent.offline.sentence import Sentence
from agent.offline.summaries import summary_at
from agent.offline.timing import Doubt
from agent.offline.tokens import Kind
from agent.offline.wordset import wordset
from agent.offline.zones import zone_at
from missions.blueprint import Notify
from missions.phrases import grouped, say

TAG = "setting"
_DOUBTFUL = "setting to ask about"
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_COUNTS = {"once": 1, "twice": 2, "thrice": 3}


@dataclass
class Settings:
    """What was said: operations as `agent.operations` names them, and what must be asked first."""

    operations: list[dict[str, Any]] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    words: str = ""

    @property
    def any(self) -> bool:
        """Whether anything was said."""
        return bool(self.operations or self.doubts)

    def under(self, earlier: Settings) -> Settings:
        """These over those said before, which stay where these say nothing of the kind."""
        kinds = {o["op"] for o in self.operations}
        return Settings(
            [*(o for o in earlier.operations if o["op"] not in kinds), *self.operations],
            list(self.doubts if self.any else earlier.doubts),
            ", ".join(w.strip(" ,") for w in (earlier.words, self.words) if w),
        )


def read_settings(s: Sentence, now: datetime, zone: str) -> Settings:
    """Claim and collect all settings that the sentence holds."""
    found = Settings()
    today = now.astimezone(ZoneInfo(zone)).date()
    readers: tuple[Reader, ...] = (
        *_READERS,
        partial(_window, now=now, zone=zone),
        partial(_left_out, today=today),
        partial(_summed_up, now=now, zone=zone),
    )
    for reader in readers:
        for at in range(len(s)):
            asked = len(found.doubts)
            if s.token(at) is not None and (length := reader(s, at, found)):
                tag = TAG if len(found.doubts) == asked else _DOUBTFUL
                s.claim(_with_joiner(s, at), at + length, tag)
    found.words = s.claimed_words(TAG)
    return found


def _with_joiner(s: Sentence, at: int) -> int:
    return at - 1 if s.low(at - 1) in ("and", ",", ";", "with", "but", "also") else at


def _seconds(s: Sentence, at: int) -> tuple[int, int] | None:
    """A duration in seconds and its length in tokens."""
    number = 1 if s.low(at) in ("a", "an", "one") else s.number(at)
    scale = _SECONDS.get(unit_of(s.low(at + 1)) or "")
    return (number * scale, 2) if number is not None and scale else None


def _overlap(s: Sentence, at: int, found: Settings) -> int:
    overlap, length = read_overlap(s, at)
    if overlap is None:
        return 0
    found.operations.append({"op": "set_overlap", "overlap": overlap.value})
    return length


_RETRY = (
    "retry failed runs up to", "retry failed runs", "retry it up to", "retry up to", "retry it",
    "retry", "try it again up to", "try again up to", "try it again", "try again",
)  # fmt: skip
_FAILS = ("if it fails", "when it fails", "on failure", "if a run fails", "when a run fails", ",")
_RETRIES = ("retry 3 times after 1 minute", "retry 5 times after 10 minutes")
_PAUSES = ("after", "with a pause of", "first after", "waiting", "in")


def _retries(s: Sentence, at: int, found: Settings) -> int:
    if length := s.says_any(at, ("no retries", "don't retry", "do not retry", "never retry")):
        found.operations.append({"op": "set_retries", "times": 0})
        return length
    times, length = _retry_count(s, at)
    if not length:
        return 0
    length += s.says_any(at + length, _FAILS[:-1])
    operation: dict[str, Any] = {"op": "set_retries", "times": times}
    lead = s.says_any(at + length, _PAUSES)
    if lead and (pause := _seconds(s, at + length + lead)):
        operation["after_seconds"] = pause[0]
        length += lead + pause[1]
        length += s.says_any(at + length, _FAILS[:-1])
    if times is None:
        phrases = ("retry once", "retry twice after 1 minute")
        found.doubts.append(Doubt(say("ask-retry-how-often"), phrases))
    elif times > 5 or not 5 <= operation.get("after_seconds", 30) <= 3600:
        found.doubts.append(Doubt(say("ask-retry-most"), _RETRIES))
    else:
        found.operations.append(operation)
    return length


def _retry_count(s: Sentence, at: int) -> tuple[int | None, int]:
    number = s.number(at)
    if number is not None and s.low(at + 1) in ("retry", "retries"):
        return number, 2
    length = s.says_any(at, _RETRY)
    if not length:
        return None, 0
    count = _COUNTS.get(s.low(at + length))
    if count:
        return count, length + 1
    number = s.number(at + length)
    if number is not None and s.low(at + length + 1) in ("times", "time", "x"):
        return number, length + 2
    return None, length


_TIMEOUTS = ("timeout", "time out", "timeouts", "give up", "times out")
_TO = ("of", "to", "after", "is", "=", "at")


def _timeout(s: Sentence, at: int, found: Settings) -> int:
    length = s.says_any(at, _TIMEOUTS)
    if not length or (s.low(at) == "give" and s.low(at + length) != "after"):
        return 0
    while s.low(at + length) in _TO:
        length += 1
    span = _seconds(s, at + length)
    if span is None or span[0] % 60 or not 60 <= span[0] <= 3 * 3600:
        found.doubts.append(
            Doubt(say("ask-timeout"), ("a timeout of 5 minutes", "a timeout of 1 hour"))
        )
        return length + (span[1] if span else 0)
    found.operations.append({"op": "set_timeout", "minutes": span[0] // 60})
    return length + span[1]


_LATE = (
    "start up to", "starts up to", "start it up to", "delay the start by up to",
    "delay it by up to", "spread the start by up to", "spread the starts by up to",
    "with up to", "up to",
)  # fmt: skip
_JITTER = ("jitter of up to", "jitter of", "jitter by up to", "jitter by", "random delay of up to",
           "a random delay of up to", "a jitter of")  # fmt: skip
_RANDOM = ("late at random", "later at random", "late , at random", "at random", "randomly late",
           "late randomly", "later randomly", "of jitter", "of random delay", "jitter")  # fmt: skip

_SPREADS = ("a jitter of up to 10 minutes", "a jitter of up to 1 hour")


def _jitter(s: Sentence, at: int, found: Settings) -> int:
    if length := s.says_any(at, ("no jitter", "without jitter")):
        found.operations.append({"op": "set_jitter", "seconds": 0})
        return length
    sure = s.says_any(at, _JITTER)
    length = sure or s.says_any(at, _LATE)
    span = _seconds(s, at + length) if length else None
    if span is None:
        return 0
    tail = s.says_any(at + length + span[1], _RANDOM)
    if not (sure or tail):
        return 0
    if span[0] > 3600:
        found.doubts.append(Doubt(say("ask-jitter"), _SPREADS))
    else:
        found.operations.append({"op": "set_jitter", "seconds": span[0]})
    return length + span[1] + tail


_PAUSE = ("pause the task", "pause this task", "pause that task", "pause it", "pause", "disable it",
          "disable the task")  # fmt: skip
_ANNOUNCE = ("announce it", "announce", "say so", "tell me", "tell us", "alert me")
_FAILURES = ("failures in a row", "failed runs in a row", "failed runs", "failures", "fails",
             "failed executions", "failure", "failed run")  # fmt: skip
_FAILING = ("if it fails", "when it fails", "if it failed", "once it failed")


def _streak(s: Sentence, at: int, found: Settings) -> int:
    """“pause it after 5 failures”, “announce after 2 failures in a row”."""
    pause, announce = s.says_any(at, _PAUSE), s.says_any(at, _ANNOUNCE)
    start = at + (pause or announce)
    if start == at:
        return 0
    number: int | None = None
    if s.low(start) == "after" and (tail := s.says_any(start + 2, _FAILURES)):
        number, end = s.number(start + 1), start + 2 + tail
    elif pause and (lead := s.says_any(start, _FAILING)):
        number, end = s.number(start + lead), start + lead + 1
        tail = s.says_any(end, ("times in a row", "times"))
        number, end = (number if tail else None), end + tail
    if not number:
        return 0
    key = "pause_after" if pause else "announce_after"
    found.operations.append({"op": "set_streak", key: number})
    return end - at


_LEADS = wordset(
    "only tell me us report alert notify say so ping it if when fails failed fail a check at least "
    "in is finding has warn be and , unless"
)
_SPEAK = wordset("tell report alert notify ping warn say")

_OUT_OF = (
    "only tell me if it fails 2 of the last 3 runs",
    "only tell me if it fails 3 of the last 5 runs",
)  # fmt: skip


def _repeated(s: Sentence, at: int, found: Settings) -> int:
    doubt, length = repeated_at(s, at)
    found.doubts += [doubt] if doubt else []
    return length


def _patience(s: Sentence, at: int, found: Settings) -> int:
    """“2 of the last 3 runs”, “3 times in a row”, with the words that lead up to it."""
    fails = s.number(at) or _COUNTS.get(s.low(at))
    if not fails:
        return 0
    of_last, length = fails, 0
    if s.low(at + 1) == "of":
        last = at + 2 + s.says_any(at + 2, ("the last", "its last", "the latest", "the", "last"))
        of_last = s.number(last) or 0
        length = last + 1 - at + (s.low(last + 1) in ("runs", "checks", "times", "tries"))
    elif tail := s.says_any(at + 1, ("times in a row", "runs in a row", "in a row",
                                     "consecutive times", "consecutive runs")):  # fmt: skip
        length = 1 + tail
    start = at
    while start > 0 and s.low(start - 1) in _LEADS:
        start -= 1
    said = {s.low(i) for i in range(start, at)}
    if not length or not of_last or not said & {"fails", "failed", "fail", "finding"}:
        return 0
    if not fails <= of_last <= 20:
        found.doubts.append(Doubt(say("ask-out-of"), _OUT_OF))
    else:
        found.operations.append({"op": "set_patience", "fails": fails, "of_last": of_last})
        if "only" in said and said & _SPEAK:
            found.operations.append({"op": "set_notify", "notify": Notify.ON_FINDING.value})
    s.claim(_with_joiner(s, start), at, TAG)
    return length


_NOT_ON = ("but not on", "but not", "not on", "except on", "except for", "except", "excluding",
           "leave out", "skip", "no runs on", "don't run on", "do not run on", "don't run it on",
           "never on", "nothing on", "not")  # fmt: skip
_TILL = ("to", "until", "till", "through", "-", "–", "and")


def _window(s: Sentence, at: int, found: Settings, now: datetime, zone: str) -> int:
    """“not between 22:00 and 6:00”, “freeze from 20 Dec 18:00 to 2 Jan 8:00 (release)”."""
    try:
        today = now.astimezone(ZoneInfo(zone)).date()
        operation, length = window_at(s, at, today, zone)
    except ValueError:
        found.doubts.append(Doubt(say("ask-no-date-left-out")))
        return s.says_any(at, ("not", "freeze", "a freeze")) or 1
    if operation is None:
        return 0
    length += _in_zone(s, at + length, operation, found, zone, now)
    label, more = _label(s, at + length)
    found.operations.append({**operation, **({"label": label} if label else {})})
    return length + more


def _in_zone(
    s: Sentence, at: int, operation: dict[str, Any], found: Settings, own: str, now: datetime
) -> int:
    """The zone behind hours is theirs, and not that of the runs; how many words name it."""
    lead = int(s.low(at) == "in")
    named = zone_at(s, at + lead, own, now, after_in=bool(lead))
    if named is None:
        return 0
    if named[0].zone is None:
        text = "ask-zone-several" if named[0].options else "ask-zone-unknown"
        found.doubts.append(Doubt(say(text, zone=named[0].said)))
    else:
        operation["zone"] = named[0].zone
    return lead + named[1]


def _left_out(s: Sentence, at: int, found: Settings, today: date) -> int:
    """“not on 24 December”, “not from 24 Dec to 1 Jan (freeze)”."""
    length = s.says_any(at, _NOT_ON)
    if not length:
        return 0
    length += s.low(at + length) in ("from", "between", "the")
    first = date_said(s, at + length) or _day_before_month(s, at + length)
    if first is None:
        return 0
    length += first[1]
    last = None
    if s.low(at + length) in _TILL and (last := date_said(s, at + length + 1)):
        length += 1 + last[1]
    label, more = _label(s, at + length)
    try:
        begins = coming(first[0], today)
        ends = coming(last[0], begins) if last else begins
    except ValueError:
        found.doubts.append(Doubt(say("ask-no-date-left-out")))
        return length + more
    operation = {"op": "leave_out", "first": begins.isoformat(), "last": ends.isoformat()}
    found.operations.append({**operation, **({"label": label} if label else {})})
    return length + more


def _day_before_month(s: Sentence, at: int) -> tuple[Day, int] | None:
    """The first day of “24 to 26 December”: its month comes with the last one."""
    token = s.token(at)
    if token is None or token.kind not in (Kind.NUMBER, Kind.ORDINAL) or s.low(at + 1) not in _TILL:
        return None
    last = date_said(s, at + 2)
    return ((last[0][0], last[0][1], int(token.text)), 1) if last and len(token.text) < 3 else None


def _label(s: Sentence, at: int) -> tuple[str, int]:
    """What stands in brackets behind the days."""
    if s.low(at) != "(":
        return "", 0
    close = next((i for i in range(at, min(at + 12, len(s))) if s.low(i) == ")"), None)
    if close is None or close == at + 1:
        return "", 0
    return s.text[s.tokens[at + 1].start : s.tokens[close - 1].end][:60], close + 1 - at


def _mentions(s: Sentence, at: int, found: Settings) -> int:
    operation, length = mention_at(s, at)
    if operation:
        found.operations.append(operation)
    if operation and (lead := s.says_any(at + length, ("instead of", "rather than", "and not"))):
        people, more = people_at(s, at + length + lead, oneself=True)
        found.operations += [{"op": "stop_mentioning", "people": people}] if people else []
        length += lead + more if people else 0
    return length


def _budget(s: Sentence, at: int, found: Settings) -> int:
    operation, length = read_budget(s, at)
    if length and operation is None:
        found.doubts.append(Doubt(say("ask-budget-of"), per_what(s, at, length)))
    elif operation and (least := too_small(operation)):
        found.doubts.append(Doubt(least))
    elif operation:
        found.operations.append(operation)
    return length


def _summed_up(s: Sentence, at: int, found: Settings, now: datetime, zone: str) -> int:
    operation, doubt, length = summary_at(s, at, zone)
    if operation and operation.get("zone"):
        length += _in_zone(s, at + length, operation, found, zone, now)
    found.operations += [operation] if operation else []
    found.doubts += [doubt] if doubt else []
    return length


_KEEP = ("keep", "retain", "store")
_OF_KEEPING = wordset(
    "the its only records record history runs reports results executions for at most up to last "
    "of all data everything them no more than"
)
_RECORDS = wordset("records record runs executions reports results")


def _keeping(s: Sentence, at: int, found: Settings) -> int:
    """“keep the records for 30 days”, “keep 500 records”."""
    start = at + s.says_any(at, _KEEP)
    if start == at:
        return 0
    while s.low(start) in _OF_KEEPING:
        start += 1
    number = s.number(start)
    low = s.low(start + 1)
    unit = unit_of(low)
    if number is None:
        return 0
    if unit in ("day", "week"):
        days = number * (7 if unit == "week" else 1)
        operation = {"op": "set_keeping", "days": days}
        fits = 1 <= days <= 730
    elif low in _RECORDS:
        operation, fits = {"op": "set_keeping", "records": number}, 100 <= number <= 10_000
    elif unit == "month" or low in ("year", "years"):
        operation, fits = {}, False
    else:
        return 0
    if fits:
        found.operations.append(operation)
    else:
        text = say("ask-keep", least=grouped(100), most=grouped(10_000))
        found.doubts.append(Doubt(text, ("keep 30 days", "keep 90 days", "keep 365 days")))
    return start + 2 - at


Reader = Callable[[Sentence, int, Settings], int]
_READERS: tuple[Reader, ...] = (
    *(_keeping, _repeated, _streak, _overlap, _retries, _timeout, _jitter, _patience),
    _mentions,
    _budget,
)
