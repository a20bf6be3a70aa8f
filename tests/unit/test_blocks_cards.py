"""What the cards of the conversation say, and which buttons they offer when."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.blocks import notices
from bot.blocks.action_card import action_card
from bot.blocks.actions import ActionId, Value, action_of, decode, encode
from bot.blocks.ask_card import ask_card
from bot.blocks.change_card import ChangeFacts, change_card
from bot.blocks.choose_card import choose_card
from bot.blocks.layout import Message
from bot.blocks.list_card import ListFacts, ListItem, list_card
from bot.blocks.mission_card import MissionFacts, TaskLine, change_line, mission_card
from bot.blocks.next_runs import next_runs
from bot.blocks.outage_card import Missed, outage_card
from bot.blocks.plan_card import PlanFacts, plan_card
from bot.blocks.plan_view import PlanViewFacts, plan_view
from bot.blocks.tasks import Coming, TaskFacts, coming, runs_of
from bot.mrkdwn import Mrkdwn
from missions.blueprint import (
    Blueprint,
    CronTrigger,
    EventSource,
    EventTrigger,
    Finding,
    OnceTrigger,
    Task,
)
from missions.cards import Action, ActionCard, AskCard, Choice, Question
from missions.execution import Status
from missions.ids import MissionId, TaskId
from missions.mission import Change, Mission, MissionState, Pause
from missions.proposal import Proposal, ProposalKind, ProposalState
from tests.unit.block_samples import (
    ANN,
    ID,
    NOW,
    REPORT_URL,
    ZONE,
    assert_sendable,
    difference,
    mission,
    objects,
    proposal,
)

TOMORROW = NOW + timedelta(hours=23)
SHOP = Task(
    id=TaskId("T1"),
    title="Check the shop",
    trigger=CronTrigger(cron="0 9 * * *", zone=ZONE),
    instructions="Say whether people can buy.",
    tools=("http_get",),
    expected_output="A short report",
)
LAUNCH = Task(id=TaskId("T2"), title="Launch day", trigger=OnceTrigger(at=TOMORROW, zone=ZONE))
CHECK = "GET https://shop.example/health answers 200 in under 800 ms"
PLAN = Blueprint(goal="Sell at all hours", objectives=("It answers quickly",), tasks=(SHOP,))
FACTS = TaskFacts(
    SHOP,
    "Every day at 09:00 (Europe/Berlin)",
    (CHECK,),
    ("Fails after 3 hours",),
    "Reports always",
    tuple(TOMORROW + timedelta(days=day) for day in range(4)),
)


def buttons(message: Message) -> list[ActionId]:
    """What the message's buttons do, menus by what they offer."""
    found = []
    for part in objects(message.blocks):
        if part.get("type") == "button":
            found.append(action_of(part["action_id"]))
        for option in part.get("options", ()):
            found.append(action_of(decode(option["value"]).extra or ""))
    assert None not in found
    return [action for action in found if action]


def value_of(message: Message, action: ActionId, number: int = 0) -> Value:
    """What the button for that action carries."""
    wanted = action.numbered(number)
    part = next(p for p in objects(message.blocks) if p.get("action_id") == wanted)
    return decode(part["value"])


def plan(**changed: object) -> Message:
    base = proposal(kind=ProposalKind.LAUNCH).model_copy(update={"blueprint": PLAN, **changed})
    return plan_card(PlanFacts(mission(state=MissionState.DRAFT), base, (FACTS,), NOW, ZONE))


def change(base: int = 3, **changed: object) -> Message:
    made = proposal(kind=ProposalKind.CHANGE, base=base).model_copy(update=changed)
    changes = (
        difference("When", "every day at 09:00", "every weekday at 08:30"),
        difference("Check", None, CHECK),
        difference("Task", "Launch day", None),
    )
    coming = (Coming(TOMORROW, ZONE, SHOP.title, ID, "Nightly Watch"),)
    return change_card(ChangeFacts(mission(), made, changes, coming, NOW, ZONE))


