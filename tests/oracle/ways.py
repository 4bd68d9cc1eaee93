"""Funnels and paths once more, in DuckDB's SQL: steps found by correlated sub-selects over numbered events."""

from __future__ import annotations

from typing import Any

from tests.oracle.duck import Oracle, Span
from tests.oracle.plain_ways import seconds

OPS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def funnel(oracle: Oracle, span: Span, question: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of the answer."""
    steps, order = question["steps"], question.get("order", "loose")
    count, window = len(steps), seconds(question.get("window"))
    gone = " OR ".join(fits(one) for one in question.get("exclude", [])) or "false"
    marks = ", ".join(f"NOT ({gone}) AND ({fits(one)}) AS k{n}" for n, one in enumerate(steps, 1))
    anything = " OR ".join(f"k{n}" for n in range(1, count + 1)) if order == "unordered" else "k1"
    oracle.db.execute(f"""CREATE OR REPLACE TEMP TABLE x AS SELECT person, community, ms, ({gone}) AS gone, {marks},
        row_number() OVER (PARTITION BY person ORDER BY ms, position) AS n
        FROM e WHERE person != 0 AND day >= DATE '{span.first}'""")
    first = ", n AS p1" if order != "unordered" else ""
    oracle.db.execute(
        f"CREATE OR REPLACE TEMP TABLE w AS SELECT person, ms AS begun, n{first} FROM x WHERE {anything}"
    )
    for n in range(1 if order == "unordered" else 2, count + 1):
        place = {"unordered": "x.n >= w.n", "strict": f"x.n = w.p{n - 1} + 1"}.get(order, f"x.n > w.p{n - 1}")
        near = f"AND x.ms - w.begun <= {window * 1000}" if window is not None else ""
        oracle.db.execute(f"""CREATE OR REPLACE TEMP TABLE w AS SELECT w.* EXCLUDE (q), x.n AS p{n} FROM (
            SELECT *, (SELECT min(n) FROM x WHERE x.person = w.person AND k{n} AND {place}) AS q FROM w) AS w
            LEFT JOIN x ON x.person = w.person AND x.n = w.q {near} AND NOT EXISTS (SELECT 1 FROM x AS z
                WHERE z.person = w.person AND z.gone AND z.n BETWEEN w.n AND w.q)""")
    level = "+".join(
        "(" + " AND ".join(f"p{m} IS NOT NULL" for m in range(1, n + 1)) + ")::INT"
        for n in range(1, count + 1)
    )
    oracle.db.execute(f"""CREATE OR REPLACE TEMP TABLE best AS SELECT * FROM (SELECT *, {level} AS level FROM w)
        WHERE level > 0 QUALIFY row_number() OVER (PARTITION BY person ORDER BY level DESC, n) = 1""")
    times = ", ".join(
        f"(SELECT ms FROM x WHERE x.person = best.person AND x.n = p{n}) AS t{n}" for n in range(1, count + 1)
    )
    rows: list[tuple[Any, ...]] = []
    broken = question.get("breakdown") == "community"
    for n, step in enumerate(steps, 1):
        reached = [f"greatest({', '.join(f't{m}' for m in range(1, k + 1))})" for k in (n, n - 1) if k]
        wait = f"{reached[0]} - {reached[1]}" if n > 1 else "NULL"
        for part in span.communities if broken else (None,):
            here = f"AND community = {part}" if part else ""
            members, middle = oracle.db.execute(f"""SELECT count(*), list_sort(list({wait}))[(count(*) + 1) // 2] FROM (
                SELECT *, (SELECT community FROM x WHERE x.person = best.person AND x.n = p1) AS community, {times} FROM best)
                WHERE level >= {n} {here}""").fetchall()[0]  # fmt: skip
            told = middle / 1000 if members and n > 1 else None
            rows.append((n, step["event"], *([f"C{part}"] if part else []), members, told))
    return rows


def paths(oracle: Oracle, span: Span, question: dict[str, Any]) -> list[tuple[list[str], int]]:
    """The rows of the answer."""
    backwards = "before" in question
    kind, depth, window = (
        question["before" if backwards else "after"],
        question.get("depth", 3),
        seconds(question.get("window")),
    )
    gone = " OR ".join(fits(one) for one in question.get("exclude", [])) or "false"
    near = f"AND abs(x.ms - s.ms) <= {window * 1000}" if window is not None else ""
    side, order = ("<=", "DESC") if backwards else (">=", "")
    repeated = (
        "lag(kind) OVER (PARTITION BY person ORDER BY n) IS NOT DISTINCT FROM kind"
        if question.get("collapse")
        else "false"
    )
    rows = oracle.db.execute(f"""
        WITH x AS (SELECT person, kind, ms, {fits({"event": kind})} AS it, row_number() OVER (PARTITION BY person ORDER BY ms, position) AS n
            FROM e WHERE person != 0 AND day >= DATE '{span.first}' AND NOT ({gone})),
        s AS (SELECT * FROM x WHERE it QUALIFY row_number() OVER (PARTITION BY person ORDER BY n) = 1),
        part AS (SELECT x.* FROM x JOIN s ON s.person = x.person AND x.n {side} s.n {near}),
        alone AS (SELECT * FROM (SELECT *, {repeated} AS again FROM part) WHERE NOT again),
        cut AS (SELECT * FROM alone QUALIFY row_number() OVER (PARTITION BY person ORDER BY n {order}) <= {depth}),
        walks AS (SELECT person, list(kind ORDER BY n) AS path FROM cut GROUP BY person)
        SELECT path, count(*) AS members FROM walks GROUP BY path ORDER BY members DESC, path LIMIT {question.get("top", 20)}""")
    return [(path, members) for path, members in rows.fetchall()]


def fits(step: dict[str, Any]) -> str:
    """The condition that an event fits a step, over columns of our own for the two properties."""
    did = {"interaction": "active", "*": "true"}.get(step["event"], f"kind = '{step['event']}'")
    conditions = [
        _condition(name, op, value)
        for name, told in step.get("where", {}).items()
        for op, value in (
            told if isinstance(told, dict) else {"in" if isinstance(told, list) else "eq": told}
        ).items()
    ]
    return " AND ".join([did, *conditions])


def _condition(name: str, op: str, value: Any) -> str:
    if op == "exists":
        return f"({name} IS NOT NULL) = {value}"
    if op in OPS:
        return f"coalesce({name} {OPS[op]} {value}, false)"
    several = ", ".join(
        f"'{one}'" if isinstance(one, str) else str(one) for one in (value if op == "in" else [value])
    )
    among = f"coalesce({name} IN ({several}), false)"
    return f"NOT {among}" if op == "ne" else among
