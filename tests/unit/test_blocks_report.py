"""A report is one short message; its parts stand in the thread."""

from __future__ import annotations

import pytest

from bot import limits
from bot.blocks.actions import ActionId, action_of, decode
from bot.blocks.execution import ExecutionFacts, execution_view
from bot.blocks.history import HistoryFacts, HistoryItem, history
from bot.blocks.layout import Message
from bot.blocks.outlook import outlook_text
from bot.blocks.records import Scope
from bot.blocks.report import LINES, ReportFacts, report
from bot.blocks.report_detail import DetailFacts, goes_on, own_words, report_detail
from missions.blueprint import Finding
from missions.execution import CheckResult, ItemState, Judged, Measured, News, Report, Status
from missions.ids import CheckId
from missions.mission import MissionState
from tests.unit.block_samples import (
    ANN,
    ID,
    REPORT_URL,
    RUN,
    ZONE,
    assert_sendable,
    execution,
    mission,
    objects,
)

SLOW = CheckResult(
    check=CheckId("C1"),
    title="GET shop.example/health",
    finding=Finding.CRITICAL,
    measured=(
        Measured(field="status", expected="200", actual=200, holds=True),
        Measured(field="latency_ms", expected="under 800 ms", actual=1240, holds=False),
    ),
    news=News.NEW,
)
CERTIFICATE = CheckResult(
    check=CheckId("C2"),
    title="Certificate",
    finding=Finding.ALL_GOOD,
    measured=(
        Measured(field="certificate_days", expected="at least 14 days", actual=61, holds=True),
    ),
    news=News.RECOVERED,
)
FOUND = Report(
    headline="The shop is slow: 1,240 ms",
    lines=("GET /health took 1,240 ms", "The certificate is valid for 61 days"),
    results=(SLOW, CERTIFICATE),
    text="## What I saw\n**Slow** front page.",
)


def shown(
    status: Status = Status.SUCCESS,
    finding: Finding = Finding.CRITICAL,
    found: Report | None = FOUND,
    state: MissionState = MissionState.ACTIVE,
) -> Message:
    run = execution("Check the shop", status, finding)
    return report(ReportFacts(mission(state=state), run, found, {ANN: "Ann"}, ZONE))


def offered(message: Message) -> list[ActionId | None]:
    ids = [p["action_id"] for p in objects(message.blocks) if p.get("type") == "button"]
    return [action_of(one) for one in ids]


@pytest.mark.parametrize(
    ("status", "finding", "title"),
    [
        (Status.SUCCESS, Finding.ALL_GOOD, "🟢 All good: Nightly Watch"),
        (Status.SUCCESS, Finding.ATTENTION, "🟡 Attention: Nightly Watch"),
        (Status.SUCCESS, Finding.CRITICAL, "🔴 Critical: Nightly Watch"),
        (Status.FAILED, Finding.CRITICAL, "❌ Failed: Nightly Watch"),
        (Status.CANCELLED, Finding.CRITICAL, "⏹️ Cancelled: Nightly Watch"),
    ],
)
def test_a_report_begins_with_finding_and_name(
    status: Status, finding: Finding, title: str
) -> None:
    """[R1 X1 X3]"""
    message = shown(status, finding)
    assert message.blocks[0]["text"]["text"] == title
    assert message.text.startswith(title)


def test_a_report_says_when_what_matters_and_where_it_comes_from() -> None:
    """[R1]"""
    message = shown()
    for part in (
        *("<!date^", "took 3.0 s", "1 of 2 checks good", "*The shop is slow: 1,240 ms*"),
        *("• GET /health took 1,240 ms", "Check the shop", f"`{ID}`", "run by hand by Ann"),
    ):
        assert part in message.text


