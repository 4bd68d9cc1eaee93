"""Which servers hold the store, and what do its tables look like there?

Told by the servers: a cluster stands in `system.clusters` under its name. Where the name is not known and one host is given,
that host is the whole store.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from weilu.core.warehouse.schema import DATABASE, Table, create, engine
from weilu.core.warehouse.servers.address import Address, Host, WrongAddress

OLD = (19, 0)
"""Before it: no LowCardinality, no sync of inserts."""
NO_DICTIONARY = (20, 1)
"""Before it: no CREATE DICTIONARY, so the mapping of identities stands in the servers' configuration."""
SYNCED = (20, 10)
TIDY = "old_parts_lifetime = 30"
"""Seconds: what was deleted must be gone from the disk soon; servers keep replaced parts for eight minutes by default."""
SYNC = "fsync_after_insert = 1, fsync_part_directory = 1"


@dataclass(frozen=True, slots=True)
class Layout:
    """`shards` hold the replicas of each shard, in order; `clustered` is False for one server that knows no cluster."""

    database: str
    cluster: str
    shards: tuple[tuple[Host, ...], ...]
    version: tuple[int, int]
    clustered: bool
    replicated: bool

    @property
    def servers(self) -> tuple[Host, ...]:
        return tuple(host for replicas in self.shards for host in replicas)

    @property
    def old(self) -> bool:
        return self.version < OLD

    @property
    def by_statement(self) -> bool:
        """Whether the dictionary of owners can be made by a statement."""
        return self.version >= NO_DICTIONARY


def layout_of(address: Address, rows: Sequence[tuple[int, str, int]], version: tuple[int, int]) -> Layout:
    """`rows` are (shard, host, port) of the cluster. Raises WrongAddress where hosts and cluster do not fit together."""
    shards: dict[int, list[Host]] = {}
    for shard, name, port in sorted(rows, key=lambda row: row[0]):
        shards.setdefault(shard, []).append(Host(name, port))
    if not shards and len(address.hosts) > 1:
        told = {"cluster": address.cluster}
        raise WrongAddress(
            _(
                "The ClickHouse servers know no cluster “%(cluster)s”: name it in their remote_servers, or in the URL."
            )
            % told
        )
    several = any(len(replicas) > 1 for replicas in shards.values())
    if several and not address.replicated:
        raise WrongAddress(
            _(
                "A shard of the cluster has several servers: add “replicated=yes” to the URL, and a keeper to the cluster."
            )
        )
    return Layout(
        address.database,
        address.cluster,
        tuple(map(tuple, shards.values())) or (address.hosts,),
        version,
        clustered=bool(shards),
        replicated=address.replicated,
    )


def renamed(sql: str, database: str) -> str:
    """A statement of the house for a database of another name; its words hold no values, so they can be looked for."""
    return sql if database == DATABASE else sql.replace(f"{DATABASE}.", f"{database}.")


def local_name(table: Table, layout: Layout, mark: str = "local") -> str:
    """The table that holds rows on one server; `mark` is the generation of the events."""
    spread = layout.clustered and table.spread
    return f"{layout.database}.{table.name}" + (f"_{mark}" if spread or table.name == "events" else "")


def local(table: Table, layout: Layout, mark: str = "local") -> str:
    """The statement that makes the table that holds rows."""
    name = local_name(table, layout, mark)
    path = ""
    if layout.replicated:
        shard = "{shard}" if table.spread else "all"
        path = f"/clickhouse/tables/{shard}/{name.replace('.', '/')}"
    settings = ", ".join([TIDY, *([SYNC] if layout.version >= SYNCED else [])])
    return create(table, name, engine(table, path=path, settings=settings), old=layout.old)


def pointer(table: Table, layout: Layout, name: str, mark: str = "local") -> str:
    """The statement that makes the table which is asked, in front of those that hold the rows."""
    rows = local_name(table, layout, mark).rpartition(".")[2]
    if layout.clustered:
        kind = f"Distributed({layout.cluster}, {layout.database}, {rows}, {table.spread})"
    else:
        kind = f"Merge({layout.database}, '^{rows}$')"
    return create(table, f"{layout.database}.{name}", kind, old=layout.old)
