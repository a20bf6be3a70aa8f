"""The tool `http_request`: POST, PUT, PATCH or DELETE to an address [A1 P5 P7]."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from agent.address import AddressRefused, AllowedHosts
from agent.checks.fetch import TOTAL_SECONDS, Fetcher, Sent
from agent.checks.network import Resolver, literal_address, system_resolver
from agent.checks.url import BadUrl, Url, parse_url
from agent.checks.words import plain
from agent.effects.registry import Arguments, Outcome
from agent.effects.secrets import Secrets
from missions.approval import ApprovalState
from missions.blueprint import Grant, Scalar
from missions.phrases import grouped, say

METHODS = ("POST", "PUT", "PATCH", "DELETE")
BODY_MAX = 3_000
"""Characters of a body: a card shows all of it, and a dialog's input holds it (Slack: 3,000)."""
HEADERS_MAX = 2_000
SEEN_MAX = 500
NO_SECRETS = Secrets()
_ARGUMENTS = ("method", "url", "headers", "json")
_HEADER = re.compile(r"([A-Za-z][A-Za-z0-9-]{0,60}): *(\S[\x20-\x7e]*)")
_OURS = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"}
)
_BENDS = re.compile(r"(^|/)\.{1,2}(/|$)|%2e|%2f|%5c|//", re.I)
_PARAMETERS: Mapping[str, object] = {
    "type": "object",
    "properties": {
        "method": {"type": "string", "enum": list(METHODS)},
        "url": {"type": "string", "description": "http or https address"},
        "headers": {
            "type": "string",
            "description": "One a line, “Name: value”. A secret goes by its name: {secret:name}.",
        },
        "json": {"type": "string", "description": "The body, as JSON text."},
    },
    "required": ["url"],
}