def test_the_plan_card_shows_the_whole_plan() -> None:
    """[C3]"""
    message = plan()
    assert message.blocks[0]["text"]["text"] == "⚪ Nightly Watch"
    for shown in (
        *(ID, PLAN.goal, *PLAN.objectives, SHOP.title, FACTS.trigger, CHECK),
        *(SHOP.instructions, SHOP.expected_output, "Fails after 3 hours", "Reports always"),
        "`http_get`",
    ):
        assert shown in message.text
    assert_sendable(message)


def test_a_plan_that_was_dropped_says_no_state() -> None:
    """[C3] It will never run, whatever becomes of the Mission."""
    assert "Draft" in str(plan().blocks[1])
    for final in (ProposalState.DISCARDED, ProposalState.SUPERSEDED):
        shown = plan(state=final, answered_by=ANN, answered_at=NOW)
        assert "Draft" not in str(shown.blocks[:2])


def test_a_launched_plan_says_how_the_mission_stands_now() -> None:
    """[C3 M3] Runs while they will come; else what keeps them, and that there is a newer plan."""

    def shown(of: Mission, quiet: Pause | None = None) -> str:
        done = {"state": ProposalState.APPLIED, "answered_by": ANN, "answered_at": NOW}
        base = proposal(kind=ProposalKind.LAUNCH, base=0).model_copy(
            update={"blueprint": PLAN, **done}
        )
        return plan_card(PlanFacts(of, base, (FACTS,), NOW, ZONE, quiet=quiet)).text

    active = mission().model_copy(update={"version": 1})
    assert "Next runs" in shown(active)
    assert "Active" in shown(active)
    paused = mission("code freeze", MissionState.PAUSED).model_copy(update={"version": 1})
    assert "Next runs" not in shown(paused)
    assert "Paused" in shown(paused)
    assert ": code freeze" in shown(paused)
    newer = shown(active.model_copy(update={"version": 3}))
    assert "Next runs" not in newer
    assert "version 1 of the plan. It is at version 3 now" in newer
    assert "Next runs" not in shown(active, Pause(by=ANN, at=NOW, note="release"))


def test_the_plan_card_shows_the_next_three_runs_in_the_readers_zone_and_as_said() -> None:
    """[C3 C9]"""
    text = plan().text
    head, *runs = text[text.index("*Next runs*") :].splitlines()[:4]
    assert head == "*Next runs* (09:00 Europe/Berlin)"
    assert [run.startswith("• <!date^") for run in runs] == [True] * 3
    assert not any(run.endswith(")") for run in runs)
    assert str(int((TOMORROW + timedelta(days=3)).timestamp())) not in text


def test_a_plan_that_waits_for_events_does_not_say_that_nothing_is_scheduled() -> None:
    """[C3 B6]"""
    rule = SHOP.model_copy(update={"trigger": EventTrigger(source=EventSource.WEBHOOK)})
    assert runs_of((TaskFacts(rule, "When an alert fires"),)) == []
    assert "No run is scheduled" in str(runs_of((TaskFacts(SHOP, "Never again"),)))


def test_runs_at_different_times_are_said_each_with_its_own() -> None:
    """[C3 C9]"""
    runs = [Coming(TOMORROW + timedelta(hours=n), ZONE, "x") for n in (0, 1)]
    head, *lines = coming(runs, named=False).splitlines()
    assert head == "*Next runs* (Europe/Berlin)"
    assert [text.rpartition("(")[2] for text in lines] == ["09:00)", "10:00)"]
    mixed = [runs[0], Coming(TOMORROW, "America/New_York", "x")]
    head, *lines = coming(mixed, named=False).splitlines()
    assert head == "*Next runs*"
    assert [text.rpartition("(")[2] for text in lines] == [
        *("09:00 Europe/Berlin)", "03:00 America/New_York)"),
    ]


def test_an_instant_in_the_change_log_is_said_in_the_readers_zone() -> None:
    """[M7 C9] As a date of Slack's, never as it is stored."""
    until = "until 2026-11-25T07:00+00:00"
    log = Change(at=NOW, by=ANN, what="Muted", after=until, before="2026-11-24T07:00:30+00:00")
    text = change_line(log, {ANN: "Ann"}, ZONE)
    assert text.count("<!date^") == 3
    assert "→ until <!date^" in text
    assert ":00+00:00 ·" not in text
    assert "until Monday" in change_line(log.model_copy(update={"after": "until Monday"}), {}, ZONE)