def test_a_report_tells_what_is_new_continuing_and_recovered() -> None:
    """[R1]"""
    going_on = SLOW.model_copy(update={"news": News.CONTINUING, "title": "Cart"})
    many = FOUND.model_copy(update={"results": (SLOW, CERTIFICATE, *[going_on] * 5)})
    text = shown(found=many).text
    assert "🆕 *New*: GET shop.example/health" in text
    assert "🔁 *Continuing*: Cart, Cart, Cart and 2 more" in text
    assert "💚 *Recovered*: Certificate" in text
    quiet = FOUND.model_copy(update={"results": ()})
    assert "New" not in shown(found=quiet).text


def test_a_report_says_nothing_twice() -> None:
    """[R1] Neither the finding that the header says, nor the news that a line tells."""
    told = "GET shop.example/health: status 503, expected 200 (new)"
    found = FOUND.model_copy(update={"headline": "Critical: /health answers 503", "lines": (told,)})
    text = shown(found=found).text
    assert "*/health answers 503*" in text
    assert "🆕" not in text
    assert "💚 *Recovered*: Certificate" in text
    wide = FOUND.model_copy(update={"headline": "Critical\uff1a/health answers 503"})
    assert "*/health answers 503*" in shown(found=wide).text
    good = FOUND.model_copy(update={"results": (CERTIFICATE,)})
    assert "checks good" not in shown(found=good).text
    empty = FOUND.model_copy(update={"headline": "Critical: "})
    assert "*Critical:" in shown(found=empty).text


def test_how_many_checks_are_good_is_said_once() -> None:
    """[R1] In its lines, or beside the time where no line tells of it."""
    assert "1 of 2 checks good" in shown().text
    counted = FOUND.model_copy(update={"lines": ("It took 1,240 ms", "1 of 2 checks passed")})
    assert "1 of 2 checks good" not in shown(found=counted).text
    assert "1 of 2 checks passed" in shown(found=counted).text


def test_a_report_has_five_lines_at_most_and_fits_one_screen() -> None:
    """[R1]"""
    long = FOUND.model_copy(update={"lines": tuple(f"line {n}" for n in range(9))})
    message = shown(found=long)
    assert message.text.count("• line") == LINES == 5
    assert len(message.blocks) <= 7


def test_nobody_is_asked_what_they_think_of_a_run_that_was_stopped() -> None:
    """[R1]"""
    assert "feedback_buttons" in str(shown().blocks)
    assert "feedback_buttons" not in str(shown(Status.CANCELLED).blocks)


@pytest.mark.parametrize(
    ("state", "toggle"),
    [(MissionState.ACTIVE, ActionId.OPEN_DISABLE), (MissionState.PAUSED, ActionId.ENABLE)],
)
def test_the_buttons_of_a_report(state: MissionState, toggle: ActionId) -> None:
    """[R1]"""
    message = shown(state=state)
    expected = [ActionId.VIEW_PLAN, ActionId.HISTORY, ActionId.RUN_NOW, toggle]
    assert offered(message) == expected
    menu = next(p for p in objects(message.blocks) if p.get("type") == "overflow")
    picks = {option["text"]["text"]: decode(option["value"]) for option in menu["options"]}
    assert picks["Delete…"].extra == ActionId.OPEN_DELETE
    assert (picks["Delete…"].mission, picks["Delete…"].execution) == (ID, RUN)


def test_the_report_of_a_draft_cannot_run_or_disable() -> None:
    """[M1]"""
    message = shown(state=MissionState.DRAFT)
    assert offered(message) == [ActionId.VIEW_PLAN, ActionId.HISTORY]


def test_a_report_mentions_nobody() -> None:
    """[R1 P4] Not even the person who ran it."""
    hostile = FOUND.model_copy(update={"headline": "<@U0BOSS> <!here>", "lines": ("<!channel>",)})
    for state in MissionState:
        message = shown(found=hostile, state=state)
        assert "<@" not in message.text
        assert "<!here" not in message.text
        assert "<!channel" not in message.text


def test_an_execution_that_failed_says_why() -> None:
    """[X2]"""
    run = execution(status=Status.FAILED).model_copy(update={"error": "It took over 3 hours."})
    assert "It took over 3 hours." in report(ReportFacts(mission(), run, None)).text
    stopped = execution(status=Status.CANCELLED)
    assert "It was stopped" in report(ReportFacts(mission(), stopped, None)).text


