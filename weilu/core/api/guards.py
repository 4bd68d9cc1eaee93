"""Which right does an operation need? Said once, for the door and for the description."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja.decorators import decorate_view
from ninja.utils import contribute_operation_callback

from weilu.core.api import errors
from weilu.core.api.callers import Caller
from weilu.core.errors import WeiluError
from weilu.core.operators import rights
from weilu.core.operators.access import demand

Run = Callable[..., HttpResponseBase]
Operation = TypeVar("Operation", bound=Callable[..., Any])


def needs(right: str) -> Callable[[Operation], Operation]:
    """Refuses (403) who holds the right nowhere; what it is held for is looked at by the doorways. Stands above `once`."""
    rights.check(right)

    def mark(view: Operation) -> Operation:
        contribute_operation_callback(view, partial(_describe, right=right))
        return decorate_view(partial(_guarded, right=right))(view)

    return mark


def _describe(operation: Any, *, right: str) -> None:
    operation.openapi_extra = {**(operation.openapi_extra or {}), "x-right": right}


def _guarded(run: Run, *, right: str) -> Run:
    @wraps(run)
    def guarded(request: HttpRequest, **parts: Any) -> HttpResponseBase:
        caller: Caller = request.caller  # type: ignore[attr-defined]
        if caller.known:
            try:
                demand(caller.viewer, right)
            except WeiluError as error:
                return errors.expected(request, error)
        return run(request, **parts)

    return guarded
