"""Which network addresses may be reached [P5].

Only globally routable addresses, unless the administrator allows a host (and port) with the
setting `HOUSTON_ALLOW_HOSTS`. An IPv6 address that carries an IPv4 address is as good as the one
it carries. Addresses at which clouds hand out credentials are refused whatever the setting says.

Networks: IANA special-purpose address registries for IPv4 and IPv6, as of 2026-11.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)

from missions.errors import HoustonError
from missions.phrases import say

SETTING = "HOUSTON_ALLOW_HOSTS"
HOST_MAX = 253
"""Longest host name, in characters (RFC 1035)."""

Address = IPv4Address | IPv6Address

_NOT_PUBLIC_4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_PUBLIC_6 = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "3fff::/20")
)
_NAT64 = IPv6Network("64:ff9b::/96")
_METADATA = frozenset(
    ip_address(address)
    for address in (
        "169.254.169.254",  # AWS, Azure, Google, Oracle, DigitalOcean, OpenStack …
        "169.254.170.2",  # AWS: credentials of containers
        "169.254.170.23",  # AWS: credentials of pods
        "169.254.0.23",  # Tencent
        "100.100.100.200",  # Alibaba
        "168.63.129.16",  # Azure's host agent, on a public address
        "192.0.0.192",  # Oracle Classic
        "fd00:ec2::254",  # AWS
        "fd00:ec2::23",  # AWS: credentials of pods
        "fd20:ce::254",  # Google
    )
)
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")


class AddressRefused(HoustonError):
    """A host has an address that may not be reached [P5]."""

    event = "address_refused"

    def __init__(self, host: str, address: str, *, metadata: bool = False) -> None:
        where = host if host == address else f"{host} ({address})"
        what = "credentials-address" if metadata else "private-address"
        super().__init__(say(what, where=where, setting=SETTING))
        self.host = host
        self.address = address


@dataclass(frozen=True)
class AllowedHosts:
    """Hosts that the administrator allows although they are not public.

    `entries` are (host in lower case or IP address, port or None for every port).
    """

    entries: frozenset[tuple[str, int | None]] = frozenset()

    @classmethod
    def parse(cls, text: str) -> AllowedHosts:
        """Read `"127.0.0.1:8080, status.corp.example, [::1]:8443"`.

        ValueError, with a sentence that names the setting, if an entry is not a host.
        """
        parts = (part.strip() for part in text.split(","))
        return cls(frozenset(_entry(part) for part in parts if part))

    def allow(self, host: str, port: int, address: Address) -> bool:
        """True if the setting names the host or its address, with this port or with none."""
        names = {canonical_host(host), str(address), str(_plain_ipv4(address))}
        return any((name, at) in self.entries for name in names for at in (port, None))

    def check(self, host: str, port: int, address: str) -> Address:
        """The address as a value, if it may be reached under that host name; else AddressRefused.

        ValueError if `address` is no IP address.
        """
        found = ip_address(address)
        if any(carried in _METADATA for carried in (found, *carried_ipv4(found))):
            raise AddressRefused(host, address, metadata=True)
        if not is_public(found) and not self.allow(host, port, found):
            raise AddressRefused(host, address)
        return found


def is_public(address: Address) -> bool:
    """True if the address, and every IPv4 address that it carries, is globally routable."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    carried = carried_ipv4(address)
    if carried:
        return all(is_public(inner) for inner in carried)
    return address in _PUBLIC_6 and not any(address in network for network in _NOT_PUBLIC_6)


def carried_ipv4(address: Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses inside an IPv4-mapped, NAT64, 6to4 or Teredo address; else none."""
    if isinstance(address, IPv4Address):
        return ()
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address in _NAT64:
        return (IPv4Address(int(address) & 0xFFFFFFFF),)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    return address.teredo or ()


def canonical_host(host: str) -> str:
    """A host in lower case, without the root's dot and IPv6 brackets; IP addresses shortened."""
    host = host.strip().lower().rstrip(".").removeprefix("[").removesuffix("]")
    try:
        return str(ip_address(host))
    except ValueError:
        return host


def _plain_ipv4(address: Address) -> Address:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _entry(text: str) -> tuple[str, int | None]:
    try:
        return str(ip_address(text.removeprefix("[").removesuffix("]"))), None
    except ValueError:
        host, colon, port = text.rpartition(":")
    if not colon:
        host, port = text, ""
    host = canonical_host(host)
    fits = _is_host(host) and (not colon or (port.isascii() and port.isdigit()))
    if not fits or (colon and not 0 < int(port) < 65536):
        raise ValueError(f"{SETTING}: “{text}” is not a host, or a host and port like 10.0.0.5:80.")
    return host, int(port) if colon else None


def _is_host(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return len(host) <= HOST_MAX and _NAME.fullmatch(host) is not None
    return True
