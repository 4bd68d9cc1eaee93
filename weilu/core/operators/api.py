"""How does the API know who asks: by a token, or by the session of the console?"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer

from weilu.core.operators.access import Viewer
from weilu.core.operators.actions import tokens


class TokenAuth(HttpBearer):
    """`Authorization: Bearer weilu_…`; sets `request.viewer`, narrowed to the token's scopes."""

    def authenticate(self, request: HttpRequest, token: str) -> Viewer | None:
        viewer = tokens.viewer_by(token)
        if viewer is not None:
            request.viewer = viewer  # type: ignore[attr-defined]
        return viewer


class SessionAuth(APIKeyCookie):
    """The console's own session; changes need the CSRF token, which the base class checks."""

    param_name = "sessionid"

    def __call__(self, request: HttpRequest) -> Viewer | None:
        """A stranger is told to log in (401) before being asked for a CSRF token."""
        viewer: Viewer = request.viewer  # type: ignore[attr-defined]
        return super().__call__(request) if viewer.known else None

    def authenticate(self, request: HttpRequest, key: str | None) -> Viewer:
        viewer: Viewer = request.viewer  # type: ignore[attr-defined]
        return viewer


AUTH: list[Any] = [TokenAuth(), SessionAuth(csrf=True)]
"""For `NinjaAPI(auth=AUTH)`: the first that knows the caller counts."""
