"""Which shapes does every room's API share? Numbers that databases can hold, texts without NUL, pages, errors."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from django.http import HttpRequest
from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints

from weilu.core.api.callers import Caller
from weilu.core.operators.access import Viewer

NO_NUL = r"^[^\x00]*$"
"""PostgreSQL stores no NUL in texts, so none is let in."""
MOST = 200
"""Rows of one page."""

Id = Annotated[int, Field(ge=1, le=2**63 - 1, examples=[12])]
Whole = Annotated[int, Field(ge=0, le=2**63 - 1)]
Slug = Annotated[str, StringConstraints(max_length=64, pattern=r"^[a-z0-9_.]*$")]
Short = Annotated[str, StringConstraints(max_length=100, pattern=NO_NUL)]
Name = Annotated[str, StringConstraints(max_length=255, pattern=NO_NUL)]
Long = Annotated[str, StringConstraints(max_length=2000, pattern=NO_NUL)]
Zone = Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9_+/-]*$")]

Item = TypeVar("Item")


class ApiRequest(HttpRequest):
    """A request behind the API's middleware, for annotations."""

    viewer: Viewer
    caller: Caller


class In(Schema):
    """What a caller sends. A field that we do not know is a mistake, not something to pass over."""

    model_config = ConfigDict(extra="forbid")


class Paging(Schema):
    """`cursor`: the `next` of the page before, for the same question."""

    limit: int = Field(50, ge=1, le=MOST)
    cursor: str | None = Field(None, max_length=1000, pattern=r"^[A-Za-z0-9_-]*$")


class Page(Schema, Generic[Item]):
    """`next` leads to the page after this one; null at the end."""

    items: list[Item]
    next: str | None


class Problem(Schema):
    """What every error looks like. `error` is stable; `message` is a sentence in the caller's language; `field` names the
    part of the request that is meant, such as `body.name`, or is null."""

    error: str = Field(examples=["not_found"])
    message: str = Field(examples=["There is nothing here, or it is not yours to see."])
    field: str | None = Field(None, examples=["query.limit"])


class Done(Schema):
    """It is done; there is nothing more to say."""

    done: bool = True