def test_an_open_plan_can_be_launched_tried_changed_and_discarded() -> None:
    """[C3]"""
    message = plan()
    assert buttons(message) == [
        ActionId.LAUNCH,
        ActionId.TRY_ONCE,
        ActionId.CHANGE,
        ActionId.DISCARD,
    ]
    carried = value_of(message, ActionId.LAUNCH)
    assert (carried.mission, carried.proposal, carried.version) == (ID, "P-23456789AB", 0)


def test_a_plan_that_fails_verification_shows_why_and_cannot_be_launched() -> None:
    """[B7]"""
    message = plan(findings=("No more often than every 5 minutes.",))
    assert buttons(message) == [ActionId.CHANGE, ActionId.DISCARD]
    assert "• No more often than every 5 minutes." in message.text


@pytest.mark.parametrize(
    ("state", "said", "left"),
    [
        (ProposalState.APPLIED, "Launched by <@U0ANN> <!date^", [ActionId.SHOW]),
        (ProposalState.DISCARDED, "Discarded by <@U0ANN> <!date^", []),
        (ProposalState.SUPERSEDED, "newer plan", [ActionId.SHOW]),
    ],
)
def test_an_answered_plan_says_so_and_cannot_be_answered_again(
    state: ProposalState, said: str, left: list[ActionId]
) -> None:
    """[C6]"""
    message = plan(state=state, answered_by=ANN, answered_at=NOW)
    assert buttons(message) == left
    assert said in message.text
    assert PLAN.goal in message.text
    assert "Next runs" not in message.text


@pytest.mark.parametrize(
    ("state", "toggle"),
    [
        (MissionState.ACTIVE, ActionId.OPEN_DISABLE),
        (MissionState.PAUSED, ActionId.ENABLE),
    ],
)
def test_a_launched_plan_leads_to_its_mission(state: MissionState, toggle: ActionId) -> None:
    """[C3 M3 S6]"""
    base = proposal(kind=ProposalKind.LAUNCH)
    made = base.model_copy(update={"state": ProposalState.APPLIED, "answered_at": NOW})
    message = plan_card(PlanFacts(mission(state=state), made, (FACTS,), NOW, ZONE))
    assert buttons(message) == [ActionId.SHOW, ActionId.RUN_NOW, toggle]


def test_a_plan_of_more_than_24_hours_can_only_be_made_anew() -> None:
    """[C5]"""
    assert buttons(plan(at=NOW - timedelta(hours=24))) != [ActionId.REDO]
    late = plan(at=NOW - timedelta(hours=24, seconds=1))
    assert buttons(late) == [ActionId.REDO]
    assert "older than 24 hours" in late.text


def test_a_large_plan_keeps_every_task_and_says_that_it_is_shortened() -> None:
    """[R5]"""
    many = tuple(
        TaskFacts(
            SHOP.model_copy(update={"id": TaskId(f"T{n}"), "title": f"Shop number {n}"}),
            FACTS.trigger,
            (CHECK,) * 50,
        )
        for n in range(1, 21)
    )
    message = plan_card(PlanFacts(mission(), proposal(), many, NOW, ZONE))
    assert_sendable(message)
    shown = " ".join(b["text"]["text"] for b in message.blocks if b["type"] == "section")
    assert all(f"Shop number {n}*" in shown for n in range(1, 21))
    assert "Shortened to fit" in str(message.blocks[-1])
    assert "Shortened" not in plan().text


def test_a_change_shows_before_and_after_per_field_and_the_next_runs() -> None:
    """[C5]"""
    message = change()
    assert "✏️ *When*\nevery day at 09:00  →  *every weekday at 08:30*" in message.text
    assert f"➕ *Check*\n{CHECK}" in message.text
    assert "➖ *Task*\n~Launch day~" in message.text
    assert "*Next runs*\n• <!date^" in message.text
    assert buttons(message) == [ActionId.APPLY, ActionId.DISCARD]
    assert value_of(message, ActionId.APPLY).version == 3
    assert_sendable(message)


def test_a_change_made_on_an_older_version_offers_to_redo_it() -> None:
    """[C5]"""
    message = change(base=2)
    assert buttons(message) == [ActionId.REDO]
    assert "made on version 2" in message.text
    assert "at version 3" in message.text


