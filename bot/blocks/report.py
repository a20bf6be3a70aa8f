"""The report of an Execution in the channel: one short message, its parts in the thread [R1]."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from bot.blocks.actions import Value
from bot.blocks.charts import Chart, chart_block, chart_words
from bot.blocks.elements import actions, context, feedback, header, section
from bot.blocks.layout import Message, compose
from bot.blocks.look import (
    NEWS,
    People,
    attempt,
    cause,
    result_sign,
    result_word,
    took,
)
from bot.blocks.mission_card import mission_buttons
from bot.blocks.moments import told_there
from bot.blocks.pauses import stands
from bot.mrkdwn import (
    Mrkdwn,
    bold,
    bullets,
    clip_plain,
    code,
    date,
    dots,
    label,
    line,
    lines,
    mention,
    one_line,
    told,
)
from missions.execution import Execution, Report, Status
from missions.feedback import Opinion
from missions.ids import PersonId
from missions.mission import Mission, Pause
from missions.phrases import grouped, say
from missions.recorded import retold

LINES: Final = 5
"""The lines that matter: three to five [R1]."""
_COLONS: Final = (":", "：")
"""What stands between the finding and the rest of a headline, as each language writes it."""
_INSET: Final = "      ◦ "
_NAMED: Final = 3
"""How many checks the news name before they count the rest."""


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """An Execution that ended, and what it found; no Report if it failed before it had one.

    Of the `charts` the first is shown here, if Slack takes charts (`drawn`). `tasks` is how many
    the plan has: of several the title names the one that ran.
    """

    mission: Mission
    execution: Execution
    report: Report | None
    people: People = field(default_factory=dict)
    zone: str = "UTC"
    quiet: Pause | None = None
    mentioned: tuple[PersonId, ...] = ()
    charts: tuple[Chart, ...] = ()
    drawn: bool = True
    tasks: int = 1


def report(facts: ReportFacts) -> Message:
    """Finding, name, when, the lines that matter, the news, and the buttons."""
    mission, run = facts.mission, facts.execution
    sign, word = result_sign(run.status, run.finding), result_word(run.status, run.finding)
    found = facts.report
    headline = _headline(found, word) if found else Mrkdwn("")
    blocks = [header(f"{sign} {word}: {_title(facts)}"), context(_when(facts))]
    asked = Mrkdwn(" ".join(map(mention, facts.mentioned)))
    body = lines([asked, headline, _error(run), bullets(_lines(found))])
    if body:
        blocks.append(section(body))
    news = lines(_news(found)) if found else Mrkdwn("")
    if news:
        blocks.append(section(news))
    for chart in facts.charts[:1]:
        if facts.drawn:
            blocks.append(chart_block(chart, facts.zone))
        blocks.append(context(chart_words(chart, drawn=facts.drawn)))
    value = Value(mission=mission.id, execution=run.id)
    blocks.append(actions(*mission_buttons(mission, value)))
    blocks.append(context(_place(facts), stands(mission, facts.quiet, facts.people, facts.zone)))
    if run.status is not Status.CANCELLED:
        good, bad = (value.model_copy(update={"extra": o.value}) for o in Opinion)
        blocks.append(feedback(good, bad))
    return compose(Mrkdwn(""), blocks)


def _title(facts: ReportFacts) -> str:
    """The Mission, and which of its Tasks it was; each has room in Slack's 150 characters."""
    name = facts.mission.name
    if facts.tasks < 2 or name == facts.execution.task_title:
        return name
    return f"{clip_plain(name, 60)} · {clip_plain(one_line(facts.execution.task_title), 60)}"


def _when(facts: ReportFacts) -> Mrkdwn:
    run = facts.execution
    return dots(
        date(run.scheduled_at, zone=facts.zone),
        told("took", time=Mrkdwn(took(run.seconds))),
        _score(facts),
    )


def _score(facts: ReportFacts) -> Mrkdwn | None:
    results = facts.report.results if facts.report else ()
    if not results:
        return None
    good = sum(1 for r in results if r.finding.rank == 0)
    if good == len(results):  # the headline says so
        return None
    counted = say("report-some-passed", len(results), good=grouped(good))
    if facts.report and counted in facts.report.lines[:LINES]:
        return None
    return told("score", good=good, checks=told("checks", len(results)))


def _error(run: Execution) -> Mrkdwn:
    if run.error:
        return line(retold(run.error), 500)
    return told("stopped") if run.stopped_by else Mrkdwn("")


def _lines(found: Report | None) -> list[Mrkdwn]:
    """The lines that matter; whose words they are is said once of those that follow each other."""
    said = [text for text in (found.lines if found else ()) if text.strip()][:LINES]
    if found is None:
        return []
    shown: list[Mrkdwn] = []
    for mark, each in groupby(said, lambda text: _mark(text, found)[0]):
        texts = list(each)
        if not mark or len(texts) < 2:
            shown += [_line(text, found) for text in texts]
            continue
        bare = [_line(_mark(text, found)[1], found) for text in texts]
        shown.append(Mrkdwn("\n".join([f"{told(mark)}:", *(f"{_INSET}{one}" for one in bare)])))
    return shown


def _line(text: str, found: Report) -> Mrkdwn:
    return told_there(line(text, 240), found.times)


def _mark(text: str, found: Report) -> tuple[str, str]:
    """Whose words a line is, and the line without saying so; "" where it is nobody's but ours."""
    theirs = (
        ("report-judged", [one.text for one in found.judged]),
        ("report-words", [note.text for note in found.notes if not note.replaced]),
    )
    for mark, words in theirs:
        for one in words:
            if text != one and text.endswith(one):
                return mark, one
    return "", text


def _headline(found: Report, word: str) -> Mrkdwn:
    return bold(told_there(label(_unsaid(found.headline, word), 300), found.times))


def _unsaid(headline: str, word: str) -> str:
    """The headline without the finding that it begins with: the message's header says that."""
    rest = headline.removeprefix(word)
    if rest == headline or rest[:1] not in _COLONS:
        return headline
    return rest[1:].strip() or headline


def _news(found: Report) -> list[Mrkdwn]:
    """What changed since the last run, of the checks that no line tells of."""
    told_of = [text for text in found.lines[:LINES] if text.strip()]
    results = [r for r in found.results if not any(t.startswith(f"{r.title}: ") for t in told_of)]
    shown = []
    for news, words in NEWS.items():
        titles = [label(r.title, 80) for r in results if r.news is news]
        if titles:
            named, rest = Mrkdwn(say("comma").join(titles[:_NAMED])), len(titles) - _NAMED
            if rest > 0:
                named = told("and-more", rest, some=named)
            shown.append(told("news-line", news=told(words), titles=named))
    return shown


def _place(facts: ReportFacts) -> Mrkdwn:
    run = facts.execution
    return dots(
        label(run.task_title, 100),
        code(run.mission, 40),
        cause(run, facts.people),
        attempt(run),
    )
