"""How are secrets kept: as digests where they only need to be recognised, encrypted where they must be read again?"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from weilu.core.errors import Unavailable

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without the letters and figures that look alike; 31 signs, 4.95 bits each."""


def readable(groups: int, size: int = 5) -> str:
    """A random code to be typed by hand, such as `k7m2p-…`."""
    return "-".join("".join(secrets.choice(ALPHABET) for _sign in range(size)) for _group in range(groups))


def tidy(code: str) -> str:
    """A typed code as it was printed: case, blanks and hyphens do not matter."""
    return "".join(sign for sign in code.lower() if sign.isalnum())


def digest(purpose: str, secret: str) -> str:
    """64 hex signs, keyed by the installation's secret. Fit for long random secrets only, never for passwords."""
    return hashlib.blake2b(
        secret.encode("utf-8", "surrogatepass"), key=key(purpose), digest_size=32
    ).hexdigest()


def same(left: str, right: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


def seal(purpose: str, text: str) -> str:
    """Encrypt; only this installation, for this purpose, reads it again."""
    return Fernet(base64.urlsafe_b64encode(key(purpose))).encrypt(text.encode()).decode()


def unseal(purpose: str, sealed: str) -> str:
    """The text again; `Unavailable` where the installation's secret has changed meanwhile."""
    try:
        return Fernet(base64.urlsafe_b64encode(key(purpose))).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unavailable(
            _("WEILU_SECRET_KEY has changed. Put the old one back, or reset two-factor for this account.")
        )


def key(purpose: str) -> bytes:
    """32 bytes for one purpose, derived from the installation's secret, so that no key serves two ends."""
    return hashlib.blake2b(purpose.encode(), key=_master(), digest_size=32, person=b"weilu-secrets").digest()


def _master() -> bytes:
    return hashlib.sha512(str(settings.SECRET_KEY).encode()).digest()
