"""Generated logs and questions by the thousand: the product's answer beside DuckDB's, and for ways beside plain
Python's, for the proof `questions`.

Each pair is one question; two answers that differ are reported with the seed, so that they can be looked at again.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from tests.oracle import draws, plain_ways, ways
from tests.oracle.duck import VALUES, Oracle, Span
from tests.oracle.every_kind import of_kinds
from tests.oracle.logs import BEGIN, COMMUNITIES, HOUR, SHOP, Log, fill, row, with_visitors
from tests.oracle.plain import Plain
from weilu.core.events.rows import Row
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import client, questions

EVERYTHING = Viewer.everything()
DAY_0 = dt.datetime.fromtimestamp(BEGIN / 1000, dt.UTC).date()
ZONES = (
    "UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns",
    "Pacific/Chatham",
)  # fmt: skip
KINDS = (*("message.sent",) * 9, "reaction.added", "reaction.added", "member.joined", "member.joined", "member.left",
         "badge.earned", "order.paid", "order.paid", "link.clicked", "Tea Poured", "reach.counted", "reach.counted",
         "nps.answered", "nps.answered", "satisfaction.rated")  # fmt: skip
NAMES = ("message.sent", "order.paid", "Tea Poured", "interaction", "*")
MEASURES = ("count", "members", "sum")
CELLS = {
    "messages": ("message.sent", "count"),
    "speakers": ("message.sent", "members"),
    "active_members": ("interaction", "members"),
}
WORTH = {
    **dict.fromkeys(("order.paid", "Tea Poured", "reach.counted"), (None, 0, 199, -50, 2**40)),
    **dict.fromkeys(("nps.answered", "satisfaction.rated"), (None, 0, 3, 4, 6, 7, 9, 10)),
}
"""What each kind may carry as its value."""
MOST_SAID = 5
WAYS = 12
"""Funnels, and as many paths, of each log and span."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A question, and DuckDB's rows where `ours` brings the product's into the same shape."""

    question: dict[str, Any]
    ours: Callable[[list[tuple[Any, ...]]], Any]
    theirs: Any


def compare(seed: str, wanted: str) -> dict[str, Any]:
    """At least `wanted` pairs: how many, how many were equal, and some that were not."""
    chance = random.Random(int(seed))
    asked, differing = 0, []
    _communities()
    people()
    while asked < int(wanted):
        log = a_log(chance)
        visited = _visited(chance, log) if chance.random() < 0.5 else None
        fill(client, visited or log)
        for _ in range(2):
            span = a_span(chance, log)
            if not visited and chance.random() < 0.4:
                span = narrowed(chance, log, span)
            pairs = list(_of_the_brand(chance, visited, span) if visited else every_pair(chance, log, span))
            answers = questions.ask_many([pair.question for pair in pairs], EVERYTHING)
            asked += len(pairs)
            for pair, answer in zip(pairs, answers, strict=True):
                found = pair.ours(answer.rows)
                if not same(found, pair.theirs):
                    differing.append(repr((pair.question, found, pair.theirs))[:600])
    client.stop()
    return {"pairs": asked, "equal": asked - len(differing), "differing": differing[:MOST_SAID]}


def a_log(chance: random.Random) -> Log:
    """Up to 150 events in four weeks around a change of the clocks, dense enough that equal moments and midnights come up; a
    bot, a person of two accounts, a merge half-way."""
    count = chance.randrange(1, 150)
    persons = {n: n for n in range(1, 9)} | {9: chance.choice((0, 1)), 10: 0}
    rows: list[Row] = []
    subjects: dict[int, list[int]] = {one: [] for one in COMMUNITIES}
    for position in range(1, count + 1):
        kind = chance.choice(KINDS)
        moment = BEGIN + chance.randrange(28 * 48) * HOUR // 2 + chance.choice((0, 0, 1, 999, HOUR // 4, -1))
        place = chance.choice(COMMUNITIES)
        about = chance.choice((0, 0, *subjects[place])) if kind == "message.sent" else 0
        value = chance.choice(WORTH.get(kind, (None,)))
        told = {
            "channel": chance.choice(("poster", "friend", None)),
            "age": chance.choice((20, 20.5, 30, None)),
            "sort": chance.choice(("impressions", "reads", "clicks")) if kind == "reach.counted" else None,
        }
        properties = {name: one for name, one in sorted(told.items()) if one is not None}
        rows.append(
            row(
                position,
                kind,
                moment,
                chance.randrange(1, 11),
                place,
                about=about,
                value=value,
                properties=orjson.dumps(properties).decode() if properties and kind != "member.left" else "",
            )
        )
        if kind == "message.sent":
            subjects[place].append(rows[-1].subject)
    merged = (7, chance.randrange(1, count + 1), 7) if chance.random() < 0.5 else None
    return Log(tuple(rows), persons | ({7: 2} if merged else {}), merged)


