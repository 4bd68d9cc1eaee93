"""Which tables does the column store hold, and in which shape? One template per target; nothing else creates tables.

`events` is the log as far as it is loaded. Order within it is (happened, ms, position). `timelines` hold conclusions:
one row per (key, scope, who) with the whole history of a value as two arrays; the row with the highest version counts.
"""

from __future__ import annotations

DATABASE = "weilu"

EVENTS = """
CREATE TABLE IF NOT EXISTS weilu.events (
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
) ENGINE = MergeTree
PARTITION BY toYear(happened)
ORDER BY (community, identity, happened, ms, position)
"""

OWNERSHIP = """
CREATE TABLE IF NOT EXISTS weilu.ownership (
    id UInt64,
    identity UInt32,
    member UInt32,
    from_position UInt64,
    bot UInt8,
    version UInt64
) ENGINE = ReplacingMergeTree(version)
ORDER BY (identity, id)
"""

OWNER = """
CREATE DICTIONARY IF NOT EXISTS weilu.owner (
    identity UInt64,
    member UInt32,
    person UInt32
) PRIMARY KEY identity
SOURCE(CLICKHOUSE(QUERY 'SELECT toUInt64(o.identity) AS identity, argMax(o.member, o.id) AS member,
    if(argMax(o.bot, (o.version, o.id)) = 1, 0, argMax(o.member, o.id)) AS person
    FROM weilu.ownership AS o FINAL GROUP BY o.identity'))
LAYOUT(FLAT(INITIAL_ARRAY_SIZE 65536 MAX_ARRAY_SIZE 100000000))
LIFETIME(0)
"""

TIMELINES = """
CREATE TABLE IF NOT EXISTS weilu.timelines (
    key LowCardinality(String),
    scope UInt32,
    who UInt32,
    froms Array(DateTime('UTC')),
    vals Array(String),
    rule UInt32,
    upto UInt64,
    version UInt64
) ENGINE = ReplacingMergeTree(version)
ORDER BY (key, scope, who)
SETTINGS index_granularity = 512
"""

SCORES = """
CREATE TABLE IF NOT EXISTS weilu.scores (
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
) ENGINE = ReplacingMergeTree(version)
ORDER BY (scope, who)
SETTINGS index_granularity = 512
"""
"""Influence at the present: the four factors sum to the score; `place` of `members` in the scope. Score 0: not any more."""

TABLES = (EVENTS, OWNERSHIP, OWNER, TIMELINES, SCORES)
