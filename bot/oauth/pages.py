"""The pages on which people install Houston: plain HTML, no script, nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from html import escape
from typing import Final

STYLE: Final = """
:root { color-scheme: light dark; --ink: #1d1c1d; --soft: #5c5b5e; --page: #f4f5f8;
  --card: #fff; --line: #e3e4e8; --blue: #0b3d91; --on: #fff; --bad: #b3261e; --good: #1a7f4b; }
@media (prefers-color-scheme: dark) { :root { --ink: #f1f1f3; --soft: #a9abb2; --page: #14161a;
  --card: #1d2026; --line: #30343c; --blue: #7fa8f5; --on: #0d1526; --bad: #ff8a80;
  --good: #6fd39f; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px;
  background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { width: 100%; max-width: 460px; padding: 36px 40px 32px; border-radius: 16px;
  background: var(--card); border: 1px solid var(--line);
  box-shadow: 0 1px 2px rgb(0 0 0 / 4%), 0 12px 32px rgb(0 0 0 / 8%); }
header { display: flex; align-items: center; gap: 10px; font-weight: 600; margin-bottom: 28px; }
header svg { width: 28px; height: 28px; color: var(--blue); }
h1 { font-size: 24px; line-height: 1.25; margin: 0 0 12px; letter-spacing: -0.01em; }
h1.bad { color: var(--bad); } h1.good { color: var(--good); }
p { margin: 0 0 12px; } p.soft { color: var(--soft); font-size: 14px; margin: 20px 0 0; }
code { font: 14px/1 ui-monospace, "SF Mono", Menlo, monospace; padding: 2px 6px;
  border-radius: 5px; background: var(--page); border: 1px solid var(--line); }
a.go { display: inline-block; margin-top: 12px; padding: 11px 22px; border-radius: 9px;
  background: var(--blue); color: var(--on); font-weight: 600; text-decoration: none; }
a.go:hover { filter: brightness(1.1); }
a.go:focus-visible { outline: 3px solid var(--ink); outline-offset: 3px; }
@media (max-width: 460px) { main { padding: 28px 24px; } }
"""
MARK: Final = (
    '<svg viewBox="0 0 32 32" fill="none" stroke="currentColor" stroke-width="2.4" '
    'aria-hidden="true"><circle cx="16" cy="16" r="6"/>'
    '<ellipse cx="16" cy="16" rx="14" ry="5.4" transform="rotate(-28 16 16)"/>'
    '<circle cx="27.4" cy="8.6" r="2.2" fill="currentColor" stroke="none"/></svg>'
)
_DIGEST: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS: Final = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}
"""What every page is served with: the address of an answer has a code in it."""


@dataclass(frozen=True, slots=True)
class Button:
    """A link that looks like one."""

    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page: what happened, what now. Texts are plain; `tone` is good, bad or neither."""

    title: str
    lines: tuple[str, ...]
    button: Button | None = None
    note: str = ""
    tone: str = ""
    status: int = 200

    def html(self) -> str:
        """As a browser is given it; everything that is shown is escaped."""
        said = "".join(f"<p>{_text(line)}</p>" for line in self.lines)
        go = ""
        if self.button:
            address = escape(self.button.address)
            go = f'<a class="go" href="{address}">{escape(self.button.text)}</a>'
        note = f'<p class="soft">{_text(self.note)}</p>' if self.note else ""
        tone = f' class="{self.tone}"' if self.tone else ""
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{escape(self.title)} · Houston</title><style>{STYLE}</style></head>"
            f"<body><main><header>{MARK}<span>Houston</span></header>"
            f"<h1{tone}>{escape(self.title)}</h1>{said}{go}{note}</main></body></html>"
        )


def install(authorize: str) -> Page:
    """Where it begins."""
    return Page(
        "Add Houston to Slack",
        (
            "Say in a channel what you want kept an eye on. Houston shows a plan, and runs it "
            "on time once you confirm.",
        ),
        Button("Add to Slack", authorize),
        "Nothing is scheduled before somebody presses Launch. Houston hears the channels that it "
        "is invited to, and no others.",
    )


def installed(name: str, again: bool, address: str) -> Page:
    """It worked."""
    title = f"Houston is back in {name}" if again else f"Houston is in {name}"
    return Page(
        title,
        ("Invite it to a channel: `/invite @Houston`", "Then tell it what to keep an eye on."),
        Button("Open Slack", address),
        tone="good",
    )


def denied(begin: str) -> Page:
    """Somebody pressed Cancel."""
    return Page(
        "Nothing was installed",
        ("Slack was told not to. You can begin again whenever you like.",),
        Button("Begin again", begin),
        "Some workspaces let only administrators add apps. Ask one of yours.",
    )


def expired(begin: str) -> Page:
    """The state does not hold: too late, used, or another browser."""
    return Page(
        "That took too long",
        ("The link holds for 10 minutes, once, in the browser in which it was begun.",),
        Button("Begin again", begin),
        tone="bad",
        status=400,
    )


def wrong_workspace(wanted: str, name: str, begin: str) -> Page:
    """Another workspace was picked than the link was made for."""
    return Page(
        "That is another workspace",
        (
            f"You picked {name}, and this link was made for `{wanted}`. Houston keeps nothing "
            f"about {name}.",
            "Begin again, and pick the workspace at the top right of Slack's page.",
        ),
        Button("Begin again", begin),
        tone="bad",
        status=400,
    )


def still_clearing(begin: str) -> Page:
    """What an earlier installation left is still being removed."""
    return Page(
        "Not just yet",
        (
            "Houston was removed from this workspace, and still clears away what belonged to it.",
            "Try again in a minute.",
        ),
        Button("Try again", begin),
        status=409,
    )


_USED_UP = "What Slack sent back had been used already, or is too old. Begin again."
_SECRETS = (
    "Slack does not know this Houston by the client ID and the secret that it was given. Tell the "
    "person who runs it."
)
_REFUSALS: Final = {
    "invalid_code": _USED_UP,
    "code_already_used": _USED_UP,
    "bad_client_secret": _SECRETS,
    "invalid_client_id": _SECRETS,
    "bad_redirect_uri": (
        "Slack knows this Houston under another address. Tell the person who runs it."
    ),
}
"""What Slack answers when a code is exchanged, in words; all else has one sentence [L4]."""


def refused(code: str, begin: str) -> Page:
    """Slack does not take the code, or the app's own secrets."""
    return Page(
        "Slack did not install it",
        (_REFUSALS.get(code, "Slack did not accept it. Begin again."),),
        Button("Begin again", begin),
        "If it does not work again, tell the person who runs this Houston: `houston doctor` "
        "knows more.",
        tone="bad",
        status=502,
    )


def not_now(begin: str) -> Page:
    """Slack or storage does not answer."""
    return Page(
        "Not just now",
        ("Something that Houston needs does not answer. Nothing was changed.",),
        Button("Try again", begin),
        status=503,
    )


def _text(line: str) -> str:
    """Escaped; what stands between backticks as code."""
    parts = escape(line).split("`")
    return "".join(f"<code>{p}</code>" if at % 2 else p for at, p in enumerate(parts))