def a_span(chance: random.Random, log: Log) -> Span:
    """Any days before, in and after the log; every third looks back from a day, every fourth knows no more than was known then."""
    first = DAY_0 + dt.timedelta(days=chance.randrange(-3, 26))
    days = chance.choice((0, 1, 6, 7, 10, 27, 34))
    return Span(
        first,
        first + dt.timedelta(days=days),
        chance.choice(("day", "week", "month", "total")),
        chance.choice(ZONES),
        tuple(sorted(chance.sample(COMMUNITIES, chance.randrange(1, 4)))),
        as_of=first + dt.timedelta(days=chance.randrange(-2, days + 4)) if chance.random() < 0.33 else None,
        known=chance.randrange(1, len(log.rows) + 2) if chance.random() < 0.25 else None,
    )


def narrowed(chance: random.Random, log: Log, span: Span) -> Span:
    """The same of the people alone who answer to a rule, by plain Python, when its last day ends."""
    rule = draws.a_rule(chance, asked_for(log))
    plain = Plain(log, span.communities, plain_ways.edges(span)[1], span.known)
    return replace(span, segment=rule, people=frozenset(plain.members(rule)))


def every_pair(chance: random.Random, log: Log, span: Span) -> Iterator[Pair]:
    oracle = Oracle(log, span.known)
    oracle.over(span)
    for metric in VALUES:
        yield Pair(_question(span, kind="trend", metric=metric, by=span.by), _last, oracle.values(metric))
    for name in _seen(log):
        for measure in MEASURES:
            event = {"event": name, "measure": measure}
            yield Pair(
                _question(span, kind="trend", by=span.by, **event), _by_label, oracle.asked(name, measure)
            )
            yield Pair(_question(span, kind="heatmap", **event), _cells, oracle.heatmap(span, name, measure))
            hours = _question(span, kind="trend", by="hour", **event)
            yield Pair(hours, _hours(span), oracle.by_hour(span, name, measure))
    for metric, (name, measure) in CELLS.items():
        yield Pair(
            _question(span, kind="heatmap", metric=metric), _cells, oracle.heatmap(span, name, measure)
        )
    if span.by != "total":
        for _ in range(3):
            yield _retention(chance, oracle, span, log)
    yield from _ways(chance, oracle, span, log)
    for asked, duck, python in of_kinds(chance, oracle, span, log, asked_for(log)):
        yield from _both(_question(span, **asked), duck, python)
    yield from _by_community(log, span)


def _ways(chance: random.Random, oracle: Oracle, span: Span, log: Log) -> Iterator[Pair]:
    """Funnels and paths, by DuckDB and by plain Python; retention in all its modes by plain Python."""
    names = asked_for(log)
    for _ in range(WAYS):
        asked = draws.a_funnel(chance, names)
        yield from _both(
            _question(span, **asked), ways.funnel(oracle, span, asked), plain_ways.funnel(log, span, asked)
        )
        asked = draws.some_paths(chance, names)
        yield from _both(
            _question(span, **asked), ways.paths(oracle, span, asked), plain_ways.paths(log, span, asked)
        )
        if span.by != "total":
            asked = draws.a_retention(chance, names, span.by)
            yield Pair(_question(span, **asked), list, plain_ways.retention(log, span, asked))


def asked_for(log: Log) -> draws.Names:
    """Every event that can be asked for, with the properties that it was seen with."""
    names = sorted({one.kind for one in log.rows} | set(_seen(log)))
    return {
        name: {told for row in log.rows if plain_ways.fits({"event": name})(row) for told in row.data}
        for name in names
    }


def _both(question: dict[str, Any], duck: Any, python: Any) -> Iterator[Pair]:
    yield Pair(question, list, duck)
    yield Pair(question, list, python)


def _visited(chance: random.Random, log: Log) -> Log:
    """The log, and a shop beside it to which visitors come; some are named or merged later."""
    shop = [
        (
            chance.choice(("page.viewed", "order.paid")),
            BEGIN + chance.randrange(28 * 48) * HOUR // 2,
            chance.randrange(20, 25),
            chance.choice((None, 199)),
        )
        for _ in range(chance.randrange(40))
    ]
    last = len(log.rows) + len(shop) + 2
    return with_visitors(log, shop, chance.randrange(1, last), chance.randrange(1, last))


def _of_the_brand(chance: random.Random, log: Log, span: Span) -> Iterator[Pair]:
    """Over all of the brand: members alone, or visitors beside them."""
    span, visitors = replace(span, communities=(*COMMUNITIES, SHOP)), chance.random() < 0.3
    oracle = Oracle(log, span.known, visitors=visitors)
    oracle.over(span)
    for metric in VALUES:
        asked = _question(span, kind="trend", metric=metric, by=span.by, visitors=visitors)
        yield Pair(_anywhere(asked), _last, oracle.values(metric))
    for metric, (name, measure) in CELLS.items():
        asked = _question(span, kind="heatmap", metric=metric, visitors=visitors)
        yield Pair(_anywhere(asked), _cells, oracle.heatmap(span, name, measure))
    everybody = Oracle(log, span.known)
    everybody.over(span)
    for measure in MEASURES:
        asked = _question(span, kind="trend", event="order.paid", measure=measure, by=span.by)
        yield Pair(_anywhere(asked), _by_label, everybody.asked("order.paid", measure))


