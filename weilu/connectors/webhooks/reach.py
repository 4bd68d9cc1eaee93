"""Which addresses may be fetched that somebody typed? Public ones only: the house must not be led to knock at its own doors.

The name is looked up once, every address it gives is judged, and the connection goes to a judged address itself, so that a
name which answers differently the second time (DNS rebinding) gains nothing. `WEILU_WEBHOOK_HOSTS` lists hosts, as `host` or
`host:port`, for which private addresses and plain HTTP are allowed.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from weilu.core.errors import WeiluError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Look = Callable[[str, int], Sequence[str]]
"""Host and port in, addresses as text out; raises OSError where there are none."""

HOST = re.compile(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9_-]*[a-z0-9])?)*\.?")
LONGEST_URL = 500
TRANSLATED = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
"""IPv6 addresses that a translator turns into IPv4 ones (RFC 6052, RFC 8215)."""


class BadAddress(WeiluError):
    """The address cannot be used; the sentence says why."""

    code = "bad_address"

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(sentence, field="body.url")


class Refused(Exception):
    """Looked up, the name leads to a place that must not be fetched."""


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart. `path` has the query with it."""

    secure: bool
    host: str
    port: int
    path: str
    listed: bool

    @property
    def name(self) -> str:
        """As the `Host` header has it."""
        usual = 443 if self.secure else 80
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == usual else f"{host}:{self.port}"


def target(url: str, listed: Sequence[str]) -> Target:
    """Raises BadAddress for what is no plain address, is not HTTPS, or names a private place outright."""
    if len(url) > LONGEST_URL or not url.isascii() or any(sign.isspace() or ord(sign) < 33 for sign in url):
        raise BadAddress(_("Write the address in ASCII, with at most 500 signs and no blanks."))
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise BadAddress(_("This is no web address.")) from None
    host = (parts.hostname or "").lower()
    if parts.scheme not in ("http", "https") or not _is_host(host):
        raise BadAddress(_("Write an address such as https://example.com/hook."))
    if parts.username is not None or parts.fragment:
        raise BadAddress(_("The address must hold no user name, password or fragment."))
    found = Target(
        parts.scheme == "https", host, port, _path(parts.path, parts.query), is_listed(host, port, listed)
    )
    _judge_words(found)
    return found


def is_listed(host: str, port: int, listed: Sequence[str]) -> bool:
    return host in listed or f"{host}:{port}" in listed


def addresses(goal: Target, look: Look) -> list[str]:
    """Addresses that the name leads to, each fit to be connected to. Raises Refused where one is not, OSError where none is."""
    found = list(dict.fromkeys(look(goal.host, goal.port)))
    if not goal.listed and not all(is_public(one) for one in found):
        raise Refused
    return found


def look_up(host: str, port: int) -> list[str]:
    """By the system's resolver."""
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_public(text: str) -> bool:
    """Whether an address lies in the open internet: not private, loopback, link-local, shared, multicast or reserved, nor any of
    these wrapped in IPv6."""
    try:
        address: Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return all(one.is_global and not one.is_multicast and not one.is_reserved for one in _unwrapped(address))


def _unwrapped(address: Address) -> list[Address]:
    """The address, and the IPv4 address that it carries."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    inner: list[Address | None] = [address.ipv4_mapped, address.sixtofour]
    if address.teredo is not None:
        inner += [*address.teredo]
    if any(address in network for network in TRANSLATED):
        inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        return [one for one in inner if one is not None]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    return [address, *(one for one in inner if one is not None)]


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return len(host) <= 253 and HOST.fullmatch(host) is not None
    return True


def _judge_words(goal: Target) -> None:
    if goal.listed:
        return
    if not goal.secure:
        raise BadAddress(_("Use https, so that nobody on the way can read or change what is sent."))
    literal = _literal(goal.host)
    local = goal.host.rstrip(".").rsplit(".", 1)[-1] in ("localhost", "local", "internal", "localdomain")
    if local or (literal is not None and not is_public(literal)):
        raise BadAddress(_("This address lies in a private network. Weilu sends to public addresses only."))


def _literal(host: str) -> str | None:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None


def _path(path: str, query: str) -> str:
    return (path or "/") + (f"?{query}" if query else "")
