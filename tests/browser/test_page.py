"""The workspace's page in a real browser, against canned data."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import page_blocks as blocks
from tests.browser import page_samples as samples
from tests.browser.page_stub import PageStub

pytestmark = pytest.mark.browser


@pytest.fixture
def stub() -> Iterator[PageStub]:
    served = PageStub()
    served.start()
    yield served
    served.close()


@pytest.fixture
def page(browser: Browser, stub: PageStub) -> Iterator[Page]:
    """A page whose script errors and requests to elsewhere fail the test."""
    context = browser.new_context(viewport={"width": 1300, "height": 850}, locale="en-US")
    opened = context.new_page()
    opened.set_default_timeout(8_000)
    errors: list[str] = []
    away: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on(
        "request",
        lambda sent: None if sent.url.startswith((stub.url, "data:")) else away.append(sent.url),
    )
    yield opened
    context.close()
    assert errors == []
    assert away == []


def visit(page: Page, stub: PageStub, channel: str, thread: str = "") -> None:
    page.goto(f"{stub.url}/#{channel}{'/' + thread if thread else ''}")
    page.locator(f".rail-row.on[data-channel={channel}]").wait_for(state="attached")


def messages(page: Page) -> Locator:
    return page.get_by_test_id("messages")


def show_view(page: Page, stub: PageStub, view: blocks.Json, view_id: str = "V1") -> Locator:
    stub.views = [{"id": view_id, "view": view, "errors": {}}]
    stub.tell("view_open", view_id=view_id)
    dialog = page.locator(f"dialog[data-view-id={view_id}]")
    dialog.wait_for()
    return dialog


def test_every_block_is_drawn(page: Page, stub: PageStub) -> None:
    """[L1] Each kind of block shows; one that is not known says its type."""
    visit(page, stub, samples.KINDS)
    drawn = messages(page).locator(".message").first
    for block in blocks.EVERY_BLOCK:
        found = drawn.locator(f"[data-block-id={block['block_id']}]").first
        expect(found).to_be_visible()
        if block["type"] != "hologram":
            expect(found.locator("[data-unknown]")).to_have_count(0)
    expect(drawn.locator("[data-unknown=hologram]")).to_contain_text("hologram")
    expect(
        drawn.locator("[data-block-id=s]").locator("strong, em, s, code, blockquote, pre")
    ).to_have_count(7)
    expect(drawn.locator("[data-block-id=s] .mention-all")).to_have_text("@here")
    expect(drawn.locator("[data-block-id=m] td")).to_have_text(["1", "2"])
    expect(drawn.locator("[data-block-id=m] ol > li > ul > li")).to_have_text("deep")
    expect(drawn.locator("[data-block-id=rich] time")).to_have_text("at 9:30 AM")
    expect(drawn.locator("[data-block-id=far] img")).to_have_count(0)


def test_charts_have_marks_axes_and_a_legend(page: Page, stub: PageStub) -> None:
    """[R1] A chart shows its series, its axes and what each colour means."""
    visit(page, stub, blocks.OPS)
    chart = page.locator("[data-block-id=series]")
    expect(chart.locator("svg path.line")).to_have_count(2)
    expect(chart.locator(".legend li")).to_have_text(["p50", "p95"])
    expect(chart.locator(".axis-y")).to_have_text("milliseconds")
    expect(chart.locator("svg text.tick").filter(has_text="1500")).to_have_count(1)
    expect(chart.locator("table td").nth(1)).to_have_text("410")
    visit(page, stub, samples.KINDS)
    expect(page.locator("[data-block-id=bars] rect.bar")).to_have_count(6)
    expect(page.locator("[data-block-id=areas] path.area")).to_have_count(1)
    expect(page.locator("[data-block-id=pie] path.slice")).to_have_count(3)
    expect(page.locator("[data-block-id=pie] .legend li").first).to_have_text("all good · 85 %")


def test_a_data_table_sorts_numbers_and_has_pages(page: Page, stub: PageStub) -> None:
    visit(page, stub, samples.KINDS)
    table = page.locator("[data-block-id=dt]")
    expect(table.locator("tbody th")).to_have_text(["run 1", "run 2", "run 3"])
    table.get_by_role("button", name="Next page").click()
    expect(table.locator("tbody th")).to_have_text(["run 4", "run 5", "run 6"])
    table.get_by_role("button", name="ms").click()
    expect(table.locator("tbody td")).to_have_text(["11", "22", "37"])


def test_every_element_sends_its_value(page: Page, stub: PageStub) -> None:
    """[L1] Menus, boxes and pickers act as in Slack, and the state goes along."""
    visit(page, stub, samples.KINDS)
    row = page.locator("[data-block-id=all]")
    row.locator("[data-action-id=plain]").click()
    row.locator("[data-action-id=static]").click()
    page.get_by_label("Search").fill("Choice 11")
    page.keyboard.press("Enter")
    row.locator("[data-action-id=users]").click()
    page.locator(".pick-item", has_text="Grace Hopper").click()
    row.locator("[data-action-id=multi]").click()
    page.locator(".pick-item", has_text="Blue").click()
    page.keyboard.press("Escape")
    row.get_by_label("Quiet").check()
    row.get_by_label("Two").check()
    row.locator("[data-action-id=date]").fill("2026-12-24")
    row.locator("[data-action-id=instant]").fill("2026-11-23T10:30")
    page.wait_for_function("document.querySelectorAll('.busy').length === 0")
    sent = {body["action"]["action_id"]: body for body in stub.wait_posted("action", 8)}
    assert sent["plain"]["action"]["value"] == "M-7KQ2XD"
    assert sent["plain"]["message_ts"] == samples.ts(-5)
    assert sent["static"]["action"]["selected_option"]["value"] == "11"
    assert sent["users"]["action"]["selected_user"] == blocks.GRACE
    assert [o["value"] for o in sent["multi"]["action"]["selected_options"]] == ["b"]
    assert sent["checks"]["action"]["selected_options"][0]["value"] == "q"
    assert sent["radios"]["action"]["selected_option"]["value"] == "2"
    assert sent["date"]["action"]["selected_date"] == "2026-12-24"
    assert sent["instant"]["action"]["selected_date_time"] == blocks.NOW + 3600
    held = sent["instant"]["state"]["values"]["all"]
    assert held["time"]["selected_time"] == "08:30"
    assert held["date"]["selected_date"] == "2026-12-24"
    expect(row.locator("[data-action-id=hidden]")).to_have_count(0)
    expect(row.locator("[data-unknown=teleporter]")).to_be_visible()


def test_a_button_spins_until_it_is_answered_and_a_double_click_sends_two(
    page: Page, stub: PageStub
) -> None:
    visit(page, stub, blocks.OPS)
    launch = messages(page).locator("[data-action-id=launch]")
    stub.hold.clear()
    launch.dblclick()
    expect(launch).to_have_attribute("aria-busy", "true")
    stub.hold.set()
    expect(launch).not_to_have_attribute("aria-busy", "true")
    assert len(stub.wait_posted("action", 2)) == 2


def test_a_confirm_object_asks_first_and_a_failed_click_says_so(page: Page, stub: PageStub) -> None:
    visit(page, stub, blocks.OPS)
    discard = messages(page).locator("[data-action-id=discard]")
    discard.click()
    expect(page.get_by_test_id("confirm")).to_contain_text("Checkout Watch is removed wholly.")
    page.get_by_test_id("confirm-no").click()
    assert stub.posted("action") == []
    stub.answers["action"] = (200, {"ok": False, "error": "operation_timeout"})
    discard.click()
    page.keyboard.press("Enter")
    expect(page.locator(".act-failed")).to_contain_text("Try again")
    assert len(stub.posted("action")) == 1


def test_hostile_text_stays_text(page: Page, stub: PageStub) -> None:
    """[P4] Markup, mentions and script addresses in data are shown as they were written."""
    visit(page, stub, samples.HOSTILE)
    shown = messages(page)
    expect(shown.locator(".message")).to_have_count(2)
    for block_id in "abcefg":
        expect(shown.locator(f"[data-block-id={block_id}]")).to_contain_text(blocks.HOSTILE_TEXT)
    expect(shown.locator("script, img, [onerror]")).to_have_count(0)
    expect(shown.locator("[href^='javascript']")).to_have_count(0)
    expect(shown.locator(".mention")).to_have_count(0)
    expect(shown).to_contain_text("<!channel>")
    assert page.evaluate("window.broken") is None


def test_the_composer_completes_sends_and_breaks_lines(page: Page, stub: PageStub) -> None:
    visit(page, stub, blocks.OPS)
    box = page.get_by_test_id("composer-main")
    expect(box).to_be_focused()
    page.keyboard.type("@")
    options = page.get_by_test_id("complete").get_by_role("option")
    expect(options.first).to_contain_text("Houston")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    expect(box).to_have_value("@Houston ")
    page.keyboard.type("one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two")
    page.keyboard.press("Enter")
    expect(box).to_have_value("")
    page.keyboard.type("/mis")
    page.keyboard.press("Enter")
    expect(box).to_have_value("/mission ")
    page.keyboard.type("list all")
    page.keyboard.press("Enter")
    expect(box).to_have_value("")
    page.keyboard.type("/")
    expect(page.get_by_test_id("complete")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("complete")).to_be_hidden()
    assert stub.wait_posted("post") == [
        {"as": blocks.ADA, "channel": blocks.OPS, "text": "@Houston one\ntwo"}
    ]
    assert stub.wait_posted("command")[0]["text"] == "list all"


def test_a_text_that_was_refused_comes_back(page: Page, stub: PageStub) -> None:
    """[C10] A message is not lost when it cannot be sent."""
    visit(page, stub, blocks.OPS)
    stub.answers["post"] = (400, {"ok": False, "error": "is_archived"})
    page.keyboard.type("hello")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("composer-main")).to_have_value("hello")
    expect(page.get_by_test_id("toasts")).to_contain_text("archived")


def test_threads_replies_reactions_and_edits(page: Page, stub: PageStub) -> None:
    visit(page, stub, blocks.OPS)
    card = messages(page).locator(f"[data-ts='{samples.ts(-13.6)}']")
    card.get_by_test_id("replies").click()
    thread = page.get_by_test_id("thread-messages")
    expect(thread.locator(".message")).to_have_count(3)
    expect(page.get_by_test_id("composer-thread")).to_be_focused()
    page.keyboard.type("and p95")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("composer-thread")).to_have_value("")
    assert stub.wait_posted("post")[0]["thread_ts"] == samples.ts(-13.6)
    mine = messages(page).locator(f"[data-ts='{samples.ts(-14)}']")
    mine.hover()
    mine.locator("[data-tool=edit]").click()
    expect(page.get_by_test_id("edit")).to_have_value(
        "@Houston watch https://shop.example/checkout every 5 minutes,"
        " tell me if it needs more than 800 ms"
    )
    page.keyboard.press("End")
    page.keyboard.type("!")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("edit")).to_have_count(0)
    assert stub.wait_posted("edit")[0]["text"].endswith("800 ms!")
    mine.locator("[data-reaction=eyes]").click()
    expect(card.locator("[data-tool=edit]")).to_have_count(0)
    assert stub.wait_posted("react")[0]["name"] == "eyes"


def test_what_only_one_person_sees_is_marked(page: Page, stub: PageStub) -> None:
    visit(page, stub, blocks.OPS)
    only = messages(page).locator("[data-ephemeral]")
    expect(only).to_contain_text("Only visible to you")
    expect(only.locator(".tools")).to_have_count(0)
    expect(messages(page).locator(f"[data-ts='{samples.ts(-9)}']")).to_contain_text("(edited)")


def test_a_dialog_to_read_begins_with_none_of_its_menus(page: Page, stub: PageStub) -> None:
    visit(page, stub, blocks.OPS)
    menu = {"type": "static_select", "action_id": "pick", "options": [blocks.option("A", "a")]}
    view = {
        "type": "modal",
        "title": {"type": "plain_text", "text": "To read"},
        "blocks": [{"type": "actions", "block_id": "ways", "elements": [menu]}],
    }
    dialog = show_view(page, stub, view)
    expect(dialog).to_be_focused()


def test_an_inline_error_shows_under_its_input(page: Page, stub: PageStub) -> None:
    """[M5] A wrong ID is an inline error, and the dialog stays with what was typed."""
    visit(page, stub, blocks.OPS)
    dialog = show_view(page, stub, blocks.DELETE_VIEW)
    typed = dialog.locator("[data-action-id=typed]")
    expect(typed).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.locator(".input-error")).to_contain_text("required")
    assert stub.posted("view/submit") == []
    wrong = {"result": "errors", "errors": {"id": "That is not the ID."}}
    stub.answers["view/submit"] = (200, wrong)
    page.keyboard.type("M-WRONG1")
    page.keyboard.press("Enter")
    block = dialog.locator("[data-block-id=id]")
    expect(block.locator(".input-error")).to_have_text("That is not the ID.")
    expect(typed).to_have_attribute("aria-invalid", "true")
    expect(typed).to_have_value("M-WRONG1")
    stub.views[0]["errors"] = wrong["errors"]
    stub.tell("view_update", view_id="V1")
    expect(typed).to_have_value("M-WRONG1")
    expect(block.locator(".input-error")).to_have_text("That is not the ID.")
    stub.answers.clear()
    dialog.get_by_test_id("view-submit").click()
    expect(dialog).to_have_count(0)
    values = stub.posted("view/submit")[-1]["state"]["values"]
    assert values["id"]["typed"] == {"type": "plain_text_input", "value": "M-WRONG1"}


def test_a_dialog_holds_every_kind_of_input(page: Page, stub: PageStub) -> None:
    visit(page, stub, blocks.OPS)
    dialog = show_view(page, stub, blocks.INPUT_VIEW)
    dialog.locator("[data-block-id=when] .select").click()
    page.locator(".pick-item", has_text="One run").click()
    dialog.get_by_label("Weekend").check()
    dialog.locator("[data-block-id=mail] input").fill("nobody")
    dialog.get_by_test_id("view-submit").click()
    expect(dialog.locator("[data-block-id=mail] .input-error")).to_contain_text("valid email")
    dialog.locator("[data-block-id=mail] input").fill("ada@example.com")
    dialog.get_by_test_id("view-submit").click()
    expect(dialog).to_have_count(0)
    values = {k: v["v"] for k, v in stub.posted("view/submit")[0]["state"]["values"].items()}
    assert values["name"]["value"] == "Checkout Watch"
    assert values["why"]["value"] is None
    assert values["when"]["selected_option"]["value"] == "one"
    assert values["how"]["selected_option"]["value"] == "skip"
    assert [one["value"] for one in values["days"]["selected_options"]] == ["we"]
    assert values["from"]["selected_date"] == "2026-11-24"
    assert values["at"]["selected_time"] == "08:30"
    assert values["until"]["selected_date_time"] == blocks.NOW
    assert values["who"]["selected_user"] == blocks.GRACE


def test_escape_closes_the_list_before_the_dialog(page: Page, stub: PageStub) -> None:
    visit(page, stub, blocks.OPS)
    dialog = show_view(page, stub, blocks.INPUT_VIEW)
    dialog.locator("[data-block-id=when] .select").click()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("popover")).to_have_count(0)
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert stub.wait_posted("view/close") == [{"as": blocks.ADA, "view_id": "V1"}]


def test_another_person_reads_in_their_own_zone(page: Page, stub: PageStub) -> None:
    """[C9] Times are said in the zone of who reads them; all is fetched anew."""
    visit(page, stub, blocks.OPS)
    date = messages(page).locator("[data-block-id=task1] time")
    expect(date).to_contain_text("9:35 AM")
    page.get_by_test_id("who").click()
    page.locator(f"[data-person={blocks.GRACE}]").click()
    expect(date).to_contain_text("3:35 AM")

    def asked() -> set[str]:
        return {name for name, query in list(stub.asked) if query.get("as") == blocks.GRACE}

    for _ in range(100):
        if asked() >= {"state", "messages", "views"}:
            break
        page.wait_for_timeout(50)
    assert asked() >= {"state", "messages", "views"}


def test_prompts_home_and_status_of_the_app(page: Page, stub: PageStub) -> None:
    visit(page, stub, samples.DM)
    page.locator("[data-prompt='Watch a page']").click()
    stub.tell("status", channel=samples.DM, status="is thinking…")
    expect(page.get_by_test_id("status")).to_have_text("Houston is thinking…")
    stub.tell("status", channel=samples.DM, status="")
    expect(page.get_by_test_id("status")).to_be_empty()
    page.get_by_role("tab", name="Home").click()
    page.locator("[data-action-id=open_mission]").click()
    expect(page.locator(".busy")).to_have_count(0)
    assert stub.wait_posted("post")[0]["text"].startswith("Check https://shop.example")
    opened = [body["tab"] for body in stub.wait_posted("home/open", 2)]
    assert opened == ["messages", "home"]
    assert stub.wait_posted("action")[0]["view_id"] == "V0HOME"


def test_an_answer_in_the_apps_messages_opens_beside_the_question(
    page: Page, stub: PageStub
) -> None:
    """[C1] What was asked in the direct messages is answered in its thread, in sight."""
    visit(page, stub, samples.DM)
    stub.answers["post"] = (200, {"ts": samples.ts(0)})
    page.keyboard.type("list my missions")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("composer-main")).to_have_value("")
    stub.wait_posted("post")
    question = samples.message(0, blocks.ADA, "list my missions", status="is thinking…")
    stub.messages[samples.DM].append(question)
    stub.tell("message", channel=samples.DM, ts=samples.ts(0), thread_ts=None)
    expect(messages(page).locator(".status")).to_contain_text("Houston is thinking…")
    messages(page).locator("[data-tool=stop]").click()
    assert stub.wait_posted("session/stop")[0]["thread_ts"] == samples.ts(0)
    answer = samples.message(1, blocks.BOT, "You have none.", thread_ts=samples.ts(0))
    stub.replies[samples.ts(0)] = [answer]
    stub.tell("message", channel=samples.DM, ts=samples.ts(1), thread_ts=samples.ts(0))
    expect(page.get_by_test_id("thread-messages")).to_contain_text("You have none.")


def test_a_lost_stream_is_said_and_mended(page: Page, stub: PageStub) -> None:
    visit(page, stub, samples.DM)
    expect(page.get_by_test_id("empty")).to_be_visible()
    stub.answers["stream"] = (503, {})
    stub.cut()
    expect(page.get_by_test_id("banner")).to_contain_text("Connection lost")
    stub.messages[samples.DM].append(samples.message(0, blocks.BOT, "I am back"))
    del stub.answers["stream"]
    expect(page.get_by_test_id("banner")).to_be_hidden()
    expect(messages(page)).to_contain_text("I am back")


def test_the_demo_site_is_switched(page: Page, stub: PageStub) -> None:
    visit(page, stub, blocks.OPS)
    page.locator("[data-demo=down]").click()
    stub.state["demo"]["mode"] = "down"
    stub.tell("state")
    expect(page.locator("[data-demo=down]")).to_have_attribute("aria-checked", "true")
    assert stub.wait_posted("demo") == [{"mode": "down"}]


def test_a_small_screen_shows_one_pane_at_a_time(page: Page, stub: PageStub) -> None:
    page.set_viewport_size({"width": 420, "height": 800})
    visit(page, stub, blocks.OPS, samples.ts(-13.6))
    expect(page.get_by_test_id("thread")).to_be_visible()
    expect(page.get_by_test_id("pane")).to_be_hidden()
    page.get_by_test_id("back").click()
    expect(page.get_by_test_id("pane")).to_be_visible()
    page.get_by_test_id("back").click()
    expect(page.get_by_test_id("rail")).to_be_visible()
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 420


def test_the_chosen_colours_are_kept(page: Page, stub: PageStub) -> None:
    visit(page, stub, blocks.OPS)
    root = page.locator("html")
    expect(root).to_have_attribute("data-theme", "light")
    page.get_by_test_id("theme").click()
    page.reload()
    expect(root).to_have_attribute("data-theme", "dark")


def test_scripts_put_no_data_into_markup() -> None:
    """[P4] No script of the page writes markup."""
    folder = Path(__file__).parents[2] / "bot" / "workspace" / "page"
    for script in folder.glob("*.js"):
        text = script.read_text(encoding="utf-8")
        for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert way not in text, f"{script.name} uses {way}"