def test_the_thread_holds_the_table_of_checks_what_else_is_said_and_the_session() -> None:
    """[R1] A row per check, in two columns that a phone shows whole."""
    message = report_detail(DetailFacts(execution().model_copy(update={"session": "kept"}), FOUND))
    assert [block["type"] for block in message.blocks] == [
        *("table", "section", "actions", "context")
    ]
    assert message.blocks[1]["text"]["text"] == "*What I saw*\n*Slow* front page."
    rows = [[cell["text"] for cell in row] for row in message.blocks[0]["rows"]]
    assert rows == [
        ["Check", "Measured"],
        [
            "🔴 Critical: GET shop.example/health",
            "✓\N{NO-BREAK SPACE}status 200; "
            "✗\N{NO-BREAK SPACE}time 1,240 ms, expected under 800 ms",
        ],
        ["🟢 Certificate", "certificate 61 days, expected at least 14 days"],
    ]
    assert all(one["is_wrapped"] for one in message.blocks[0]["column_settings"])
    assert offered(message) == [ActionId.SESSION, ActionId.EXECUTION]
    assert_sendable(message)


def test_what_stood_in_the_way_of_a_check_is_in_the_table() -> None:
    """[X3] The reason alone: that nothing was measured then goes without saying."""
    expected = (Measured(field="status", expected="answers 200", actual=None, holds=False),)
    refused = CheckResult(
        check=CheckId("C1"),
        title="Shop",
        finding=Finding.CRITICAL,
        measured=expected,
        note="No such host.",
    )
    message = report_detail(DetailFacts(execution(), Report(headline="x", results=(refused,))))
    row = message.blocks[0]["rows"][1]
    assert [c["text"] for c in row] == [
        "🔴 Critical: Shop",
        "No such host. (expected: answers 200)",
    ]


def test_of_several_tasks_the_title_names_the_one_that_ran() -> None:
    """[R1] Two reports of one run of two Tasks are told apart."""
    run = execution()
    one = report(ReportFacts(mission(), run, None))
    two = report(ReportFacts(mission(), run, None, tasks=2))
    assert one.blocks[0]["text"]["text"].endswith(": Nightly Watch")
    assert two.blocks[0]["text"]["text"].endswith(f": Nightly Watch · {run.task_title}")
    named = run.model_copy(update={"task_title": "x" * 500})
    assert_sendable(report(ReportFacts(mission("y" * 80), named, None, tasks=2)))


def test_the_thread_says_nothing_that_stands_above_it_or_in_the_table() -> None:
    """[R1] Not the head, the event, the rows of checks; what else there is, it does say."""
    text = """Critical: /health took 1240 ms
Shop watch (M-222222) – Check the shop – 2026-11-23 10:00 Europe/Berlin

Event: HighLatency is firing
critical, new – GET shop.example/health
  ok: status 200 (expected answers 200)
  not ok: time 1240 ms (expected under 800 ms)
all good – Certificate
  ok: 61 days left (expected 14)

Comment by the model: the queue behind it is full.
  - since 9:00"""
    said = FOUND.model_copy(
        update={
            "headline": "Critical: /health took 1240 ms",
            "lines": ("Event: HighLatency is firing",),
            "text": text,
        }
    )
    rest = "Comment by the model: the queue behind it is full.\n  - since 9:00"
    assert own_words(said) == rest
    assert own_words(said.model_copy(update={"text": said.headline})) == ""
    shown = report_detail(DetailFacts(execution(), said)).text
    assert "2026-11-23" not in shown
    assert shown.count("1240") == 0
    assert shown.count("1,240 ms") == 1


