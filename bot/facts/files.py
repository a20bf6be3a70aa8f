"""Files of the outbox, made from what is on record when they are delivered [R1 R5 R7 R9]."""

from __future__ import annotations

from datetime import UTC

from bot.blocks.calendar import legend
from bot.blocks.charts import Chart
from bot.blocks.outlook import outlook_text
from bot.blocks.records import Scope
from bot.blocks.report_detail import DetailFacts, goes_on
from bot.blocks.session import session_text
from bot.facts.calendar import month_facts
from bot.facts.charts import charts_of
from bot.facts.executions import executions_csv
from bot.facts.gather import Gather
from bot.facts.sessions import session_facts
from bot.mrkdwn import Mrkdwn, dots, label, plain_line
from bot.pictures.chart import draw_chart, line_names
from bot.pictures.month import draw_month
from bot.uploads import Upload
from missions.cards import FileCard, FileKind
from missions.errors import UnknownMission
from missions.execution import Execution
from missions.phrases import say
from missions.words import month_in_words


def too_long(facts: DetailFacts) -> tuple[FileCard, ...]:
    """What belongs into a report's thread as a file: a long text, a chart that Slack refused."""
    run = facts.execution
    kinds = [FileKind.TEXT] if goes_on(facts) else []
    if facts.charts and not facts.drawn:
        kinds.append(FileKind.CHART)
    return tuple(FileCard(mission=run.mission, execution=run.id, what=kind) for kind in kinds)


def upload_of(card: FileCard, gather: Gather) -> Upload:
    """The file that a card means; `UnknownMission` if there is nothing to put into it any more."""
    match card.what:
        case FileKind.CALENDAR:
            return _calendar(card, gather)
        case FileKind.EXECUTIONS:
            return _executions(card, gather)
    if card.execution is None:
        raise UnknownMission(card.mission)
    run = gather.domain.reader.execution(gather.viewer, card.mission, card.execution)
    match card.what:
        case FileKind.SESSION:
            return _session(run, gather)
        case FileKind.TEXT:
            return _text(run, gather)
    return _chart(run, gather)


def _calendar(card: FileCard, gather: Gather) -> Upload:
    facts = month_facts(gather, card.mission, card.month)
    month = month_in_words(facts.first)
    name = f"{facts.mission.id}-{facts.first:%Y-%m}.png"
    said = Mrkdwn(f"{label(facts.mission.name)}, {month}: {legend(facts)}")
    return Upload(name, f"{plain_line(facts.mission.name, 80)}, {month}", draw_month(facts), said)


def _executions(card: FileCard, gather: Gather) -> Upload:
    mission = gather.mission(card.mission)
    total = gather.domain.reader.count_executions(gather.viewer, mission.id)
    runs = gather.domain.reader.executions(gather.viewer, mission.id, limit=max(total, 1))
    names = gather.people([person for run in runs for person in (run.by, run.stopped_by)])
    title = say("executions-of", mission=plain_line(mission.name, 80))
    data = executions_csv(runs, names).encode("utf-8-sig")
    return Upload(f"{mission.id}-executions.csv", title, data)


def _session(run: Execution, gather: Gather) -> Upload:
    facts = session_facts(gather, Scope(run.mission), run.id, 1)
    title = say("session-of", what=f"{plain_line(run.task_title, 80)}, {_day(run)}")
    return Upload(f"session-{run.id}.txt", title, session_text(facts).encode())


def _text(run: Execution, gather: Gather) -> Upload:
    report = gather.domain.reader.report(gather.viewer, run.mission, run.id)
    if report is None:
        raise UnknownMission(run.mission)
    title = say("full-text-of", what=f"{plain_line(run.task_title, 80)}, {_day(run)}")
    text = f"{report.text}{outlook_text(report)}"
    return Upload(f"report-{run.id}.md", title, text.encode("utf-8", "replace"))


def _chart(run: Execution, gather: Gather) -> Upload:
    report = gather.domain.reader.report(gather.viewer, run.mission, run.id)
    charts = charts_of(gather, run, report)
    if not charts:
        raise UnknownMission(run.mission)
    zone = gather.zone(gather.mission(run.mission))
    title = f"{plain_line(charts[0].title, 60)}, {plain_line(run.task_title, 80)}"
    drawn = draw_chart(charts[0], zone)
    return Upload(f"chart-{run.id}.png", title, drawn, _undrawn(charts[0]))


def _undrawn(chart: Chart) -> Mrkdwn:
    """The names of lines that the picture could only number."""
    each = zip(line_names(chart), chart.lines, strict=False)
    return dots(
        *(
            Mrkdwn(f"{drawn}: {label(line.name, 100)}")
            for drawn, line in each
            if drawn != plain_line(line.name, 100)
        )
    )


def _day(run: Execution) -> str:
    return f"{run.started_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
