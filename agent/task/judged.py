"""What a model judges of things that are no checks: with evidence, or not at all [B2 X3].

A model's judgement is its own, and marked so. Code holds it to what can be known: that it names a
tool that answered in this run, and that the numbers in it stand in that answer. What no tool showed
is left out, and is a gap; so is a look that failed, and what the last run found and this one leaves
unsaid.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from agent.checks.words import plain
from agent.task.claims import bare_name, result_named
from agent.task.compare import judged_before, news_of
from agent.task.explanation import Claim, Explanation, Item
from missions.blueprint import Check, Finding
from missions.execution import CheckResult, ItemState, Judged, News
from missions.ids import CheckId
from missions.phrases import say

NAME_MAX: Final = 80
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)*")
_STATES: Final = {
    ItemState.ANOMALOUS: "state-anomalous",
    ItemState.NEEDS_ATTENTION: "state-needs-attention",
    ItemState.PASSED: "state-passed",
    ItemState.NOT_APPLICABLE: "state-not-applicable",
}
"""In the order in which they are told."""
_NEWS: Final = {
    News.NEW: "was-new",
    News.CONTINUING: "was-continuing",
    News.RECOVERED: "was-recovered",
}


@dataclass(frozen=True)
class Look:
    """One call of a tool in this run, with its answer; `why_not` if it has none."""

    tool: str
    arguments: Mapping[str, object]
    answer: str = ""
    why_not: str = ""

    def is_named(self, evidence: str) -> bool:
        """Whether a model's words name it: by the tool, or by what was looked at."""
        texts = [value for value in self.arguments.values() if isinstance(value, str)]
        return bare_name(evidence) in {bare_name(text) for text in (self.tool, *texts) if text}


@dataclass(frozen=True)
class Judgement:
    """What stands of what a model said, and what could not be looked at, as code found it."""

    said: Explanation
    items: tuple[Judged, ...]
    gaps: tuple[str, ...]


def judge(
    said: Explanation,
    looks: Sequence[Look],
    results: Sequence[CheckResult],
    checks: Sequence[Check],
    carry: Mapping[CheckId, Finding],
) -> Judgement:
    """A model's items held to what was seen. One that means a check is a claim of it; without
    checks a claim is an item, of which nothing was shown.
    """
    before = judged_before(carry)
    claims = list(said.claims) if results else []
    wanted = list(said.items) if results else [*said.items, *map(_as_item, said.claims)]
    items: dict[str, Judged] = {}
    gaps = [
        say("judged-look", tool=plain(look.tool, 40), why=look.why_not) for look in _failed(looks)
    ]
    advice = list(said.advice)
    for item in wanted:
        name = plain(item.name, NAME_MAX)
        if result_named(name, results, checks):
            claims.append(Claim(check=name, state=item.state, text=item.measured))
            continue
        seen = [look for look in looks if not look.why_not and look.is_named(item.evidence)]
        if item.state is None or not seen:
            gaps.append(say("judged-unshown", name=name))
            continue
        items.setdefault(name.casefold(), _judged(name, item.state, item, seen, before))
        advice += [f"{name}: {item.advice}"] if item.advice else []
    gaps += [
        say("judged-unsaid", name=plain(name, NAME_MAX))
        for name, finding in before.items()
        if finding is not Finding.ALL_GOOD and name not in items
    ]
    kept = said.model_copy(update={"claims": claims, "advice": advice})
    worst_first = sorted(items.values(), key=lambda one: list(_STATES).index(one.state))
    return Judgement(kept, tuple(worst_first), tuple(dict.fromkeys(gaps)))


def _judged(
    name: str,
    state: ItemState,
    item: Item,
    seen: Sequence[Look],
    before: Mapping[str, Finding],
) -> Judged:
    one = Judged(name=name, state=state, text=name)
    news = news_of(one.finding, before.get(name.casefold()))
    parts = [say(_STATES[state])]
    if value := plain(item.measured, 100):
        shown = all(_is_shown(number, seen) for number in _NUMBER.findall(value))
        parts.append(value if shown else say("judged-own-count", value=value))
    if limit := plain(item.threshold, 60):
        parts.append(say("judged-limit", limit=limit))
    parts.append(say("judged-seen", tool=plain(seen[-1].tool, 40)))
    ends = f" ({say(_NEWS[news])})" if news else ""
    text = f"{name}: {say('comma').join(parts)}{ends}"
    return one.model_copy(update={"text": text, "news": news})


def _is_shown(number: str, seen: Sequence[Look]) -> bool:
    """Whether a number that a model names stands in an answer, however it is grouped."""
    bare = number.replace(",", "")
    return any(bare == n.replace(",", "") for look in seen for n in _NUMBER.findall(look.answer))


def _as_item(claim: Claim) -> Item:
    return Item(name=claim.check or claim.text, state=claim.state, evidence="")


def _failed(looks: Sequence[Look]) -> list[Look]:
    """Looks that came to nothing, and were not made again with an answer."""
    made = [(look.tool, look.arguments) for look in looks if not look.why_not]
    return [look for look in looks if look.why_not and (look.tool, look.arguments) not in made]
