"""The weekly report over the API: `GET /api/v1/reports/weekly?community=general&week=2018-W26`."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from django.http import HttpResponse
from django.utils import translation
from ninja import Query, Router, Schema
from pydantic import Field

from weilu.core.api.guards import needs
from weilu.core.api.schemas import NO_NUL, ApiRequest
from weilu.core.directory.queries import zone_of
from weilu.core.operators import rights
from weilu.evaluation.reports import files, write
from weilu.evaluation.reports.weeks import last_finished, read_week

router = Router(tags=["reports"])
LANGUAGES = {"zh": "zh-hans", "en": "en"}


class Wish(Schema):
    """`community`: id, the platform's id, or the name. `week`: ISO week such as 2018-W26; default: the last that is over.
    `known`: only with what was known at the end of this day."""

    community: str = Field(min_length=1, max_length=300, pattern=NO_NUL, examples=["general"])
    week: str = Field("", max_length=8, pattern=r"^([0-9]{4}-W[0-9]{2})?$", examples=["2018-W26"])
    language: Literal["zh", "en"] | None = None
    format: Literal["json", "md", "pdf"] = "json"
    known: dt.date | None = Field(None, ge=dt.date(1971, 1, 1), le=dt.date(2105, 1, 1))


@router.get(
    "/reports/weekly",
    url_name="weekly_report",
    summary="A community's weekly report",
    openapi_extra={
        "responses": {
            200: {
                "description": "In the format asked for.",
                "content": {
                    "application/json": {"schema": {"type": "object"}},
                    "text/markdown": {"schema": {"type": "string"}},
                    "application/pdf": {"schema": {"type": "string", "format": "binary"}},
                },
            }
        }
    },
)
@needs(rights.VIEW)
def weekly_report(request: ApiRequest, wish: Query[Wish]) -> HttpResponse:
    """JSON as docs/reference/report.md describes it, Markdown, or PDF."""
    viewer = request.viewer
    form = files.find(wish.format)
    assert form is not None
    with translation.override(LANGUAGES[wish.language] if wish.language else translation.get_language()):
        place = write.find_community(viewer, wish.community)
        week = read_week(wish.week) if wish.week else last_finished(zone_of(place))
        report = write.write(viewer, place, week, known=wish.known)
        return HttpResponse(form.render(report), content_type=form.media_type)