def _anywhere(question: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in question.items() if name != "communities"}


def _retention(chance: random.Random, oracle: Oracle, span: Span, log: Log) -> Pair:
    start, back, every = chance.choice(_seen(log)), chance.choice(_seen(log)), chance.random() < 0.5
    periods = chance.randrange(1, 6)
    asked = _question(
        span, kind="retention", start=start, period=span.by, periods=periods, every=every, **{"return": back}
    )
    return Pair(asked, _held, oracle.retention(span, start, back, periods, every))


def _by_community(log: Log, span: Span) -> Iterator[Pair]:
    """Broken down, each community answers as it does alone."""
    for pk in span.communities:
        alone = replace(span, communities=(pk,))
        oracle = Oracle(log, span.known)
        oracle.over(alone)
        for metric in VALUES:
            asked = _question(span, kind="trend", metric=metric, by=span.by, breakdown="community")
            yield Pair(asked, _of(f"C{pk}"), oracle.values(metric))


def _question(span: Span, **rest: Any) -> dict[str, Any]:
    asked = {
        "communities": list(span.communities),
        "from": str(span.first),
        "to": str(span.last),
        "timezone": span.timezone,
        **rest,
    }
    if span.as_of:
        asked["as_of"] = str(span.as_of)
    if span.segment:
        asked["segment"] = span.segment
    return asked | ({"known": span.known} if span.known is not None else {})


def _seen(log: Log) -> list[str]:
    """Names that may be asked for: own ones only where they were seen."""
    return [name for name in NAMES if name != "Tea Poured" or any(one.kind == name for one in log.rows)]


def _last(rows: list[tuple[Any, ...]]) -> list[Any]:
    return [value[-1] for value in rows]


def _of(name: str) -> Callable[[list[tuple[Any, ...]]], list[Any]]:
    return lambda rows: [value for _, by, value in rows if by == name]


def _by_label(rows: list[tuple[Any, ...]]) -> dict[str, int]:
    return dict(rows)


def _cells(rows: list[tuple[Any, ...]]) -> dict[tuple[int, int], int]:
    return {(weekday, hour): value for weekday, hour, value in rows if value}


def _hours(span: Span) -> Callable[[list[tuple[Any, ...]]], dict[tuple[dt.date, int, int], int]]:
    """Hours of a clock that jumps by half an hour stand twice under one number; they count together as DuckDB's do."""

    def read(rows: list[tuple[Any, ...]]) -> dict[tuple[dt.date, int, int], int]:
        found: dict[tuple[dt.date, int, int], int] = {}
        for at, value in rows:
            shown = dt.datetime.fromisoformat(at)
            assert shown.astimezone(ZoneInfo(span.timezone)).isoformat() == at
            offset = shown.utcoffset()
            assert offset is not None
            place = (shown.date(), shown.hour, int(offset.total_seconds()))
            if value:
                found[place] = found.get(place, 0) + value
        return found

    return read


def _held(rows: list[tuple[Any, ...]]) -> dict[tuple[str, int], tuple[int, int]]:
    return {(cohort, period): (size, returned) for cohort, size, period, returned in rows if size}


def same(ours: Any, theirs: Any) -> bool:
    """Equal; fractions as near as division leaves them. Of hours DuckDB names those that hold an event, also with a sum of 0."""
    if isinstance(theirs, dict):
        keys = {key for some in (ours, theirs) for key, value in some.items() if value != 0}
        return all(ours.get(key) == theirs.get(key) for key in keys) and len(ours) >= len(keys)
    return len(ours) == len(theirs) and all(map(_near, ours, theirs))


def _near(ours: Any, theirs: Any) -> bool:
    return ours == theirs or (
        isinstance(ours, int | float)
        and isinstance(theirs, int | float)
        and math.isclose(ours, theirs, rel_tol=1e-9)
    )


def people() -> None:
    """Members of the numbers that the logs use: a list picked by hand is looked up among them."""
    from weilu.core.directory.models import Member

    at = dt.datetime(2018, 1, 1, tzinfo=dt.UTC)
    for pk in range(1, 11):
        Member.objects.get_or_create(pk=pk, defaults={"name": f"M{pk}", "created_at": at})


def _communities() -> None:
    from weilu.core.directory.models import Community

    for pk in (*COMMUNITIES, SHOP):
        platform = "sdk:shop" if pk == SHOP else "test"
        Community.objects.get_or_create(
            pk=pk, defaults={"platform": platform, "outside": f"c{pk}", "name": f"C{pk}", "created_at": dt.datetime(2018, 1, 1, tzinfo=dt.UTC)}
        )  # fmt: skip
