"""Reading the addresses of pages: strict, so that what is checked is what is asked."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from agent.address import HOST_MAX, canonical_host
from missions.phrases import say

URL_MAX = 2000
"""Longest address of a page, in characters."""
_PORTS = {"http": 80, "https": 443}
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
_PATH_SAFE = "/%:@!$&'()*+,;=~-._"


class BadUrl(ValueError):
    """An address of a page that cannot be used; the message is a sentence without its subject."""


@dataclass(frozen=True)
class Url:
    """An http or https address, split and made ASCII. `target` is path and query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def secure(self) -> bool:
        """True for https."""
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """Host, with the port if it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"

    def joined(self, location: str) -> Url:
        """Where a redirect leads; BadUrl if it leads nowhere usable."""
        if _UNSAFE.search(location.strip()):
            raise BadUrl(say("url-unsafe"))
        try:
            return parse_url(urljoin(str(self), location.strip()))
        except ValueError as bad:
            raise BadUrl(str(bad)) from bad


def parse_url(text: str) -> Url:
    """Split an address; BadUrl says in words what is wrong with it."""
    if len(text) > URL_MAX:
        raise BadUrl(say("url-too-long", most=URL_MAX))
    if _UNSAFE.search(text):
        raise BadUrl(say("url-unsafe"))
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as bad:
        raise BadUrl(say("url-none")) from bad
    if parts.scheme not in _PORTS:
        raise BadUrl(say("url-scheme"))
    if "@" in parts.netloc:
        raise BadUrl(say("url-password"))
    if port == 0:
        raise BadUrl(say("url-port"))
    query = f"?{quote(parts.query, safe=_PATH_SAFE + '?')}" if parts.query else ""
    return Url(
        scheme=parts.scheme,
        host=_ascii_host(parts.hostname or ""),
        port=port or _PORTS[parts.scheme],
        target=quote(parts.path or "/", safe=_PATH_SAFE) + query,
    )


def _ascii_host(host: str) -> str:
    if not host or len(host) > HOST_MAX:
        raise BadUrl(say("url-no-host"))
    if ":" in host:
        return _ipv6(host)
    try:
        # Other alphabets have full stops of their own, so the name is tidied after the change.
        name = canonical_host(canonical_host(host).encode("idna").decode("ascii"))
    except UnicodeError as bad:
        raise BadUrl(say("url-bad-host")) from bad
    if not re.fullmatch(r"[a-z0-9_-][a-z0-9_.-]*", name) or ".." in name:
        raise BadUrl(say("url-bad-host"))
    return name


def _ipv6(host: str) -> str:
    try:
        return str(ipaddress.IPv6Address(host))
    except ValueError as bad:
        raise BadUrl(say("url-bad-host")) from bad