@pytest.mark.parametrize(("checks", "kind"), [(99, "table"), (100, "section")])
def test_a_table_that_is_too_large_becomes_text_with_the_worst_first(
    checks: int, kind: str
) -> None:
    """[R5] Slack: 100 rows with the head."""
    small = CheckResult(
        check=CheckId("C1"),
        title="ok",
        finding=Finding.ALL_GOOD,
        measured=(Measured(field="s", expected="a", actual=1, holds=True),),
    )
    bad = SLOW.model_copy(update={"measured": SLOW.measured[1:], "title": "slow"})
    found = Report(headline="x", results=(*[small] * (checks - 1), bad))
    message = report_detail(DetailFacts(execution(), found))
    assert message.blocks[0]["type"] == kind
    assert_sendable(message)
    if kind == "section":
        first = message.blocks[0]["text"]["text"].splitlines()[1]
        assert first == "• 🔴 slow · time 1,240 ms, expected under 800 ms"
        assert "and 80 more checks" in message.text


def test_a_table_with_too_many_characters_becomes_text() -> None:
    """[R5] Slack: 10,000 characters over all cells, 13,200 over all blocks."""
    long = SLOW.model_copy(update={"title": "x" * 140})
    found = Report(headline="x", results=(long,) * 30)
    message = report_detail(DetailFacts(execution(), found))
    assert message.blocks[0]["type"] == "section"
    assert_sendable(message)


def test_a_long_text_is_cut_and_says_so() -> None:
    """[R5]"""
    message = report_detail(DetailFacts(execution(), Report(headline="x", text="word " * 3_000)))
    assert "The text is longer" in message.text or "The text is longer" in str(message.blocks)
    assert len(message.text) <= limits.UPDATE_TEXT


def test_advice_and_gaps_stand_below_the_checks() -> None:
    """[R1 P4] Escaped like all data, a few of each; in a file there are all."""
    gaps = tuple(f"Part {n} is out of reach" for n in range(9))
    found = FOUND.model_copy(update={"advice": ("Look at <!here>",), "gaps": gaps})
    message = report_detail(DetailFacts(execution(), found))
    assert [block["type"] for block in message.blocks[:2]] == ["table", "section"]
    advice, left = (block["text"]["text"] for block in message.blocks[2:4])
    head, measured, said = advice.splitlines()
    assert (head, said) == ("*Advice by the model, not measured*", "• Look at &lt;!here&gt;")
    assert measured.startswith("Measured: GET shop.example/health: ")
    assert left.splitlines()[:2] == ["*Could not be looked at*", measured]
    assert left.splitlines()[7:] == ["• Part 5 is out of reach", "• and 3 more"]
    assert outlook_text(found).count("\n- ") == 10
    assert outlook_text(FOUND) == ""


def test_advice_and_gaps_give_way_in_a_message_that_is_full() -> None:
    """[R5] Slack: 13,200 characters over all blocks; the text's file has them then."""
    many = ("&" * 240,) * 5
    long = SLOW.model_copy(update={"title": "x" * 100})
    found = Report(headline="x", text="word " * 3_000, results=(long,) * 12, advice=many, gaps=many)
    assert goes_on(DetailFacts(execution(), found))
    assert_sendable(report_detail(DetailFacts(execution(), found)))


def test_the_history_shows_each_execution_with_its_times_and_report() -> None:
    """[R7 X4]"""
    items = (
        HistoryItem(execution(), REPORT_URL),
        HistoryItem(execution(status=Status.RUNNING)),
        HistoryItem(execution(status=Status.FAILED)),
    )
    message = history(HistoryFacts(mission(), items, 23, {ANN: "Ann"}, ZONE))
    first, running, failed = (b["text"]["text"] for b in message.blocks[1:4])
    head, times = first.splitlines()
    assert head == f"🟢 *All good* · Success · Check the shop · 3.0 s · <{REPORT_URL}|Report>"
    assert times.startswith("due <!date^")
    assert times.endswith("run by hand by Ann")
    assert running.startswith("⏳ *Running* · Check the shop")
    assert failed.startswith("❌ *Failed* · Check the shop")
    stop = decode(message.blocks[2]["accessory"]["value"])
    assert (stop.mission, stop.execution) == (ID, RUN)
    assert offered(message)[-2:] == [ActionId.EXECUTIONS, ActionId.CALENDAR]
    assert "3 of 23 Executions" in message.text


