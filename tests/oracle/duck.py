"""The questions once more, in DuckDB's SQL, written from the definitions and not from the product's."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from tests.oracle.logs import Log
from weilu.core.events.kinds import interactions


@dataclass(frozen=True, slots=True)
class Span:
    """`by` is a day, week, month or total. Nothing after the end of `as_of` has happened; nothing above the position `known`
    is known. `people`: only what they did counts; `segment` is the rule that they answer to."""

    first: dt.date
    last: dt.date
    by: str
    timezone: str
    communities: tuple[int, ...]
    as_of: dt.date | None = None
    known: int | None = None
    people: frozenset[int] | None = None
    segment: dict[str, Any] | None = None

    @property
    def over(self) -> dt.date:
        """The last day that is over: long ago all of them are."""
        return self.as_of or dt.date(2100, 1, 1)


class Oracle:
    """One log, asked about one span."""

    def __init__(self, log: Log, known: int | None = None, *, visitors: bool = True) -> None:
        """`known`: whose the accounts were known to be at that position. Without `visitors` people none of whose accounts is
        named are nobody, and an anonymous account takes no seat."""
        self.db = duckdb.connect()
        rows, persons = log.rows, log.persons_at(known)
        nameless = set() if visitors else log.anonymous_at(known)
        named = {person for one, person in persons.items() if one not in nameless}
        counted = {one: person if person in named else 0 for one, person in persons.items()}
        seats = {one: 0 if one in nameless else person for one, person in persons.items()}
        raw = pa.table(
            {
                "position": [r.position for r in rows],
                "kind": [r.kind for r in rows],
                "ms": pa.array([r.happened for r in rows], pa.int64()),
                "identity": [r.identity for r in rows],
                "community": [r.community for r in rows],
                "subject": pa.array([r.subject for r in rows], pa.int64()),
                "about": pa.array([r.about for r in rows], pa.int64()),
                "person": [counted[r.identity] for r in rows],
                "seat": [seats[r.identity] for r in rows],
                "active": [r.kind in interactions() for r in rows],
                "value": pa.array([r.value for r in rows], pa.int64()),
                "source": [r.source for r in rows],
                "channel": pa.array([r.data.get("channel") for r in rows], pa.string()),
                "age": pa.array([r.data.get("age") for r in rows], pa.float64()),
                "sort": pa.array([r.data.get("sort") for r in rows], pa.string()),
            }
        )
        self.db.register("raw", raw)
        self.db.execute("CREATE TABLE log AS SELECT * FROM raw")

    def over(self, span: Span) -> None:
        """Prepares `around` (events of the span's communities with their local time), `everything` (those of its people), `e`
        (of these those before its end) and `b` (its buckets, `first7` and `first30` where a window of that length begins)."""
        self.db.execute(f"SET VARIABLE over = DATE '{span.over}'")
        self.db.execute(
            "DROP TABLE IF EXISTS e; DROP TABLE IF EXISTS everything; DROP TABLE IF EXISTS b; DROP TABLE IF EXISTS here; DROP TABLE IF EXISTS around"
        )
        total = (span.last - span.first).days + 1 if span.by == "total" else 0
        week, month = span.by in ("week", "month") or total >= 7, span.by == "month" or total >= 30
        self.db.execute(
            "CREATE TABLE here AS SELECT unnest($1::INT[]) AS community", [list(span.communities)]
        )
        self.db.execute(f"""CREATE TABLE b AS SELECT *, if({week}, first, last - 6) AS first7,
            if({month}, first, last - 29) AS first30 FROM (SELECT label,
            greatest(label, DATE '{span.first}') AS first,
            least({_after(span)}, DATE '{span.last}')::DATE AS last FROM (
            SELECT DISTINCT {_label(span)} AS label
            FROM generate_series(DATE '{span.first}', DATE '{span.last}', INTERVAL 1 DAY) AS s(d)))""")
        self.db.execute(f"""CREATE TABLE around AS SELECT *, local::DATE AS day FROM (
            SELECT *, timezone('{span.timezone}', make_timestamptz(ms * 1000)) AS local FROM log
            WHERE community IN (SELECT community FROM here) AND position <= {span.known or 2**62}) WHERE day <= DATE '{span.over}'""")
        self.db.execute(f"CREATE TABLE everything AS SELECT * FROM around WHERE {_theirs(span)}")
        self.db.execute(f"CREATE TABLE e AS SELECT * FROM everything WHERE day <= DATE '{span.last}'")

    def asked(self, kind: str, measure: str) -> dict[str, int]:
        """An event by its name, by label."""
        number = {"count": "count(e.position)", "members": "count(DISTINCT nullif(e.person, 0))",
                  "sum": "coalesce(sum(e.value), 0)"}[measure]  # fmt: skip
        return {
            label.isoformat(): int(n)
            for label, n in self.db.execute(_daily(_did(kind), number, "b.label, ")).fetchall()
        }

    def by_hour(self, span: Span, kind: str, measure: str) -> dict[tuple[dt.date, int, int], int]:
        """(day, hour of the local clock, its offset from UTC in seconds) → the number, of hours that hold anything."""
        number = {
            "count": "count(*)",
            "members": "count(DISTINCT nullif(person, 0))",
            "sum": "coalesce(sum(value), 0)",
        }[measure]
        rows = self.db.execute(f"""SELECT day, hour(local), (epoch_ms(local) - ms) // 1000, {number} FROM e
            WHERE {_did(kind)} AND day >= DATE '{span.first}' GROUP BY ALL""").fetchall()
        return {(day, hour, offset): int(n) for day, hour, offset, n in rows}

    def values(self, name: str) -> list[float | None]:
        """The values of one of `VALUES`, bucket by bucket."""
        found = self.db.execute(f"SELECT value FROM ({VALUES[name]}) ORDER BY label").fetchall()
        return [None if value is None else float(value) for (value,) in found]

    def heatmap(
        self, span: Span, kind: str = "message.sent", measure: str = "count"
    ) -> dict[tuple[int, int], int]:
        """(weekday, hour) → the number, of cells that hold anything."""
        number = {
            "count": "count(*)",
            "members": "count(DISTINCT nullif(person, 0))",
            "sum": "coalesce(sum(value), 0)",
        }[measure]
        rows = self.db.execute(f"""SELECT isodow(local), hour(local), {number} FROM e
            WHERE {_did(kind)} AND day >= DATE '{span.first}' GROUP BY ALL""").fetchall()
        return {(day, hour): int(number) for day, hour, number in rows if number}

    def retention(
        self, span: Span, start: str, comeback: str, periods: int, every: bool
    ) -> dict[tuple[str, int], tuple[int, int]]:
        """(cohort, period) → (size, returned), for cohorts that hold anybody and periods that are over."""
        first = "day" if every else "min(day)"
        group = "" if every else "GROUP BY person"
        rows = self.db.execute(f"""
            WITH cohorts AS (SELECT DISTINCT person, date_trunc('{span.by}', d)::DATE AS label FROM (
                SELECT person, {first} AS d FROM everything WHERE {_did(start)} AND person != 0 {group})
                WHERE d BETWEEN DATE '{span.first}' AND DATE '{span.last}'),
            returns AS (SELECT DISTINCT person, date_trunc('{span.by}', day)::DATE AS label FROM everything
                WHERE {_did(comeback)} AND person != 0)
            SELECT c.label, p, (SELECT count(*) FROM cohorts AS s WHERE s.label = c.label), count(r.person)
            FROM cohorts AS c CROSS JOIN generate_series(0, {periods - 1}) AS g(p)
            LEFT JOIN returns AS r ON r.person = c.person AND r.label = c.label + p * INTERVAL 1 {span.by}
            WHERE c.label + (p + 1) * INTERVAL 1 {span.by} - INTERVAL 1 DAY <= DATE '{span.over}'
            GROUP BY c.label, p""").fetchall()
        return {(label.isoformat(), period): (size, returned) for label, period, size, returned in rows}


INSIDE = """
    /* seats: what happened last at the seat before the end of the bucket that changes whether it is taken */
    SELECT label, community, person FROM (
        SELECT b.label, e.community, e.identity, e.seat AS person,
            arg_max(e.kind = 'member.left', (e.ms, (e.kind = 'member.left')::INT)) AS gone
        FROM b JOIN e ON e.day <= b.last
        WHERE seat != 0 AND (active OR kind IN ('member.joined', 'member.left') OR position = (
            SELECT arg_min(f.position, (f.ms, (f.kind = 'member.left')::INT, f.position)) FROM e AS f
            WHERE f.identity = e.identity AND f.community = e.community))
        GROUP BY ALL) WHERE NOT gone"""
"""Who is in at the end of each bucket."""

STEPS = """
    SELECT s.community, s.person, s.day, s.ms, s.gone, s.taken,
        lag(s.taken, 1, 0) OVER (PARTITION BY s.community, s.person ORDER BY s.ms, s.gone, s.position) AS before,
        row_number() OVER (PARTITION BY s.community, s.identity ORDER BY s.ms, s.gone, s.position) AS nth
    FROM (SELECT *, (SELECT count(*) FROM (
            SELECT t.identity, arg_max(t.kind = 'member.left', (t.ms, (t.kind = 'member.left')::INT, t.position)) AS away FROM e AS t
            WHERE t.person = z.person AND t.community = z.community
            AND (t.active OR t.kind IN ('member.joined', 'member.left') OR t.nth = 1)
            AND (t.ms, (t.kind = 'member.left')::INT, t.position) <= (z.ms, z.gone, z.position)
            GROUP BY t.identity) WHERE NOT away) AS taken
        FROM (SELECT *, (kind = 'member.left')::INT AS gone FROM e WHERE seat != 0
              AND (active OR kind IN ('member.joined', 'member.left') OR nth = 1)) AS z) AS s"""


def _theirs(span: Span) -> str:
    """A reply counts whosever it is, so that replies are read of all who are around."""
    if span.people is None:
        return "true"
    return f"person IN ({', '.join(map(str, sorted(span.people)))})" if span.people else "false"


def _label(span: Span) -> str:
    return f"DATE '{span.first}'" if span.by == "total" else f"date_trunc('{span.by}', d)::DATE"


def _after(span: Span) -> str:
    """The last day of the bucket that a label names."""
    return f"DATE '{span.last}'" if span.by == "total" else f"label + INTERVAL 1 {span.by} - INTERVAL 1 DAY"


def _did(kind: str) -> str:
    return {"interaction": "active", "*": "true"}.get(kind, f"kind = '{kind}'")


def _daily(where: str, what: str, columns: str = "label, ") -> str:
    return f"SELECT {columns}{what} AS value FROM b LEFT JOIN e ON e.day BETWEEN b.first AND b.last AND {where} GROUP BY label"


def _within(days: str) -> str:
    return f"""SELECT label, count(DISTINCT person) AS value FROM b LEFT JOIN e
        ON e.day BETWEEN b.first{days} AND b.last AND active AND person != 0 GROUP BY label"""


def _ratio(above: str, below: str, scale: int = 1) -> str:
    return f"""SELECT x.label, {scale} * x.value::DOUBLE / nullif(y.value, 0) AS value
        FROM ({above}) AS x JOIN ({below}) AS y ON x.label = y.label"""


_SPEAKERS = _daily("kind = 'message.sent' AND person != 0", "count(DISTINCT person)")
_SAID = _daily("kind = 'message.sent' AND person != 0", "count(e.position)")
_MEMBERS = f"SELECT b.label, count(DISTINCT person) AS value FROM b LEFT JOIN ({INSIDE}) AS i ON i.label = b.label GROUP BY b.label"
_SILENT = f"""SELECT b.label, count(DISTINCT i.person) AS value FROM b LEFT JOIN ({INSIDE}) AS i ON i.label = b.label
    AND NOT EXISTS (SELECT 1 FROM e WHERE e.person = i.person AND e.kind = 'message.sent' AND e.day BETWEEN b.first AND b.last)
    GROUP BY b.label"""
_START = """SELECT person, coalesce(min(day) FILTER (kind = 'member.joined'), min(day)) AS zero FROM everything
    WHERE person != 0 AND kind IN ('member.joined', 'message.sent') GROUP BY person"""
_OPENERS = """SELECT label, count(e.position) AS value FROM b LEFT JOIN e ON e.day BETWEEN b.first AND b.last AND person != 0
    AND kind = 'message.sent' AND about = 0 AND community IN (SELECT community FROM around WHERE kind = 'message.sent' AND about != 0)
    GROUP BY label"""
_WAITED = """SELECT q.day, q.position, min(a.ms - q.ms) AS waited FROM e AS q JOIN around AS a ON a.about = q.subject
    WHERE q.kind = 'message.sent' AND q.about = 0 AND q.person != 0 AND a.kind = 'message.sent' AND a.person NOT IN (0, q.person)
    AND (a.ms > q.ms OR (a.ms = q.ms AND a.position > q.position)) AND a.ms - q.ms <= 24 * 3600000
    AND q.community IN (SELECT community FROM around WHERE kind = 'message.sent' AND about != 0) GROUP BY q.day, q.position"""
_TOP = """SELECT b.label, coalesce(sum(n) FILTER (place <= (speakers + 9) // 10), 0) AS value FROM b LEFT JOIN (
    SELECT label, n, row_number() OVER (PARTITION BY label ORDER BY n DESC, person) AS place,
        count(*) OVER (PARTITION BY label) AS speakers
    FROM (SELECT label, person, count(*) AS n FROM b JOIN e ON e.day BETWEEN b.first AND b.last
          WHERE kind = 'message.sent' AND person != 0 GROUP BY ALL)) AS r ON r.label = b.label GROUP BY b.label"""


def _moves(which: str) -> str:
    numbered = f"WITH e AS (SELECT *, row_number() OVER (PARTITION BY community, identity ORDER BY ms, kind = 'member.left', position) AS nth FROM e) {STEPS}"
    return f"SELECT label, count(s.person) AS value FROM b LEFT JOIN ({numbered}) AS s ON s.day BETWEEN b.first AND b.last AND {which} GROUP BY label"


JOINED = "s.before = 0 AND s.taken > 0"
GONE = "s.taken = 0 AND s.gone = 1 AND (s.before > 0 OR s.nth = 1)"


def _back(days: int) -> str:
    """Those whose day 0 lies in the bucket, whose day N is over, and who took part on it."""
    return f"""SELECT label, count(DISTINCT s.person) AS value FROM b LEFT JOIN ({_START}) AS s
        ON s.zero BETWEEN b.first AND b.last AND s.zero + {days} <= getvariable('over')
        AND EXISTS (SELECT 1 FROM everything AS e WHERE e.person = s.person AND e.active AND e.day = s.zero + {days})
        GROUP BY label"""


def _retained(days: int) -> str:
    """Of those whose day 0 lies in the bucket and whose day N is over."""
    came = f"""SELECT label, count(s.person) AS value FROM b LEFT JOIN ({_START}) AS s
        ON s.zero BETWEEN b.first AND b.last AND s.zero + {days} <= getvariable('over') GROUP BY label"""
    return _ratio(_back(days), came, 100)


def _reach(sort: str) -> str:
    return _daily(f"kind = 'reach.counted' AND sort = '{sort}'", "coalesce(sum(e.value), 0)")


def _people(where: str) -> str:
    return _daily(f"{where} AND person != 0", "count(DISTINCT person)")


_BUYERS = _people("kind = 'order.paid'")
_ORDERS = _daily("kind = 'order.paid'", "count(e.position)")
_SALES = _daily("kind = 'order.paid'", "coalesce(sum(e.value), 0)")
_NEW_BUYERS = """SELECT label, count(f.person) AS value FROM b LEFT JOIN (SELECT person, min(day) AS day FROM e
    WHERE person != 0 AND kind = 'order.paid' GROUP BY person) AS f ON f.day BETWEEN b.first AND b.last GROUP BY label"""
_NPS = """SELECT label, 100.0 * (count(DISTINCT person) FILTER (e.value >= 9) - count(DISTINCT person) FILTER (e.value <= 6))
        / nullif(count(DISTINCT person), 0) AS value FROM b
    LEFT JOIN e ON e.day BETWEEN b.first AND b.last AND kind = 'nps.answered' AND person != 0 GROUP BY label"""
_MEAN = """SELECT label, count(DISTINCT (person, day)) FILTER (e.person IS NOT NULL)
        / nullif(greatest(least(b.last, getvariable('over')) - b.first + 1, 0), 0) AS value FROM b
    LEFT JOIN e ON e.day BETWEEN b.first AND b.last AND active AND person != 0 GROUP BY label, b.first, b.last"""
_SOON = """SELECT label, count(DISTINCT j.person) AS value FROM b LEFT JOIN e AS j ON j.day BETWEEN b.first AND b.last
    AND j.kind = 'member.joined' AND j.person != 0 AND EXISTS (SELECT 1 FROM everything AS m WHERE m.person = j.person
        AND m.community = j.community AND m.kind = 'message.sent' AND m.ms >= j.ms AND m.ms < j.ms + 7 * 86400000)
    GROUP BY label"""
_UNANSWERED = """SELECT label, count(q.position) AS value FROM b LEFT JOIN e AS q ON q.day BETWEEN b.first AND b.last
    AND q.kind = 'message.sent' AND q.about = 0 AND q.person != 0
    AND q.community IN (SELECT community FROM around WHERE kind = 'message.sent' AND about != 0)
    AND NOT EXISTS (SELECT 1 FROM around AS a WHERE a.about = q.subject AND a.kind = 'message.sent'
        AND a.person NOT IN (0, q.person) AND (a.ms > q.ms OR (a.ms = q.ms AND a.position > q.position))) GROUP BY label"""

VALUES = {
    "messages": _daily("kind = 'message.sent'", "count(e.position)"),
    "dau": _within(""),
    "wau": _within("7"),
    "mau": _within("30"),
    "speakers": _SPEAKERS,
    "messages_per_speaker": _ratio(_SAID, _SPEAKERS),
    "new_speakers": """SELECT label, count(f.person) AS value FROM b LEFT JOIN (SELECT person, min(day) AS day FROM e
        WHERE person != 0 AND kind = 'message.sent' GROUP BY person) AS f ON f.day BETWEEN b.first AND b.last GROUP BY label""",
    "members": _MEMBERS,
    "joins": _moves(JOINED),
    "leaves": _moves(GONE),
    "interaction_rate": _ratio(_SPEAKERS, _MEMBERS, 100),
    "silent_share": _ratio(_SILENT, _MEMBERS, 100),
    "stickiness": _ratio(_MEAN, _within("30"), 100),
    "daily_share": _ratio(_MEAN, _MEMBERS, 100),
    "active_members": _daily("active AND person != 0", "count(DISTINCT person)"),
    "net_growth": f"""SELECT x.label, x.value - y.value AS value FROM ({_moves(JOINED)}) AS x
        JOIN ({_moves(GONE)}) AS y ON x.label = y.label""",
    "first_message_rate": _ratio(_SOON, _daily("kind = 'member.joined' AND person != 0", "count(DISTINCT person)"), 100),
    "day_1_retention": _retained(1),
    "day_7_retention": _retained(7),
    "day_30_retention": _retained(30),
    "back_on_day_1": _back(1),
    "back_on_day_7": _back(7),
    "back_on_day_30": _back(30),
    "day_90_retention": _retained(90),
    "participation_rate": _ratio(_people("active"), _MEMBERS, 100),
    "buyers": _BUYERS,
    "orders": _ORDERS,
    "sales": _SALES,
    "average_order": _ratio(_SALES, _ORDERS),
    "paid_conversion": _ratio(_BUYERS, _MEMBERS, 100),
    "repurchase_rate": f"""SELECT x.label, 100 * (x.value - y.value)::DOUBLE / nullif(x.value, 0) AS value
        FROM ({_BUYERS}) AS x JOIN ({_NEW_BUYERS}) AS y ON x.label = y.label""",
    "nps": _NPS,
    "satisfaction": _ratio(_people("kind = 'satisfaction.rated' AND e.value >= 4"), _people("kind = 'satisfaction.rated'"), 100),
    "impressions": _reach("impressions"),
    "reads": _reach("reads"),
    "public_clicks": _reach("clicks"),
    "unanswered": _UNANSWERED,
    "link_clicks": _daily("kind = 'link.clicked'", "count(e.position)"),
    "link_clickers": _daily("kind = 'link.clicked' AND person != 0", "count(DISTINCT person)"),
    "top_share": _ratio(_TOP, _SAID, 100),
    "reply_rate": _ratio(f"SELECT label, count(w.position) AS value FROM b LEFT JOIN ({_WAITED}) AS w ON w.day BETWEEN b.first AND b.last GROUP BY label",
                         _OPENERS, 100),
    "first_reply": f"""SELECT label, quantile_disc(waited, 0.5) / 1000 AS value FROM b LEFT JOIN ({_WAITED}) AS w
        ON w.day BETWEEN b.first AND b.last GROUP BY label""",
}  # fmt: skip
"""By metric: SELECT label, value."""
