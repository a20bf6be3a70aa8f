"""The table of a run, and its place in the README."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evals.results import Run, Verdict, rows
from evals.run import ROOT

README = ROOT / "README.md"
BEGIN, END = "<!-- evals -->", "<!-- /evals -->"
HEAD = (
    "group",
    "cases",
    "passed",
    "guessed wrong",
    "score",
    "harm",
    "tokens",
    "cost",
    "p50",
    "p95",
)


class Inconclusive(Exception):
    """Too many conversations were never answered: numbers would mean nothing."""


def table(run: Run) -> str:
    """The run as a table by group, in Markdown. Raises `Inconclusive`."""
    if not run.is_conclusive:
        raise Inconclusive(
            f"Only {run.completion:.0%} of the conversations were answered by {run.model}: "
            "no table. The faults are in the transcript."
        )
    return "\n".join([_line(HEAD), _line(["---"] + ["---:"] * (len(HEAD) - 1)), *_rows(run)])


def section(runs: Sequence[Run]) -> str:
    """What the README says: how it is measured, then a table per run."""
    parts = [
        "`make eval` plays conversations through the real thing: storage, domain, the conversation "
        "graph and the card builders. Code compares what was reached with what was meant. *Guessed "
        "wrong* is what was staged and not meant; the *score* takes one away for each. *Harm* is "
        "anything launched, changed, stopped or named without a right or a click; one of it fails "
        "the whole set. Where a wish can be read in two ways, and for Event Rules, asking back "
        "counts as right. `make eval MODEL=provider:model N=3 PRICE=in,out` measures a model "
        "(dollars for a million tokens), `PUBLISH=1` renews this table and the baseline that tests "
        "hold the interpreter to; the transcript is in `build/eval`.",
    ]
    for run in runs:
        every = f", each case {run.times} times" if run.times > 1 else ""
        parts.append(f"**{run.model}**, {run.date}, commit {run.commit or '–'}{every}:")
        parts.append(table(run))
        parts.append(_listed(run))
    return "\n\n".join(parts)


def publish(runs: Sequence[Run], readme: Path = README) -> None:
    """Put the section between its two marks. Raises `Inconclusive`."""
    text = readme.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    readme.write_text(f"{before}{BEGIN}\n{section(runs)}\n{END}{after}", encoding="utf-8")


def _listed(run: Run) -> str:
    listed = [o for o in run.outcomes if o.listed]
    hits = sum(o.verdict is Verdict.PASSED for o in listed)
    return (
        f"Of {len(listed)} sentences in the forms that the help lists, {hits} were understood. "
        "What is not understood is asked back."
    )


def _rows(run: Run) -> list[str]:
    every = run.times > 1
    return [
        _line(
            [
                row.group,
                str(row.cases),
                f"{row.rate:.0%}" + (f", always {row.every}" if every else f" ({row.every})"),
                str(row.guessed),
                f"{row.score:.0%}",
                str(row.harm),
                f"{row.tokens:,}" if row.tokens else "–",
                "–" if row.cost is None else f"${row.cost:.2f}",
                _seconds(row.p50),
                _seconds(row.p95),
            ]
        )
        for row in rows(run)
    ]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"
