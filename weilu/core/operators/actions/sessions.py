"""How does a session begin, change its key and end?"""

from __future__ import annotations

import datetime as dt

from django.contrib.auth import login, logout
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from weilu.core import clock
from weilu.core.operators import addresses, audit
from weilu.core.operators.access import Viewer, missing
from weilu.core.operators.models import LoginSession, Operator

SEEN_EVERY = dt.timedelta(minutes=5)
"""No session is written on every request; "seen" is this exact."""
LOOK_EVERY = dt.timedelta(minutes=1)
MOST = 10_000
_looked: dict[str, dt.datetime] = {}
"""When this process last looked at a session: most requests need not."""
PRIVILEGES = "privileges"
BACKEND = "django.contrib.auth.backends.ModelBackend"


def begin(request: HttpRequest, operator: Operator) -> None:
    """Log the operator in under a new session key."""
    now = clock.now()
    with transaction.atomic():
        login(request, operator, backend=BACKEND)
        request.session.cycle_key()
        request.session[PRIVILEGES] = operator.privileges
        LoginSession.objects.create(
            operator=operator,
            session_key=request.session.session_key or "",
            started_at=now,
            seen_at=now,
            address=addresses.client(request),
            agent=request.headers.get("User-Agent", "")[:200],
        )
        audit.record(Viewer(operator.pk), "session.began", operator)


def keep(request: HttpRequest, operator: Operator, now: dt.datetime) -> None:
    """Give the session a new key where the operator's rights changed since, and remember that it is in use."""
    if request.session.get(PRIVILEGES) != operator.privileges:
        renew(request, operator)
    key = request.session.session_key or ""
    if key not in _looked or abs(now - _looked[key]) >= LOOK_EVERY:
        _look(key, now)


def _look(key: str, now: dt.datetime) -> None:
    if len(_looked) >= MOST:
        _looked.clear()
    _looked[key] = now
    seen = LoginSession.objects.filter(session_key=key).first()
    if seen is not None and now - seen.seen_at >= SEEN_EVERY:
        LoginSession.objects.filter(pk=seen.pk).update(seen_at=now)


def renew(request: HttpRequest, operator: Operator) -> None:
    """A new key for this session, and a new CSRF secret: whoever knew the old ones knows nothing now."""
    old = request.session.session_key
    with transaction.atomic():
        request.session.cycle_key()
        request.session[PRIVILEGES] = operator.privileges
        LoginSession.objects.filter(session_key=old).update(session_key=request.session.session_key)
    rotate_token(request)


def end(request: HttpRequest) -> None:
    """Log out: the session and its data are gone, here and in the store."""
    with transaction.atomic():
        LoginSession.objects.filter(session_key=request.session.session_key).delete()
        logout(request)


def end_others(request: HttpRequest, operator: Operator) -> int:
    """End all sessions of this operator but the one that asks; returns how many."""
    return _end(
        LoginSession.objects.filter(operator=operator).exclude(session_key=request.session.session_key)
    )


def end_all(operator: Operator) -> int:
    return _end(LoginSession.objects.filter(operator=operator))


def end_one(viewer: Viewer, session_id: int) -> None:
    """End one of the viewer's own sessions; `NotFound` for any other."""
    with transaction.atomic():
        if not _end(LoginSession.objects.filter(pk=session_id, operator_id=viewer.operator_id or 0)):
            raise missing()
        audit.record(viewer, "session.ended", ("session", session_id))


def sweep(now: dt.datetime) -> int:
    """Drop what ended by age, and the lines about sessions that are gone; returns how many sessions."""
    with transaction.atomic():
        gone = Session.objects.filter(expire_date__lte=now).delete()[0]
        LoginSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return gone


def _end(sessions: QuerySet[LoginSession]) -> int:
    with transaction.atomic():
        keys = list(sessions.values_list("session_key", flat=True))
        Session.objects.filter(session_key__in=keys).delete()
        LoginSession.objects.filter(session_key__in=keys).delete()
    return len(keys)
