"""A Mission as YAML and back; what is read is bounded and plain; Executions as CSV."""

from __future__ import annotations

import csv
import io
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.clean import source_of
from agent.tools.transfer import yaml_in
from missions.blueprint import (
    Blueprint,
    Check,
    Every,
    Exclusion,
    Expectation,
    Mention,
    Overlap,
    Strategy,
    Summary,
    Task,
)
from missions.export import COLUMNS, DEPTH_MAX, SIZE_MAX, ImportRefused, from_yaml, to_csv, to_yaml
from missions.phrases import Language, speaking
from missions.saving import clean_name
from tests.support.build import DAILY_9, blueprint, task
from tests.unit.desk_kit import execution

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=40).filter(
    lambda t: any(c.isalnum() for c in t)
)
SCALARS = st.one_of(TEXT, st.integers(-(10**9), 10**9), st.booleans(), st.floats(-1e6, 1e6))
CHECKS = st.builds(
    Check,
    id=st.sampled_from(["C1", "C2"]),
    tool=st.just("http"),
    arguments=st.dictionaries(TEXT, SCALARS, max_size=3),
    expect=st.lists(st.builds(Expectation, field=TEXT, value=SCALARS), min_size=1, max_size=2).map(
        tuple
    ),
)
TASKS = st.builds(
    Task,
    id=st.sampled_from(["T1", "T2"]),
    title=TEXT,
    trigger=st.just(DAILY_9),
    instructions=TEXT,
    checks=st.lists(CHECKS, max_size=2).map(tuple),
    strategy=st.builds(Strategy, overlap=st.sampled_from(Overlap), retries=st.integers(0, 5)),
)
PLANS = st.builds(
    Blueprint,
    goal=TEXT,
    objectives=st.lists(TEXT, max_size=3).map(tuple),
    tasks=st.lists(TASKS, min_size=1, max_size=2).map(tuple),
    exclusions=st.lists(st.dates().map(lambda day: Exclusion(first=day, last=day)), max_size=2).map(
        tuple
    ),
    mentions=st.lists(st.builds(Mention, person=st.just("U1")), max_size=1).map(tuple),
    summary=st.none() | st.builds(Summary, every=st.sampled_from(Every)),
)


@settings(max_examples=30, deadline=None)
@given(PLANS, TEXT)
def test_what_is_written_is_read_back(plan: Blueprint, name: str) -> None:
    """[R9] Every plan, whatever text and numbers it holds."""
    found = from_yaml(to_yaml(name, plan))
    assert found.plan == plan
    assert found.name == clean_name(name)


def test_it_holds_the_plan_and_nothing_else() -> None:
    """[R9 P7] No ids of the Mission, of its channel, of its webhooks."""
    text = to_yaml("Shop watch", blueprint())
    assert text.startswith("houston: 1\nname: Shop watch\nplan:\n")
    assert "token" not in text
    assert "secret" not in text


BOMB = "houston: 1\na: &a [x, x]\nb: &b [*a, *a]\nplan: [*b, *b]\n"
DEEP = "houston: 1\nplan: " + "[" * (DEPTH_MAX + 1) + "]" * (DEPTH_MAX + 1)
REFUSED = {
    "aliases": BOMB,
    "objects": "houston: 1\nname: x\nplan: !!python/object/apply:os.system ['id']\n",
    "a tag": "houston: 1\nname: x\nplan: !Task {}\n",
    "depth": DEEP,
    "great depth": "[" * 50_000,
    "size": "x" * (SIZE_MAX + 1),
    "no mapping": "- 1\n- 2\n",
    "another version": "houston: 2\nname: x\nplan: {}\n",
    "unknown fields": "houston: 1\nname: x\nplan: {}\nowner: U1\n",
    "no name": "houston: 1\nplan: {}\n",
    "no plan": "houston: 1\nname: x\n",
    "mistakes": "houston: 1\nname: x\nplan: {goal: x, tasks: [{id: T1, surprise: 1}]}\n",
    "broken": "houston: 1\n  name: [\n",
    "not a number": "houston: 1\nname: x\nplan: {goal: .nan, tasks: []}\n",
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_plain_plan_is_refused_in_words_and_at_once(what: str) -> None:
    """[R9 P4 P8] Nothing is built from it, and it costs no time."""
    begun = time.process_time()
    with pytest.raises(ImportRefused) as refused:
        from_yaml(REFUSED[what])
    assert refused.value.sentence
    assert "Traceback" not in refused.value.sentence
    assert time.process_time() - begun < 2


def test_mistakes_are_named_by_their_place() -> None:
    """[R9 B7]"""
    with pytest.raises(ImportRefused, match=r"tasks\.0\.surprise"):
        from_yaml(REFUSED["mistakes"])


def test_mistakes_are_named_in_the_readers_language() -> None:
    """[R9 C9] None of the validator's own words."""
    with speaking(Language.DE), pytest.raises(ImportRefused) as refused:
        from_yaml(REFUSED["mistakes"])
    said = refused.value.sentence.splitlines()[1:]
    assert "• „tasks.0.title“ fehlt." in said
    assert "• „tasks.0.surprise“ ist hier nicht bekannt." in said
    assert [line for line in said if not line.startswith("• „")] == []


def test_a_message_keeps_what_was_pasted() -> None:
    """[R9 C2] Slack escapes it and wraps addresses, in code blocks too."""
    text = to_yaml("R&D <watch>", blueprint(task()))
    sent = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    sent = sent.replace("https://shop.example/health", "<https://shop.example/health>")
    source = source_of(f"<@UBOT> import\n```\n{sent}```", "UBOT")
    found = yaml_in(source)
    assert found is not None
    assert from_yaml(found).plan == blueprint(task())
    assert yaml_in("import it please") is None


def test_no_cell_is_a_formula() -> None:
    """[R9 P4] A spreadsheet would carry it out."""
    run = execution().model_copy(update={"task_title": "=HYPERLINK(1)", "error": "@SUM, “x”\n2"})
    head, row = csv.reader(io.StringIO(to_csv([run])))
    assert tuple(head) == COLUMNS
    assert row[2] == "'=HYPERLINK(1)"
    assert row[-1].startswith("'@SUM")
