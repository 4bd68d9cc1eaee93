"""When is it tried again, when is it given up, and how is a message signed? Nothing here knows a clock or a network."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac

SECRET_SIGN = "whsec_"  # noqa: S105  the prefix that Standard Webhooks gives to secrets
SECRET_BYTES = 32
GIVE_UP_DAYS = 3
"""An endpoint that never once answered well for so long is paused."""
OLD_SECRET_HOURS = 24

WAITS = (
    dt.timedelta(seconds=5),
    dt.timedelta(minutes=5),
    dt.timedelta(minutes=30),
    dt.timedelta(hours=2),
    dt.timedelta(hours=5),
    dt.timedelta(hours=10),
    dt.timedelta(hours=14),
    dt.timedelta(hours=20),
    dt.timedelta(hours=24),
)
"""After the first, the second … failed attempt. The schedule that the Standard Webhooks specification suggests: a bit over three
days in all."""
JITTER = 0.2
"""A wait is made up to a fifth longer, so that what failed together does not come back together."""
GONE = 410
EVERYTHING = "*"


def wait(attempts: int, chance: float, asked: int | None = None) -> dt.timedelta | None:
    """How long to wait after so many failed attempts; None: it is given up. `chance` is in [0, 1); `asked` are the seconds of a
    `Retry-After`, heeded up to the next wait but one."""
    if attempts > len(WAITS):
        return None
    planned = WAITS[attempts - 1] * (1 + JITTER * chance)
    longest = WAITS[min(attempts, len(WAITS) - 1)]
    wished = dt.timedelta(seconds=asked) if asked is not None else planned
    return max(planned, min(wished, longest))


def is_good(status: int | None) -> bool:
    """Any 2xx. A redirect is not followed and counts as a failure: where a message goes is the operator's choice."""
    return status is not None and 200 <= status < 300


def pauses(failing_since: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether an endpoint has failed for so long that it is paused."""
    return failing_since is not None and now - failing_since >= dt.timedelta(days=GIVE_UP_DAYS)


def signature(secret: str, message: str, timestamp: int, body: bytes) -> str:
    """`v1,…` as Standard Webhooks has it: HMAC-SHA256 over id, timestamp and body. `secret` is `whsec_` and base64."""
    key = base64.b64decode(secret.removeprefix(SECRET_SIGN))
    signed = f"{message}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def secret_of(raw: bytes) -> str:
    """The form in which a secret is shown."""
    return SECRET_SIGN + base64.b64encode(raw).decode()


def wants(kinds: list[str], kind: str) -> bool:
    return EVERYTHING in kinds or kind in kinds
