"""Which tables does the column store hold, and in which shape? One template per target; nothing else creates tables.

`events` is the log as far as it is loaded. Order within it is (happened, ms, position). `timelines` hold conclusions:
one row per (key, scope, who) with the whole history of a value as two arrays; the row with the highest version counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

DATABASE = "weilu"
OWNER_NAME = "weilu.owner"
"""The dictionary that says whose an identity is."""
VERSION = 2
"""Of the tables below; `weilu migrate` records on each server which it made."""


@dataclass(frozen=True, slots=True)
class Table:
    """`version` is the column of which the highest counts among rows of the same order. `spread` is the column by whose value
    rows are spread over the shards of a cluster; without one every server holds all rows. `columns`: a line each."""

    name: str
    columns: str
    order: str
    spread: str = ""
    version: str = ""
    partition: str = ""
    granularity: int = 8192

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(line.split()[0] for line in self.columns.strip().splitlines())


EVENTS = Table(
    "events",
    """
    position UInt64,
    kind LowCardinality(String),
    version UInt8,
    happened DateTime('UTC'),
    ms UInt16,
    recorded DateTime('UTC'),
    identity UInt32,
    community UInt32,
    room UInt32,
    subject UInt64,
    about UInt64,
    target UInt32,
    mentions Array(UInt32),
    source LowCardinality(String),
    batch UInt32,
    live UInt8,
    interaction UInt8,
    value Nullable(Int64),
    properties String
""",
    order="community, identity, happened, ms, position",
    spread="identity",
    partition="toYear(happened)",
)
OWNERSHIP = Table(
    "ownership",
    """
    id UInt64,
    identity UInt32,
    member UInt32,
    from_position UInt64,
    bot UInt8,
    version UInt64,
    anonymous UInt8
""",
    order="identity, id",
    version="version",
)
TIMELINES = Table(
    "timelines",
    """
    key LowCardinality(String),
    scope UInt32,
    who UInt32,
    froms Array(DateTime('UTC')),
    vals Array(String),
    rule UInt32,
    upto UInt64,
    version UInt64
""",
    order="key, scope, who",
    spread="who",
    version="version",
    granularity=512,
)
SCORES = Table(
    "scores",
    """
    scope UInt32,
    who UInt32,
    at DateTime('UTC'),
    contributions UInt32,
    answerers UInt32,
    days UInt16,
    contribution UInt8,
    diversity UInt8,
    reach UInt8,
    presence UInt8,
    score UInt8,
    tier LowCardinality(String),
    place UInt32,
    members UInt32,
    rule UInt16,
    version UInt64
""",
    order="scope, who",
    spread="who",
    version="version",
    granularity=512,
)
"""Influence at the present: the four factors sum to the score; `place` of `members` in the scope. Score 0: not any more."""

SHAPES = (EVENTS, OWNERSHIP, TIMELINES, SCORES)

ATTRIBUTES = ("member", "person", "counted", "seated")


def owners(condition: str = "1", key: str = "account.1") -> str:
    """Whose each identity is, by the rows of ownership that meet a condition: identity (as `key` spells it) and `ATTRIBUTES`.

    `person` is 0 for a bot; `counted` also for a visitor, a person none of whose accounts anybody has named; `seated` also for
    the anonymous accounts of a member, which are nobody's membership (docs/decisions/0044).
    """
    return f"""SELECT {key} AS identity, owned AS member, if(account.2 = 1, toUInt32(0), owned) AS person,
    if(account.2 = 1 OR named = 0, toUInt32(0), owned) AS counted,
    if(account.2 = 1 OR account.3 = 1, toUInt32(0), owned) AS seated FROM (
    SELECT owned, max(robot = 0 AND nameless = 0) AS named, arrayJoin(groupArray((identity, robot, nameless))) AS account FROM (
        SELECT o.identity AS identity, argMax(o.member, o.id) AS owned, argMax(o.bot, (o.version, o.id)) AS robot,
            argMax(o.anonymous, o.id) AS nameless
        FROM weilu.ownership AS o FINAL WHERE {condition} GROUP BY o.identity)
    GROUP BY owned)"""  # noqa: S608  # of our own words


OWNERS = owners(key="toUInt64(account.1)")
"""With today's knowledge: what the dictionary holds."""


def embedded(table: Table, name: str = "") -> str:
    """The statement that makes a table of the store of this machine, under another name where one is given."""
    return create(table, name or f"{DATABASE}.{table.name}", engine(table))


def create(table: Table, name: str, engine_: str, *, old: bool = False) -> str:
    """`old`: for servers before 19, which know LowCardinality only as an experiment."""
    columns = re.sub(r"LowCardinality\((\w+)\)", r"\1", table.columns) if old else table.columns
    return f"CREATE TABLE IF NOT EXISTS {name} ({columns.rstrip()}\n) ENGINE = {engine_}"


def engine(table: Table, *, path: str = "", settings: str = "") -> str:
    """The engine with partition, order and settings. `path`: where a keeper keeps the copies of a replicated table."""
    kind = "ReplacingMergeTree" if table.version else "MergeTree"
    given = [f"'{path}'", "'{replica}'"] if path else []
    given += [table.version] if table.version else []
    parts = [f"{'Replicated' if path else ''}{kind}({', '.join(given)})"]
    parts += [f"PARTITION BY {table.partition}"] if table.partition else []
    parts.append(f"ORDER BY ({table.order})")
    granularity = f"index_granularity = {table.granularity}"
    parts.append("SETTINGS " + ", ".join(filter(None, (granularity, settings))))
    return "\n".join(parts)


def owner_dictionary(source: str, layout: str, create_: str = "CREATE DICTIONARY IF NOT EXISTS") -> str:
    """The dictionary by statement: for the store of this machine and for servers since 20."""
    attributes = ",\n    ".join(f"{name} UInt32" for name in ATTRIBUTES)
    return f"""{create_} {OWNER_NAME} (
    identity UInt64,
    {attributes}
) PRIMARY KEY identity
SOURCE({source})
LAYOUT({layout})
LIFETIME(0)"""


FLAT = "FLAT(INITIAL_ARRAY_SIZE 65536 MAX_ARRAY_SIZE 100000000)"
OWNER = owner_dictionary(f"CLICKHOUSE(QUERY '{OWNERS}')", FLAT, "CREATE OR REPLACE DICTIONARY")
WIDER = f"ALTER TABLE {DATABASE}.ownership ADD COLUMN IF NOT EXISTS anonymous UInt8"
"""For stores that were made before the column was."""

TABLES = (*map(embedded, (EVENTS, OWNERSHIP)), WIDER, OWNER, *map(embedded, (TIMELINES, SCORES)))
"""What makes a store of this machine, or brings an older one up to date."""