class HttpRequestTool:
    """Sends one request and looks at the status of the answer. Redirects are not followed: what was
    approved is for this address. Only addresses that a check could reach [P5].
    """

    name = "http_request"
    advice = (
        "Change something outside: send POST, PUT, PATCH or DELETE to an address. Unless the plan "
        "grants it, a person has to approve each call, which can take hours; call it by itself, "
        "once, and only if the instructions ask for it."
    )
    parameters = _PARAMETERS

    def __init__(
        self,
        allowed: AllowedHosts,
        secrets: Secrets = NO_SECRETS,
        ca_file: str | None = None,
        resolver: Resolver = system_resolver,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        """`ca_file`: PEM bundle of authorities trusted besides the system's (HOUSTON_CA_FILE)."""
        self._allowed = allowed
        self._secrets = secrets
        self._fetcher = Fetcher(allowed, resolver, ca_file, total_seconds)

    def problems(self, arguments: Arguments) -> tuple[str, ...]:
        """What is wrong with the arguments, in words [B7]."""
        known = ", ".join(_ARGUMENTS)
        found = [
            say("no-such-argument", name=plain(name, 40), tool=self.name, known=known)
            for name in sorted(arguments.keys() - set(_ARGUMENTS))
        ]
        if arguments.get("method", "POST") not in METHODS:
            found.append(say("method-must-be", methods=_any_of(METHODS)))
        text = arguments.get("url")
        try:
            url = parse_url(text) if isinstance(text, str) else None
        except BadUrl as bad:
            return (*found, say("the-address", url=plain(str(text), 80), problem=bad))
        if url is None:
            return (*found, say("url-missing"))
        found += self._refused(url)
        found += self._header_problems(str(arguments.get("headers", "")), url)
        return (*found, *_body_problems(str(arguments.get("json", ""))))

    def effective(self, arguments: Arguments) -> dict[str, Scalar]:
        """Method, the address as it is asked for, all headers of ours, the body."""
        body = str(arguments.get("json", "")).strip()
        headers = _headers(str(arguments.get("headers", "")))
        if body and not any(name.lower() == "content-type" for name, _ in headers):
            headers.append(("Content-Type", "application/json"))
        used: dict[str, Scalar] = {
            "method": str(arguments.get("method", "POST")),
            "url": str(parse_url(str(arguments["url"]))),
        }
        if headers:
            used["headers"] = "\n".join(f"{name}: {value}" for name, value in headers)
        if body:
            used["json"] = _compact(body)
        return used

    def grant_problems(self, grant: Grant) -> tuple[str, ...]:
        """What is wrong with a grant, in words."""
        strange = [m for m in grant.methods if m not in METHODS]
        found = [say("grant-method", method=plain(m, 20)) for m in strange]
        try:
            url = parse_url(grant.url)
        except BadUrl as bad:
            return (*found, say("the-address", url=plain(grant.url, 80), problem=bad))
        if "?" in url.target or _BENDS.search(url.target):
            found.append(say("grant-path-only"))
        return (*found, *self._refused(url))

    def granted(self, grants: Sequence[Grant], arguments: Arguments) -> bool:
        """Whether a grant has this method, host and port, and the path begins as it says."""
        url = parse_url(str(arguments["url"]))
        if _BENDS.search(url.target.partition("?")[0]):
            return False
        return any(
            g.tool == self.name
            and str(arguments["method"]) in g.methods
            and _begins(url, parse_url(g.url))
            for g in grants
        )

    def run(self, arguments: Arguments) -> Outcome:
        """Send it once. What went out without an answer may have been done."""
        body = str(arguments.get("json", ""))
        try:
            headers = _headers(self._secrets.filled(str(arguments.get("headers", ""))))
            sent = self._fetcher.send(
                str(arguments["method"]), str(arguments["url"]), headers, body.encode()
            )
        except KeyError as gone:
            return Outcome(ApprovalState.FAILED, say("secret-gone", name=gone))
        except AddressRefused as refused:
            return Outcome(ApprovalState.FAILED, refused.sentence)
        return self._outcome(sent)

    def _outcome(self, sent: Sent) -> Outcome:
        if sent.status is None and sent.left:
            return Outcome(ApprovalState.UNKNOWN, say("sent-unknown", trouble=sent.trouble))
        if sent.status is None:
            return Outcome(ApprovalState.FAILED, say("sent-nothing", trouble=sent.trouble))
        seen = plain(self._secrets.hidden(sent.text), SEEN_MAX)
        done = 200 <= sent.status < 300
        state = ApprovalState.DONE if done else ApprovalState.FAILED
        what = "sent-elsewhere" if 300 <= sent.status < 400 else "sent-answered"
        return Outcome(state, say(what, status=sent.status), seen, sent.size)

    def _refused(self, url: Url) -> list[str]:
        """Why the address may not be reached, as far as that shows without asking for its name."""
        literal = literal_address(url.host, url.port)
        try:
            if literal is not None:
                self._allowed.check(url.host, url.port, literal)
        except AddressRefused as refused:
            return [refused.sentence]
        return []

    def _header_problems(self, text: str, url: Url) -> list[str]:
        found = []
        if len(text) > HEADERS_MAX:
            found.append(say("headers-too-long", most=grouped(HEADERS_MAX)))
        for row in filter(None, text.splitlines()):
            fits = _HEADER.fullmatch(row.strip())
            if fits is None:
                found.append(say("no-header", row=plain(row, 60)))
            elif fits.group(1).lower() in _OURS:
                found.append(say("header-is-mine", name=fits.group(1)))
        if "{secret:" in text and not url.secure and literal_address(url.host, url.port) is None:
            found.append(say("secret-https"))
        return [*found, *self._secrets.problems(text, url.host)]


def _headers(text: str) -> list[tuple[str, str]]:
    """The headers of a text that has been verified."""
    rows = (_HEADER.fullmatch(row.strip()) for row in text.splitlines())
    return [(row.group(1), row.group(2).rstrip()) for row in rows if row]


def _body_problems(text: str) -> list[str]:
    if len(text) > BODY_MAX:
        return [say("body-too-long", most=grouped(BODY_MAX))]
    if "{secret:" in text:
        return [say("secret-in-body")]
    try:
        fits = not text.strip() or len(_compact(text)) <= BODY_MAX
    except (ValueError, RecursionError):
        return [say("body-no-json")]
    return [] if fits else [say("body-too-long", most=grouped(BODY_MAX))]


def _compact(text: str) -> str:
    """The body as it is sent; ValueError if it is not JSON."""

    def strange(name: str) -> None:
        raise ValueError(name)

    value = json.loads(text, parse_constant=strange)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _begins(url: Url, grant: Url) -> bool:
    """Whether an address begins with another one, which ends at the end of a part of the path."""
    if (url.scheme, url.host, url.port) != (grant.scheme, grant.host, grant.port):
        return False
    path, prefix = url.target.partition("?")[0], grant.target
    return path == prefix or path.startswith(prefix if prefix.endswith("/") else f"{prefix}/")


def _any_of(methods: Sequence[str]) -> str:
    """`POST, PUT or DELETE`."""
    *most, last = methods
    return say("or-list").join((say("comma").join(most), last))
