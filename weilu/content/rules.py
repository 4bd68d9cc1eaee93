"""Where may a link lead, who is named by an address, and what is told of where somebody came from?"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from urllib.parse import quote, unquote, urlsplit, urlunsplit

PATH = "/l/"
SCHEMES = ("http", "https")
LONGEST_TARGET = 2000
EMPTY, LONG, SCHEME, HOST, ACCOUNT, SIGNS, ITSELF = (
    "empty", "long", "scheme", "host", "account", "signs", "itself",
)  # fmt: skip
CODE_SIGNS = 10
"""49 bits: at a thousand guesses a second, one of a thousand links is found after 18,000 years."""
_CODE = re.compile(rf"[2-9a-hjkmnp-z]{{{CODE_SIGNS}}}")
SEAL, BROWSERS = "link", "link visitor"
"""Purposes of the house's keys: for tokens, and for digests of cookies."""
_LINK, _IDENTITY, _SEAL = 8, 5, 10
"""Bytes; the seal's 80 bits are guessed in 10¹⁷ years at a million tries a second."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20}")
_COOKIE = re.compile(r"[A-Za-z0-9_-]{22}")
_HOST = re.compile(r"[a-z0-9.-]{1,100}|\[?[0-9a-f:.]{2,45}\]?")
_SAFE = "/?#[]@!$&'()*+,;=:%~"


class BadTarget(ValueError):
    """Why a link may not lead there: one of the reasons above."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def target(text: str, own_host: str) -> str:
    """The address as browsers are sent to it, in ASCII. Raises BadTarget."""
    text = text.strip()
    if not text:
        raise BadTarget(EMPTY)
    if any(sign.isspace() or not sign.isprintable() or sign in '\\<>"' for sign in text):
        raise BadTarget(SIGNS)
    try:
        parts = urlsplit(text)
        name, port = parts.hostname or "", parts.port
        host = name if ":" in name else name.encode("idna").decode()
    except ValueError:
        raise BadTarget(HOST) from None
    if parts.scheme.lower() not in SCHEMES:
        raise BadTarget(SCHEME)
    if not host:
        raise BadTarget(HOST)
    if "@" in parts.netloc:
        raise BadTarget(ACCOUNT)
    place = (f"[{host}]" if ":" in host else host) + (f":{port}" if port is not None else "")
    rest = (quote(one, safe=_SAFE) for one in (parts.path, parts.query, parts.fragment))
    found = urlunsplit((parts.scheme.lower(), place, *rest))
    if len(found) > LONGEST_TARGET:
        raise BadTarget(LONG)
    if leads_to_itself(found, own_host):
        raise BadTarget(ITSELF)
    return found


def leads_to_itself(target: str, own_host: str) -> bool:
    """Whether it leads to a tracked link of the host at which it stands (`name` or `name:port`): so could go round for ever."""
    parts = urlsplit(target)
    if not unquote(parts.path).startswith(PATH):
        return False
    default = {"http": 80, "https": 443}.get(parts.scheme)
    name, port = _place(own_host)
    return parts.hostname == name and (parts.port or default) == (port or default)


def _place(host: str) -> tuple[str | None, int | None]:
    """Name and port of a `Host`; neither where it is none: browsers send what they like."""
    try:
        parts = urlsplit(f"//{host.lower()}")
        return parts.hostname, parts.port
    except ValueError:
        return None, None


def is_code(text: str) -> bool:
    """Whether it could be a link's code, so that it is worth looking up."""
    return bool(_CODE.fullmatch(text))


# who ----------------------------------------------------------------------------------------------------------------


def token(key: bytes, link: int, identity: int) -> str:
    """What is put behind a link's address so that it names an account: 20 signs, good for this link only."""
    who = identity.to_bytes(_IDENTITY, "big")
    return base64.urlsafe_b64encode(who + _sealed(key, link, who)).decode()


def named_by(key: bytes, link: int, token: str) -> int | None:
    """The account that a token names; None for one that is not of ours, or of another link."""
    if not _TOKEN.fullmatch(token):
        return None
    try:
        raw = base64.urlsafe_b64decode(token)
    except (binascii.Error, ValueError):
        return None
    who, seal = raw[:_IDENTITY], raw[_IDENTITY:]
    return int.from_bytes(who, "big") if hmac.compare_digest(seal, _sealed(key, link, who)) else None


def _sealed(key: bytes, link: int, who: bytes) -> bytes:
    told = link.to_bytes(_LINK, "big") + who
    return hashlib.blake2b(told, key=key, digest_size=_SEAL).digest()


def visitor(key: bytes, cookie: str) -> str:
    """By what a browser is known: a digest of its cookie, so that nobody who reads the house's tables can be it. Empty for what is
    no cookie of ours."""
    if not _COOKIE.fullmatch(cookie):
        return ""
    return hashlib.blake2b(cookie.encode(), key=key, digest_size=16).hexdigest()


def came_from(referer: str, own_host: str) -> str:
    """The host of the page on which the link was clicked, nothing more of it; empty where it is not told, or is our own."""
    try:
        parts = urlsplit(referer)
        host = (parts.hostname or "").lower()
    except ValueError:
        return ""
    own, _port = _place(own_host)
    return host if parts.scheme in SCHEMES and host != own and _HOST.fullmatch(host) else ""
