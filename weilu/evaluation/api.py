"""How do programs ask? `POST /api/v1/questions` takes the question that `weilu ask` takes; `GET /api/v1/metrics` lists what can be asked."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpResponseBase
from ninja import Body, Router, Schema
from pydantic import Field

from weilu.communities.queries import feed
from weilu.communities.queries.feed import Happening
from weilu.core import metrics
from weilu.core.api import paging
from weilu.core.api.guards import needs
from weilu.core.api.schemas import ApiRequest, In, Paging
from weilu.core.directory.queries import member_names
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import describe, questions
from weilu.core.warehouse.question import PEOPLE
from weilu.evaluation.exporting import as_csv

router = Router(tags=["questions"])

EXAMPLE = {
    "kind": "trend",
    "metric": "dau",
    "communities": ["general"],
    "from": "2018-06-01",
    "to": "2018-06-30",
    "by": "day",
}


class AnswerOut(Schema):
    """One table. `behind` stands only where the store had not reached the log's head within ten seconds, `others` where not
    every part stands apart."""

    question: dict[str, Any]
    unit: str
    timezone: str
    columns: list[str]
    rows: list[list[Any]]
    position: int
    behind: int | None = None
    others: int | None = None


class BehindIn(In, Paging):
    """`question` as for `/questions`, with the point that is meant, for example `"at": "2026-03-02"`."""

    question: dict[str, Any] = Field(examples=[{**EXAMPLE, "at": "2018-06-04"}])


class ExportIn(In):
    question: dict[str, Any] = Field(examples=[{**EXAMPLE, "at": "2018-06-04"}])


class PersonOut(Schema):
    member: int
    name: str


class HappenedOut(Schema):
    """An event behind a number. `text` stands only with the right `texts`."""

    position: int
    kind: str
    at: dt.datetime
    community: int
    member: int | None
    who: str
    whom: str
    text: str | None
    value: int | None


class BehindOut(Schema):
    """`counts` says what the number counts: `people` or `events`, of which there are `total`; the other list is empty."""

    counts: str
    total: int
    people: list[PersonOut]
    events: list[HappenedOut]
    next: str | None


class MetricOut(Schema):
    """`better`: up, down or none; `total`: sum, distinct, last or anew; `behind`: people or events."""

    slug: str
    label: str
    definition: str
    unit: str
    better: str
    total: str
    behind: str


@router.post(
    "/questions",
    response=AnswerOut,
    exclude_unset=True,
    summary="Ask a question",
    openapi_extra={
        "requestBody": {"content": {"application/json": {"examples": {"trend": {"value": EXAMPLE}}}}}
    },
)
@needs(rights.VIEW)
def ask(request: ApiRequest, question: Body[dict[str, Any]]) -> dict[str, Any]:
    """The answer is one table; see docs/reference/questions.md for kinds, parts and columns."""
    return questions.ask(question, request.viewer).as_json()


@router.get("/questions/schema", response=dict[str, Any], summary="What a question looks like")
@needs(rights.VIEW)
def question_schema(request: ApiRequest) -> dict[str, Any]:
    """JSON Schema (2020-12) of a question, made by the same readers that check one."""
    return describe.schema()


@router.post("/questions/behind", response=BehindOut, summary="Who or what stands behind a number?")
@needs(rights.VIEW)
def ask_behind(request: ApiRequest, asked: BehindIn) -> dict[str, Any]:
    """Exactly as many members or events as the number says, in pages, ascending by id or position."""
    viewer = request.viewer
    found = questions.behind(asked.question, viewer)
    shown, following = paging.numbers(found.ids, asked, "behind")
    people = found.counts == PEOPLE
    return {
        "counts": found.counts,
        "total": found.total,
        "people": _people(shown) if people else [],
        "events": []
        if people
        else [_happened(viewer, one) for one in feed.in_order(shown, viewer.communities)],
        "next": following,
    }


@router.post(
    "/questions/export",
    summary="The same as CSV",
    openapi_extra={
        "responses": {
            200: {
                "description": "CSV, UTF-8 with mark, of all members or events behind the number.",
                "content": {"text/csv": {"schema": {"type": "string"}}},
            }
        }
    },
)
@needs(rights.EXPORT_MEMBERS)
def export_behind(request: ApiRequest, asked: ExportIn) -> HttpResponseBase:
    """Of communities for which the right is held. Who took how many rows stands in the audit trail."""
    return as_csv(request.viewer, asked.question)


@router.get("/metrics", response=list[MetricOut], summary="List the metrics")
@needs(rights.VIEW)
def list_metrics(request: ApiRequest) -> list[dict[str, str]]:
    """Every metric that a trend can be asked of, with its exact definition."""
    return [
        {
            "slug": one.slug,
            "label": str(one.label),
            "definition": str(one.definition),
            "unit": one.unit,
            "better": one.better,
            "total": one.total,
            "behind": one.behind,
        }
        for one in metrics.all_metrics()
    ]


def _people(ids: list[int]) -> list[dict[str, Any]]:
    called = member_names(ids)
    return [{"member": one, "name": called.get(one) or f"#{one}"} for one in ids]


def _happened(viewer: Viewer, one: Happening) -> dict[str, Any]:
    plain = ("position", "kind", "at", "community", "who", "whom", "value")
    return {
        **{name: getattr(one, name) for name in plain},
        "member": one.member or None,
        "text": one.text if viewer.can(rights.TEXTS, one.community or None) else None,
    }
