"""`python -m evals`: run the set, write `build/eval/<model>.json` and `.html`, print the table."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from pathlib import Path

import structlog

from agent.calling import Terms
from agent.model import ModelUnavailable
from bot.settings import SettingsError, read_prices
from evals.case import CaseError, load
from evals.results import Outcome, Run, Verdict, passed
from evals.run import OFFLINE, run
from evals.table import Inconclusive, heading, publish, table
from evals.written import beside, write
from missions.spending import Price

BASELINE = Path(__file__).parent / "baseline.json"


def main(argv: list[str] | None = None) -> int:
    """0 if nothing did harm and the model answered; 1 otherwise."""
    args = _arguments(argv)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        cases = [c for c in load() if not args.only or args.only in f"{c.group} {c.id}"]
        if not cases:
            raise CaseError(f"No group and no case has “{args.only}” in it.")
        done = run(
            cases,
            name=args.model or None,
            times=args.times,
            terms=Terms(price=_price(args.model, args.price)),
            part=bool(args.only),
            told=_tell,
        )
    except (CaseError, ModelUnavailable, SettingsError) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    write(done)
    try:
        print(f"\n{heading(done)}\n\n{table(done)}")
        if args.publish:
            _publish(done)
    except Inconclusive as why:
        print(why, file=sys.stderr)
        return 1
    for breach in done.harm:
        print(f"HARM {breach}", file=sys.stderr)
    return 1 if done.harm else 0


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="evals", description=__doc__)
    parser.add_argument("--model", default="", help="provider:model; none is the interpreter")
    parser.add_argument("--times", type=int, default=1, help="how often each case is played")
    parser.add_argument(
        "--price", default="", help="dollars for a million tokens: in/out/cached/written"
    )
    parser.add_argument("--only", default="", help="cases whose group or id has this in it")
    parser.add_argument("--publish", action="store_true", help="renew README and baseline")
    args = parser.parse_args(argv)
    if args.only and args.publish:
        parser.error("README and baseline speak of all cases: publish without --only")
    return args


def _price(model: str, told: str) -> Price | None:
    """What a million tokens cost: as told, else as the product's settings have it."""
    table = f"{model}={told}" if told else os.environ.get("HOUSTON_PRICES", "")
    return read_prices(table).get(model)


def _tell(outcome: Outcome) -> None:
    if outcome.verdict is not Verdict.PASSED or outcome.harm:
        why = "; ".join((*outcome.harm, *outcome.faults, *outcome.why))
        print(f"{outcome.verdict:8}{outcome.case}: {why}")


def _publish(done: Run) -> None:
    runs, left_out = beside(done)
    publish(runs)
    for why in left_out:
        print(why, file=sys.stderr)
    if done.model == OFFLINE:
        kept = json.dumps({"passed": sorted(passed(done.outcomes))}, indent=1)
        BASELINE.write_text(f"{kept}\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
