"""The report as Markdown, for a chat message or a wiki."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from weilu.evaluation.reports.document import Document, FigureLine, FindingLine, PersonLine, section_titles
from weilu.evaluation.reports.document import Line as TextLine

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def as_markdown(document: Document) -> str:
    """Headings, lists and one table; names cannot break out of their line."""
    parts = [
        f"# {_plain(document.title)}",
        _plain(document.span),
        *(f"> {_plain(note)}" for note in document.notes),
    ]
    if document.findings:
        parts += [f"## {_('Findings')}", _numbered(document.findings)]
    parts += [f"## {_('Figures')}", _table(document.figures)]
    for field, title in section_titles():
        lines: Sequence[PersonLine | TextLine] = getattr(document, field)
        if lines:
            parts += [f"## {title}", _list(lines)]
    return "\n\n".join(parts) + "\n"


def _numbered(found: Iterable[FindingLine]) -> str:
    return "\n".join(
        f"{number}. **{_plain(one.sentence)}** {_plain(one.evidence)} {_advice(one.advice)}"
        for number, one in enumerate(found, start=1)
    )


def _table(figures: Iterable[FigureLine]) -> str:
    head = (_("Figure"), _("This week"), _("Change"), _("Week before"), _("Mean of four weeks"))
    rows = [(one.label, one.value, one.change, one.before, one.mean) for one in figures]
    lines = [head, ("---", *("---:",) * 4), *(tuple(map(_plain, row)) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _list(lines: Iterable[PersonLine | TextLine]) -> str:
    return "\n".join(
        "- " + _("%(name)s: %(text)s") % {"name": _plain(line.name), "text": _plain(line.text)}
        for line in lines
    )


def _advice(text: str) -> str:
    return _("Advice: %(advice)s") % {"advice": _plain(text)}


def _plain(text: str) -> str:
    """One line in which nothing is markup."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))
