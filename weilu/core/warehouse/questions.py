"""What is the answer, and who or what stands behind one of its numbers? The doorway to the column store for pages and API.

`ask` takes the question as JSON gives it and answers with one table; with `people` or `events` and a point that table is
the list behind the number. It first waits until the store has reached the log's head at asking time.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from weilu.core import clock
from weilu.core.directory import queries as directory
from weilu.core.errors import Unavailable, WeiluError
from weilu.core.events import queries as log
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import client, conclusions, loader, names, store
from weilu.core.warehouse.answers import KINDS
from weilu.core.warehouse.cache import Cache
from weilu.core.warehouse.check import Asked, Largest, check, concludes, visible
from weilu.core.warehouse.compile import daily, listed, trend
from weilu.core.warehouse.compile.rows import Series
from weilu.core.warehouse.compile.source import Bound
from weilu.core.warehouse.frame import Frame
from weilu.core.warehouse.measures import EVENTS, PEOPLE, Base, parts
from weilu.core.warehouse.question import ANSWER, TREND, parse
from weilu.core.warehouse.tables.kind import Rows, Source
from weilu.core.warehouse.tables.trend import apart

WAIT_SECONDS = 10.0
QUERY_SECONDS = 30.0
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """One table. `position` is how far the store was (and conclusions, where the answer rests on them), `behind` how many log
    positions it lacked at asking time; `others` are how many parts do not stand apart in it."""

    question: Json
    unit: str
    timezone: str
    columns: tuple[str, ...]
    rows: Rows
    position: int
    behind: int = 0
    others: int = 0

    def as_json(self) -> dict[str, Any]:
        """As the outside contract has it; `others` and `behind` stand where there is something to say."""
        told = {
            "question": dict(self.question),
            "unit": self.unit,
            "timezone": self.timezone,
            "columns": list(self.columns),
            "rows": [list(row) for row in self.rows],
            "position": self.position,
        }
        told |= {"others": self.others} if self.others else {}
        return told | {"behind": self.behind} if self.behind else told


@dataclass(frozen=True, slots=True)
class Behind:
    """The members (ids) or events (positions) behind one number, ascending. `total` is how many there are, however few of
    them are asked for."""

    counts: str
    ids: list[int]
    total: int
    question: Json
    timezone: str
    position: int


@dataclass(frozen=True, slots=True)
class Moment:
    """What the store knew when it was asked; values computed at one moment hold as long as it does."""

    stamp: tuple[object, ...]
    position: int
    behind: int


def ask(question: Json, viewer: Viewer, *, seconds: float = WAIT_SECONDS) -> Answer:
    """The answer to one question. Raises Refused, NotFound (an unknown community), Unavailable, TooHeavy."""
    return ask_many([question], viewer, seconds=seconds)[0]


def ask_many(questions: Sequence[Json], viewer: Viewer, *, seconds: float = WAIT_SECONDS) -> list[Answer]:
    """Answers in the order of the questions. Trends over the same communities and days share their scans."""
    seen = visible(viewer)
    checked = [check(parse(one), viewer, seen) for one in questions]
    moment = _moment(any(concludes(one) for one in checked), seconds)
    checked = [_settled(one, moment) for one in checked]
    _prepare(checked, moment)
    return [_answer(data, asked, moment) for data, asked in zip(questions, checked, strict=True)]


def ask_each(
    questions: Sequence[Json], viewer: Viewer, *, seconds: float = WAIT_SECONDS
) -> list[Answer | None]:
    """As `ask_many`, but one that cannot be asked (any more) has no answer instead of silencing the others. Raises Unavailable."""
    try:
        return list(ask_many(questions, viewer, seconds=seconds))
    except Unavailable:
        raise
    except WeiluError:
        return [_alone(one, viewer, seconds) for one in questions]


def _alone(question: Json, viewer: Viewer, seconds: float) -> Answer | None:
    try:
        return ask(question, viewer, seconds=seconds)
    except Unavailable:
        raise
    except WeiluError:
        return None


def behind(
    question: Json,
    viewer: Viewer,
    *,
    limit: int | None = None,
    offset: int = 0,
    seconds: float = WAIT_SECONDS,
) -> Behind:
    """What the number at the question's point counts: as many members or events as the number says.

    For a ratio these are the rows of its numerator. With `people` or `events` in the question, those. Raises as `ask`.
    """
    asked = check(parse(question), viewer)
    moment = _moment(concludes(asked), seconds)
    asked = _settled(asked, moment)
    counts = _wanted(asked)
    bound = Bound()
    units = KINDS[asked.question.kind].behind(asked, counts, bound)
    ids = _run(listed.page(units, bound, limit, offset), bound.params).column("unit").to_pylist()
    total = len(ids) if limit is None else _run(listed.how_many(units), bound.params).column("n")[0].as_py()
    return Behind(counts, ids, total, question, asked.frame.timezone, moment.position)


def _settled(asked: Asked, moment: Moment) -> Asked:
    """With the parts that are told apart, where only some are wanted."""
    key = (moment.stamp, asked.frame, asked.question)
    found = _largest.get([key], key, lambda _: {key: KINDS[asked.question.kind].largest(asked, _run)})[key]
    return replace(asked, largest=found)


def _wanted(asked: Asked) -> str:
    want = asked.question.want
    return KINDS[asked.question.kind].counts(asked) if want == ANSWER else want


def _answer(data: Json, asked: Asked, moment: Moment) -> Answer:
    kind = KINDS[asked.question.kind]
    full = partial(
        Answer, data, timezone=asked.frame.timezone, position=moment.position, behind=moment.behind
    )
    if asked.question.want == PEOPLE:
        return full(unit="people", columns=("member", "name"), rows=_people(asked))
    if asked.question.want == EVENTS:
        columns = ("position", "happened", "community", "member", "kind")
        return full(unit="events", columns=columns, rows=_events(asked))
    others = asked.largest.others if asked.largest else 0
    return full(unit=asked.unit, columns=kind.columns(asked), rows=_rows(asked, moment), others=others)


def _rows(asked: Asked, moment: Moment) -> Rows:
    key = (moment.stamp, asked.frame, asked.question)
    source = Source(_run, partial(_series, moment))
    rows = _tables.get([key], key, lambda _: {key: KINDS[asked.question.kind].rows(asked, source)})[key]
    return list(rows)


def _people(asked: Asked) -> Rows:
    bound = Bound()
    table = _run(KINDS[asked.question.kind].behind(asked, PEOPLE, bound), bound.params)
    members = table.column("unit").to_pylist()
    called = directory.member_names(members)
    return [(member, called.get(member, "")) for member in members]


def _events(asked: Asked) -> Rows:
    bound = Bound()
    units = KINDS[asked.question.kind].behind(asked, EVENTS, bound)
    table = _run(listed.events_at(units, asked.frame, bound), bound.params)
    zone = ZoneInfo(asked.frame.timezone)
    return [
        (
            row["position"],
            clock.from_ms(row["moment"]).astimezone(zone).isoformat(timespec="seconds"),
            asked.names.get(row["community"]),
            row["member"] or None,
            row["kind"],
        )
        for row in table.to_pylist()
    ]


# what is known, and what was computed from it -----------------------------------------------------------------------


_largest: Cache[Any, Largest | None] = Cache(256)
_tables: Cache[Any, Rows] = Cache(256)
_values: Cache[Any, Series] = Cache(4096)


def forget() -> None:
    """Drops what was computed, for tests that fill the store anew."""
    _largest.clear()
    _tables.clear()
    _values.clear()
    names.forget()


def _moment(concluding: bool, seconds: float) -> Moment:
    head = log.head()
    started = time.monotonic()
    reached = loader.loaded()
    if reached < head:
        reached = loader.wait_until(head, seconds)
    if concluding:
        reached = conclusions.wait_until(min(head, reached), seconds - (time.monotonic() - started))
    found = store.last_known()
    stamp = (found.uuid, found.position, str(found.owners), found.applied.count()) if found else ()
    return Moment((*stamp, repr(conclusions.stamp())), reached, max(0, head - reached))


def _prepare(checked: Sequence[Asked], moment: Moment) -> None:
    """Computes the measures of all trends together: what days tell from one reading by day, the rest frame by frame."""
    wanted: dict[Frame, list[Base]] = {}
    for asked in checked:
        if asked.measure is not None and asked.question.kind == TREND and asked.question.want == ANSWER:
            wanted.setdefault(apart(asked), []).extend(parts(asked.measure))
    for wide, several in daily.shared(wanted).items():
        _share(wide, {frame: wanted[frame] for frame in several}, moment)
    for frame, measures in wanted.items():
        if len(measures) > 1:
            _series(moment, measures, frame)


def _share(wide: Frame, wanted: Mapping[Frame, Sequence[Base]], moment: Moment) -> None:
    """Reads by day what more than one frame wants and remembers what follows for each frame."""
    pairs = [(frame, one) for frame, measures in wanted.items() for one in dict.fromkeys(measures)]
    missing = [
        (frame, one)
        for frame, one in pairs
        if daily.source(one) and not _values.holds((moment.stamp, frame, one))
    ]
    often = Counter(one for _, one in missing)
    chosen = [
        (frame, one, by_day) for frame, one in missing if often[one] > 1 and (by_day := daily.source(one))
    ]
    if chosen:
        days = _series(moment, list(dict.fromkeys(by_day for _, _, by_day in chosen)), wide)
        _values.keep(
            {
                (moment.stamp, frame, one): daily.merged(one, days[by_day], wide, frame)
                for frame, one, by_day in chosen
            }
        )


def _series(moment: Moment, measures: Sequence[Base], frame: Frame) -> dict[Base, Series]:
    keys = {(moment.stamp, frame, one): one for one in measures}

    def compute(missing: list[Any]) -> dict[Any, Series]:
        found = trend.series([keys[key] for key in missing], frame, _run)
        return {key: found[keys[key]] for key in missing}

    found = _values.get(list(keys), (moment.stamp, frame), compute)
    return {keys[key]: value for key, value in found.items()}


def _run(sql: str, params: dict[str, object]) -> pa.Table:
    return client.query(sql, params, seconds=QUERY_SECONDS)


def today(timezone: str) -> dt.date:
    """The present day in a time zone, for pages that ask about the last so many days."""
    return clock.day_of(clock.now(), timezone)
