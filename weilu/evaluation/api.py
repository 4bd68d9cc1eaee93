"""How do programs ask? `POST /api/v1/questions` takes the question that `weilu ask` takes; `GET /api/v1/metrics` lists what can be asked."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Body, Router, Schema

from weilu.core import metrics
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, demand
from weilu.core.warehouse import questions

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
    """One table. `behind` stands only where the store had not reached the log's head within ten seconds."""

    question: dict[str, Any]
    unit: str
    timezone: str
    columns: list[str]
    rows: list[list[Any]]
    position: int
    behind: int | None = None


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
def ask(request: HttpRequest, question: Body[dict[str, Any]]) -> dict[str, Any]:
    """The answer is one table; see docs/reference/questions.md for kinds, parts and columns."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    demand(viewer, rights.VIEW)
    return questions.ask(question, viewer).as_json()


@router.get("/metrics", response=list[MetricOut], summary="List the metrics")
def list_metrics(request: HttpRequest) -> list[dict[str, str]]:
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
