"""In which formats does a report leave the house?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import orjson

from weilu.evaluation.reports.as_json import as_json
from weilu.evaluation.reports.as_markdown import as_markdown
from weilu.evaluation.reports.as_pdf import as_pdf
from weilu.evaluation.reports.document import document
from weilu.evaluation.reports.shapes import Report


@dataclass(frozen=True, slots=True)
class Format:
    slug: str
    media_type: str
    render: Callable[[Report], bytes]


FORMATS = (
    Format(
        "json",
        "application/json",
        lambda report: orjson.dumps(as_json(report), option=orjson.OPT_INDENT_2) + b"\n",
    ),
    Format("md", "text/markdown; charset=utf-8", lambda report: as_markdown(document(report)).encode()),
    Format("pdf", "application/pdf", lambda report: as_pdf(document(report), report.made_at)),
)


def find(slug: str) -> Format | None:
    return next((one for one in FORMATS if one.slug == slug), None)


def file_name(report: Report, form: Format) -> str:
    """Plain ASCII, so that every browser and shell takes it."""
    return f"weilu-{report.community}-{report.week.label}.{form.slug}"
