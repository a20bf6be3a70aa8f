"""`python -m evals`: run the set, write `build/eval/<model>.json` and `.html`, print the table."""

from __future__ import annotations

import argparse
import json
import logging
import re
import sys
from pathlib import Path

import structlog

from agent.model import ModelUnavailable
from evals.case import CaseError, load
from evals.results import Outcome, Price, Run, Verdict, passed
from evals.run import OFFLINE, ROOT, run
from evals.table import Inconclusive, publish, table
from evals.viewer import page

BUILD = ROOT / "build" / "eval"
BASELINE = Path(__file__).parent / "baseline.json"


def main(argv: list[str] | None = None) -> int:
    """0 if nothing did harm and the model answered; 1 otherwise."""
    args = _arguments(argv)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        cases = [c for c in load() if not args.only or args.only in f"{c.group} {c.id}"]
        done = run(
            cases, name=args.model or None, times=args.times, price=_price(args.price), told=_tell
        )
    except (CaseError, ModelUnavailable) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    _write(done)
    try:
        print(f"\n{table(done)}")
        if args.publish:
            _publish(done)
    except Inconclusive as why:
        print(why, file=sys.stderr)
        return 1
    for breach in done.harm:
        print(f"HARM {breach}", file=sys.stderr)
    return 1 if done.harm else 0


def runs() -> list[Run]:
    """The runs that were written down: the offline interpreter's first."""
    found = [Run.model_validate_json(p.read_text("utf-8")) for p in sorted(BUILD.glob("*.json"))]
    return sorted(found, key=lambda r: (r.model != OFFLINE, r.model))


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="evals", description=__doc__)
    parser.add_argument("--model", default="", help="provider:model; none is the interpreter")
    parser.add_argument("--times", type=int, default=1, help="how often each case is played")
    parser.add_argument("--price", default="", help="dollars for a million tokens: in,out")
    parser.add_argument("--only", default="", help="cases whose group or id has this in it")
    parser.add_argument("--publish", action="store_true", help="renew README and baseline")
    args = parser.parse_args(argv)
    if args.only and args.publish:
        parser.error("README and baseline speak of all cases: publish without --only")
    return args


def _price(text: str) -> Price | None:
    if not text:
        return None
    tokens_in, tokens_out = text.split(",")
    return Price(tokens_in=float(tokens_in), tokens_out=float(tokens_out))


def _tell(outcome: Outcome) -> None:
    if outcome.verdict is not Verdict.PASSED or outcome.harm:
        why = "; ".join((*outcome.harm, *outcome.faults, *outcome.why))
        print(f"{outcome.verdict:8}{outcome.case}: {why}")


def _write(done: Run) -> None:
    BUILD.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w.-]+", "-", done.model)
    (BUILD / f"{name}.json").write_text(done.model_dump_json(indent=1), encoding="utf-8")
    (BUILD / f"{name}.html").write_text(page(done), encoding="utf-8")


def _publish(done: Run) -> None:
    publish(runs())
    if done.model == OFFLINE:
        kept = json.dumps({"passed": sorted(passed(done.outcomes))}, indent=1)
        BASELINE.write_text(f"{kept}\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
