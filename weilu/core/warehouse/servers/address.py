"""Which ClickHouse servers does a URL mean?

`clickhouse://user:password@host:port,host:port/database?cluster=NAME&replicated=yes&secure=yes`. The hosts are those we knock
at; which shards and replicas there are is told by the servers themselves (`remote_servers` in their configuration).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from django.utils.translation import gettext as _

from weilu.core.errors import WeiluError

PORT, SECURE_PORT = 9000, 9440
NAME = re.compile(r"[a-z_][a-z0-9_]*", re.IGNORECASE)
YES = frozenset({"1", "yes", "true"})
OPTIONS = frozenset({"cluster", "replicated", "secure"})


class WrongAddress(WeiluError):
    """The URL cannot be read; the sentence says what is wrong and never repeats the password."""

    code = "warehouse_url"


@dataclass(frozen=True, slots=True)
class Host:
    name: str
    port: int

    def __str__(self) -> str:
        return f"{self.name}:{self.port}"


@dataclass(frozen=True, slots=True)
class Address:
    """`cluster` is the name under which the servers know each other; `replicated`: tables copy themselves by a keeper."""

    hosts: tuple[Host, ...]
    user: str
    password: str = field(repr=False)
    database: str
    cluster: str
    replicated: bool
    secure: bool

    @property
    def label(self) -> str:
        """Which store this is, without the password and whoever asks: the same for every order of the hosts."""
        return f"{','.join(sorted(map(str, self.hosts)))}/{self.database}"


def address_of(url: str) -> Address:
    """Raises WrongAddress."""
    parts = urlsplit(url)
    if parts.scheme != "clickhouse":
        raise WrongAddress(_("The warehouse's URL begins with “clickhouse://”."))
    options = dict(parse_qsl(parts.query))
    for name in set(options) - OPTIONS:
        told = {"name": name, "known": ", ".join(sorted(OPTIONS))}
        raise WrongAddress(_("The warehouse's URL cannot have “%(name)s”; it can have: %(known)s.") % told)
    user, _at, hosts = parts.netloc.rpartition("@")
    name, _colon, password = user.partition(":")
    secure = options.get("secure", "").lower() in YES
    return Address(
        _hosts(hosts, SECURE_PORT if secure else PORT),
        unquote(name) or "default",
        unquote(password),
        _name(parts.path.strip("/") or "weilu"),
        _name(options.get("cluster", "weilu")),
        options.get("replicated", "").lower() in YES,
        secure,
    )


def _hosts(text: str, port: int) -> tuple[Host, ...]:
    found = tuple(_host(one, port) for one in text.split(",") if one)
    if not found:
        raise WrongAddress(_("The warehouse's URL names no host."))
    return found


def _host(text: str, port: int) -> Host:
    name, colon, number = text.rpartition(":") if not text.endswith("]") else (text, "", "")
    if not colon:
        return Host(text.strip("[]"), port)
    if not number.isdigit() or not 0 < int(number) < 65536:
        raise WrongAddress(_("“%(port)s” is not a port.") % {"port": number})
    return Host(name.strip("[]"), int(number))


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise WrongAddress(
            _("“%(name)s” cannot name a database or a cluster: letters, digits and _ can.") % {"name": text}
        )
    return text