def test_an_expired_change_offers_to_redo_it() -> None:
    """[C5]"""
    message = change(at=NOW - timedelta(hours=25))
    assert buttons(message) == [ActionId.REDO]
    assert "older than 24 hours" in message.text


def test_an_applied_change_says_who_and_which_version() -> None:
    """[C6]"""
    message = change(base=2, state=ProposalState.APPLIED, answered_by=ANN, answered_at=NOW)
    assert buttons(message) == []
    assert "Applied by <@U0ANN>" in message.text
    assert "as version 3" in message.text


def test_a_change_that_fails_verification_cannot_be_applied() -> None:
    """[B7]"""
    assert buttons(change(findings=("The tool is not granted.",))) == [ActionId.DISCARD]


def test_what_is_missing_is_asked_in_one_card_with_answers_as_buttons() -> None:
    """[C2]"""
    often = Choice(label="Every hour", say="every hour, please")
    when = Question(text="How often?", choices=(often, Choice(label="Daily", say="daily at 9")))
    message = ask_card(AskCard(lead="I can watch **the shop**.", questions=(when,)))
    assert message.text == "I can watch *the shop*.\n*How often?*"
    assert buttons(message) == [ActionId.ANSWER] * 2
    assert value_of(message, ActionId.ANSWER).extra == "every hour, please"
    assert value_of(message, ActionId.ANSWER, 1).extra == "daily at 9"


def test_buttons_in_one_row_have_different_action_ids() -> None:
    choices = tuple(Choice(label=str(n), say=str(n)) for n in range(30))
    message = ask_card(AskCard(lead="?", questions=(Question(text="?", choices=choices),)))
    row = next(b for b in message.blocks if b["type"] == "actions")
    ids = [element["action_id"] for element in row["elements"]]
    assert len(set(ids)) == len(ids) == 10


def test_missions_that_match_are_listed_never_guessed() -> None:
    """[C7]"""
    other = mission("Shop").model_copy(update={"id": MissionId("M-ABCDEF")})
    message = choose_card((mission(), other), "run {id} now, {id}")
    said = [decode(b["accessory"]["value"]).extra for b in message.blocks[1:]]
    assert said == ["run M-7K2PQF now, M-7K2PQF", "run M-ABCDEF now, M-ABCDEF"]


@pytest.mark.parametrize(
    ("action", "opens"),
    [
        (Action.DISABLE, ActionId.OPEN_DISABLE),
        (Action.ENABLE, ActionId.ENABLE),
        (Action.DELETE, ActionId.OPEN_DELETE),
        (Action.RUN, ActionId.RUN_NOW),
    ],
)
def test_words_that_would_act_are_answered_by_a_button(action: Action, opens: ActionId) -> None:
    """[C7]"""
    state = MissionState.PAUSED if action is Action.ENABLE else MissionState.ACTIVE
    card = ActionCard(mission=ID, action=action, note="code freeze")
    message = action_card(mission(state=state), card)
    assert buttons(message) == [opens]
    noted = action in (Action.DISABLE, Action.RUN)
    assert value_of(message, opens).extra == ("code freeze" if noted else None)
    assert ("code freeze" in message.text) is noted


def test_the_list_shows_state_next_run_last_finding_and_owner() -> None:
    """[R6]"""
    item = ListItem(mission(), "Ann", TOMORROW, ZONE, Status.SUCCESS, Finding.ATTENTION)
    message = list_card(ListFacts((item,), 1))
    for shown in ("▶️ *Nightly Watch*", ID, "Active", "next <!date^", "🟡 Attention", "Ann"):
        assert shown in message.text
    assert "<@" not in message.text


def test_the_list_turns_pages_and_keeps_its_filter() -> None:
    """[R6]"""
    item = ListItem(mission(), "Ann")
    facts = ListFacts((item,) * 10, 25, 2, 3, MissionState.ACTIVE, "shop")
    message = list_card(facts)
    back, forward = (value_of(message, ActionId.LIST_PAGE, n) for n in (0, 1))
    assert (back.page, forward.page) == (1, 3)
    assert (back.state, back.extra) == (MissionState.ACTIVE, "shop")
    assert "page 2 of 3" in message.text
    first = list_card(ListFacts((item,), 25, 1, 3))
    assert value_of(first, ActionId.LIST_PAGE, 1).page == 2
    assert "‹ Previous" not in str(first.blocks)


