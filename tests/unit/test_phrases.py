"""Every sentence stands in the catalogues, in every language, with the same gaps [C9]."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from missions.blueprint import Task
from missions.phrases import Language, grouped, ids, language_of, listed, say, speaking
from missions.recorded import kept
from tests.unit.phrase_kit import ROOT, modules, name, sentences

OTHERS = [language for language in Language if language is not Language.EN]
SAME = frozenset(
    {
        "cost-line",
        "cost-sum",
        "deed-tail",
        "objective-of",
        "run-head",
        "heard-times",
        "report-found",
        "budget",
        "budget-and",
        "budget-title",
        "bytes",
        "change-example",
        "check-goes-on",
        "chart-day",
        "chart-milliseconds",
        "comma",
        "cron-pace",
        "cron-tasks",
        "date",
        "date-number",
        "date-with-year",
        "day",
        "days-left-out",
        "left-out-zone",
        "days-named",
        "decimal-mark",
        "details",
        "event-rules",
        "execution",
        "executions",
        "executions-tab",
        "field-budget",
        "field-task",
        "hours",
        "in-named-channel",
        "instant",
        "mentions-when",
        "milliseconds",
        "minutes",
        "mission",
        "mission-named",
        "missions",
        "missions-title",
        "month-of-year",
        "name",
        "name-but",
        "news-line",
        "of-months",
        "once-tasks",
        "paused",
        "paused-why",
        "plan",
        "quoted",
        "running-what",
        "runs-so",
        "seconds",
        "semicolon",
        "session",
        "short-day",
        "status",
        "tally",
        "task",
        "task-line",
        "tasks",
        "tokens",
        "trend-p95",
        "trigger-cron",
        "version-number",
    }
)
"""What may read the same as in English."""

PLACES = (
    "missions",
    "agent/task",
    "agent/checks",
    "jobs",
    "bot/blocks",
    "bot/facts",
    "bot/edge",
    "bot/pictures",
)
OF_AGENT = (
    "agent/acts.py",
    "agent/address.py",
    "agent/arranging.py",
    "agent/expectations.py",
    "agent/mentions.py",
    "agent/names.py",
    "agent/picking.py",
    "agent/plan.py",
    "agent/strategy.py",
    "agent/templates.py",
    "agent/triggers.py",
    "agent/trouble.py",
)
ALONE = (
    *("bot/deliveries.py", "bot/posting.py", "bot/redrawing.py"),
    *("bot/undelivered.py", "bot/mrkdwn.py", "bot/listening.py"),
)
NOT_SAID = {
    "missions/keys/shared.py": "kinds of keys, for the lines of doctor",
    "agent/tools/backfill.py": "a note to a model",
    "agent/tools/belonging.py": "a note to a model",
    "agent/tools/operate.py": "notes to a model",
    "agent/tools/plans.py": "a note to a model",
    "agent/tools/quiet.py": "a note to a model",
    "agent/tools/resolve.py": "notes to a model, and words of people",
    "agent/tools/talk.py": "advice to a model",
    "agent/tools/transfer.py": "a note to a model",
    "agent/tools/versions.py": "a note to a model",
    "agent/task/explanation.py": "the form of a model's answer",
    "agent/task/explain.py": "facts for a model",
    "agent/task/gate.py": "answers to a model",
    "agent/task/reading.py": "words of a model for states",
    "agent/checks/certificate.py": "parts of a certificate",
    "agent/checks/http.py": "a tool's advice to a model",
    "missions/payloads.py": "answered to the sender of a webhook, by HTTP",
    "missions/blueprint.py": "a plan's expected output: kept in English, said by `retold`",
    "bot/edge/agent_view.py": "what a prompt sends, as its person: commands are read in English",
    "bot/posting.py": "a cause, for the log",
    "bot/edge/commands.py": "words of a command, typed as they are",
    "bot/edge/versions.py": "what a button says to Houston, as its person",
}
"""Modules that hold words which are not for people in Slack, and why."""


def fields(pattern: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(pattern) if field is not None}


def gaps(forms: tuple[str, ...]) -> set[str]:
    """What is put into a sentence; a count of one may go without its number."""
    return set().union(*map(fields, forms)) - {"count"}


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_says_everything_with_the_same_gaps(language: Language) -> None:
    """[C9] No sentence falls back to English, and none lacks a value or asks for another."""
    english, other = ids(Language.EN), ids(language)
    assert other.keys() == english.keys()
    assert {i for i in english if gaps(english[i]) != gaps(other[i])} == set()
    assert {
        i for i, forms in other.items() if not all(form.strip() or form for form in forms)
    } == set()


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_is_one(language: Language) -> None:
    english = ids(Language.EN)
    same = {i for i, forms in ids(language).items() if set(forms) & set(english[i])}
    assert same - SAME == set()


def test_what_may_be_the_same_is_somewhere() -> None:
    english = ids(Language.EN)
    same = {i for o in OTHERS for i, forms in ids(o).items() if set(forms) & set(english[i])}
    assert SAME - same == set()


@pytest.mark.parametrize("language", Language)
def test_a_catalogue_holds_words_alone(language: Language) -> None:
    """[P4] No sign that Slack reads, and nothing but names in the gaps."""
    forms = [form for each in ids(language).values() for form in each]
    assert [form for form in forms if re.search("[<>&]", form)] == []
    assert [f for form in forms for f in fields(form) if not f.isidentifier()] == []


@pytest.mark.parametrize("language", [Language.JA, Language.ZH])
def test_marks_stand_free(language: Language) -> None:
    """Slack reads `*bold*` only between spaces, which these languages do not write."""
    forms = [form.replace("{until}", " ") for each in ids(language).values() for form in each]
    tight = [
        form
        for form in forms
        for bold in re.finditer(r"\*[^*\n]+\*", form)
        if (form[: bold.start()][-1:] + form[bold.end() :][:1]).strip()
    ]
    assert tight == []


def used() -> dict[str, set[str]]:
    """Every id that stands in the code, with what is put into it where that is plain to see."""
    known = ids(Language.EN)
    found: dict[str, set[str]] = {}
    packages = ("missions", "agent", "jobs", "bot/blocks", "bot/facts", "bot/edge", "bot/pictures")
    for module in [
        *modules(*packages),
        *_bot(),
    ]:
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Constant) and node.value in known:
                found.setdefault(str(node.value), set())
            if isinstance(node, ast.Call) and _is_said(node):
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    assert first.value in known, f"{name(module)}:{node.lineno} {first.value}"
                    put = {keyword.arg for keyword in node.keywords if keyword.arg}
                    spread = any(keyword.arg is None for keyword in node.keywords)
                    asks = gaps(known[first.value])
                    assert put == asks or (spread and put < asks), (
                        f"{name(module)}:{node.lineno} {put} {asks}"
                    )
    return found


def _bot() -> list[Path]:
    return [m for m in modules("bot", "agent") if name(m) in (*ALONE, *OF_AGENT)]


def _is_said(node: ast.Call) -> bool:
    called = node.func.id if isinstance(node.func, ast.Name) else ""
    return called in ("say", "told", "kept") and bool(node.args)


def test_every_sentence_is_said_and_has_its_values() -> None:
    said = used()
    unused = {i for i in ids(Language.EN) if not {i, i.removesuffix("-0")} & said.keys()}
    assert unused == {"rec-short-report"}
    assert Task.model_fields["expected_output"].default == kept("rec-short-report")


def test_no_sentence_stands_in_the_code() -> None:
    """[C9] What people read is in one place."""
    places = [*modules(*PLACES), *_bot()]
    found = {name(m): sentences(m) for m in places if name(m) not in NOT_SAID}
    assert {module: said for module, said in found.items() if said} == {}


def test_the_interpreter_asks_in_words_of_the_catalogue() -> None:
    """[C9] What it understands is English, and stands in its grammar; what it asks does not."""
    found = {
        name(module): [said for said in sentences(module) if re.fullmatch(r"[A-Z“].*[.?!]", said)]
        for module in modules("agent/offline")
    }
    assert {module: said for module, said in found.items() if said} == {}


def test_what_is_not_said_holds_words() -> None:
    assert [module for module in NOT_SAID if not sentences(ROOT / module)] == []


def test_a_count_takes_its_form() -> None:
    said = {}
    for language in Language:
        with speaking(language):
            said[language.value] = [say("runs", n) for n in (0, 1, 2, 1_000)]
    assert said == {
        "en": ["no runs", "1 run", "2 runs", "1,000 runs"],
        "de": ["keine Läufe", "1 Lauf", "2 Läufe", "1.000 Läufe"],
        "es": ["ninguna ejecución", "1 ejecución", "2 ejecuciones", "1.000 ejecuciones"],
        "ja": ["実行なし", "実行 1 回", "実行 2 回", "実行 1,000 回"],
        "zh": ["没有运行", "1 次运行", "2 次运行", "1,000 次运行"],
    }


@pytest.mark.parametrize(
    ("locale", "language"),
    [("en-GB", "en"), ("de-DE", "de"), ("zh-TW", "zh"), ("ja-JP", "ja"), ("es-LA", "es")],
)
def test_a_locale_has_its_language(locale: str, language: str) -> None:
    assert language_of(locale) == language


@pytest.mark.parametrize("locale", ["pt-BR", "", "xx", "123", "-"])
def test_other_locales_are_spoken_to_in_english(locale: str) -> None:
    assert language_of(locale) is Language.EN


def test_a_language_is_spoken_within_its_block_alone() -> None:
    with speaking(Language.DE):
        assert say("launch") == "Starten"
        with speaking(Language.JA):
            assert say("launch") == "開始"
        assert say("launch") == "Starten"
    assert say("launch") == "Launch"


def test_what_english_lacks_or_misses_is_a_defect() -> None:
    with pytest.raises(KeyError):
        say("there is no such id")
    with pytest.raises(KeyError):
        say("waits-until")


def test_values_are_put_in_as_they_are() -> None:
    """[P4] What a value holds is never read as a gap, and not unescaped."""
    assert say("plan-of", mission="{count} &lt;!here&gt;") == "Plan of {count} &lt;!here&gt;"


def test_lists_and_numbers_are_written_as_the_language_does() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    with speaking(Language.DE):
        assert (listed(["a", "b"]), grouped(12_345), grouped(999)) == ("a und b", "12.345", "999")
