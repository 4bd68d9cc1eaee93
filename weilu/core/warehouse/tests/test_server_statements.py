"""Are the statements for ClickHouse servers such that new ones understand them, and questions such that old ones do?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from weilu.core.warehouse import compile as questions
from weilu.core.warehouse.schema import (
    ATTRIBUTES,
    EVENTS,
    OWNERS,
    OWNERSHIP,
    SHAPES,
    TABLES,
    embedded,
    owner_dictionary,
)
from weilu.core.warehouse.servers.address import Host, WrongAddress, address_of
from weilu.core.warehouse.servers.layout import Layout, layout_of, local, pointer, renamed
from weilu.core.warehouse.tests.bare import chdb_alone

pytestmark = pytest.mark.once

NEW, OLD = (26, 9), (18, 16)
ONE, OTHER = "a" * 32, "b" * 32
YOUNG = (
    r"\b(roundDown|arrayLastIndex|arrayZip|arrayMin|arrayMax|arrayFold|toU?Int(128|256)|quantileExactLow\w*|toJSONString|JSONExtract\w*|"
    r"arrayFlatten|arrayWithConstant|arrayFirstOrNull|groupArraySorted|countSubstrings|dateDiff|dateTrunc|now64|coalesceMany)\(|"
    r"\bASOF\b|\bOVER \(|\* EXCEPT|\bLEFT ANY\b|\bWITH \w+ AS|\bnow\('|toDateTime64|\bQUALIFY\b|\bINTERSECT\b|\bANTI JOIN\b|\bSEMI JOIN\b"
)
"""What ClickHouse 18.16 does not know; docs/decisions/0038 says what stands in its place."""


def layout(version: tuple[int, int], *, shards: int = 1, replicated: bool = False) -> Layout:
    hosts = tuple((Host(f"ch{number}", 9000),) for number in range(shards))
    return Layout("weilu", "weilu", hosts, version, clustered=shards > 1, replicated=replicated)


@pytest.mark.parametrize(
    "path", sorted(Path(questions.__file__).parent.glob("*.py")), ids=lambda path: path.stem
)
def test_questions_use_words_that_the_oldest_server_knows(path: Path) -> None:
    said = [line for line in path.read_text().splitlines() if re.search(YOUNG, line)]
    assert said == [], "see docs/decisions/0038"


def test_the_tables_of_a_new_lone_server_hold_answer_and_follow_one_another(tmp_path: Path) -> None:
    new = layout(NEW)
    made = [
        "CREATE DATABASE weilu",
        local(EVENTS, new, ONE),
        pointer(EVENTS, new, "events", ONE),
        *(local(shape, new) for shape in SHAPES[1:]),
        f"CREATE VIEW weilu.owner_source AS {OWNERS}",
        owner_dictionary("CLICKHOUSE(DB 'weilu' TABLE 'owner_source')", "HASHED()"),
        f"INSERT INTO weilu.events_{ONE} (position, kind, identity, community) VALUES (1, 'message.sent', 5, 1)",
        "INSERT INTO weilu.ownership VALUES (1, 5, 50, 0, 0, 1, 0)",
        "SYSTEM RELOAD DICTIONARY weilu.owner",
        local(EVENTS, new, OTHER),
        pointer(EVENTS, new, "events_next", OTHER),
    ]
    switch = "RENAME TABLE weilu.events TO weilu.events_old, weilu.events_next TO weilu.events"
    told = chdb_alone(
        f"""
for sql in {made!r}:
    session.query(sql)
