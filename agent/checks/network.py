"""The network below HTTP checks: the checked address is the one connected to [P5].

A name is resolved once per connection, every address it has is checked, and the connection goes
to one of those very addresses; TLS still names and verifies the host. All steps share one
deadline. What goes wrong at the target is raised as `Trouble`: a finding, not a failure [X3].
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import httpcore

from agent.address import Address, AllowedHosts, canonical_host
from missions.phrases import say

Resolver = Callable[[str, int], Sequence[str]]
"""Host and port → IP addresses; OSError if there are none."""

WIRE_MAX = 2 * 1024 * 1024
"""Bytes read from one connection at most, framing included; the body has its own smaller cap."""

_CERTIFICATE_WORDS = {
    9: "net-certificate-early",
    10: "net-certificate-out",
    18: "net-certificate-self",
    19: "net-certificate-authority",
    20: "net-certificate-authority",
    62: "net-certificate-name",
    64: "net-certificate-address",
}
"""OpenSSL's verification codes (X509_V_ERR_*): the ids of what is said of them."""


class Trouble(Exception):
    """The target stood in the way: refused, timed out, DNS, TLS. `sentence` is for people."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Deadline:
    """A point in monotonic time that several steps share."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left; Trouble once there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise self.trouble()
        return left

    def trouble(self) -> Trouble:
        """What to raise when the time is over."""
        return Trouble(say("net-slow", seconds=f"{self.seconds:g}"))


def system_resolver(host: str, port: int) -> Sequence[str]:
    """The addresses that the system knows for a host, in its order of preference."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def literal_address(host: str, port: int) -> str | None:
    """The IP address that a host spells out (also as an integer, octal or hex), or None.

    `localhost` and names below it always mean this machine (RFC 6761).
    """
    if canonical_host(host).split(".")[-1] == "localhost":
        return "127.0.0.1"
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except OSError:
        return None
    return str(found[0][4][0])


class GuardedBackend(httpcore.NetworkBackend):
    """Connects for one check. `certificates` gathers the leaf certificates presented, as DER.

    `wrote` says whether anything of a request may have been sent.
    """

    def __init__(self, allowed: AllowedHosts, resolver: Resolver, deadline: Deadline) -> None:
        self.certificates: list[bytes] = []
        self.wrote = False
        self._allowed = allowed
        self._resolver = resolver
        self._deadline = deadline
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve, check and connect; AddressRefused or Trouble."""
        addresses = [self._allowed.check(host, port, a) for a in self._resolve(host, port)]
        return self._first(addresses, port)

    def _first(self, addresses: Sequence[Address], port: int) -> httpcore.NetworkStream:
        """The first address that answers; each gets a fair share of the time left."""
        for waiting, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            try:
                return self.connect_address(address, port, self._deadline.left() / waiting)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failed:
                if waiting == 1:
                    raise _connect_trouble(failed) from failed
        raise Trouble(say("net-no-address"))

    def connect_address(
        self, address: Address, port: int, timeout: float
    ) -> httpcore.NetworkStream:
        """Connect to a checked address; httpcore.ConnectError or ConnectTimeout."""
        stream = self._plain.connect_tcp(str(address), port, timeout=timeout)
        return GuardedStream(stream, self, (address, port), self._deadline)

    def _resolve(self, host: str, port: int) -> Sequence[str]:
        """Ask the resolver in a thread: the system's has no time limit of its own."""
        answer: list[Sequence[str] | OSError] = []

        def ask() -> None:
            try:
                answer.append(self._resolver(host, port))
            except (OSError, UnicodeError) as failed:
                answer.append(failed if isinstance(failed, OSError) else OSError(str(failed)))

        thread = threading.Thread(target=ask, name="resolve", daemon=True)
        thread.start()
        thread.join(self._deadline.left())
        if not answer:
            raise Trouble(say("net-dns-slow"))
        if isinstance(answer[0], OSError):
            raise Trouble(say("net-dns", host=host)) from answer[0]
        return answer[0]


class GuardedStream(httpcore.NetworkStream):
    """A connection that keeps to the deadline and to `WIRE_MAX`."""

    def __init__(
        self,
        inner: httpcore.NetworkStream,
        backend: GuardedBackend,
        where: tuple[Address, int],
        deadline: Deadline,
    ) -> None:
        self._inner = inner
        self._backend = backend
        self._where = where
        self._deadline = deadline
        self._budget = WIRE_MAX

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read up to `max_bytes`; Trouble past the deadline or the cap."""
        if self._budget <= 0:
            raise Trouble(say("net-too-much"))
        try:
            data = self._inner.read(min(max_bytes, self._budget), self._deadline.left())
        except httpcore.ReadTimeout as slow:
            raise self._deadline.trouble() from slow
        self._budget -= len(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of `buffer`; Trouble past the deadline."""
        self._backend.wrote = True
        try:
            self._inner.write(buffer, self._deadline.left())
        except httpcore.WriteTimeout as slow:
            raise self._deadline.trouble() from slow

    def close(self) -> None:
        """Close the connection."""
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Shake hands and keep the certificate, also that of a handshake that fails; Trouble."""
        try:
            secure = self._inner.start_tls(ssl_context, server_hostname, self._deadline.left())
        except httpcore.ConnectTimeout as slow:
            raise self._deadline.trouble() from slow
        except httpcore.ConnectError as failed:
            if isinstance(failed.__cause__, ssl.SSLCertVerificationError):
                self._look_at_certificate(server_hostname)
            raise Trouble(_tls_words(failed.__cause__)) from failed
        self._keep_certificate(secure)
        return GuardedStream(secure, self._backend, self._where, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks about the socket."""
        return self._inner.get_extra_info(info)

    def _look_at_certificate(self, server_hostname: str | None) -> None:
        """Connect to the same address once more, unverified, only to read the certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        address, port = self._where
        try:
            again = self._backend.connect_address(address, port, self._deadline.left())
            again.start_tls(context, server_hostname).close()
        except (httpcore.ConnectError, httpcore.ConnectTimeout, Trouble):
            return

    def _keep_certificate(self, secure: httpcore.NetworkStream) -> None:
        tls = secure.get_extra_info("ssl_object")
        der = tls.getpeercert(True) if tls is not None else None
        if der:
            self._backend.certificates.append(der)


def _connect_trouble(failed: Exception) -> Trouble:
    cause = failed.__cause__
    if isinstance(failed, httpcore.ConnectTimeout):
        return Trouble(say("net-no-accept"))
    if isinstance(cause, ConnectionRefusedError):
        return Trouble(say("net-refused"))
    return Trouble(say("net-unreachable"))


def _tls_words(cause: BaseException | None) -> str:
    if isinstance(cause, ssl.SSLCertVerificationError):
        what = _CERTIFICATE_WORDS.get(cause.verify_code, "net-certificate-bad")
        if cause.verify_code in (18, 19, 20):
            return say(what, hint=say("net-authority-hint"))
        return say(what)
    return say("net-tls")