def test_an_empty_list_says_what_to_do() -> None:
    assert "Tell me what to keep an eye on" in list_card(ListFacts((), 0)).text
    assert "No Mission matches" in list_card(ListFacts((), 0, search="zzz")).text


@pytest.mark.parametrize(
    ("state", "offered", "missing"),
    [
        (MissionState.ACTIVE, ActionId.OPEN_DISABLE, ActionId.ENABLE),
        (MissionState.PAUSED, ActionId.ENABLE, ActionId.OPEN_DISABLE),
        (MissionState.DRAFT, ActionId.DETAILS_TAB, ActionId.OPEN_DELETE),
    ],
)
def test_details_offer_what_the_state_allows(
    state: MissionState, offered: ActionId, missing: ActionId
) -> None:
    """[M1 R7]"""
    shown = buttons(mission_card(MissionFacts(mission(state=state), "Goal")))
    assert offered in shown
    assert missing not in shown


def test_details_show_tasks_running_executions_next_runs_and_changes() -> None:
    """[R7 M7]"""
    log = Change(at=NOW, by=ANN, what="Renamed", link=REPORT_URL, before="Shop", after="Watch")
    facts = MissionFacts(
        *(mission(), "Sell at all hours"),
        tasks=(TaskLine(SHOP.title, FACTS.trigger, Status.SUCCESS, Finding.ALL_GOOD),),
        next=(Coming(TOMORROW, ZONE, SHOP.title),),
        running=1,
        changes=(log,),
        people={ANN: "Ann"},
    )
    message = mission_card(facts)
    for shown in (
        *("*Check the shop* · 🟢 All good", "1 Execution running", "*Next runs*\n• <!date^"),
        *(f"<{REPORT_URL}|Renamed>", "Shop → Watch", "owner Ann", "version 3"),
    ):
        assert shown in message.text
    assert ActionId.STOP in buttons(message)


def test_a_pause_shows_who_when_and_why_wherever_the_mission_is() -> None:
    """[M3]"""
    paused = mission("code freeze", MissionState.PAUSED)
    for message in (
        mission_card(MissionFacts(paused, "Goal", people={ANN: "Ann"})),
        plan_view(PlanViewFacts(paused, PLAN, 3, (FACTS,), {ANN: "Ann"})),
    ):
        assert "Paused by Ann <!date^" in message.text
        assert ": code freeze" in message.text


def test_a_mission_whose_runs_all_lie_in_the_past_says_so() -> None:
    """[B9]"""
    assert "lie in the past" in mission_card(MissionFacts(mission(), "Goal", past=True)).text


def test_the_plan_view_has_once_tasks_cron_tasks_and_event_rules() -> None:
    """[R8]"""
    once = TaskFacts(LAUNCH, "Once, tomorrow at 09:00", next=(TOMORROW,))
    text = plan_view(PlanViewFacts(mission(), PLAN, 3, (FACTS, once))).text
    assert text.index("*Once Tasks*") < text.index("Launch day") < text.index("*Cron Tasks*")
    assert text.index("*Cron Tasks*") < text.index("Check the shop")
    assert "Event Rules: none" in text
    assert "version 3" in text


def test_next_runs_come_in_order_of_time_with_their_mission() -> None:
    late = Coming(TOMORROW + timedelta(days=1), ZONE, "B", ID, "Later")
    text = next_runs((late, Coming(TOMORROW, ZONE, "A", ID, "Sooner"))).text
    assert text.index("Sooner") < text.index("Later")
    assert "No run is scheduled" in next_runs(()).text


def test_next_runs_of_one_task_are_one_list_under_its_title() -> None:
    """[C7]"""
    runs = [Coming(TOMORROW + timedelta(days=day), ZONE, "Check the shop") for day in range(10)]
    message = next_runs(runs, mission())
    assert len(message.blocks) == 2
    assert "*Check the shop* (09:00 Europe/Berlin)" in message.text
    assert message.text.count("• <!date^") == 10
    assert_sendable(message)


