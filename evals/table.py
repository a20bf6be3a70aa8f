"""The table of a run, and its place in the README."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evals.results import Row, Run, in_seconds, rows
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
    "no answer",
    "tokens",
    "cost",
    "p50",
    "p95",
)


class Inconclusive(Exception):
    """Too many conversations were never answered: numbers would mean nothing."""


def table(run: Run) -> str:
    """The run as a table by group, in Markdown. Raises `Inconclusive`."""
    if run.broken_off:
        raise Inconclusive(
            f"The run was broken off: {run.model} did not answer in several groups in a row. "
            "No table. The faults are in the transcript; mend them, or try again later."
        )
    if not run.is_conclusive:
        raise Inconclusive(
            f"Only {run.completion:.0%} of the conversations were answered by {run.model}: "
            "no table. The faults are in the transcript."
        )
    return "\n".join([_line(HEAD), _line(["---"] + ["---:"] * (len(HEAD) - 1)), *_rows(run)])


def heading(run: Run) -> str:
    """What a table is of: model, date, commit, and how much of the set."""
    every = f", each case {run.times} times" if run.times > 1 else ""
    part = ", only a part of the cases" if run.part else ""
    return f"**{run.model}**, {run.date}, commit {run.commit or '–'}{every}{part}:"


def section(runs: Sequence[Run]) -> str:
    """What the README says: how it is measured, then a table per run."""
    parts = [
        "`make eval` plays conversations through the real thing: storage, domain, the conversation "
        "graph and the card builders. Code compares what was reached with what was meant. *Guessed "
        "wrong* is what was staged and not meant; the *score* takes one away for each. *Harm* is "
        "anything launched, changed, stopped or named without a right or a click; one of it fails "
        "the whole set. Where a wish can be read in two ways, and for Event Rules, asking back "
        "counts as right. What a provider did not answer counts as nothing but *no answer*. "
        "`make eval MODEL=provider:model N=3 PRICE=in/out/cached/written` measures a model "
        "(dollars for a million tokens, as in `HOUSTON_PRICES`, which is taken if there is no "
        "`PRICE`), `PUBLISH=1` renews this table from the runs of this commit over all cases, and "
        "the baseline that tests hold the interpreter to; the transcript is in `build/eval`.",
    ]
    for run in runs:
        parts.append(heading(run))
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
    hits, listed = run.listed
    return (
        f"Of {listed} sentences in the forms that the help lists, {hits} were understood. "
        "What is not understood is asked back."
    )


def _rows(run: Run) -> list[str]:
    every = run.times > 1
    return [
        _line(
            [
                row.group,
                str(row.cases),
                _passed(row, every=every),
                str(row.guessed),
                "–" if row.score is None else f"{row.score:.0%}",
                str(row.harm),
                str(row.infra),
                f"{row.tokens:,}" if row.tokens else "–",
                "–" if row.cost is None else f"${row.cost:.2f}",
                in_seconds(row.p50),
                in_seconds(row.p95),
            ]
        )
        for row in rows(run)
    ]


def _passed(row: Row, *, every: bool) -> str:
    if row.rate is None:
        return "–"
    return f"{row.rate:.0%}" + (f", always {row.every}" if every else f" ({row.every})")


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
