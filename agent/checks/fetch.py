"""Asking for a page: redirects followed, everything capped, troubles in words [P5 X3]."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

import httpcore

from agent.address import AllowedHosts
from agent.checks.body import Body, read_body
from agent.checks.network import Deadline, GuardedBackend, Resolver, Trouble
from agent.checks.url import BadUrl, Url, parse_url
from agent.checks.words import plain
from missions.blueprint import Scalar
from missions.phrases import say

TOTAL_SECONDS = 30.0
"""How long one try may take, from the name's lookup to the last byte, redirects included."""
REDIRECTS_MAX = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = (
    (b"User-Agent", b"Houston"),
    (b"Accept", b"*/*"),
    (b"Accept-Encoding", b"gzip"),
    (b"Connection", b"close"),
)


@dataclass
class Fetched:
    """What one try measured: status, latency_ms, body, content_type, as far as it got.

    `certificates` are the leaf certificates presented on the way, as DER. `size` is in bytes: of
    the last answer's body, as it came; None if it did not come to its end.
    """

    values: dict[str, Scalar] = field(default_factory=dict)
    certificates: tuple[bytes, ...] = ()
    trouble: str = ""
    remark: str = ""
    size: int | None = None


@dataclass(frozen=True)
class Sent:
    """What came of a request that changes something: `status` is None without an answer.

    `left` says whether any of it may have reached the other side; `size` is that of the answer's
    body in bytes.
    """

    status: int | None = None
    text: str = ""
    trouble: str = ""
    left: bool = True
    size: int | None = None


@dataclass(frozen=True)
class _Answer:
    """One response: its head, and its body unless it redirects."""

    status: int
    headers: dict[str, str]
    body: Body


class Fetcher:
    """Asks for pages. Nothing is kept between them; settings of the machine (proxies, netrc)
    are not used.
    """

    def __init__(
        self,
        allowed: AllowedHosts,
        resolver: Resolver,
        ca_file: str | None = None,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        """`ca_file`: PEM bundle of authorities trusted besides the system's (HOUSTON_CA_FILE)."""
        self._allowed = allowed
        self._resolver = resolver
        self._tls = _trust(ca_file)
        self._total_seconds = total_seconds

    def fetch(self, method: str, url: str, *, follow: bool = True) -> Fetched:
        """Ask once; with `follow`, up to the end of at most 5 redirects.

        AddressRefused if the address, or that of a redirect, may not be reached.
        """
        deadline = Deadline(self._total_seconds)
        backend = GuardedBackend(self._allowed, self._resolver, deadline)
        fetched = Fetched()
        started = time.perf_counter()
        try:
            answer = self._travel(method, url, backend, follow=follow)
            fetched.values = _values(answer)
            fetched.remark, fetched.size = answer.body.remark, answer.body.size
            fetched.values["latency_ms"] = round((time.perf_counter() - started) * 1000, 1)
        except Trouble as found:
            fetched.trouble = found.sentence
        fetched.certificates = tuple(backend.certificates)
        return fetched

    def send(
        self, method: str, url: str, headers: Sequence[tuple[str, str]], content: bytes
    ) -> Sent:
        """Send a request once, to this very address: redirects are not followed.

        AddressRefused if the address may not be reached; then nothing was sent.
        """
        backend = GuardedBackend(self._allowed, self._resolver, Deadline(self._total_seconds))
        more = [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers]
        try:
            parts = _parsed(url)
            answer = self._ask(method, parts, backend, follow=False, headers=more, content=content)
        except Trouble as found:
            return Sent(trouble=found.sentence, left=backend.wrote)
        return Sent(answer.status, answer.body.text or "", size=answer.body.size)

    def _travel(self, method: str, text: str, backend: GuardedBackend, *, follow: bool) -> _Answer:
        """The last answer on the way."""
        url = _parsed(text)
        for _ in range(REDIRECTS_MAX + 1):
            answer = self._ask(method, url, backend, follow=follow)
            if not (follow and _redirects(answer.status, answer.headers)):
                return answer
            url = _next(url, answer.headers["location"])
        raise Trouble(say("net-redirects", most=REDIRECTS_MAX))

    def _ask(
        self,
        method: str,
        url: Url,
        backend: GuardedBackend,
        *,
        follow: bool,
        headers: Sequence[tuple[bytes, bytes]] = (),
        content: bytes | None = None,
    ) -> _Answer:
        target = httpcore.URL(
            scheme=url.scheme.encode(),
            host=url.host.encode(),
            port=url.port,
            target=url.target.encode(),
        )
        all_headers = [(b"Host", url.authority.encode()), *_HEADERS, *headers]
        with (
            _troubles(),
            httpcore.ConnectionPool(self._tls, network_backend=backend, retries=0) as pool,
            pool.stream(method, target, headers=all_headers, content=content) as response,
        ):
            got = _headers(response.headers)
            if method == "HEAD" or (follow and _redirects(response.status, got)):
                return _Answer(response.status, got, Body(None))
            body = read_body(
                response.iter_stream(),
                got.get("content-encoding", ""),
                got.get("content-type", ""),
            )
            return _Answer(response.status, got, body)


@cache
def _trust(ca_file: str | None) -> ssl.SSLContext:
    """Whom to believe. Reading the system's authorities takes some 40 ms: once per process."""
    tls = ssl.create_default_context()
    if ca_file:
        tls.load_verify_locations(ca_file)
    return tls


def _parsed(text: str) -> Url:
    try:
        return parse_url(text)
    except BadUrl as bad:
        raise Trouble(say("net-bad-address", problem=bad)) from bad


def _values(answer: _Answer) -> dict[str, Scalar]:
    values: dict[str, Scalar] = {"status": answer.status}
    content_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type:
        values["content_type"] = plain(content_type, 100)
    if answer.body.text is not None:
        values["body"] = answer.body.text
    return values


def _redirects(status: int, headers: dict[str, str]) -> bool:
    return status in _REDIRECTS and bool(headers.get("location"))


def _next(url: Url, location: str) -> Url:
    try:
        return url.joined(location)
    except BadUrl as bad:
        raise Trouble(say("net-bad-redirect", problem=bad)) from bad


def _headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by lower-case name; of repeated ones the first."""
    found: dict[str, str] = {}
    for name, value in pairs:
        found.setdefault(name.decode("latin-1").lower(), value.decode("utf-8", errors="replace"))
    return found


@contextmanager
def _troubles() -> Iterator[None]:
    """Turn what httpcore raises about the other side into Trouble."""
    try:
        yield
    except httpcore.RemoteProtocolError as broken:
        if "disconnected" in str(broken):
            raise Trouble(say("net-no-answer")) from broken
        raise Trouble(say("net-no-http")) from broken
    except httpcore.LocalProtocolError as broken:
        raise Trouble(say("net-unsendable")) from broken
    except httpcore.NetworkError as broken:
        raise Trouble(say("net-broke-off")) from broken