def test_a_mission_that_never_ran_says_so() -> None:
    assert "It has not run yet." in history(HistoryFacts(mission(), (), 0)).text


def rows(*results: CheckResult) -> list[list[str]]:
    message = report_detail(DetailFacts(execution(), Report(headline="x", results=results)))
    return [[cell["text"] for cell in row] for row in message.blocks[0]["rows"][1:]]


def one_check(title: str, *measured: Measured, finding: Finding, note: str = "") -> CheckResult:
    return CheckResult(
        check=CheckId("C1"), title=title, finding=finding, measured=measured, note=note
    )


def test_the_table_has_the_worst_first_and_ends_with_what_was_not_looked_at() -> None:
    """[R1] In the plan's order else; what was not looked at has no sign of goodness."""
    nothing = Measured(field="status", expected="200", actual=None, holds=True)
    good = Measured(field="status", expected="200", actual=200, holds=True)
    bad = Measured(field="status", expected="200", actual=503, holds=False)
    shown = rows(
        one_check("off", nothing, finding=Finding.ALL_GOOD),
        one_check("a", good, finding=Finding.ALL_GOOD),
        one_check("warm", bad, finding=Finding.ATTENTION),
        one_check("b", good, finding=Finding.ALL_GOOD),
        one_check("down", bad, finding=Finding.CRITICAL),
    )
    assert [title for title, _ in shown] == [
        *("🔴 Critical: down", "🟡 Attention: warm", "🟢 a", "🟢 b", "▫️ not applicable: off"),
    ]
    assert [came for _, came in shown][1:3] == ["status 503, expected 200", "status 200"]


@pytest.mark.parametrize(
    ("field", "actual", "said"),
    [
        ("latency_ms", 7198.8, "time 7,199 ms, expected x"),
        ("certificate_days", 12.0, "certificate 12 days, expected x"),
        ("value", 7198.8, "value 7,198.8, expected x"),
        ("value", 1_234_567.25, "value 1,234,567, expected x"),
        ("value", 12_000.0, "value 12,000, expected x"),
        ("value", -0.5, "value -0.5, expected x"),
        ("value", 5e-07, "value 5e-07, expected x"),
        ("body", "<html>" * 90, "text not as expected, expected x"),
    ],
)
def test_a_measured_value_has_its_name_and_unit(field: str, actual: float | str, said: str) -> None:
    """[R1 C8] No raw number, alike in the table and in the dialog of the Execution."""
    bad = Measured(field=field, expected="x", actual=actual, holds=False)
    result = one_check("c", bad, finding=Finding.CRITICAL)
    assert rows(result) == [["🔴 Critical: c", said]]
    found = Report(headline="h", results=(result,))
    view = execution_view(ExecutionFacts(mission(), Scope(ID), execution(), found))
    assert f"✗ {said}" in str(view["blocks"])


def test_whose_words_lines_are_is_said_once() -> None:
    """[R1 X3] Of a model's lines that follow each other; measured ones stand apart from them."""
    names = ("Disk: anomalous, 91 %", "Load: passed", "Backup: passed")
    judged = tuple(Judged(name="n", state=ItemState.PASSED, text=text) for text in names)
    lines = (*(f"Judged by the model: {text}" for text in names), "GET /a: status 200")
    found = Report(headline="x", lines=lines, judged=judged)
    text = shown(found=found).text
    assert text.count("udged by the model") == 1
    assert "• Judged by the model, not measured:\n      ◦ Disk: anomalous, 91 %\n" in text
    assert "\n• GET /a: status 200" in text
    alone = shown(found=found.model_copy(update={"lines": lines[2:]})).text
    assert "• Judged by the model: Backup: passed\n• GET /a" in alone
