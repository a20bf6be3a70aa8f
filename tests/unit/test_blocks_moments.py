"""Times in a digest are said to each reader in their own zone [C9 R1]."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.blocks.moments import told_there
from bot.blocks.report import ReportFacts, report
from bot.blocks.report_detail import DetailFacts, report_detail
from bot.mrkdwn import Mrkdwn
from missions.execution import Moment
from missions.phrases import Language, speaking
from tests.unit.block_samples import assert_sendable, execution, mission
from tests.unit.test_digest import GRACE, NOW, run, said

SEVEN = int(datetime(2026, 11, 24, 6, 0, tzinfo=UTC).timestamp())
"""07:00 in Berlin, when everything was said."""
SINCE = int(datetime(2026, 11, 23, 8, 0, tzinfo=UTC).timestamp())
TOLD = (
    said("Deploy is stuck", by=GRACE, replies=9, people=3),
    said("Who has the keys since Tue 24 Nov 07:00?"),
)


@pytest.mark.parametrize("language", Language)
def test_a_digest_says_its_times_to_each_reader(language: Language) -> None:
    """[C9] In the message and in its thread, in every language."""
    with speaking(language):
        found = run(*TOLD)[0].report
        shown = report(ReportFacts(mission(), execution(), found, zone="Europe/Berlin"))
        below = report_detail(DetailFacts(execution(), found))
    for message in (shown, below):
        assert_sendable(message)
        assert str(message.blocks).count(f"<!date^{SEVEN}^") == 2
    assert f"<!date^{SINCE}^" in str(shown.blocks)


def test_what_somebody_wrote_stays_as_it_was() -> None:
    """[P4] A time within a quoted message is theirs; the one behind it is ours."""
    found = run(*TOLD)[0].report
    text = report(ReportFacts(mission(), execution(), found)).text
    assert "Who has the keys since Tue 24 Nov 07:00?” (Ada, <!date^" in text


def test_files_and_records_keep_the_words() -> None:
    """[R1] What is no message of Slack's has no token of its: the Task's zone, in words."""
    found = run(*TOLD)[0].report
    kept = "\n".join((found.headline, *found.lines, found.text))
    assert "<!date" not in kept
    assert "(Grace, Tue 24 Nov 07:00)" in kept


def test_a_text_without_such_times_is_left_alone() -> None:
    text = Mrkdwn("7 &lt; 8\nTue 24 Nov")
    assert told_there(text, ()) == text
    assert told_there(text, [Moment(words="Wed 25 Nov 07:00", at=NOW)]) == text
    assert told_there(text, [Moment(words=" ", at=NOW)]) == text
