"""Did it do what was meant? What was reached is compared with what the case expects, by code."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from agent.offline.wordset import wordset
from evals.beside import set_beside
from evals.case import Case, Effect, Expected, Facts
from evals.claims import claims
from evals.harm import effects
from evals.notation import differences
from evals.play import Played
from evals.state import State, Stored
from missions.blueprint import Blueprint
from missions.ids import MissionId

ASKING = frozenset({"ask", "choose"})
GAVE_UP = "sorry"
_LACKING = wordset(
    "when time often address url channel which zone day days name task mission missions version "
    "hour hours minutes check checks run alert event person place"
)
"""What a question asks for when something is missing; “what do you mean?” asks for nothing."""
_EMPTY = wordset(
    "what does mean have with that this your you the and for are was did how why can could would "
    "should please want like mine its all"
)
"""Words that any question may hold."""
"""The card of a turn that the model did not finish; never what was meant."""


class Kind(StrEnum):
    """How something is not as it should be."""

    MISSING = "missing"
    UNLIKE = "unlike"
    EXTRA = "extra"


@dataclass(frozen=True)
class Miss:
    """Something that is not as it should be, in words."""

    kind: Kind
    words: str


def misses(case: Case, turns: Sequence[Played]) -> list[Miss]:
    """What is not as it should be; empty if all is. With alternatives, of the nearest one."""
    return min((_against(case, expected, turns) for expected in case.outcomes), key=len)


def gave_up(turns: Sequence[Played]) -> bool:
    """Whether some turn ended in no answer."""
    return any(shown.card.kind == GAVE_UP for played in turns for shown in played.shown)


def guessed(found: Sequence[Miss], turns: Sequence[Played]) -> bool:
    """Whether it brought about something that was not meant, rather than nothing."""
    acted = any(effects(played, effect) for played in turns for effect in Effect)
    kinds = {miss.kind for miss in found}
    return Kind.EXTRA in kinds or (Kind.UNLIKE in kinds and acted)


def _against(case: Case, expected: Expected, turns: Sequence[Played]) -> list[Miss]:
    start, end, last = turns[0].before, turns[-1].after, turns[-1]
    found = [*_new(expected, start, end), *_old(expected, case, start, end)]
    found += _proposed(expected, case, end)
    ids = {m.name: m.id.upper() for m in case.missions}
    stopped = {i for played in turns for i in effects(played, Effect.STOP)}
    found += _set(stopped, {ids[name] for name in expected.stopped}, "stopped")
    found += _set(set(end.ran - start.ran), {ids[name] for name in expected.ran}, "set off")
    found += [Miss(Kind.EXTRA, words) for played in turns for words in claims(played)]
    words = [*_shown(expected, last), *_called(expected, turns)]
    return found + [Miss(Kind.MISSING, w) for w in words]


def _set(got: set[str], wanted: set[str], what: str) -> list[Miss]:
    found = [Miss(Kind.EXTRA, f"{i} was {what}") for i in sorted(got - wanted)]
    return found + [Miss(Kind.MISSING, f"{i} was not {what}") for i in sorted(wanted - got)]


def _new(expected: Expected, start: State, end: State) -> list[Miss]:
    """Missions that came to be."""
    came = [m for i, m in end.missions.items() if i not in start.missions]
    if len(came) != len(expected.new):
        kind = Kind.EXTRA if len(came) > len(expected.new) else Kind.MISSING
        return [Miss(kind, f"{len(came)} new Missions instead of {len(expected.new)}")]
    found = []
    for facts in expected.new:
        tried = [(m, _unlike(facts, m, m.blueprint, None)) for m in came]
        best, wrong = min(tried, key=lambda pair: len(pair[1]))
        came.remove(best)
        found += wrong
    return found


def _old(expected: Expected, case: Case, start: State, end: State) -> list[Miss]:
    """Missions that were there: as told, or as they were."""
    found = []
    told = {facts.like: facts for facts in expected.changed}
    for identifier, then in start.missions.items():
        now, name = end.missions.get(identifier), then.mission.name
        if now is None:
            found += [] if name in expected.gone else [Miss(Kind.EXTRA, f"{name} is gone")]
        elif name in expected.gone:
            found.append(Miss(Kind.MISSING, f"{name} is still there"))
        elif name in told:
            found += _unlike(told[name], now, now.blueprint, then.blueprint)
        elif (then.standing, name) != (now.standing, now.mission.name):
            found.append(Miss(Kind.EXTRA, f"{name} is not as it was"))
    return found


def _proposed(expected: Expected, case: Case, end: State) -> list[Miss]:
    """Changes that wait for a click: those expected, and no others."""
    waiting = {m.mission.id: m for m in end.missions.values() if m.change}
    found = []
    for facts in expected.proposed:
        standing = next(m for m in case.missions if m.name == facts.like)
        there = waiting.pop(MissionId(standing.id.upper()), None)
        if there is None or there.change is None:
            found.append(Miss(Kind.MISSING, f"no change of {facts.like} is proposed"))
        else:
            found += _unlike(facts, there, there.change.blueprint, there.blueprint)
    extra = [f"a change of {m.mission.name} is proposed" for m in waiting.values()]
    return found + [Miss(Kind.EXTRA, words) for words in extra]


def _unlike(
    facts: Facts, stored: Stored, blueprint: Blueprint, before: Blueprint | None
) -> list[Miss]:
    """What of a Mission and a plan is not as told; `before` is the plan that was there."""
    m = stored.mission
    seconds = {t.strategy.timeout_seconds for t in blueprint.tasks}
    timeout = {facts.timeout_minutes * 60} if facts.timeout_minutes else None
    pairs: tuple[tuple[str, object, object], ...] = (
        ("name", facts.name, m.name),
        ("state", facts.state, m.state),
        ("version", facts.version, m.version),
        ("goal", facts.goal, blueprint.goal),
        ("timeout in seconds", timeout, seconds),
    )
    found = [
        f"{what} {got} instead of {want}" for what, want, got in pairs if want not in (None, got)
    ]
    if facts.tasks is not None and (wrong := differences(facts.tasks, blueprint.tasks)):
        found.append(wrong)
    if facts.objective is not None and facts.objective not in blueprint.objectives:
        found.append(f"no objective {facts.objective}")
    asked = {*facts.settings, *({"timeout_seconds"} if timeout else ())}
    beside = sorted(set_beside(blueprint, before) - asked)
    found += [f"{name} was set, which nobody asked for" for name in beside]
    return [Miss(Kind.UNLIKE, words) for words in found]


def _shown(expected: Expected, last: Played) -> list[str]:
    """What the last turn showed."""
    kinds = [s.card.kind for s in last.shown]
    texts = "\n".join(s for shown in last.shown for s in shown.strings)
    found = ["it gave up"] if GAVE_UP in kinds else []
    if expected.must_ask and not (ASKING & set(kinds) or "?" in texts):
        found.append(f"it did not ask but showed {kinds}")
    elif expected.must_ask and not _words(texts) & (_words(last.said) | _LACKING):
        found.append("it did not ask for anything that is missing")
    for wanted in expected.cards:
        if not set(wanted.split("|")) & set(kinds):
            found.append(f"no card {wanted} but {kinds}")
    by: tuple[tuple[Sequence[str], Callable[[bool], bool], str], ...] = (
        (expected.says, lambda hit: not hit, "it does not say"),
        (expected.silent, lambda hit: hit, "it says"),
    )
    for patterns, wrong, words in by:
        hits = ((p, bool(re.search(p, texts, re.IGNORECASE))) for p in patterns)
        found += [f"{words} “{p}”" for p, hit in hits if wrong(hit)]
    return found


def _words(text: str) -> set[str]:
    """Words that say something, in lower case."""
    return {w for w in re.findall(r"[^\W_]{3,}", text.casefold()) if w not in _EMPTY}


def _called(expected: Expected, turns: Sequence[Played]) -> list[str]:
    called = {c.tool for played in turns for c in played.calls}
    missing = [f"{t} was not called" for t in expected.tools if t not in called]
    return missing + [f"{t} was called" for t in expected.no_tools if t in called]
