"""The table of a funnel: a row for each step, broken down one for each part of each step."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from weilu.core.events import queries as log
from weilu.core.warehouse import loader
from weilu.core.warehouse.check import Asked
from weilu.core.warehouse.compile import funnel
from weilu.core.warehouse.compile.source import Bound
from weilu.core.warehouse.funnels import Funnel
from weilu.core.warehouse.measures import EVENTS, PEOPLE
from weilu.core.warehouse.question import Refused
from weilu.core.warehouse.tables import parts
from weilu.core.warehouse.tables.kind import Kind, Rows, Source

SOON = 2**20
"""More events than can come while a question is asked."""


def _columns(asked: Asked) -> tuple[str, ...]:
    by = ("by",) if asked.question.breakdown else ()
    return ("step", "event", *by, "members", "median_seconds")


def _rows(asked: Asked, source: Source) -> Rows:
    bound = Bound()
    table = source.run(funnel.counts(_way(asked, bound), bound), bound.params)
    found = {row["by"]: row for row in table.to_pylist()}
    steps = list(enumerate(_funnel(asked).steps, 1))
    if asked.question.breakdown is None:
        return [(n, step.event, *_cells(found.get(""), n)) for n, step in steps]
    values = parts.shown(asked, found)
    return [
        (n, step.event, name, *_cells(found.get(value), n)) for n, step in steps for value, name in values
    ]


def _cells(row: dict[str, Any] | None, step: int) -> tuple[int, float | None]:
    """How many took the step, and the seconds since the one before."""
    members = row[f"m{step}"] if row else 0
    return members, row[f"s{step}"] / 1000 if row and members and step > 1 else None


def _behind(asked: Asked, unit: str, bound: Bound) -> str:
    point, last = asked.question.point, len(_funnel(asked).steps)
    if unit == EVENTS:
        raise Refused(_("This number counts members, not events. Ask with “people”."))
    if point.step is None:
        raise Refused(_("Say which step is meant: add “step”, from 1 to %(last)s.") % {"last": last})
    if point.step > last:
        raise Refused(_("The funnel has %(last)s steps, there is no step %(step)s.")
                      % {"last": last, "step": point.step})  # fmt: skip
    if point.lost and point.step == 1:
        raise Refused(_("Nobody is lost before the first step: ask for the lost of a later one."))
    return funnel.behind(_way(asked, bound), point.step, parts.meant(asked), point.lost, bound)


def _way(asked: Asked, bound: Bound) -> funnel.Way:
    reached = max(log.head(), loader.loaded())
    return funnel.Way(asked.frame, _funnel(asked), parts.column(asked, bound), reached + SOON)


def _funnel(asked: Asked) -> Funnel:
    assert isinstance(asked.question.way, Funnel)
    return asked.question.way


KIND = Kind(_columns, _rows, _behind, lambda _: PEOPLE)
