"""Scenes in dialogs and on Home."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tests.screens.stage import Stage
from tests.screens.talk import SHOP
from tests.screens.work import CHECKOUT
from tests.support.system import wait_for

NAMES = (
    "Login page", "Search API", "Image CDN", "EU gateway", "US gateway", "Billing webhook",
    "Certificates of the shop", "Status page", "Docs site", "Mail relay", "Partner feed",
    "Warehouse sync", "Mobile API", "Nightly export", "Fraud score", "Pricing service",
    "A Mission with quite a long name that somebody typed without thinking of phones",
    "客户门户检查", "مراقبة الدفع",
)  # fmt: skip


def details(s: Stage) -> None:
    """A Mission's details"""
    ada, mission = s.ada, s.missions[CHECKOUT]
    ada.command(f"/mission unmute {mission}")
    view = s.opened(ada, lambda: ada.w.command("ada", "#ops", f"/mission show {mission}"))["id"]
    s.dialog("Details, overview", ada)
    for number, (tab, has) in enumerate(
        (("plan", "Tasks"), ("changes", "Launched"), ("settings", "Change settings")), start=1
    ):
        s.turned(ada, view, f"details_tab:{number}", has)
        s.dialog(f"Details, {tab}", ada)
    s.opened(ada, lambda: ada.w.click_view("ada", view, "open_settings"))
    top = s.dialog("Settings", ada)
    ada.w.close("ada", top)
    s.opened(ada, lambda: ada.w.click_view("ada", view, "open_delete"))
    top = s.dialog("Delete", ada)
    ada.w.close("ada", top)
    s.turned(ada, view, "details_tab", "Goal")
    s.opened(ada, lambda: ada.w.click_view("ada", view, "change"))
    top = s.dialog("Change, with the mentions picker", ada)
    ada.w.close("ada", top)
    s.opened(ada, lambda: ada.w.click_view("ada", view, "open_disable"))
    top = s.dialog("Disable", ada)
    ada.w.close("ada", top)
    s.close_all(ada)


def versions(s: Stage) -> None:
    """Versions in a dialog"""
    ada, (root, mission) = s.ada, s.launch("Search", f"every day at 9:00 check {s.site.url('/q')}")
    ada.click(ada.ask(f"make it 8:30 and also check {s.site.url('/cart')}", root), "apply")
    ada.said(root, "Applied")
    view = s.opened(ada, lambda: ada.w.command("ada", "#ops", f"/mission show {mission}"))["id"]
    s.turned(ada, view, "details_tab:1", "Versions…")
    s.opened(ada, lambda: ada.w.click_view("ada", view, "versions"))
    top = s.dialog("Versions in a dialog", ada)
    s.turned(ada, top, "diff", "→")
    s.dialog("Two versions compared", ada)
    s.close_all(ada)
    s.whisper("Help of the command", ada, "/mission help")


def records(s: Stage) -> None:
    """Executions, calendar, Session"""
    ada, mission = s.ada, s.missions[CHECKOUT]
    view = s.opened(ada, lambda: ada.w.command("ada", "#ops", f"/mission show {mission}"))["id"]
    top = s.opened(ada, lambda: ada.w.click_view("ada", view, "executions"))["id"]
    s.dialog("Executions", ada)
    s.turned(ada, top, "execution", "Duration")
    s.dialog("One Execution", ada)
    s.turned(ada, top, "session", "Session")
    s.dialog("Session", ada)
    ada.w.close("ada", top)
    s.opened(ada, lambda: ada.w.click_view("ada", view, "calendar"))
    s.drawn(ada)
    s.dialog("Calendar, one day", ada)
    s.close_all(ada)
    shop = s.missions[SHOP]
    view = s.opened(ada, lambda: ada.w.command("ada", "#ops", f"/mission show {shop}"))["id"]
    s.opened(ada, lambda: ada.w.click_view("ada", view, "calendar"))
    s.drawn(ada)
    top = s.dialog("Calendar", ada)
    s.turned(ada, top, "calendar_file", "Sent to you")
    s.drawn(ada)
    s.dialog("Calendar, sent as a picture", ada)
    s.close_all(ada)
    direct = ada.as_("ada", "dm")
    picture = wait_for(lambda: [m for m in direct.answers(None) if m.get("files")], 20)[-1]
    s.shot("Calendar as a picture", direct, picture)
    s.whisper("History", ada, f"/mission history {mission}")
    s.whisper("Export", ada, f"/mission export {shop}")


def new(s: Stage) -> None:
    """A new Mission from a form"""
    ada = s.ada
    view = s.opened(ada, lambda: ada.w.command("ada", "#ops", "/mission new"))
    s.dialog("New Mission", ada)
    ids = [
        one["accessory"]["action_id"]
        for one in view["view"]["blocks"]
        if one.get("accessory", {}).get("action_id", "").startswith("use_template")
    ]
    for action in ids:
        s.opened(ada, partial(ada.w.click_view, "ada", view["id"], action))
        top = s.dialog(f"Template {ada.dialog()['view']['title']['text']}", ada)
        ada.w.close("ada", top)
    s.close_all(ada)


def home(s: Stage) -> None:
    """Home with much on it"""
    ada = s.ada.as_("ada", "#general")

    def make(name: str) -> None:
        url = s.site.url(f"/{abs(hash(name)) % 1000}")
        ada.launched(f"every hour check {url}, call it {name}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(make, NAMES))
    for name in ("Backup size", "Queue depth"):
        root = ada.mention(f"every day at 7:00 check {s.site.url('/x')}, call it {name}")
        ada.said(root, "Launch")
    ada.w.open_home("ada")
    wait_for(lambda: "Waiting" in str(ada.w.home("ada")), 15)
    s.camera.home("Home", ada.w, "ada")
    view = ada.w.home("ada")
    assert view
    s.opened(ada, lambda: ada.w.click_view("ada", view["id"], "open_pause_all"))
    s.dialog("Pause everything", ada)
    s.close_all(ada)
    s.whisper("List", s.ada.as_("ada", "#general"), "/mission list")


def ends(s: Stage) -> None:
    """Disabled and deleted"""
    ada, (_, mission) = s.ada, s.launch("Short lived", f"every hour check {s.site.url('/short')}")
    s.run("Short lived", "All good")
    ada.w.command("ada", "#ops", f"/mission disable {mission}")
    ada.fill(ada.dialog(), "code freeze")
    s.shot("Disabled", ada, ada.said(None, "code freeze"))
    ada.w.command("ada", "#ops", f"/mission delete {mission}")
    ada.fill(ada.dialog(), "M-222222")
    s.dialog("Delete, with a wrong ID", ada)
    ada.fill(ada.dialog(), mission)
    wait_for(lambda: not ada.w.views("ada"), 10)
    s.shot("Delete announced", ada, ada.whispered("is deleted"))
    direct = ada.as_("ada", "dm")
    s.shot("Delete done", direct, direct.said(None, "eleted", 30))


SCENES = (details, versions, records, new, home, ends)
