"""The transcript of a run as one page: what was said, called, shown and reached, case by case."""

from __future__ import annotations

import json
import re
from html import escape
from itertools import groupby
from pathlib import Path
from string import Template

from evals.results import CallRecord, Outcome, Run, TurnRecord, Verdict, in_seconds, rows
from missions.spending import MICRO

ANSWER_MAX = 400
"""Characters of a tool's answer that are shown."""
_DATE = re.compile(r"&lt;!date\^\d+\^[^|<>]*\|([^<>]*?)&gt;")
_MARKS = (
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+)(?<=\S)\*(?![\w*])"), "b"),
    (re.compile(r"(?<![\w~])~(?=\S)([^~\n]+)(?<=\S)~(?![\w~])"), "s"),
    (re.compile(r"`([^`\n]+)`"), "code"),
)
"""Marks of Slack's mrkdwn, on text that is escaped already, and the tag of each."""
_WORDS = {
    Verdict.PASSED: "passed",
    Verdict.MISSED: "missed",
    Verdict.GUESSED: "guessed wrong",
    Verdict.INFRA: "no answer",
}


def page(run: Run) -> str:
    """The run as a page of HTML that needs nothing but itself."""
    template = Template((Path(__file__).parent / "viewer.html").read_text(encoding="utf-8"))
    return template.substitute(
        title=escape(f"How well it understands: {run.model}"),
        subtitle=escape(_subtitle(run)),
        tiles=_tiles(run),
        filters=_filters(run),
        cases=_cases(run),
    )


def _subtitle(run: Run) -> str:
    part = " · only a part of the set" if run.part else ""
    ended = " · broken off, as the provider did not answer" if run.broken_off else ""
    conversations = f"{len(run.outcomes)} conversations"
    return f"{run.date} · commit {run.commit or '–'} · {conversations}{part}{ended}"


def _tiles(run: Run) -> str:
    total = rows(run)[-1]
    hits, listed = run.listed
    facts = [
        ("–" if total.rate is None else f"{total.rate:.0%}", "passed"),
        (f"{hits} of {listed}", "in listed forms"),
        (str(total.guessed), "guessed wrong"),
        (str(total.harm), "did harm"),
        (in_seconds(total.p50), "median turn"),
        (in_seconds(total.p95), "95 % of turns"),
    ]
    if total.infra:
        facts.append((str(total.infra), "not answered"))
    if total.tokens:
        facts.append((f"{total.tokens:,}", "tokens"))
    if total.cost is not None:
        facts.append((f"${total.cost:.2f}", "cost"))
    return "".join(f'<div class="tile"><b>{n}</b><span>{what}</span></div>' for n, what in facts)


def _filters(run: Run) -> str:
    found = [_button("all", f"All {len(run.outcomes)}", pressed=True)]
    for verdict, words in _WORDS.items():
        count = sum(o.verdict is verdict for o in run.outcomes)
        if count:
            found.append(_button(verdict.value, f"{words.capitalize()} {count}"))
    if run.harm:
        found.append(_button("harm", f"Harm {sum(bool(o.harm) for o in run.outcomes)}"))
    return "".join(found)


def _button(kind: str, words: str, *, pressed: bool = False) -> str:
    state = str(pressed).lower()
    return f'<button data-verdict="{kind}" aria-pressed="{state}">{escape(words)}</button>'


def _cases(run: Run) -> str:
    found = []
    for group, those in groupby(run.outcomes, key=lambda o: o.group):
        outcomes = list(those)
        good = sum(o.verdict is Verdict.PASSED for o in outcomes)
        head = f"{escape(group)} <small>{good} of {len(outcomes)} passed</small>"
        found.append(f"<section><h2>{head}</h2>{''.join(map(_case, outcomes))}</section>")
    return "".join(found)


def _case(o: Outcome) -> str:
    kinds = f"{o.verdict.value} harm" if o.harm else o.verdict.value
    opened = " open" if o.harm or o.verdict is Verdict.GUESSED else ""
    said = next((t.said for t in o.turns), "")
    verdict = "did harm" if o.harm else _WORDS[o.verdict]
    why = "".join(f"<li>{escape(w)}</li>" for w in (*o.harm, *o.faults, *o.why))
    return (
        f'<details class="{kinds}"{opened}><summary><code>{escape(o.case)}</code>'
        f'<q>{escape(said)}</q><span class="verdict">{verdict}</span></summary>'
        f'<div class="body">{_facts(o)}{"".join(map(_turn, o.turns))}'
        f"{f'<ul class=why>{why}</ul>' if why else ''}</div></details>"
    )


def _facts(o: Outcome) -> str:
    """What was expected of a case, how long its turns took, and what they cost."""
    seconds = ", ".join(in_seconds(s) for s in o.latencies)
    cached = f", {o.cached:,} of them cached" if o.cached else ""
    facts = (
        ("Expected", o.expected),
        ("Time", f"{seconds} {'in all' if len(o.latencies) == 1 else 'per turn'}" * bool(seconds)),
        ("Tokens", f"{o.tokens:,}{cached}" if o.tokens else ""),
        ("Cost", f"${o.micros / MICRO:.4f}" if o.micros else ""),
    )
    told = "".join(f"<dt>{name}</dt><dd>{escape(fact)}</dd>" for name, fact in facts if fact)
    return f"<dl>{told}</dl>" if told else ""


def _turn(turn: TurnRecord) -> str:
    who = escape(turn.by.capitalize())
    said = f'<div class="bubble person"><span class="who">{who}</span>{escape(turn.said)}</div>'
    who = "Houston · "
    shown = "".join(
        f'<div class="bubble"><span class="who">{who}{escape(kind)}</span>{_marked(text)}</div>'
        for kind, text in turn.shown
    )
    changed = "".join(f'<div class="changed">→ {escape(c)}</div>' for c in turn.changed)
    return said + "".join(map(_call, turn.calls)) + shown + changed


def _marked(text: str) -> str:
    """Slack's marks as a reader sees them: its dates by their fallback, bold, struck, code."""
    drawn = _DATE.sub(r"<time>\1</time>", escape(text, quote=False))
    for mark, tag in _MARKS:
        drawn = mark.sub(rf"<{tag}>\1</{tag}>", drawn)
    return drawn


def _call(call: CallRecord) -> str:
    arguments = escape(json.dumps(call.arguments, ensure_ascii=False))
    answer = call.answer if len(call.answer) <= ANSWER_MAX else f"{call.answer[:ANSWER_MAX]}…"
    told = f"<br>{escape(answer)}" if answer else ""
    return f'<div class="call"><b>{escape(call.tool)}</b> {arguments}{told}</div>'
