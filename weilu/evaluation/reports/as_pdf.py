"""The report as a PDF of A4 pages, with the Chinese font that comes as a package: a bare machine prints it right."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pylopdf_fonts_zh_cn
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from weilu.evaluation.reports.document import Document, section_titles

LEFT, RIGHT = ("movers", "flows", "hours"), ("thanks", "drifting", "topics")
TEMPLATE = Path(__file__).with_name("report.typ")


def as_pdf(document: Document, made_at: dt.datetime) -> bytes:
    """The same document gives the same bytes: the only moment inside is that of its making."""
    fields = asdict(document)
    data = {
        "document": printable({name: fields[name] for name in ("title", "span", "notes", "findings", "figures")}),
        "left": _sections(fields, LEFT),
        "right": _sections(fields, RIGHT),
        "words": {
            "findings": _("Findings"), "figures": _("Figures"), "figure": _("Figure"), "week": _("This week"),
            "change": _("Change"), "before": _("Week before"), "mean": _("Mean of four weeks"), "report": _("Weekly report"),
        },
        "language": "zh" if (get_language() or "").startswith("zh") else "en",
    }  # fmt: skip
    return bytes(
        compiler(TEMPLATE).compile(
            format="pdf",
            sys_inputs={"data": orjson.dumps(data, default=str).decode()},
            timestamp=int(made_at.timestamp()),
        )
    )


def _sections(fields: dict[str, Any], wanted: tuple[str, ...]) -> list[dict[str, Any]]:
    titles = dict(section_titles())
    return [
        {
            "title": titles[name],
            "lines": printable([{"name": one["name"], "text": one["text"]} for one in fields[name]]),
        }
        for name in wanted
        if fields[name]
    ]


def compiler(template: Path) -> Any:
    """Sets pages of this template, in the font that comes as a package."""
    import typst  # 7 MB in a process, and few ever set a page

    return typst.Compiler(str(template), font_paths=[str(font_folder())], ignore_system_fonts=True)


@cache
def font_folder() -> Path:
    return Path(pylopdf_fonts_zh_cn.sans_path()).parent


def printable(value: Any) -> Any:
    """Without the signs that the font lacks (emoji in names), which would print as boxes."""
    if isinstance(value, str):
        return "".join(sign for sign in value if not _pictured(sign)).strip()
    if isinstance(value, dict):
        return {key: printable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [printable(one) for one in value]
    return value


def _pictured(sign: str) -> bool:
    code = ord(sign)
    return (
        (code >= 0x1F000 and code < 0x20000) or 0x2600 <= code <= 0x27BF or code in (0x200D, 0xFE0F, 0x20E3)
    )
