"""How soon did the first answer of somebody else come, part by part?"""

from __future__ import annotations

from dataclasses import dataclass

from weilu.core.warehouse.compile.replies import EVER_HOURS, threads
from weilu.core.warehouse.compile.rows import by_column
from weilu.core.warehouse.compile.source import Bound
from weilu.core.warehouse.frame import Frame
from weilu.core.warehouse.responses import ANSWERED, HOUR, SOON, UNANSWERED, Response

NEVER = EVER_HOURS * 3_600_000
"""Milliseconds in place of a wait that did not end."""


@dataclass(frozen=True, slots=True)
class Heard:
    """`by` is what the messages are broken down by."""

    frame: Frame
    asked: Response
    by: str | None = None


def counts(heard: Heard, bound: Bound) -> str:
    """SELECT at, by, asked, answered, soon (within the time that is asked for), and of the waits in milliseconds the lower
    median and the 90th percentile, both by rank: the first that so many did not exceed; 0 where nothing was answered."""
    answered, soon = _condition(ANSWERED, heard, bound), _condition(SOON, heard, bound)
    sql = f"""SELECT at, by, count() AS asked, countIf({answered}) AS answered, countIf({soon}) AS soon,
        arraySort(groupArrayIf(assumeNotNull(waited), {answered})) AS waits FROM ({_rows(heard, bound)}) GROUP BY at, by"""
    return f"""SELECT at, by, asked, answered, soon, waits[intDiv(answered + 1, 2)] AS middle,
        waits[intDiv(answered * 9 + 9, 10)] AS late FROM ({sql})"""


def behind(heard: Heard, which: str, by: str | None, unit: str, bound: Bound) -> str:
    """SELECT DISTINCT unit: the messages (`unit`) or those who sent them (`person`) in the only bucket of the frame."""
    part = "" if by is None else f" AND by = {bound(by, 'String')}"
    return f"""SELECT DISTINCT {unit} AS unit FROM ({_rows(heard, bound)})
        WHERE ({_condition(which, heard, bound)}){part} ORDER BY unit"""


def _rows(heard: Heard, bound: Bound) -> str:
    seconds = heard.asked.window
    hours = EVER_HOURS if seconds is None else -(-seconds // 3_600)
    told = f"SELECT at, community, source, person, unit, sent, waited FROM ({threads(heard.frame, bound, hours)})"
    return f"SELECT at, person, unit, waited, {_by(heard, bound)} AS by FROM ({told})"


def _by(heard: Heard, bound: Bound) -> str:
    if heard.by == HOUR:
        zone = bound(heard.frame.timezone, "String")
        return f"toString(toHour(toTimeZone(toDateTime(toUInt32(intDiv(sent, 1000)), 'UTC'), {zone})))"
    return by_column(heard.frame) if heard.by is None else f"toString({heard.by})"


def _condition(which: str, heard: Heard, bound: Bound) -> str:
    if which in (ANSWERED, UNANSWERED):
        longest = NEVER if heard.asked.window is None else heard.asked.window * 1000
        sign = "<=" if which == ANSWERED else ">"
        return f"ifNull(waited, {bound(NEVER + 1, 'UInt64')}) {sign} {bound(longest, 'UInt64')}"
    if which == SOON:
        return f"ifNull(waited, {bound(NEVER + 1, 'UInt64')}) <= {bound(heard.asked.within * 1000, 'UInt64')}"
    return "1"
