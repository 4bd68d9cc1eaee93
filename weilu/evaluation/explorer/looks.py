"""What does a page show of a question: its answer, and the one that it is set beside?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, demand
from weilu.core.warehouse import questions
from weilu.core.warehouse.question import FUNNEL, INVITER, MEMBER, TREND
from weilu.core.warehouse.questions import Answer
from weilu.evaluation.actions import OF_A_POINT
from weilu.evaluation.explorer import beside, choices
from weilu.evaluation.explorer.beside import Names
from weilu.evaluation.explorer.cells import Cell, Shown
from weilu.evaluation.explorer.files import Sheet
from weilu.evaluation.explorer.shown import show
from weilu.evaluation.plain import ask_word


@dataclass(frozen=True, slots=True)
class Look:
    """`shown` draws both answers where its kind can; else `second` draws the other, and `compared` tells them apart row by row."""

    question: Mapping[str, Any]
    answer: Answer
    shown: Shown
    whom: str = ""
    names: Names | None = None
    second: Shown | None = None
    compared: Shown | None = None

    @property
    def context(self) -> dict[str, Any]:
        names = ("answer", "shown", "whom", "names", "second", "compared")
        return {name: getattr(self, name) for name in names}


def look(viewer: Viewer, question: Mapping[str, Any], compare: str, seconds: float) -> Look:
    """Raises as `questions.ask`. What cannot be set beside anything is shown alone."""
    asked = {name: part for name, part in question.items() if name not in OF_A_POINT}
    other = beside.other_question(asked, compare)
    found = questions.ask_many([asked, other] if other else [asked], viewer, seconds=seconds)
    whom = choices.segment_name(viewer, asked["segment"]) if asked.get("segment") else ""
    if other is None:
        return Look(asked, found[0], show(found[0]), whom)
    return _compared(asked, found, whom, _names(viewer, compare, asked, other))


def names_people(question: Mapping[str, Any]) -> bool:
    """Whether the parts of its answer are members by name."""
    return question.get("breakdown") in (INVITER, MEMBER)


def exporter(viewer: Viewer, question: Mapping[str, Any]) -> Viewer:
    """Who takes the answer along as a file. Raises Forbidden where that needs the right to export members."""
    if not names_people(question):
        return viewer
    demand(viewer, rights.EXPORT_MEMBERS)
    return viewer.limited(rights.EXPORT_MEMBERS)


def _compared(asked: Mapping[str, Any], found: Sequence[Answer], whom: str, names: Names) -> Look:
    answer, other = found
    shown = show(answer, other, names)
    if answer.question["kind"] == FUNNEL:
        return Look(asked, answer, shown, whom, names)
    drawn = answer.question["kind"] == TREND and "by" not in answer.columns
    heads, rows = beside.table(answer, other, names)
    table = Shown("", {}, heads, rows)
    return Look(asked, answer, shown, whom, names, None if drawn else show(other), table)


def _names(viewer: Viewer, compare: str, asked: Mapping[str, Any], other: Mapping[str, Any]) -> Names:
    if compare == beside.DAYS:
        return Names(_("these days"), _("days before"))
    return Names(_whom(viewer, asked), _whom(viewer, other))


def _whom(viewer: Viewer, question: Mapping[str, Any]) -> str:
    given = question.get("segment")
    return choices.segment_name(viewer, given) if given else _("everybody")


def sheet(one: Look) -> Sheet:
    """As it leaves in a file."""
    told, table = ask_word(one.question), one.compared or one.shown
    sub = f"{told.when} · {one.answer.timezone}" + (f" · {one.whom}" if one.whom else "")
    return Sheet(
        told.what, sub, [str(head) for head in table.heads], [_line(row) for row in table.rows], table.shares
    )


def _line(row: Sequence[Cell]) -> list[Any]:
    return [round(cell.value, 4) if isinstance(cell.value, float) else cell.value for cell in row]
