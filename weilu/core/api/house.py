"""The API as a whole: our errors, our reading and writing of JSON, and a description that tells everything."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from weilu.core.api import errors
from weilu.core.api.description import completed
from weilu.core.errors import WeiluError


class Strict(Parser):
    """JSON as RFC 8259 has it: no NaN, no lone surrogates, one value."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(request.body)
        return found


class Written(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return orjson.dumps(data, default=str)


class Api(NinjaAPI):
    """`operationId` is the name of the function, so that clients made from the description read well."""

    def __init__(self, **given: Any) -> None:
        super().__init__(parser=Strict(), renderer=Written(), docs_url=None, **given)

    def set_default_exception_handlers(self) -> None:
        super().set_default_exception_handlers()
        for kind, answer in ANSWERS.items():
            self.add_exception_handler(kind, answer)

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return str(operation.view_func.__name__)

    def get_openapi_schema(self, **given: Any) -> OpenAPISchema:
        return completed(super().get_openapi_schema(**given))


def _not_here(request: HttpRequest, error: Http404) -> HttpResponse:
    return errors.plain(404)


ANSWERS: dict[type[Exception], Any] = {
    WeiluError: errors.expected,
    HttpError: errors.unreadable,
    ValidationError: errors.invalid,
    Http404: _not_here,
}
