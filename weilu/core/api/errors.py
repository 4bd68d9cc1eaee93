"""How does every error look to a program? One shape: a stable code, a sentence, and the field that is meant."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from ninja.errors import AuthenticationError, HttpError, ValidationError

from weilu.core.errors import WeiluError

logger = logging.getLogger("weilu.api")
JSON = "application/json"

CODES: Mapping[int, tuple[str, str | Promise]] = {
    400: ("bad_request", gettext_lazy("The request cannot be read. A body must be one JSON object.")),
    401: (
        "unauthorized",
        gettext_lazy("Send an API token as “Authorization: Bearer weilu_…”, or log in first."),
    ),
    403: ("forbidden", gettext_lazy("This is not allowed.")),
    404: ("not_found", gettext_lazy("There is nothing here, or it is not yours to see.")),
    405: ("method_not_allowed", gettext_lazy("This address does not take this method.")),
    413: ("too_large", gettext_lazy("The request is too large.")),
    500: ("server_error", gettext_lazy("Something of ours broke; the log has the details.")),
}
MISSING = gettext_lazy("“%(field)s” is missing.")
FORGED = gettext_lazy(
    "A change by a session needs the header X-CSRFToken with the value of the cookie csrftoken."
)
UNKNOWN = gettext_lazy("There is no field “%(field)s” here.")
WRONG = gettext_lazy("“%(field)s” is not right: %(why)s.")


def problem(status: int, code: str, message: str, field: str | None = None) -> HttpResponse:
    """The one shape."""
    body = orjson.dumps({"error": code, "message": message, "field": field})
    return HttpResponse(body, status=status, content_type=JSON)


def plain(status: int) -> HttpResponse:
    """A status that says everything itself."""
    code, sentence = CODES.get(status, CODES[400 if status < 500 else 500])
    return problem(status, code, str(sentence))


def expected(request: HttpRequest, error: WeiluError) -> HttpResponse:
    """Our own errors: their status, their code, their sentence in the caller's language, and headers such as `Retry-After`."""
    field = error.details.get("field")
    answer = problem(error.status, error.code, str(error), str(field) if field else None)
    wait = error.details.get("retry_after")
    if wait is not None:
        answer["Retry-After"] = str(wait)
    return answer


def unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What the framework refuses itself: no login, a body that is no JSON."""
    answer = plain(error.status_code)
    if isinstance(error, AuthenticationError):
        answer["WWW-Authenticate"] = "Bearer"
    return answer


def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """The first thing that is wrong with the parts of the request, and where it stands."""
    first: dict[str, Any] = error.errors[0]
    field = _path(first["loc"])
    if first["type"] == "missing":
        sentence = str(MISSING) % {"field": field}
    elif first["type"] == "extra_forbidden":
        sentence = str(UNKNOWN) % {"field": field}
    else:
        sentence = str(WRONG) % {"field": field, "why": str(first["msg"]).rstrip(".")}
    return problem(422, "invalid", sentence, field)


def _path(place: tuple[Any, ...]) -> str:
    """`body.name`, `query.limit`: without the framework's name for the whole body."""
    source, *rest = [str(part) for part in place]
    named = rest[1:] if source == "body" and len(rest) > 1 else rest
    return ".".join([source, *named])[:200]


def in_our_shape(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    """Errors that come from below the API (an unknown address, a wrong method, a fault) look like its own."""
    told = answer.get("Content-Type", "").partition(";")[0]
    if answer.status_code < 400 or told == JSON:
        return answer
    shaped = plain(answer.status_code)
    for name in ("Allow", "Retry-After", "WWW-Authenticate"):
        if name in answer:
            shaped[name] = answer[name]
    return shaped
