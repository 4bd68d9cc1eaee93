"""What does the description say beside what the types tell? Errors, headers, rights and keys, the same for every operation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ninja.openapi.schema import OpenAPISchema

from weilu.core.api.once import HEADER, REPLAYED
from weilu.core.api.schemas import Problem

Json = dict[str, Any]

STATUSES = {
    400: "The request cannot be read, or cannot be meant so.",
    401: "No token, a wrong one, and no session.",
    403: "The account or the token lacks the right, or a session's change lacks its CSRF token.",
    404: "It does not exist, or it is not yours to see: the two look the same.",
    409: "It is in a state in which this cannot be done, or somebody else was faster.",
    413: "The body is larger than allowed.",
    422: "A part of the request is missing or wrong (`field` says which), or an Idempotency-Key was used for something else.",
    429: "Too many requests; `Retry-After` says when to go on.",
    503: "A part that is needed, such as the warehouse, does not answer just now; try again.",
}
WITHOUT_BODY = frozenset({409, 413})
"""Only what changes or carries a body can answer so."""
RATE_HEADERS: Json = {
    "RateLimit-Limit": {
        "description": "Requests in a minute.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "RateLimit-Remaining": {
        "description": "Requests left in this minute.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "RateLimit-Reset": {
        "description": "Seconds until the next minute begins.",
        "schema": {"type": "integer", "minimum": 0, "maximum": 60},
    },
}
RETRY_AFTER: Json = {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 0}}
KEY_PARAMETER: Json = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "description": (
        "Names this attempt, for example a UUID. Sent again within 24 hours, the first answer is given again "
        f"(with `{REPLAYED}: true`) and nothing is done twice."
    ),
}
METHODS = ("get", "post", "put", "patch", "delete")


def completed(schema: OpenAPISchema) -> OpenAPISchema:
    """The framework's description with everything that the middleware and the guards do."""
    components = schema["components"]
    components.setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
    components["headers"] = {**RATE_HEADERS, "Retry-After": RETRY_AFTER}
    components["responses"] = {f"Error{status}": _error(status, told) for status, told in STATUSES.items()}
    for method, operation in _operations(schema):
        _complete(method, operation)
    return schema


def _operations(schema: OpenAPISchema) -> Iterator[tuple[str, Json]]:
    for path in schema["paths"].values():
        for method in METHODS:
            if method in path:
                yield method, path[method]


def _complete(method: str, operation: Json) -> None:
    answers = operation["responses"]
    for status in STATUSES:
        if method != "get" or status not in WITHOUT_BODY:
            answers.setdefault(status, {"$ref": f"#/components/responses/Error{status}"})
    for status, answer in answers.items():
        if "$ref" not in answer:
            answer["headers"] = {**_references(RATE_HEADERS), **answer.get("headers", {})}
        operation["responses"][status] = answer
    for parameter in operation["parameters"]:
        parameter.pop(
            "examples", None
        )  # a list here, where the specification wants names; the schema keeps them
    if operation.pop("x-idempotent", False):
        operation["parameters"].append(KEY_PARAMETER)
    right = operation.get("x-right")
    if right:
        operation["description"] = f"{operation.get('description', '')}\n\nNeeds the right `{right}`.".strip()
        operation["security"] = [{"TokenAuth": [right]}, {"SessionAuth": []}]


def _error(status: int, told: str) -> Json:
    headers = _references(RATE_HEADERS)
    if status in (409, 429, 503):
        headers["Retry-After"] = {"$ref": "#/components/headers/Retry-After"}
    return {
        "description": told,
        "headers": headers,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _references(headers: Json) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
