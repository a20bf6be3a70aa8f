"""The transcript of an evaluation, as a page on a phone."""

from __future__ import annotations

from playwright.sync_api import Browser

from evals.results import CallRecord, Outcome, Run, TurnRecord, Verdict
from evals.viewer import page

WIDE = "https://shop.example/" + "a-long-path-without-a-break/" * 8


def test_nothing_is_wider_than_a_phone(browser: Browser) -> None:
    """At 420 pixels nobody scrolls sideways, whatever was said, called or expected."""
    turn = TurnRecord(
        by="ada",
        said=f"check {WIDE} " * 2,
        calls=(CallRecord(tool="propose_mission", arguments={"url": WIDE}, answer=WIDE),),
        shown=(("plan", f"`{WIDE}` {WIDE}"),),
        changed=(f"new draft “{WIDE}”",),
    )
    outcomes = [
        Outcome(
            case=f"a-case-with-quite-a-long-name-{verdict}",
            group="Past and versions",
            iteration=1,
            verdict=verdict,
            listed=True,
            turns=(turn,),
            why=(WIDE,),
            expected=f"says: {WIDE}",
            latencies=(0.1, 2.5),
            tokens=12_345,
            micros=123_456,
        )
        for verdict in Verdict
    ]
    run = Run(
        model="anthropic:some-quite-long-name-of-a-model",
        date="2026-11-23",
        commit="abcdef0",
        times=1,
        outcomes=tuple(outcomes),
        priced=True,
    )
    shown = browser.new_page(viewport={"width": 420, "height": 800})
    try:
        shown.set_content(page(run))
        shown.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert shown.evaluate("document.documentElement.scrollWidth") == 420
    finally:
        shown.close()
