"""Who calls the API: a program with a token, or a page of the console with its session?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from weilu.core.operators.access import Viewer
from weilu.core.operators.actions import tokens

TOKEN, SESSION, NOBODY = "token", "session", "nobody"
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")


@dataclass(frozen=True, slots=True)
class Caller:
    """`number` is the token's id or the operator's; `scopes` those of the token, None for a session, which has them all."""

    kind: str
    number: int
    viewer: Viewer
    scopes: frozenset[str] | None = None

    @property
    def known(self) -> bool:
        return self.kind != NOBODY

    @property
    def owner(self) -> str:
        """Under which name things are kept for this caller: each token has its own."""
        return f"{self.kind}:{self.number}"


def caller_of(request: HttpRequest) -> Caller:
    """Where an `Authorization` header stands only that counts: a wrong token is never saved by a cookie."""
    given = request.headers.get("Authorization")
    if given is not None:
        kind, _blank, token = given.partition(" ")
        found = tokens.holder(token.strip()) if kind.lower() == "bearer" else None
        if found is None:
            return Caller(NOBODY, 0, Viewer.nobody())
        return Caller(TOKEN, found.row.pk, found.viewer, frozenset(found.row.scopes))
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if not viewer.known:
        return Caller(NOBODY, 0, viewer)
    return Caller(SESSION, viewer.operator_id or 0, viewer)


def forged(request: HttpRequest, caller: Caller) -> bool:
    """Whether a change comes by a session without the console's CSRF token: another site may have sent it."""
    return caller.kind == SESSION and request.method not in SAFE and check_csrf(request, _no_view) is not None


def _no_view(request: HttpRequest) -> None:
    """Stands for the view while only the token is looked at."""


class TokenAuth(HttpBearer):
    """`Authorization: Bearer weilu_…`, an API token of an operator; it can what its scopes name and its operator holds."""

    def __call__(self, request: HttpRequest) -> Viewer | None:
        return _known_as(TOKEN, request)

    def authenticate(self, request: HttpRequest, token: str) -> Viewer | None:
        return _known_as(TOKEN, request)


class SessionAuth(APIKeyCookie):
    """The console's own session; a change also needs the header `X-CSRFToken` with the value of the cookie `csrftoken`."""

    param_name = "sessionid"

    def __call__(self, request: HttpRequest) -> Viewer | None:
        return _known_as(SESSION, request)

    def authenticate(self, request: HttpRequest, key: str | None) -> Viewer | None:
        return _known_as(SESSION, request)


def _known_as(kind: str, request: HttpRequest) -> Viewer | None:
    """The middleware has looked already; here it is only told to the framework, which describes it."""
    caller: Caller | None = getattr(request, "caller", None)
    return caller.viewer if caller is not None and caller.kind == kind else None


AUTH: list[Any] = [TokenAuth(), SessionAuth(csrf=False)]
"""For `NinjaAPI(auth=AUTH)`: either is enough. The CSRF token is looked at by the middleware (`forged`)."""
