"""Where does mail go out, when is a letter tried again, and what does an answer of the mail server mean?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

WAITS = (60, 300, 900, 3_600, 3 * 3_600, 6 * 3_600)
"""Seconds after each failed attempt; the last one repeats."""
STALE = dt.timedelta(days=2)
"""A letter older than this is given up: who reads it then has long seen the console."""
IMPLICIT, STARTTLS, PLAIN = "implicit", "starttls", "plain"
PORTS = {IMPLICIT: 465, STARTTLS: 587, PLAIN: 25}


class BadServer(ValueError):
    """The address of the mail server cannot be read; the message says what is wrong in a word."""


@dataclass(frozen=True, slots=True)
class Server:
    """`security`: TLS from the first byte, STARTTLS or nothing. Without TLS no password is ever sent."""

    host: str
    port: int
    security: str
    user: str = ""
    password: str = ""
    sender: str = ""


def server(url: str) -> Server:
    """From `smtps://user:password@host:465?from=weilu@example.com`. `smtp://` means STARTTLS, and with `?tls=no` a plain
    connection, for a relay on this machine. Raises BadServer."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadServer("port") from None
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if parts.scheme not in ("smtp", "smtps"):
        raise BadServer("scheme")
    if not parts.hostname:
        raise BadServer("host")
    if set(query) - {"from", "tls"} or query.get("tls", "no") != "no":
        raise BadServer("query")
    security = IMPLICIT if parts.scheme == "smtps" else PLAIN if "tls" in query else STARTTLS
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if security == PLAIN and user:
        raise BadServer("password_in_the_clear")
    sender = query.get("from") or (user if "@" in user else "")
    return Server(parts.hostname, port or PORTS[security], security, user, password, sender)


def wait(attempts: int, age: dt.timedelta) -> dt.timedelta | None:
    """How long to wait after so many failed attempts; None: it is given up."""
    return None if age > STALE else dt.timedelta(seconds=WAITS[min(attempts, len(WAITS)) - 1])


def for_good(code: int) -> bool:
    """Whether an answer of the server (RFC 5321: 4xx for now, 5xx for good) makes another attempt pointless."""
    return 500 <= code < 600
