"""A new Mission out of what was said, over one message or several."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from agent.offline.acts import read_acts
from agent.offline.asking import asking_words
from agent.offline.checks import Found, find_checks, specs_in_words
from agent.offline.events import Happening, find_happening
from agent.offline.percentiles import find_percentile
from agent.offline.phrases import find_name, find_notify
from agent.offline.pieces import Pieces
from agent.offline.sentence import Sentence
from agent.offline.settings import Settings, read_settings
from agent.offline.strays import stray_times
from agent.offline.times import TAG as TIME_TAG
from agent.offline.times import find_pieces
from agent.offline.timing import Doubt, Timing, compose
from agent.offline.tokens import Kind, Token
from agent.offline.wordset import wordset
from agent.offline.zones import TAG as ZONE_TAG
from agent.offline.zones import ZoneFound, find_zone
from missions.blueprint import Notify
from missions.phrases import say

_NUMERIC = (Kind.NUMBER, Kind.ORDINAL, Kind.TIME, Kind.MINUTE, Kind.DATE, Kind.PATTERN, Kind.QUOTED)
_RISKY = wordset(
    "not except unless until till if when after before only without starting beginning during "
    "between post put patch header headers password token email sms holidays holiday "
    "p95 p99 p50 percentile percent average body json redirect redirects dns tcp port never "
    "don't doesn't isn't failing twice slack-message whenever because while every each daily "
    "weekly monthly yesterday ago ends ending expires unlike half weeks months yearly annually "
    "wait rather scratch used who whom already said"
)
"""Words that change what is meant: if nobody understood them, the sentence was not understood."""
_DEEDS = wordset(
    "run execute trigger call start restart deploy delete disable pause launch rollback order buy "
    "send january february april june july august september october november december monday "
    "tuesday wednesday thursday friday saturday sunday year years"
)
"""Words that a check cannot do, and dates that belong to no schedule that was understood."""
_FILLERS = wordset(
    "somebody someone anybody anyone a able an and any are as at be being both but can check "
    "checking checks could do does doing "
    "for from good great have having health hello hey hi houston i i'd i'll in is it it's its just "
    "kind kindly let let's like look looking love make making me mission monitor monitoring my "
    "need of ok okay on one ones our page pages ping please plus regularly schedule service set "
    "site sites so sure task tell test testing thank thanks that the their them there these they "
    "this those time times to up url urls us use verify want watch watching we website websites "
    "well will with would you your address addresses endpoint endpoints api server homepage "
    "also too then new create add start run keep eye report reports answer answers alive okay "
    "would should must each by responds response new: live production staging forever always"
)
"""Words that change nothing about a new Mission; any other that nobody read is asked about."""


@dataclass(frozen=True)
class Clock:
    """The turn's time and the person's zone."""

    now: datetime
    zone: str


@dataclass(frozen=True)
class Wish:
    """What was said of a Mission; `risky` are those of the unclear words that turn its sense.

    It `asks` if it is put as a question.
    """

    found: Found = field(default_factory=Found)
    pieces: Pieces = field(default_factory=Pieces)
    timing: Timing = field(default_factory=Timing)
    zone: ZoneFound | None = None
    name: str | None = None
    notify: Notify | None = None
    unclear: str = ""
    risky: str = ""
    asks: bool = False
    settings: Settings = field(default_factory=Settings)
    approvers: tuple[str, ...] = ()
    happening: Happening = field(default_factory=Happening)

    @property
    def specs(self) -> tuple[dict[str, Any], ...]:
        """The checks."""
        return self.found.specs


def read_wish(sentence: Sentence, clock: Clock, *, name: str | None = None) -> Wish:
    """Claim and collect all that the sentence says of a Mission."""
    acts = read_acts(sentence)
    happening = find_happening(sentence)
    name = name or find_name(sentence)
    settings = read_settings(sentence, clock.now, clock.zone)
    settings.operations += acts.operations
    settings.words = ", ".join(w.strip(" ,") for w in (settings.words, acts.words) if w)
    notify = find_notify(sentence)
    percentile = find_percentile(sentence)
    found = find_checks(sentence)
    if percentile:
        found = replace(found, doubts=(*found.doubts, percentile))
    zone = find_zone(sentence, clock.zone, clock.now)
    pieces = find_pieces(sentence)
    words = f"{sentence.claimed_words(TIME_TAG)} {sentence.claimed_words(ZONE_TAG)}".strip()
    timing = compose(pieces, clock.now, clock.zone, zone.zone if zone else None, words)
    settings.doubts += stray_times(sentence, alone=True)
    if found.down and notify is None:
        notify = Notify.ON_FINDING
    return Wish(
        found, pieces, timing, zone, name, notify,
        unclear=_unread(sentence),
        asks=bool(asking_words(sentence)),
        risky=unclear_words(sentence, _DEEDS),
        settings=settings,
        approvers=tuple(acts.people),
        happening=happening,
    )  # fmt: skip


def unclear_words(sentence: Sentence, more: Collection[str] = ()) -> str:
    """What was left over and may matter, as written; "" if nothing."""
    rest = [t for t in sentence.rest() if _is_risky(t) or t.low in more]
    return " … ".join(t.text for t in rest[:5])


def _unread(s: Sentence) -> str:
    """All that was left over and is no filler, as written; "" if nothing."""
    rest = [
        s.tokens[i]
        for i in s.free()
        if s.kind(i) is not Kind.PUNCT
        and (
            _is_subject(s, i)
            or _is_risky(s.tokens[i])
            or s.low(i) in _DEEDS
            or s.low(i) not in _FILLERS
        )
    ]
    return " … ".join(t.text for t in rest[:5])


def _is_subject(s: Sentence, at: int) -> bool:
    """“a must answer in 300 ms”: one of the addresses by its name."""
    following = s.tokens[at + 1].low if at + 1 < len(s) else ""
    return s.low(at) == "a" and following in ("must", "should", "has", "needs", "answers")


def merged(earlier: Wish, later: Wish, clock: Clock) -> Wish:
    """The earlier wish, completed and overruled by the later one."""
    pieces = later.pieces if later.timing.when else _overlaid(earlier.pieces, later.pieces)
    zone = later.zone or earlier.zone
    words = f"{earlier.timing.words} {later.timing.words}".strip()
    if later.timing.when:
        words = later.timing.words
    timing = compose(pieces, clock.now, clock.zone, zone.zone if zone else None, words)
    specs = later.specs or tuple({**s, **later.found.loose} for s in earlier.specs)
    answered = bool(later.specs or later.found.loose)
    doubts = later.found.doubts or (() if answered else earlier.found.doubts)
    loose = {} if specs else {**earlier.found.loose, **later.found.loose}
    if later.specs and not earlier.specs and earlier.found.loose:
        specs = tuple({**earlier.found.loose, **s} for s in specs)
    return Wish(
        found=Found(specs, loose, doubts),
        pieces=pieces,
        timing=timing,
        zone=zone,
        name=later.name or earlier.name,
        notify=later.notify or earlier.notify,
        asks=later.asks or (earlier.asks and not _is_whole(later)),
        unclear=later.unclear or _still_unclear(earlier, later),
        risky=later.risky or ("" if _is_whole(later) else earlier.risky),
        settings=later.settings.under(earlier.settings),
        approvers=later.approvers or earlier.approvers,
        happening=later.happening.under(earlier.happening),
    )


def _is_whole(wish: Wish) -> bool:
    """Whether it needs nothing that was said before."""
    return bool(
        wish.specs and (wish.timing.when or wish.happening.when) and not (wish.unclear or wish.asks)
    )


def _still_unclear(earlier: Wish, later: Wish) -> str:
    """What was not understood before and is not said in another way now.

    Unknown words of a message without an address may describe what the address then names.
    """
    if _is_whole(later):
        return ""
    return earlier.unclear if earlier.specs else earlier.risky


def questions(wish: Wish) -> list[Doubt]:
    """What is missing or can be read in two ways; [] if the Mission can be proposed."""
    doubts = []
    if wish.asks:
        doubts.append(Doubt(say("ask-put-as-question")))
    elif wish.unclear:
        doubts.append(Doubt(say("ask-not-understood", words=wish.unclear)))
    doubts += [*wish.found.doubts, *wish.settings.doubts]
    if not wish.specs:
        doubts.append(Doubt(say("ask-which-address")))
    if zone := _zone_doubt(wish):
        doubts.append(zone)
    if wish.happening.spec:
        if wish.timing.said:
            either = (wish.timing.words, wish.happening.words)
            doubts.append(Doubt(say("ask-time-or-event"), either if all(either) else ()))
        elif wish.happening.on_task:
            doubts.append(Doubt(say("ask-whose-task")))
    elif wish.timing.doubt:
        doubts.append(wish.timing.doubt)
    elif not wish.timing.when:
        doubts.append(
            Doubt(say("ask-how-often"), ("every 15 minutes", "every hour", "every day at 9:00"))
        )
    return doubts


def with_sure_answers(doubts: list[Doubt], wish: Wish) -> list[Doubt]:
    """The questions, with answers to click only where the answer drops nothing that was said.

    A clicked answer is a whole wish in words; what was not understood has no words.
    """
    open_ones = [*wish.found.doubts, *wish.settings.doubts]
    if wish.asks or wish.unclear or len(open_ones) > 1:
        return [Doubt(d.text) for d in doubts]
    return [d if not open_ones or d in open_ones else Doubt(d.text) for d in doubts]


def _zone_doubt(wish: Wish) -> Doubt | None:
    return zone_doubt(wish.zone, wish.timing)


def zone_doubt(zone: ZoneFound | None, timing: Timing) -> Doubt | None:
    """The question about a zone that is unknown or could be several."""
    if zone is None or zone.zone is not None:
        return None
    said = timing.words.replace(zone.said, "").removesuffix("time").strip()
    said = said.removeprefix("it ")
    if not zone.options:
        known = (f"{said} {name}".strip() for name in dict.fromkeys((timing.default_zone, "UTC")))
        return Doubt(say("ask-zone-unknown", zone=zone.said), tuple(known))
    return Doubt(
        say("ask-zone-several", zone=zone.said),
        tuple(f"{said} {option}".strip() for option in zone.options),
    )


def proposal(wish: Wish) -> dict[str, Any]:
    """The arguments of `propose_mission`."""
    tasks = []
    event = wish.happening.when
    for when in (event,) if event else wish.timing.when:
        task: dict[str, Any] = {"when": when, "checks": list(wish.specs)}
        if wish.notify is not None:
            task["notify"] = wish.notify.value
        tasks.append(task)
    arguments: dict[str, Any] = {"tasks": tasks}
    if wish.name:
        arguments["name"] = wish.name
    if wish.settings.operations:
        arguments["settings"] = wish.settings.operations
    if wish.approvers:
        arguments["approvers"] = list(wish.approvers)
    return arguments


def in_words(wish: Wish, timing: str | None = None, checks: str = "") -> str:
    """The wish as one sentence that reads back as itself, with another timing if given."""
    what = specs_in_words(wish.specs) or "it"
    own = " ".join(w for w in (wish.timing.words, wish.happening.words) if w)
    parts = [f"Check {what}", checks, timing if timing is not None else own]
    if wish.notify is not None:
        parts.append(_NOTIFY_WORDS[wish.notify])
    if wish.settings.operations:
        parts[-1 if parts[-1] else -2] += ", " + wish.settings.words.strip(" ,")
    if wish.name:
        quoted = wish.name.replace('"', "'")
        parts.append(f'and call it "{quoted}"')
    return " ".join(p for p in parts if p)


_NOTIFY_WORDS = {
    Notify.ALWAYS: "and always report",
    Notify.ON_CHANGE: "and only report changes",
    Notify.ON_FINDING: "and only report problems",
    Notify.ON_FAILURE: "and only report problems",
    Notify.NEVER: "and never report",
}


def is_empty(wish: Wish) -> bool:
    """Whether nothing of a Mission was said."""
    found = wish.found
    said = found.specs or found.loose or found.doubts or wish.timing.said or wish.happening.spec
    return not (said or wish.name or wish.notify)


def _is_risky(token: Token) -> bool:
    if token.low[0] in "#@" and token.low != "@houston":
        return len(token.low) > 1
    return token.kind in _NUMERIC or token.low in _RISKY or any(c.isdigit() for c in token.low)


def _overlaid(earlier: Pieces, later: Pieces) -> Pieces:
    """The earlier pieces with what the later ones say in their place."""
    fresh = Pieces()
    said = {k: v for k, v in vars(later).items() if v != getattr(fresh, k)}
    if {"interval", "days", "date", "day_offset", "cron", "after_minutes"} & set(said):
        kept = replace(fresh, times=earlier.times, part=earlier.part)
        if later.interval and later.interval[1] == "week":
            kept = replace(kept, days=earlier.days)
        return replace(kept, **said)
    if "times" in said:
        said = {"part": None, **said}
    if said:
        said = {"uneven": None, "often": None, "clash": False, **said}
    return replace(earlier, **said)
