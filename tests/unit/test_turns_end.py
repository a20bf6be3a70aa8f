"""What a turn shows in the end: code's lines first, and a model's words for what they are."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.messages import AIMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver

from agent.calling import Terms
from agent.conversation import MODEL_CALLS, Conversation, ModelFailed, TurnResult
from agent.misfits import misfits
from agent.one_step import stages
from agent.patience import Patience
from agent.tools.kit import TOOLS
from bot.blocks.notices import sentence
from missions.blueprint import Summary
from missions.cards import TextCard
from missions.effects import Propose
from missions.phrases import Language, speaking
from tests.unit.desk_kit import SHOP, desk, execution, mission, reader
from tests.unit.test_conversation import PROPOSE, THREAD, calls, scripted, with_model

CHOICES = [{"label": f"At {n}", "say": f"every day at {n}:00"} for n in (8, 9)]
QUESTION = ("ask", {"lead": "I see.", "questions": [{"text": "When?", "choices": CHOICES}]})
LIE = AIMessage(content="Done: it now runs every minute.")
COMMENT = "Comment of the language model. What counts stands above."
UNCHANGED = "Nothing was changed."


def turn(*replies: AIMessage, text: str = "do it") -> TurnResult:
    at = desk(text, reader(mission(), runs=[execution()]), focus=SHOP)
    return with_model(scripted(*replies)).turn(at, THREAD, None)


def change(**operation: Any) -> AIMessage:
    return calls(("propose_change", {"changes": [operation]}))


def test_words_without_a_deed_are_told_from_one() -> None:
    """[C6] A model may say that it did what it has no tool for."""
    assert turn(LIE).cards == (TextCard(text=LIE.text, aside=UNCHANGED),)
    said = turn(calls(("say", {"text": LIE.text})), AIMessage(content="")).cards
    assert said == (TextCard(text=LIE.text, aside=UNCHANGED),)


SMALL_TALK = (
    "hello", "Hi there, Houston!", "good morning", "thanks", "thank you very much :pray:",
    "Thanks a lot for your help!", "how are you? hey", "Guten Morgen zusammen", "vielen Dank!",
    "¡Hola! ¿Qué tal?", "muchas gracias", "merci beaucoup", "こんにちは", "ありがとうございます！",
    "你好", "谢谢你", "早上好，谢谢", "안녕하세요",
)  # fmt: skip
ORDERS = (
    "do it", "hello, do it", "thanks, now stop it", "thanks, make it 9", "hi, every hour please",
    "great", "yes, thanks", "ok", "", "hey what runs tonight?", "danke, und um 9",
    "hola, cada hora", "你好，改成九点", "ありがとう、九時に変えて", "thanks :white_check_mark: go",
)  # fmt: skip


@pytest.mark.parametrize("text", SMALL_TALK)
def test_an_answer_to_small_talk_needs_no_word_on_what_was_done(text: str) -> None:
    """[C10] Who greets or thanks wished nothing: that nothing was changed would only puzzle."""
    words = AIMessage(content="You are welcome.")
    assert turn(words, text=text).cards == (TextCard(text=words.text),)
    said = turn(calls(("say", {"text": words.text})), AIMessage(content=""), text=text).cards
    assert said == (TextCard(text=words.text),)


@pytest.mark.parametrize("text", ORDERS)
def test_words_that_may_wish_something_are_no_small_talk(text: str) -> None:
    """[C6] A model that says it did it is put right."""
    assert turn(LIE, text=text).cards == (TextCard(text=LIE.text, aside=UNCHANGED),)


def test_a_model_that_tried_something_on_thanks_is_put_right() -> None:
    """[B7 C6] Then its words are on more than manners."""
    too_often = change(op="set_trigger", when={"cron": "* * * * *", "zone": "UTC"})
    _, words = turn(too_often, LIE, text="thanks").cards
    assert words == TextCard(text=LIE.text, aside=f"{COMMENT} {UNCHANGED}")


def test_a_refusal_that_a_model_passes_over_is_shown() -> None:
    """[B7 C6] Its findings stand above whatever the model makes of them."""
    too_often = change(op="set_trigger", when={"cron": "* * * * *", "zone": "UTC"})
    found, words = turn(too_often, LIE).cards
    assert isinstance(found, TextCard)
    assert "the shortest allowed here is 5 min" in found.text
    assert words == TextCard(text=LIE.text, aside=f"{COMMENT} {UNCHANGED}")
    (alone,) = turn(too_often, AIMessage(content=" "), AIMessage(content="?")).cards[:1]
    assert alone == found


def test_a_refusal_that_was_mended_is_not_shown() -> None:
    too_often = change(op="set_trigger", when={"cron": "* * * * *", "zone": "UTC"})
    result = turn(too_often, change(op="set_time", time="08:30"), AIMessage(content="So be it."))
    assert [card.kind for card in result.cards] == ["text", "change"]
    assert result.cards[0] == TextCard(text="So be it.")


@pytest.mark.parametrize(
    "tool", ["explain_last", "what_changed", "what_it_costs", "who_did", "last_success"]
)
def test_what_the_records_say_is_said_by_code(tool: str) -> None:
    """[C7 C8] A model's words are a comment below, whatever they claim."""
    source = reader(mission(), runs=[execution()])
    source.changes = lambda *_: ()  # type: ignore[attr-defined]
    source.approvals = lambda *_: ()  # type: ignore[attr-defined]
    source.name = lambda *_: "Anna"  # type: ignore[attr-defined]
    model = scripted(calls((tool, {})), AIMessage(content="All was good."))
    facts, words = with_model(model).turn(desk("why?", source, focus=SHOP), THREAD, None).cards
    assert isinstance(facts, TextCard)
    assert "Shop watch" in facts.text or "24" in facts.text or "Mon" in facts.text
    assert words == TextCard(text="All was good.", aside=f"{COMMENT} {UNCHANGED}")


