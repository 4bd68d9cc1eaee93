"""Over which communities, days, time zone and knowledge is something asked?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace

import orjson
from django.utils.translation import gettext as _

from weilu.core.segments.reading import SAVED
from weilu.core.segments.reading import parse as parse_rule
from weilu.core.warehouse.fields import Fields
from weilu.core.warehouse.frame import EPOCH, LAST_DAY

NEW, REPEATED, ALL = "new", "known", "all"
BROUGHT = (NEW, REPEATED, ALL)
WHOM = {"anyOf": [{"type": ["string", "integer"]}, {"$ref": "#/$defs/rule"}]}
"""What `segment` can be, for the schema."""


@dataclass(frozen=True, slots=True)
class Span:
    """As the question says it; communities by id of ours (a number), id of the platform or name (words), None for all.

    `first` and `last` are both included. `known` is a day, or a log position. `batch` is the number of an import, and
    `brought` says which of its events: the new ones, those known before, or all. `member` is the id of the one person whose
    doings count. In place of days that nobody gave stand `EVER` and `NOW`. With `visitors` people whom nobody knows count as
    members do. `segment` is the rule that those must answer to whose doings count, as JSON text.
    """

    communities: tuple[str | int, ...] | None
    first: dt.date
    last: dt.date
    timezone: str = ""
    as_of: dt.date | None = None
    known: dt.date | int | None = None
    batch: int | None = None
    brought: str = NEW
    member: int | None = None
    visitors: bool = False
    segment: str = ""


EVER, NOW = EPOCH + dt.timedelta(days=1), LAST_DAY
"""Days in place of those that a question may leave out."""


def span_of(fields: Fields, *, days: bool = True, apart: Collection[str] = ()) -> Span:
    """Reads the parts that every kind of question has. Without `days` they may be lacking; those `apart` are no days."""
    first = _day(fields, "from", None if days else EVER, apart)
    last = _day(fields, "to", None if days else NOW, apart)
    if last < first:
        fields.refuse(_("The span ends (%(to)s) before it begins (%(from)s).") % {"from": first, "to": last})
    if first <= EPOCH or last > LAST_DAY:
        fields.refuse(_("Days can be asked for from 1970-01-02 to 2105-12-31."))
    return _read(fields, first, last, _segment(fields))


def whose(span: Span, today: dt.date) -> Span:
    """Of which days it is asked who is in the segment: the last one that the question looks at, or now."""
    last = min(day for day in (span.last, span.as_of, span.known) if isinstance(day, dt.date))
    looking_back = span.as_of is not None or last < today
    return replace(
        span, as_of=last if looking_back else None, batch=None, brought=NEW, member=None, segment=""
    )


def moment_of(fields: Fields) -> Span:
    """The same for what is asked of one moment, the end of `as_of`, by default now: `check` knows which day that is."""
    return _read(fields, EPOCH, EPOCH)


def _read(fields: Fields, first: dt.date, last: dt.date, segment: str = "") -> Span:
    return Span(
        fields.names("communities"),
        first,
        last,
        fields.text("timezone", ""),
        fields.day("as_of", None),
        _known(fields),
        fields.number("batch", 1, 2**31) if fields.has("batch") else None,
        fields.choice("brought", BROUGHT, NEW) if fields.has("batch") else NEW,
        fields.number("member", 1, 2**32 - 1) if fields.has("member") else None,
        fields.flag("visitors"),
        segment,
    )


def _segment(fields: Fields) -> str:
    """A rule, or a saved segment by its name or number, as the rule that names it."""
    given = fields.raw("segment", WHOM)
    if given is None:
        return ""
    rule = {SAVED: given} if isinstance(given, str | int) and not isinstance(given, bool) else given
    if not isinstance(rule, dict):
        fields.refuse(_("“segment” is a rule, or the name or number of a saved segment."))
    parse_rule(rule)
    return orjson.dumps(rule, option=orjson.OPT_SORT_KEYS).decode()


def _day(fields: Fields, name: str, default: dt.date | None, apart: Collection[str]) -> dt.date:
    if name in apart and default is not None:
        return default
    found = fields.day(name) if default is None else fields.day(name, default)
    assert found is not None
    return found


def _known(fields: Fields) -> dt.date | int | None:
    if isinstance(fields.peek("known"), int):
        return fields.number("known", 0, 2**62)
    return fields.day("known", None)
