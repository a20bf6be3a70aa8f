"""What is to be checked, and what is expected: addresses, statuses, times, texts, certificates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from agent.offline.almanac import MINUTE_UNITS, days_at
from agent.offline.sentence import Sentence
from agent.offline.timing import Doubt
from agent.offline.tokens import Kind
from agent.offline.wordset import wordset
from missions.phrases import say

TAG = "check"
Limits = dict[str, Any]
"""The fields of `agent.operations.Limits` that were said."""

_STATUS_LEAD = wordset(
    "answers answer answering returns return returning responds respond responding replies "
    "reply gives give is are with http status code a an = == of still should must be always "
    "it get gets yields that"
)
_STATUS_VERBS = wordset(
    "answers answer answering returns return returning responds respond responding replies "
    "reply gives give http status code = == get gets yields"
)
_UP = (
    "is up and running", "is up", "are up", "is alive", "is reachable", "is online", "is ok",
    "is okay", "is fine", "is working", "is available", "is healthy", "is running", "works", "work",
    "responds", "answers", "respond", "answer", "loads", "is there", "stays up", "up", "are ok",
    "are online", "are reachable", "are fine",
)  # fmt: skip
_DOWN = (
    "is down", "are down", "goes down", "go down", "stops answering", "stops responding",
    "stops working", "fails", "breaks", "is broken", "is unreachable", "is not up", "isn't up",
    "is not reachable", "isn't reachable", "does not answer", "doesn't answer", "does not respond",
    "doesn't respond", "is offline", "stops", "dies", "is not available", "crashes",
)  # fmt: skip
_NEGATIVE = ("does not", "doesn't", "do not", "not", "never", "no longer", "without", "lacks")
_NEGATED = wordset(
    "contain contains containing show shows say says include includes return returns mention "
    "mentions match matches have has answer answers give gives"
)
_TEXT_VERBS = wordset(
    "contains contain containing includes include including shows show says say saying "
    "mentions mention has reads"
)
_TEXT_NOUNS = wordset("the a text word words phrase string title message body page")
_PATTERN_VERBS = frozenset(["matches", "match", "matching", "regex", "regexp", "pattern"])
_FASTER = (
    "in under", "in less than", "in at most", "in no more than", "within", "under", "below",
    "less than", "faster than", "quicker than", "in", "at most", "no more than", "no slower than",
    "slower than", "longer than", "more than", "max", "<", ">", "above", "over", "exceeds",
    "is over",
    "is above", "goes above", "goes over", "greater than", "higher than", "is more than",
    "takes less than", "takes under",
    "takes more than", "takes longer than",
)  # fmt: skip
_CERT = ("ssl certificate", "tls certificate", "https certificate", "certificate", "cert",
         "certificates", "ssl cert", "tls cert", "ssl", "tls")  # fmt: skip
_CERT_LEAD = wordset("and its the that their of also a with whose")
_CERT_FILL = wordset(
    "has have is still valid for at least more than left with lasts good expires expire "
    "expiring does doesn't not isn't within in before under less goes on runs run out another "
    "a the next remaining should must will won't stays be of check it's"
)
_CERT_TAIL = ("left before it expires", "left", "of validity", "remaining", "more", "to go", "away")
_CERT_DAYS = {"day": 1, "days": 1, "d": 1, "week": 7, "weeks": 7, "w": 7}


@dataclass
class Group:
    """Addresses that share expectations."""

    urls: list[str] = field(default_factory=list)
    limits: Limits = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """Checks as in `agent.operations.HttpCheck`, expectations without an address, and doubts."""

    specs: tuple[dict[str, Any], ...] = ()
    loose: Limits = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()
    down: bool = False


class _Scan:
    """The state of one walk over a sentence."""

    def __init__(self, sentence: Sentence) -> None:
        self.s = sentence
        self.groups: list[Group] = []
        self.loose: Limits = {}
        self.doubts: list[Doubt] = []
        self.down = False

    @property
    def limits(self) -> Limits:
        """Where the next expectation goes."""
        return self.groups[-1].limits if self.groups else self.loose

    def url(self, at: int) -> int:
        """An address; beside another one without expectations between, it shares theirs."""
        token = self.s.token(at)
        if token is None or token.kind is not Kind.URL:
            return 0
        address = token.text if "://" in token.text else f"https://{token.text}"
        if self.groups and not self.groups[-1].limits:
            self.groups[-1].urls.append(address)
        else:
            self.groups.append(Group([address]))
        if self.loose:
            self.groups[-1].limits.update(self.loose)
            self.loose = {}
        return 1

    def specs(self) -> list[dict[str, Any]]:
        """A check for each address."""
        return [{"url": u, **g.limits} for g in self.groups for u in dict.fromkeys(g.urls)]


def find_checks(sentence: Sentence) -> Found:
    """Claim and collect all that is to be checked."""
    scan = _Scan(sentence)
    matchers: tuple[Callable[[int], int], ...] = (
        scan.url,
        lambda at: _down(scan, at),
        lambda at: _certificate(scan, at),
        lambda at: _negative(scan, at),
        lambda at: _latency(scan, at),
        lambda at: _status(scan, at),
        lambda at: _text(scan, at),
        lambda at: _pattern(scan, at),
        lambda at: _up(scan, at),
    )
    for at in range(len(sentence)):
        if sentence.token(at) is None:
            continue
        for matcher in matchers:
            if length := matcher(at):
                sentence.claim(at, at + length, TAG)
                break
    return Found(tuple(scan.specs()), scan.loose, tuple(scan.doubts), scan.down)


def limits_in_words(limits: Limits) -> str:
    """Expectations in words that `find_checks` reads back."""
    parts = []
    if "status" in limits:
        status = str(limits["status"])
        parts.append(f"answers {status[0]}xx" if "-" in status else f"answers {status}")
    if "under_ms" in limits:
        lead = "in" if parts else "answers in"
        parts.append(f"{lead} under {limits['under_ms']} ms")
    if "contains" in limits:
        parts.append(f'contains "{limits["contains"]}"')
    if "matches" in limits:
        escaped = str(limits["matches"]).replace("/", "\\/")
        parts.append(f"matches /{escaped}/")
    if "cert_days" in limits:
        parts.append(f"and the certificate has {limits['cert_days']} days left")
    return " ".join(parts)


def specs_in_words(specs: tuple[dict[str, Any], ...]) -> str:
    """Checks in words that `find_checks` reads back."""
    parts = []
    for i, spec in enumerate(specs):
        words = limits_in_words({k: v for k, v in spec.items() if k != "url"})
        following = i + 1 < len(specs)
        parts.append(f"{spec['url']} {words or ('is up' if following else '')}".strip())
    return " and ".join(parts)


def _status(scan: _Scan, at: int) -> int:
    s, start, verb = scan.s, at, False
    while s.low(start) in _STATUS_LEAD:
        verb = verb or s.low(start) in _STATUS_VERBS or s.low(start) in ("is", "a", "be")
        start += 1
    low = s.low(start)
    if len(low) == 3 and low[0] in "12345" and low[1:] == "xx":
        scan.limits["status"] = f"{low[0]}00-{low[0]}99"
        return start + 1 - at
    found: list[int] = []
    stop = start
    while (number := s.number(stop)) and 100 <= number <= 599 and not _is_amount(s, stop):
        found.append(number)
        start = stop + 1
        stop = start + (s.low(start) in ("or", "and", ",", "/"))
    if not found or not (verb or _follows_url(s, at)):
        return 0
    if _warned(s, at) and min(found) >= 400:
        scan.doubts.append(
            Doubt(say("ask-status-instead", n=found[0]), ("answers 200", "answers 2xx"))
        )
    elif len(found) > 1:
        scan.doubts.append(_several_statuses(found))
    else:
        scan.limits["status"] = str(found[0])
    return start + (s.low(start) == "ok") - at


def _warned(s: Sentence, at: int) -> bool:
    """“alert us if … returns 500”: that status is what is not to be."""
    before = {t.low for t in s.tokens[:at]}
    return bool(before & {"if", "when", "whenever", "once", "case"}) and bool(before & _WARN)


_WARN = wordset("alert warn tell notify ping shout page let report only message complain call")


def _several_statuses(found: list[int]) -> Doubt:
    shown = " or ".join(str(n) for n in found)
    each = tuple(f"answers {n}" for n in found[:3])
    alike = len({n // 100 for n in found}) == 1
    return Doubt(
        say("ask-one-status", shown=shown),
        (*each, f"answers {found[0] // 100}xx") if alike else each,
    )


def _is_amount(s: Sentence, at: int) -> bool:
    after = s.low(at + 1)
    return after in MINUTE_UNITS or after in (
        "ms",
        "s",
        "sec",
        "second",
        "seconds",
        "days",
        "hours",
    )


def _follows_url(s: Sentence, at: int) -> bool:
    return 0 < at <= len(s.tokens) and s.tokens[at - 1].kind is Kind.URL


def _up(scan: _Scan, at: int) -> int:
    start = at
    while scan.s.low(start) in ("still", "it", "that"):
        start += 1
    length = scan.s.says_any(start, _UP)
    if not length or not (scan.groups or start > at):
        return 0
    scan.limits.setdefault("status", "200")
    return start + length - at


def _down(scan: _Scan, at: int) -> int:
    start = at + (scan.s.low(at) in ("it", "ever", "that"))
    length = scan.s.says_any(start, _DOWN)
    follows = scan.s.number(start + length) is not None
    if not length or follows or not scan.groups:
        return 0
    scan.down = True
    scan.limits.setdefault("status", "200")
    return start + length - at


def _negative(scan: _Scan, at: int) -> int:
    length = scan.s.says_any(at, _NEGATIVE)
    if not length or scan.s.low(at + length) not in _NEGATED:
        return 0
    verb = scan.s.low(at + length)
    scan.doubts.append(Doubt(say("ask-no-not", verb=verb)))
    end = at + length + 1
    while (token := scan.s.token(end)) and token.kind in (Kind.QUOTED, Kind.NUMBER):
        end += 1
    return end - at


def _latency(scan: _Scan, at: int) -> int:
    s = scan.s
    start = at
    while s.low(start) in ("and", "is", "answers", "responds", "loads", "it", "returns"):
        start += 1
    start += s.says_any(start, _MEASURED)
    lead = s.says_any(start, _FASTER) or _new_limit(s, at)
    start = at if _new_limit(s, at) else start
    if not lead:
        return 0
    amount = _milliseconds(s, start + lead)
    if amount is None:
        return 0
    scan.limits["under_ms"] = amount[0]
    return start + lead + amount[1] - at


_MEASURED = ("latency", "the latency", "response time", "the response time", "its latency",
             "latency is", "the latency is", "response time is", "latency stays")  # fmt: skip
_LIMITS = tuple(
    f"{the}{what}{to}" for the in ("", "the ", "its ")
    for what in ("threshold", "limit", "latency limit", "latency", "response time", "max latency")
    for to in (" to", " at", " of", " is")
)  # fmt: skip


def _new_limit(s: Sentence, at: int) -> int:
    """“the threshold to 1.5 seconds”, “make it 500 ms”: how many words stand before the amount."""
    if length := s.says_any(at, _LIMITS):
        return length
    amount = _milliseconds(s, at + 1) if s.low(at) in ("it", "to") else None
    return 1 if amount and "ms" in (s.low(at + 1)[-2:], s.low(at + 2)) else 0


def _milliseconds(s: Sentence, at: int) -> tuple[int, int] | None:
    """A duration in ms or s, and its length in tokens."""
    token = s.token(at)
    if token is None or token.kind not in (Kind.NUMBER, Kind.WORD):
        return None
    low = token.low
    for unit, scale in (("ms", 1), ("s", 1000), ("", 0)):
        digits = low.removesuffix(unit) if unit else low
        if not low.endswith(unit) or not _is_decimal(digits):
            continue
        after = s.low(at + 1)
        if unit:
            return round(float(digits) * scale), 1
        if after in ("ms", "millisecond", "milliseconds", "msec"):
            return round(float(digits)), 2
        if after in ("s", "sec", "secs", "second", "seconds"):
            return round(float(digits) * 1000), 2
    number = s.number(at)
    if number and s.low(at + 1) in ("second", "seconds"):
        return number * 1000, 2
    if length := s.says_any(at, ("half a second", "half second")):
        return 500, length
    return (1000, 2) if low == "a" and s.low(at + 1) == "second" else None


def _is_decimal(text: str) -> bool:
    whole, _, part = text.partition(".")
    return whole.isascii() and whole.isdigit() and len(text) < 10 and (not part or part.isdigit())


def _text(scan: _Scan, at: int) -> int:
    s = scan.s
    if s.low(at) not in _TEXT_VERBS:
        return 0
    verb, start = s.low(at), at + 1
    while s.low(start) in _TEXT_NOUNS:
        start += 1
    token = s.token(start)
    if verb.startswith("includ") and days_at(s, start):
        return 0
    if token is None or (verb in ("has", "reads", "show", "say") and token.kind is not Kind.QUOTED):
        return 0
    if token.kind is Kind.QUOTED:
        _add_text(scan, token.text)
        return start + 1 - at
    after = s.low(start + 1)
    alone = s.token(start + 1) is None or after in (",", ".", "and", "every", "at", "on", "daily")
    if token.kind in (Kind.WORD, Kind.NUMBER) and alone:
        _add_text(scan, token.text)
        return start + 1 - at
    end = start
    while (word := s.token(end)) and word.kind is Kind.WORD and word.low not in _AFTER_TEXT:
        end += 1
    words = s.text[token.start : s.tokens[end - 1].end] if end > start else ""
    phrases = (f'contains "{words}"',) if words and '"' not in words else ()
    scan.doubts.append(Doubt(say("ask-which-text"), phrases))
    return (end if phrases else start) - at


_AFTER_TEXT = wordset("every each at on daily hourly weekly and or in when if between from only")


def _add_text(scan: _Scan, text: str) -> None:
    """A second text of the same address is a check of its own."""
    if "contains" in scan.limits and scan.groups:
        scan.groups.append(Group(list(scan.groups[-1].urls)))
    scan.limits["contains"] = text


def _pattern(scan: _Scan, at: int) -> int:
    s = scan.s
    if s.low(at) not in _PATTERN_VERBS:
        return 0
    start = at + 1
    while s.low(start) in ("the", "regex", "pattern", "regexp", "regular", "expression"):
        start += 1
    token = s.token(start)
    if token is None or token.kind not in (Kind.PATTERN, Kind.QUOTED):
        scan.doubts.append(Doubt(say("ask-which-pattern")))
        return start - at
    scan.limits["matches"] = token.text
    return start + 1 - at


def _certificate(scan: _Scan, at: int) -> int:
    s = scan.s
    start = at
    while s.low(start) in _CERT_LEAD:
        start += 1
    length = s.says_any(start, _CERT)
    if not length:
        return _days_left_first(scan, at)
    end = start + length
    if s.low(end) == "of" and s.kind(end + 1) is Kind.URL:
        scan.url(end + 1)
        end += 2
    elif s.low(end) == "of" and s.low(end + 1) in ("it", "both", "them"):
        end += 2
    number_at = end
    while s.low(number_at) in _CERT_FILL:
        number_at += 1
    days = s.number(number_at)
    unit = _CERT_DAYS.get(s.low(number_at + 1))
    if days is None or unit is None:
        scan.doubts.append(
            Doubt(
                say("ask-certificate-days"),
                tuple(f"the certificate has {n} days left" for n in (14, 30)),
            )
        )
        return (number_at if s.low(end) in _CERT_FILL else end) - at
    scan.limits["cert_days"] = days * unit
    end = number_at + 2
    return end + s.says_any(end, _CERT_TAIL) - at


def _days_left_first(scan: _Scan, at: int) -> int:
    """“14 days left on the certificate”."""
    s = scan.s
    start = at + s.says_any(at, ("warn me", "warn us", "warn", "alert me", "alert us", "tell me"))
    days, unit = s.number(start), _CERT_DAYS.get(s.low(start + 1))
    if days is None or unit is None:
        return 0
    end = start + 2
    while s.low(end) in ("left", "on", "of", "the", "its", "in", "before", "remaining"):
        end += 1
    length = s.says_any(end, _CERT)
    if not length:
        return 0
    end += length
    if s.low(end) in ("of", "for", "on") and s.kind(end + 1) is Kind.URL:
        end += 1 + scan.url(end + 1)
    scan.limits["cert_days"] = days * unit
    return end + s.says_any(end, ("expires", "runs out", "ends", "will expire")) - at