def test_a_turn_asks_once_or_plans() -> None:
    """[C2] One card with questions, and no plan that its answers would change."""
    asked = turn(calls(QUESTION, PROPOSE), AIMessage(content=""))
    assert [c.kind for c in asked.cards] == ["ask"]
    assert asked.effects == ()
    twice = turn(calls(QUESTION, ("ask", {**QUESTION[1], "lead": "And?"})), AIMessage(content=""))
    assert [c.kind for c in twice.cards] == ["ask"]
    planned = turn(calls(PROPOSE, QUESTION), AIMessage(content=""))
    assert [c.kind for c in planned.cards] == ["plan"]


def test_tools_that_bring_something_about_are_known() -> None:
    looking = ("list_", "show_", "explain_", "what_", "who_", "last_", "export_")
    others = {t.name for t in TOOLS if not stages(t.name) and not t.name.startswith(looking)}
    assert others == {"ask", "say", "help"}


def test_an_empty_answer_is_asked_for_again_and_stood_in_for() -> None:
    """[C10]"""
    assert turn(AIMessage(content=""), AIMessage(content="There.")).cards[0] == TextCard(
        text="There.", aside=UNCHANGED
    )
    terms = Terms(
        patience=Patience(pause=0.01), fallback=scripted(AIMessage(content="I stand in."))
    )
    silent = scripted(AIMessage(content=""))
    talk = Conversation(silent, InMemorySaver(), offline=False, terms=terms)
    (card,) = talk.turn(desk("do it", reader(mission())), THREAD, None).cards
    assert card == TextCard(text="I stand in.", aside=UNCHANGED)


def test_another_model_stands_in_for_one_that_goes_round_in_circles() -> None:
    """[C10] It begins anew: what the first one staged on its way is gone."""
    terms = Terms(
        patience=Patience(pause=0.01), fallback=scripted(AIMessage(content="I stand in."))
    )
    circling = scripted(calls(PROPOSE), calls(("list_missions", {})))
    talk = Conversation(circling, InMemorySaver(), offline=False, terms=terms)
    result = talk.turn(desk("do it", reader(mission())), THREAD, None)
    assert result.cards == (TextCard(text="I stand in.", aside=UNCHANGED),)
    assert result.effects == ()
    assert len(circling.seen) == MODEL_CALLS
    both = replace(terms, fallback=scripted(calls(("list_missions", {}))))
    talk = Conversation(circling, InMemorySaver(), offline=False, terms=both)
    with pytest.raises(ModelFailed, match="circles"):
        talk.turn(desk("hello", reader(mission())), THREAD, None)


def test_more_calls_than_a_turn_has_are_refused_and_the_turn_goes_on() -> None:
    """[C10]"""
    result = turn(calls(*[("list_missions", {})] * 13), AIMessage(content="These are all."))
    assert [c.kind for c in result.cards] == ["text", "list"]


def test_arguments_that_do_not_fit_are_findings_in_words() -> None:
    """[B7 C9] For the model to mend, and no validator's English; a person is not shown them."""
    odd = calls(("propose_mission", {"tasks": [{"when": {"cron": "0 9 * * *"}, "checks": 7}]}))
    at = desk("do it", reader(mission()))
    model = scripted(odd, AIMessage(content="I cannot."))
    result = with_model(model).turn(at, THREAD, None)
    (answer,) = [m for m in model.seen[-1] if isinstance(m, ToolMessage)]
    told = json.loads(str(answer.content))
    assert told["ok"] is False
    form = "“tasks.0.checks” does not have the form that it needs."
    assert form in told["findings"]
    assert "Please fix" not in str(answer.content)
    assert result.cards == (TextCard(text="I cannot.", aside=UNCHANGED),)
    tools = {tool.name: tool for tool in TOOLS}
    short = {"changes": [{"op": "set_timeout", "minutes": 0}]}
    with speaking(Language.DE):
        assert "„questions“ fehlt." in misfits(tools["ask"], {})
        (least,) = misfits(tools["propose_change"], short)
    assert least == "„changes.0.set_timeout.minutes“ ist mindestens 1."
    assert misfits(tools["list_missions"], {}) == ()
    assert turn(odd, calls(PROPOSE), AIMessage(content="")).effects


def test_an_integer_beyond_all_bounds_ends_no_turn() -> None:
    """[C10] What a checkpoint cannot hold is cut to what it can."""
    odd = {"mission": "Shop watch", "n": 10**30, "m": [{"x": -(10**30)}]}
    assert turn(calls(("show_mission", odd)), AIMessage(content="There.")).cards


def test_a_summary_is_in_the_persons_zone_unless_they_say() -> None:
    """[B5 R3]"""
    for said, zone in (({}, "Europe/Berlin"), ({"zone": "Asia/Tokyo"}, "Asia/Tokyo")):
        result = turn(change(op="set_summary", every="day", **said), AIMessage(content=""))
        (effect,) = result.effects
        assert isinstance(effect, Propose)
        summary = effect.proposal.blueprint.summary
        assert isinstance(summary, Summary)
        assert summary.zone == zone


def test_an_aside_is_a_small_line_below() -> None:
    first, below = sentence("Done.", UNCHANGED).blocks
    assert (first["type"], below["type"]) == ("section", "context")
    assert below["elements"][0]["text"] == UNCHANGED