ask = "SELECT kind, dictGet('weilu.owner', 'person', toUInt64(identity)) AS person FROM weilu.events"
told = [read(session, ask).to_pylist()]
session.query({switch!r})
told.append(read(session, ask).to_pylist())
told.append(read(session, "SELECT create_table_query AS made FROM system.tables WHERE database = 'weilu' AND name = 'events'").to_pylist()[0]["made"])
""",
        tmp_path,
    )
    assert told[:2] == [[{"kind": "message.sent", "person": 50}], []]
    assert OTHER in told[2]


def test_new_tables_are_synced_and_old_ones_do_without() -> None:
    assert "fsync_after_insert = 1" in local(EVENTS, layout(NEW))
    assert "LowCardinality" in local(EVENTS, layout(NEW))
    old = local(EVENTS, layout(OLD))
    assert "fsync" not in old
    assert "LowCardinality" not in old


def test_the_tables_of_a_cluster_are_spread_by_identity_and_copied_by_a_keeper_where_asked() -> None:
    many = layout(NEW, shards=2, replicated=True)
    assert f"Distributed(weilu, weilu, events_{ONE}, identity)" in pointer(EVENTS, many, "events", ONE)
    assert f"ReplicatedMergeTree('/clickhouse/tables/{{shard}}/weilu/events_{ONE}', '{{replica}}')" in local(
        EVENTS, many, ONE
    )
    whole = local(OWNERSHIP, many)
    assert (
        "ReplicatedReplacingMergeTree('/clickhouse/tables/all/weilu/ownership', '{replica}', version)"
        in whole
    )


def test_a_url_says_where_the_servers_are_and_never_shows_its_password() -> None:
    found = address_of("clickhouse://we%40ilu:p%2Fw@ch1:9001,ch2,[::1]:9002/brand?cluster=two&secure=yes")
    assert found.hosts == (Host("ch1", 9001), Host("ch2", 9440), Host("::1", 9002))
    assert (found.user, found.password, found.database, found.cluster) == ("we@ilu", "p/w", "brand", "two")
    assert "p/w" not in repr(found)
    assert "p/w" not in found.label
    assert address_of("clickhouse://ch2,ch1").label == address_of("clickhouse://u:p@ch1,ch2/weilu").label
    assert renamed("SELECT 1 FROM weilu.events", "brand") == "SELECT 1 FROM brand.events"


@pytest.mark.parametrize(
    "url",
    [
        "http://ch1/weilu",
        "clickhouse://",
        "clickhouse://ch1:x/weilu",
        "clickhouse://ch1/we-ilu",
        "clickhouse://ch1/weilu?clutser=x",
    ],
)
def test_a_url_that_cannot_be_read_is_refused(url: str) -> None:
    with pytest.raises(WrongAddress):
        address_of(url)


def test_hosts_that_know_no_cluster_and_shards_with_copies_but_no_keeper_are_refused() -> None:
    several = address_of("clickhouse://ch1,ch2/weilu")
    with pytest.raises(WrongAddress):
        layout_of(several, [], NEW)
    with pytest.raises(WrongAddress):
        layout_of(several, [(1, "ch1", 9000), (1, "ch2", 9000)], NEW)
    assert len(layout_of(several, [(2, "ch2", 9000), (1, "ch1", 9000)], NEW).shards) == 2


def test_a_store_of_an_earlier_version_is_brought_up_to_date(tmp_path: Path) -> None:
    older = [
        "CREATE DATABASE weilu",
        re.sub(r",\s+anonymous UInt8", "", embedded(OWNERSHIP)),
        "INSERT INTO weilu.ownership VALUES (1, 5, 50, 0, 0, 1)",
        "CREATE DICTIONARY weilu.owner (identity UInt64, member UInt32, person UInt32) PRIMARY KEY identity "
        "SOURCE(CLICKHOUSE(QUERY 'SELECT toUInt64(identity) AS identity, member, member AS person FROM weilu.ownership')) "
        "LAYOUT(FLAT()) LIFETIME(0)",
        "SELECT dictGet('weilu.owner', 'person', toUInt64(5))",
    ]
    device = "INSERT INTO weilu.ownership VALUES (2, 6, 60, 0, 0, 1, 1)"
    told_of = ", ".join(
        f"dictGet('weilu.owner', '{name}', toUInt64(identity)) AS {name}" for name in ATTRIBUTES
    )
    ask = f"SELECT identity, {told_of} FROM weilu.ownership ORDER BY identity"
    told = chdb_alone(
        f"""
for sql in {[*older, *TABLES, *TABLES, device, "SYSTEM RELOAD DICTIONARY weilu.owner"]!r}:
    session.query(sql)
told = read(session, {ask!r}).to_pylist()
""",
        tmp_path,
    )
    assert told == [
        {"identity": 5, "member": 50, "person": 50, "counted": 50, "seated": 50},
        {"identity": 6, "member": 60, "person": 60, "counted": 0, "seated": 0},
    ]
