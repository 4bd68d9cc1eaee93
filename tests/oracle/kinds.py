"""Trends of events, heat maps, distributions, top lists, answer times and attribution once more, in DuckDB's SQL."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from tests.oracle.duck import Oracle, Span
from tests.oracle.plain_kinds import SIZES, TIMES, added_up, shares
from tests.oracle.plain_ways import seconds
from tests.oracle.ways import fits

Rows = list[tuple[Any, ...]]
NUMBERS = {
    "count": "count(x.position)",
    "members": "count(DISTINCT nullif(x.person, 0))",
    "sum": "coalesce(sum(x.value), 0)",
}


def trend(oracle: Oracle, span: Span, question: dict[str, Any]) -> Rows:
    """The rows of the answer."""
    measure, by, top = question.get("measure", "count"), question.get("breakdown"), question.get("top")
    _here(oracle, span, question)
    if top:
        ranks = _ranked(oracle, question)
        oracle.db.execute("CREATE OR REPLACE TEMP TABLE r AS SELECT $1 AS part, 0 AS place LIMIT 0", [""])
        for place, (part, _value) in enumerate(ranks[:top]):
            oracle.db.execute("INSERT INTO r VALUES ($1, $2)", [part, place])
        rest = [f"('other', {top})"] if len(ranks) > top else []
        oracle.db.execute("UPDATE x SET part = 'other' WHERE part NOT IN (SELECT part FROM r)")
        for one in rest:
            oracle.db.execute(f"INSERT INTO r VALUES {one}")
        parts = "SELECT part, place FROM r"
    elif by == "community":
        parts = "SELECT 'C' || community AS part, community AS place FROM here"
    else:
        # Nobody's events have no part where members are counted.
        only = "WHERE person != 0" if measure == "members" else ""
        parts = (
            f"SELECT DISTINCT part, if(part = '', 1, 0) AS place FROM x {only}"
            if by
            else "SELECT '' AS part, 0 AS place"
        )
    found = oracle.db.execute(f"""SELECT b.label, p.part, {NUMBERS[measure]} FROM b CROSS JOIN ({parts}) AS p
        LEFT JOIN x ON x.part = p.part AND x.day BETWEEN b.first AND b.last
        GROUP BY b.label, p.part, p.place ORDER BY b.label, p.place, p.part""").fetchall()
    return [(label.isoformat(), *([part or "none"] if by else []), int(n)) for label, part, n in found]


def _here(oracle: Oracle, span: Span, question: dict[str, Any]) -> None:
    """`x`: what fits in the span, each event with its part."""
    part = {
        "community": "'C' || community", "source": "source", "property": "coalesce(channel, '')", "member": "'M' || person || ' #' || person",
    }.get(question.get("breakdown", ""), "''")  # fmt: skip
    oracle.db.execute(f"""CREATE OR REPLACE TEMP TABLE x AS SELECT *, {part} AS part FROM e
        WHERE ({fits(question)}) AND day >= DATE '{span.first}'""")


def _ranked(oracle: Oracle, question: dict[str, Any]) -> list[tuple[str, int]]:
    measure, by = question.get("measure", "count"), question["breakdown"]
    order = "regexp_extract(part, '[0-9]+')::INT" if by in ("community", "member") else "part"
    only = "WHERE person != 0" if measure == "members" or by == "member" else ""
    rows = oracle.db.execute(f"""SELECT part, {NUMBERS[measure]} AS n FROM x {only} GROUP BY part
        ORDER BY n DESC, {order}""").fetchall()
    return [(part, int(n)) for part, n in rows]


def top(oracle: Oracle, span: Span, question: dict[str, Any]) -> Rows:
    _here(oracle, span, question)
    return [(part or "none", n) for part, n in _ranked(oracle, question)[: question["top"]]]


def heatmap(oracle: Oracle, span: Span, question: dict[str, Any]) -> Rows:
    _here(oracle, span, question)
    rows = oracle.db.execute(f"""SELECT d, h, {NUMBERS[question["measure"]]} FROM generate_series(1, 7) AS d(d)
        CROSS JOIN generate_series(0, 23) AS h(h) LEFT JOIN x ON isodow(x.local) = d AND hour(x.local) = h
        GROUP BY d, h ORDER BY d, h""").fetchall()
    return [(day, hour, int(n)) for day, hour, n in rows]


def distribution(oracle: Oracle, span: Span, question: dict[str, Any]) -> Rows:
    of = question.get("of", "times")
    given = question.get("edges", list(TIMES if of == "times" else SIZES))
    _here(oracle, span, question)
    if of == "times":
        sized = "SELECT person, count(*)::DOUBLE AS size, count(*) AS events FROM x WHERE person != 0 GROUP BY person"
    else:
        sized = f"SELECT person, {'age' if of == 'property' else 'value'} AS size, 1 AS events FROM x"
    rows: Rows = []
    for low, below in pairwise([None, *given, None] if of != "times" or given[0] != 1 else [*given, None]):
        limits = [f"size >= {low}"] * (low is not None) + [f"size < {below}"] * (below is not None)
        members, events = (
            oracle.db.execute(f"""SELECT count(DISTINCT nullif(person, 0)), coalesce(sum(events), 0) FROM ({sized})
            WHERE size IS NOT NULL AND {" AND ".join(limits)}""").fetchall()[0]
        )
        rows.append((low, below, members, int(events)))
    return rows


def response(oracle: Oracle, span: Span, question: dict[str, Any]) -> Rows:
    by, window = question.get("breakdown"), seconds(question.get("window"))
    within = (seconds(question["within"]) or 0) * 1000
    oracle.db.execute(f"""CREATE OR REPLACE TEMP TABLE w AS SELECT q.day, q.position, q.community, q.source, hour(q.local) AS h,
        min(a.ms - q.ms) FILTER (a.ms - q.ms <= {window * 1000 if window else 2**62}) AS waited FROM e AS q
        LEFT JOIN around AS a ON a.about = q.subject AND a.kind = 'message.sent' AND a.person NOT IN (0, q.person)
            AND (a.ms > q.ms OR (a.ms = q.ms AND a.position > q.position))
        WHERE q.kind = 'message.sent' AND q.about = 0 AND q.person != 0 AND q.day >= DATE '{span.first}'
            AND q.community IN (SELECT community FROM around WHERE kind = 'message.sent' AND about != 0) GROUP BY ALL""")
    parts = {"community": "SELECT 'C' || community AS part, community AS place FROM here",
             "hour": "SELECT h::VARCHAR AS part, h AS place FROM generate_series(0, 23) AS s(h)",
             "source": "SELECT DISTINCT source AS part, 0 AS place FROM w"}.get(by or "", "SELECT '' AS part, 0 AS place")  # fmt: skip
    part = {"community": "'C' || w.community", "hour": "w.h::VARCHAR", "source": "w.source"}.get(
        by or "", "''"
    )
    rows = oracle.db.execute(f"""SELECT b.label, p.part, count(w.position), count(w.waited),
            quantile_disc(w.waited, 0.5), quantile_disc(w.waited, 0.9), count(*) FILTER (w.waited <= {within})
        FROM b CROSS JOIN ({parts}) AS p LEFT JOIN w ON {part} = p.part AND w.day BETWEEN b.first AND b.last
        GROUP BY b.label, p.part, p.place ORDER BY b.label, p.place, p.part""").fetchall()
    return [
        (label.isoformat(), *([name] if by else []), asked, answered, asked - answered,
         *(None if wait is None else wait / 1000 for wait in (middle, late)), 100 * soon / asked if asked else None)
        for label, name, asked, answered, middle, late, soon in rows
    ]  # fmt: skip


def attribution(oracle: Oracle, span: Span, question: dict[str, Any]) -> Rows:
    """Which touches belong to which target DuckDB says; what each earns is added up as in plain Python."""
    window = (seconds(question.get("window")) or 30 * 86_400) * 1000
    told = "NULL"
    for touch in reversed(question["touches"]):
        name = touch.get("property", "channel")
        told = f"CASE WHEN {fits(touch)} AND {name} IS NOT NULL THEN {name} ELSE {told} END"
    rows = oracle.db.execute(f"""
        WITH c AS (SELECT person, ms, position, {told} AS channel FROM e WHERE person != 0),
        t AS (SELECT person, ms, position, coalesce(value, 0) AS value FROM e
            WHERE person != 0 AND day >= DATE '{span.first}' AND ({fits(question["target"])}))
        SELECT t.position, t.person, t.value, coalesce(list(c.channel ORDER BY c.ms, c.position) FILTER (c.channel IS NOT NULL), [])
        FROM t LEFT JOIN c ON c.person = t.person AND c.channel IS NOT NULL AND t.ms - c.ms <= {window}
            AND (c.ms < t.ms OR (c.ms = t.ms AND c.position <= t.position))
        GROUP BY t.position, t.person, t.value""").fetchall()
    return added_up(
        [
            (name, target, who, share, value)
            for target, who, value, channels in rows
            for name, share in shares(question["model"], channels)
        ]
    )
