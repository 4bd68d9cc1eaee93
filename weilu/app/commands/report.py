"""`weilu report`: a community's week in words and figures, on the screen or as a file."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import typer
from django.utils import translation
from django.utils.translation import gettext as _

LANGUAGES = {"zh": "zh-hans", "en": "en"}


def register(app: typer.Typer) -> None:
    app.command()(report)


def report(
    community: Annotated[str, typer.Option(help="the platform's id or the name")],
    week: Annotated[str, typer.Option(help="ISO week such as 2018-W26; default: the last that is over")] = "",
    language: Annotated[str, typer.Option(help="zh or en")] = "zh",
    format: Annotated[str, typer.Option(help="md, json or pdf")] = "",
    output: Annotated[Path | None, typer.Option(help="file to write; its ending names the format")] = None,
    known: Annotated[str, typer.Option(help="only what was known at the end of this day")] = "",
    anew: Annotated[bool, typer.Option("--anew", help="with the knowledge of now, and kept so")] = False,
    json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Write the weekly report of a community."""
    from weilu.core.directory.queries import zone_of
    from weilu.core.operators.access import Viewer
    from weilu.evaluation.reports import files, write
    from weilu.evaluation.reports.weeks import last_finished, read_week

    viewer = Viewer.everything()
    form = files.find(_format(format, output, json=json))
    if form is None:
        raise _refused(_("--format is one of md, json, pdf."))
    if language not in LANGUAGES:
        raise _refused(_("--language is zh or en."))
    if form.slug == "pdf" and output is None:
        raise _refused(_("A PDF needs a file: add --output FILE."))
    with translation.override(LANGUAGES[language]):
        place = write.find_community(viewer, community)
        asked = read_week(week) if week else last_finished(zone_of(place))
        written = form.render(write.write(viewer, place, asked, known=_day(known), anew=anew))
    if output is None:
        sys.stdout.write(written.decode())
    else:
        output.write_bytes(written)
        sys.stderr.write(_("Written: %(file)s") % {"file": output} + "\n")


def _format(given: str, output: Path | None, *, json: bool) -> str:
    if json:
        return "json"
    return given or (output.suffix.lstrip(".").lower() if output else "md")


def _day(text: str) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise _refused(_("--known is a day such as 2018-07-01.")) from None


def _refused(sentence: str) -> Exception:
    from weilu.core.errors import WeiluError

    return WeiluError(sentence)
