"""The tool `http`: measures the answer to a GET or HEAD [B2 P5]."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

from agent.address import AddressRefused, AllowedHosts
from agent.checks.certificate import days_left
from agent.checks.expectations import EQUALITY, ORDER, TEXT, Field, expectation_problems
from agent.checks.fetch import TOTAL_SECONDS, Fetcher
from agent.checks.network import Resolver, literal_address, system_resolver
from agent.checks.registry import Measurement, Seen
from agent.checks.url import BadUrl, parse_url
from agent.checks.words import plain
from missions.blueprint import Check, Op
from missions.phrases import say
from missions.ports import Clock

METHODS = ("GET", "HEAD")
FIELDS = {
    "status": Field(EQUALITY | ORDER, low=100, high=599),
    "latency_ms": Field(ORDER, low=1, high=TOTAL_SECONDS * 1000),
    "body": Field(TEXT, text=True),
    "certificate_days": Field(ORDER, low=0, high=3650),
    "content_type": Field(EQUALITY | TEXT, text=True),
}
LOOK_MAX = 2000
"""Characters of a page that a model gets to see."""
_ARGUMENTS = frozenset({"url", "method"})
_PARAMETERS: Mapping[str, object] = {
    "type": "object",
    "properties": {
        "url": {"type": "string", "description": "http or https address"},
        "method": {"type": "string", "enum": list(METHODS)},
    },
    "required": ["url"],
}


class HttpTool:
    """Measures of an answer:

    - `status`: of the last answer, after at most 5 redirects; if the check expects exactly a
      status from 300 to 399, redirects are not followed;
    - `latency_ms`: from the lookup of the name to the last byte of the body (or its cap of
      1 MiB), redirects included. A limit on it never cuts the request short; 30 s do;
    - `body`: the first 1 MiB, unpacked and decoded;
    - `certificate_days`: whole days until the first of the certificates presented on the way
      runs out, also if it does not verify; negative once it has;
    - `content_type`: without its parameters, in lower case.
    """

    name = "http"
    advice = (
        "Ask for a page of a host that this Task names, and get back status, time in ms, content "
        "type, days left on the certificate, and the beginning of its text."
    )
    parameters = _PARAMETERS

    def __init__(
        self,
        clock: Clock,
        allowed: AllowedHosts,
        ca_file: str | None = None,
        resolver: Resolver = system_resolver,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        """`ca_file`: PEM bundle of authorities trusted besides the system's (HOUSTON_CA_FILE)."""
        self._clock = clock
        self._allowed = allowed
        self._fetcher = Fetcher(allowed, resolver, ca_file, total_seconds)

    def problems(self, check: Check) -> tuple[str, ...]:
        """What is wrong with the arguments and expectations, in words [B7]."""
        found = [
            say("no-such-argument", name=plain(name, 40), tool=self.name, known="method, url")
            for name in sorted(check.arguments.keys() - _ARGUMENTS)
        ]
        if check.arguments.get("method", "GET") not in METHODS:
            found.append(say("method-must-be", methods=say("or-list").join(METHODS)))
        found += self._url_problems(check)
        for expectation in check.expect:
            found += expectation_problems(expectation, FIELDS)
        if check.arguments.get("method") == "HEAD" and _looks_at(check, "body"):
            found.append(say("head-has-no-text"))
        return tuple(found)

    def run(self, check: Check) -> Measurement:
        """Ask once. AddressRefused if the address, or that of a redirect, may not be reached."""
        method = str(check.arguments.get("method", "GET"))
        return self._measure(method, str(check.arguments.get("url")), follow=not _wants_3xx(check))

    def look(self, arguments: Mapping[str, object], hosts: Collection[str]) -> Seen:
        """Answer a model that looks further, at one of `hosts` only; foreign text is capped.

        ValueError says in a sentence why not.
        """
        method = str(arguments.get("method", "GET"))
        try:
            url = parse_url(str(arguments.get("url", "")))
        except BadUrl as bad:
            raise ValueError(f"The address {bad}.") from bad
        if method not in METHODS or url.host not in hosts:
            known = ", ".join(sorted(hosts)) or "none"
            raise ValueError(f"Only GET and HEAD, only of this Task's hosts: {known}.")
        try:
            seen = self._measure(method, str(url), follow=True)
        except AddressRefused as refused:
            raise ValueError(refused.sentence) from refused
        limits = {"body": LOOK_MAX}
        lines = [f"{k}: {plain(str(v), limits.get(k, 100))}" for k, v in seen.values.items()]
        told = "\n".join(line for line in (seen.trouble or seen.remark, *lines) if line)
        return Seen(told, seen.size)

    def _measure(self, method: str, url: str, *, follow: bool) -> Measurement:
        fetched = self._fetcher.fetch(method, url, follow=follow)
        days = self._days(fetched.certificates)
        values = fetched.values if days is None else {**fetched.values, "certificate_days": days}
        return Measurement(values, fetched.trouble, fetched.remark, fetched.size)

    def _days(self, certificates: Sequence[bytes]) -> int | None:
        """Whole days until the first of them runs out."""
        now = self._clock.now()
        try:
            return min((days_left(der, now) for der in certificates), default=None)
        except ValueError:
            return None

    def _url_problems(self, check: Check) -> list[str]:
        text = check.arguments.get("url")
        if not isinstance(text, str):
            return [say("url-missing")]
        try:
            url = parse_url(text)
        except BadUrl as bad:
            return [say("the-address", url=plain(text, 80), problem=bad)]
        found = []
        if not url.secure and _looks_at(check, "certificate_days"):
            found.append(say("no-certificate", url=url))
        literal = literal_address(url.host, url.port)
        if literal is not None:
            try:
                self._allowed.check(url.host, url.port, literal)
            except AddressRefused as refused:
                found.append(refused.sentence)
        return found


def _looks_at(check: Check, field: str) -> bool:
    return any(e.field == field for e in check.expect)


def _wants_3xx(check: Check) -> bool:
    return any(
        e.field == "status"
        and e.op is Op.EQ
        and not isinstance(e.value, str)
        and math.floor(e.value / 100) == 3
        for e in check.expect
    )
