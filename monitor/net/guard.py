"""Which network address may be dialled. Pure: numbers and names in, a reason or None out.

Feeds, their redirects and webhook targets are chosen by others, so only public unicast addresses are dialled unless
the config names an exception (`[http] allow_private`). The tables follow IANA's special-purpose address registries
(RFC 6890 and its updates); IPv6 is refused outside 2000::/3, and inside it where an IPv4 address is embedded:
6to4, Teredo and NAT64 would reach a private IPv4 host through a public-looking number.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from monitor.errors import Refused

__all__ = ["SCHEMES", "Allow", "Refused", "is_numeric", "refusal"]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

SCHEMES = frozenset({"http", "https"})

_SPECIAL_V4: tuple[tuple[ipaddress.IPv4Network, str], ...] = tuple(
    (ipaddress.IPv4Network(network), kind)
    for network, kind in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "cloud metadata"),  # Azure's, in public space
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)

_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
# First match names the reason; what lies outside 2000::/3 and matches nothing is "reserved".
_SPECIAL_V6: tuple[tuple[ipaddress.IPv6Network, str], ...] = tuple(
    (ipaddress.IPv6Network(network), kind)
    for network, kind in (
        ("::1/128", "loopback"),
        ("::/128", "unspecified"),
        ("::ffff:0:0/96", "IPv4-mapped"),
        ("::ffff:0:0:0/96", "IPv4-translated"),
        ("::/96", "IPv4-compatible"),
        ("64:ff9b::/96", "NAT64"),
        ("64:ff9b:1::/48", "NAT64"),
        ("100::/64", "discard"),
        ("fc00::/7", "unique-local"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
        ("2001::/32", "Teredo"),
        ("2001::/23", "protocol assignments"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("3ffe::/16", "6bone"),
        ("3fff::/20", "documentation"),
    )
)


@lru_cache(maxsize=4096)
def _special(address: Address) -> str | None:
    """The kind of special-purpose address this is; None for public unicast."""
    if isinstance(address, ipaddress.IPv4Address):
        return next((kind for network, kind in _SPECIAL_V4 if address in network), None)
    kind = next((kind for network, kind in _SPECIAL_V6 if address in network), None)
    return kind or (None if address in _GLOBAL_V6 else "reserved")


def is_numeric(host: str) -> bool:
    """The host is an address written in digits, also in forms that no standard knows (`127.1`, `0x7f.1`, `2130706433`).

    WHATWG URL, "ends in a number": the last label is decimal digits or a hexadecimal number.
    """
    last = host.rstrip(".").rpartition(".")[2].lower()
    if last.startswith("0x"):
        return all(c in "0123456789abcdef" for c in last[2:])
    return ":" in host or (last.isascii() and last.isdigit())


@dataclass(frozen=True, kw_only=True, slots=True)
class Allow:
    """Exceptions from the guard, as the config names them."""

    hosts: frozenset[tuple[str, int | None]] = frozenset()  # (lower-case name, port); None: any port
    networks: frozenset[tuple[Network, int | None]] = frozenset()

    @classmethod
    def parse(cls, entries: Iterable[str]) -> Allow:
        """Read `HOST`, `HOST:PORT`, `IP`, `IP:PORT`, `[IPv6]:PORT` or `CIDR`.

        Raises ValueError with a message for people, naming the first entry that is none of these.
        """
        hosts: set[tuple[str, int | None]] = set()
        networks: set[tuple[Network, int | None]] = set()
        for entry in entries:
            host, port = _split(entry.strip())
            try:
                networks.add((ipaddress.ip_network(host), port))
            except ValueError:
                if not host or "/" in host or is_numeric(host):
                    raise ValueError(f"{entry!r} is not HOST[:PORT], IP[:PORT] or a network like 10.1.0.0/16") from None
                hosts.add((host.lower().rstrip("."), port))
        return cls(hosts=frozenset(hosts), networks=frozenset(networks))

    def names(self, host: str, port: int) -> bool:
        """A host name the config trusts, wherever it resolves to."""
        name = host.lower().rstrip(".")
        return (name, None) in self.hosts or (name, port) in self.hosts

    def covers(self, address: Address, port: int) -> bool:
        return any(address in network and wanted in (None, port) for network, wanted in self.networks)


def _split(entry: str) -> tuple[str, int | None]:
    """Host and port of an entry; a bare IPv6 address has no port."""
    if entry.startswith("["):
        host, _, rest = entry[1:].partition("]")
        return host, _port(rest[1:], entry) if rest.startswith(":") else None
    if entry.count(":") != 1:
        return entry, None
    host, _, port = entry.partition(":")
    return host, _port(port, entry)


def _port(text: str, entry: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise ValueError(f"{entry!r}: the port is not a number from 1 to 65535")
    return int(text)


def refusal(address: str, port: int, allow: Allow, host: str | None = None) -> str | None:
    """Why `address` (in digits) must not be dialled at `port`; None where it may be.

    `host` is the name that led there, for exceptions that name a host. What is no address at all is refused too.
    """
    try:
        number = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return f"{address[:80]} is not a canonical address"
    kind = _special(number)
    if kind is None or allow.covers(number, port) or (host is not None and allow.names(host, port)):
        return None
    return f"{number} is not a public address ({kind}); [http] allow_private can name it"