def test_a_new_name_can_be_undone() -> None:
    """[C4]"""
    message = notices.renamed_card(ID, "Shop", "Nightly Watch")
    assert "*Shop* is now called *Nightly Watch*" in message.text
    assert value_of(message, ActionId.UNDO_RENAME).extra == "Shop"


def test_a_failed_turn_can_be_retried() -> None:
    """[C10]"""
    message = notices.sorry_card("The model did not answer.", "turn-7")
    assert value_of(message, ActionId.RETRY).extra == "turn-7"
    assert "Your message is kept" in message.text


def test_a_state_card_says_what_who_and_why() -> None:
    """[M3 M7]"""
    paused = mission(state=MissionState.PAUSED)
    message = notices.state_card(paused, "Paused", ANN, NOW, "freeze", ZONE)
    assert "Paused · by <@U0ANN> · <!date^" in message.text
    assert "> freeze" in message.text
    assert buttons(message) == [ActionId.ENABLE]
    assert "by Houston" in notices.state_card(mission(), "Paused", None, NOW).text


def test_a_delete_names_what_slack_kept() -> None:
    """[M6]"""
    assert "refused to delete 2 messages" in notices.deleted_card(ID, 5, 2).text
    assert "refused" not in notices.deleted_card(ID, 5, 0).text


def test_help_without_a_model_says_plainly_what_is_understood() -> None:
    """[L1]"""
    assert "HOUSTON_MODEL" in notices.help_card(offline=True).text
    assert "HOUSTON_MODEL" not in notices.help_card().text


def test_an_outage_says_from_when_to_when_and_what_was_missed() -> None:
    """[S4]"""
    missed = (Missed(ID, "Nightly Watch", "Check the shop", 3, made_up=True),)
    text = outage_card(NOW, TOMORROW, missed, ZONE).text
    assert text.count("<!date^") == 2
    assert "3 runs missed · one is made up now" in text
    assert "No run was missed" in outage_card(NOW, TOMORROW, ()).text


def test_a_long_sentence_is_shown_whole() -> None:
    """[R5]"""
    message = notices.sentence("word " * 2_000)
    shown = " ".join(block["text"]["text"] for block in message.blocks)
    assert shown.split() == ["word"] * 2_000


def test_each_proposal_button_names_mission_proposal_and_version() -> None:
    """[C6]"""
    made: Proposal = proposal()
    for action in (ActionId.LAUNCH, ActionId.TRY_ONCE, ActionId.CHANGE, ActionId.DISCARD):
        carried = value_of(plan(), action)
        assert (carried.mission, carried.proposal, carried.version) == (ID, made.id, 0)
        assert decode(encode(carried)) == carried


def test_a_search_that_stopped_at_the_newest_says_so() -> None:
    """[R6] So that nobody takes it for all there is."""
    text = str(list_card(ListFacts((ListItem(mission(), "Ann"),), 100, 1, 10, more=True)).blocks)
    assert "100 Missions, the newest; add a rarer word to find others" in text


@pytest.mark.parametrize(
    ("untaken", "says", "not_said"),
    [
        (0, "I was not running", "worker"),
        (3, "No worker took what was due", "I was not running"),
        (2, "I was not running", "No worker took what was due"),
    ],
)
def test_the_notice_says_who_was_away(untaken: int, says: str, not_said: str) -> None:
    """[S4 S1] Houston itself, or its workers while it looked on."""
    runs = Missed(ID, "Shop", "Check", 3, made_up=False, untaken=untaken)
    text = outage_card(NOW, TOMORROW, [runs]).text
    assert says in text
    assert not_said not in text
    assert ("no worker took 2 of them" in text) == (untaken == 2)


def test_a_link_stands_before_the_colon_that_leads_on() -> None:
    """[C7] `…, 09:00 · Report:`, and behind a line that ends in itself."""
    report = Mrkdwn("<https://slack.example/r|Report>")
    text = notices.sentence("Shop watch, 09:00:\nAll was good.", links=[report, report]).text
    assert text.startswith(f"Shop watch, 09:00 · {report}:\nAll was good. · {report}")
    assert notices.sentence("One:\nTwo", links=[None, report]).text.startswith("One:\nTwo")
