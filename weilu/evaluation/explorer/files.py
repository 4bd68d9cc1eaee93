"""How does an answer leave as a file: CSV, XLSX, PNG? Whatever members wrote stays text in each of them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import orjson
from django.utils.translation import get_language

from weilu.evaluation.exporting import clean, plain_cell
from weilu.evaluation.reports.as_pdf import compiler, printable

PICTURE_ROWS = 60
PICTURE_DPI = 144.0
TEMPLATE = Path(__file__).with_name("answer.typ")
Cell = Any
Lines = Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """An answer as it is handed out: its title, what is said under it, heads and lines of cells. `bars` are the shares (0 … 1)
    drawn behind the lines of a picture, where there are any."""

    title: str
    sub: str
    heads: Sequence[str]
    lines: Lines
    bars: Sequence[float | None] = ()


@dataclass(frozen=True, slots=True)
class Form:
    media_type: str
    make: Callable[[Sheet], bytes]


def as_csv(sheet: Sheet) -> bytes:
    """UTF-8 with the mark by which spreadsheets know it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(sheet.heads)
    writer.writerows([plain_cell(cell) for cell in line] for line in sheet.lines)
    return ("\ufeff" + out.getvalue()).encode()


def as_xlsx(sheet: Sheet) -> bytes:
    """A workbook of one sheet."""
    return workbook([("Weilu", sheet)])


def workbook(sheets: Sequence[tuple[str, Sheet]]) -> bytes:
    """A workbook with these sheets under these names. Text stands in it as text (`inlineStr`), which no spreadsheet runs; numbers
    are numbers."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in _book(_sheet_names([name for name, _sheet in sheets])).items():
            book.writestr(zipfile.ZipInfo(name), content)
        for number, (_name, sheet) in enumerate(sheets, 1):
            rows = [sheet.heads, *sheet.lines]
            body = "".join(f'<row r="{n}">{_cells(n, line)}</row>' for n, line in enumerate(rows, 1))
            place = zipfile.ZipInfo(f"xl/worksheets/sheet{number}.xml")
            book.writestr(place, f"{_HEAD}{_SHEET}{body}</sheetData></worksheet>")
    return out.getvalue()


def _sheet_names(names: Sequence[str]) -> list[str]:
    """At most 31 signs each, none of those that are forbidden, no two alike in any case."""
    found: list[str] = []
    for number, name in enumerate(names, 1):
        told = (
            "".join(" " if sign in _FORBIDDEN else sign for sign in str(clean(name))).strip(" '")[:31]
            or f"{number}"
        )
        taken = {one.casefold() for one in found}
        found.append(told if told.casefold() not in taken else f"{told[:26]} ({number})")
    return found


def as_png(sheet: Sheet) -> bytes:
    """A picture of the table, with bars, in the font that comes as a package."""
    data = {
        "title": sheet.title,
        "sub": sheet.sub,
        "heads": list(sheet.heads),
        "lines": [[_written(cell) for cell in line] for line in sheet.lines[:PICTURE_ROWS]],
        "bars": list(sheet.bars[:PICTURE_ROWS]),
        "more": max(0, len(sheet.lines) - PICTURE_ROWS),
        "language": "zh" if (get_language() or "").startswith("zh") else "en",
    }
    told = orjson.dumps(printable(data)).decode()
    picture = compiler(TEMPLATE).compile(format="png", ppi=PICTURE_DPI, sys_inputs={"data": told})
    assert isinstance(picture, bytes), "a page as high as it needs to be is one page"
    return picture


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMS = {
    "csv": Form("text/csv; charset=utf-8", as_csv),
    "xlsx": Form(XLSX, as_xlsx),
    "png": Form("image/png", as_png),
}


def _written(cell: Cell) -> str:
    text = "" if cell is None else str(clean(cell))
    return text if len(text) <= 60 else f"{text[:59]}…"


def _cells(row: int, line: Iterable[Cell]) -> str:
    return "".join(_xml(f"{_column(n)}{row}", cell) for n, cell in enumerate(line))


def _xml(place: str, cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return f'<c r="{place}"><v>{cell!r}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(str(clean(cell)))}</t></is></c>'


def _column(number: int) -> str:
    """A, B, … Z, AA, …"""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET = f'<worksheet xmlns="{_MAIN}"><sheetData>'
_FORBIDDEN = "[]:*?/\\"


def _book(names: Sequence[str]) -> dict[str, str]:
    """The least that a workbook consists of beside its sheets. Source: ECMA-376, part 1, 12.2 and 18."""
    count = range(1, len(names) + 1)
    parts = "\n".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        for n in count
    )
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(names, 1)
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in count
    )
    return {
        "[Content_Types].xml": f"""{_HEAD}<Types xmlns="{_PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
{parts}
</Types>""",
        "_rels/.rels": f"""{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>""",
        "xl/workbook.xml": f"""{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">
<sheets>{sheets}</sheets></workbook>""",
        "xl/_rels/workbook.xml.rels": f"""{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">
{links}</Relationships>""",
    }
