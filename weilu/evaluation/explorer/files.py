"""How does an answer leave as a file: CSV, XLSX, PNG? Whatever members wrote stays text in each of them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import orjson
import typst
from django.utils.translation import get_language

from weilu.evaluation.exporting import clean, plain_cell
from weilu.evaluation.reports.as_pdf import font_folder, printable

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
    """A workbook of one sheet. Text stands in it as text (`inlineStr`), which no spreadsheet runs; numbers are numbers."""
    rows = [sheet.heads, *sheet.lines]
    body = "".join(f'<row r="{n}">{_cells(n, line)}</row>' for n, line in enumerate(rows, 1))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in _BOOK.items():
            book.writestr(zipfile.ZipInfo(name), content)
        book.writestr(
            zipfile.ZipInfo("xl/worksheets/sheet1.xml"), f"{_HEAD}{_SHEET}{body}</sheetData></worksheet>"
        )
    return out.getvalue()


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
    compiler = typst.Compiler(str(TEMPLATE), font_paths=[str(font_folder())], ignore_system_fonts=True)
    told = orjson.dumps(printable(data)).decode()
    picture = compiler.compile(format="png", ppi=PICTURE_DPI, sys_inputs={"data": told})
    assert isinstance(picture, bytes), "a page as high as it needs to be is one page"
    return picture


FORMS = {
    "csv": Form("text/csv; charset=utf-8", as_csv),
    "xlsx": Form("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx),
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
_BOOK = {
    "[Content_Types].xml": f"""{_HEAD}<Types xmlns="{_PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>
</Types>""",
    "_rels/.rels": f"""{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>""",
    "xl/workbook.xml": f"""{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">
<sheets><sheet name="Weilu" sheetId="1" r:id="rId1"/></sheets></workbook>""",
    "xl/_rels/workbook.xml.rels": f"""{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>""",
}
"""The least that a workbook consists of. Source: ECMA-376, part 1, 12.2 and 18."""
