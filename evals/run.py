"""Runs the set with one model, and writes down what came of each case."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

from langchain_core.language_models import BaseChatModel
from redis.exceptions import RedisError

from agent.calling import NO_TERMS, Terms
from agent.model import make_model
from bench.figures import commit
from evals.case import Case
from evals.expectation import expected_in_words, set_of
from evals.harm import harm
from evals.judge import gave_up, guessed, misses
from evals.notation import trigger_words
from evals.play import NotPlayable, Play, Played
from evals.results import CallRecord, Outcome, Run, TurnRecord, Verdict
from evals.state import Stored
from evals.storage import serving
from evals.unanswered import NOT_PLAYED, REST_SECONDS, Unanswered
from evals.witness import Witness
from evals.world import Brain, brain, spent_in, world_of
from missions.spending import Spent

ROOT = Path(__file__).parents[1]
OFFLINE = "offline interpreter"
"""What the run without a model is called."""


def run(
    cases: Sequence[Case],
    model: BaseChatModel | None = None,
    *,
    name: str | None = None,
    times: int = 1,
    terms: Terms = NO_TERMS,
    part: bool = False,
    told: Callable[[Outcome], None] = lambda _: None,
    pause: Callable[[float], None] = time.sleep,
) -> Run:
    """Play every case so many times. Without a model or a name it is the offline interpreter.

    A provider that does not answer is given time; one that goes on like that ends the run.

    Raises `agent.model.ModelUnavailable`.
    """
    witness = Witness()
    chosen = model or make_model(name)
    known = chosen.callbacks if isinstance(chosen.callbacks, list) else []
    chosen.callbacks = [*known, witness]
    outcomes: list[Outcome] = []
    unanswered = Unanswered()
    offline = model is None and name is None
    with serving() as address, brain(address, chosen, offline=offline, terms=terms) as thinking:
        for iteration, case in product(range(1, times + 1), cases):
            if unanswered.is_enough:
                break
            if unanswered.skips(case.group):
                outcomes.append(_not_played(case, iteration))
                continue
            if unanswered.in_a_row:
                pause(REST_SECONDS)
            outcomes.append(_outcome(case, thinking, witness, iteration))
            unanswered.note(outcomes[-1])
            told(outcomes[-1])
    return Run(
        model=name or OFFLINE,
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        commit=commit(),
        times=times,
        outcomes=tuple(outcomes),
        cases=set_of(cases),
        part=part,
        priced=terms.price is not None,
        broken_off=unanswered.is_enough,
    )


def _not_played(case: Case, iteration: int) -> Outcome:
    return Outcome(
        case=case.id,
        group=case.group,
        iteration=iteration,
        verdict=Verdict.INFRA,
        listed=case.listed,
        turns=(),
        faults=(NOT_PLAYED,),
    )


def _outcome(case: Case, thinking: Brain, witness: Witness, iteration: int) -> Outcome:
    """One case, played and judged. What is no answer of the model is no wrong one."""
    witness.reset()
    faults: list[str] = []
    found: list[str] = []
    guess = False
    latencies: list[float] = []
    breaches: list[str] = []
    going = Play(world_of(case, thinking), witness)
    try:
        going.begin()
        for turn in case.turns:
            began = time.perf_counter()
            going.take(turn)
            if not turn.click:
                latencies.append(time.perf_counter() - began)
            breaches += harm(going.world, going.played[-1])
        missed = misses(case, going.played)
        found, guess = [m.words for m in missed], guessed(missed, going.played)
    except NotPlayable as missing:
        found = [str(missing)]
    except RedisError as error:
        faults.append(type(error).__name__)
    spent = Spent() if faults else spent_in(going.world)
    witness.given_up()
    excused = bool(faults) or (bool(witness.faults) and gave_up(going.played))
    faults += witness.faults
    return Outcome(
        case=case.id,
        group=case.group,
        iteration=iteration,
        verdict=_verdict(found, guess=guess, excused=excused, harmed=bool(breaches)),
        listed=case.listed,
        turns=tuple(map(_turn, going.played)),
        why=tuple(found),
        harm=tuple(breaches),
        faults=tuple(faults),
        expected=expected_in_words(case),
        tokens=spent.tokens,
        cached=witness.cached,
        micros=spent.micros,
        latencies=tuple(latencies),
    )


def _verdict(found: list[str], *, guess: bool, excused: bool, harmed: bool) -> Verdict:
    """A fault of the provider excuses where no answer came of it in the end; never a harm."""
    if not found and not harmed:
        return Verdict.PASSED
    if excused and not harmed:
        return Verdict.INFRA
    return Verdict.GUESSED if guess or harmed else Verdict.MISSED


def _turn(played: Played) -> TurnRecord:
    return TurnRecord(
        by=played.turn.by,
        said=played.said,
        calls=tuple(
            CallRecord(tool=c.tool, arguments=c.arguments, answer=c.answer) for c in played.calls
        ),
        shown=tuple((s.card.kind, s.text) for s in played.shown),
        changed=tuple(_changes(played)),
    )


def _changes(played: Played) -> list[str]:
    """What was different after a turn, in words."""
    before, after = played.before.missions, played.after.missions
    found = [f"{before[i].mission.name} is gone" for i in before if i not in after]
    for identifier, now in after.items():
        then = before.get(identifier)
        if then is None:
            found.append(f"new {now.mission.state} “{now.mission.name}”: {_plan(now)}")
            continue
        if then.mission.name != now.mission.name:
            found.append(f"{then.mission.name} is called {now.mission.name}")
        if then.mission.state != now.mission.state or then.mission.version != now.mission.version:
            found.append(
                f"{now.mission.name} is {now.mission.state}, version {now.mission.version}"
            )
        if now.change and then.change != now.change:
            triggers = [trigger_words(t.trigger) for t in now.change.blueprint.tasks]
            found.append(f"a change of {now.mission.name} waits: {'; '.join(triggers)}")
        if now.stopped - then.stopped:
            found.append(f"a run of {now.mission.name} is stopped")
    return found + [f"{m} is to run" for m in played.after.ran - played.before.ran]


def _plan(stored: Stored) -> str:
    return "; ".join(trigger_words(t.trigger) for t in stored.blueprint.tasks)
