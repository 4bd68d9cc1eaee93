"""How do the tables come to be on every server, and how does one generation of events follow another?

Rows of events stand in `events_<generation>` on each server. What is asked is `events`, a table without rows in front of them
(Distributed, or Merge on a lone server). A server that lost its data lacks the generation's table, so that every question
fails there rather than looks whole; and another generation answers as soon as `events` points at it.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from weilu.core.errors import Unavailable as NotReady
from weilu.core.warehouse.contract import WRITE_SECONDS, Params
from weilu.core.warehouse.schema import (
    ATTRIBUTES,
    EVENTS,
    OWNER_NAME,
    OWNERS,
    SHAPES,
    VERSION,
    Table,
    owner_dictionary,
)
from weilu.core.warehouse.servers.address import Host
from weilu.core.warehouse.servers.layout import Layout, local, local_name, pointer, renamed

Ask = Callable[[Host, str, Params, float], list[tuple[Any, ...]]]
GENERATION = re.compile(r"events_([0-9a-f]{32})\b")
NAMES = "SELECT name FROM system.tables WHERE database = {database:String}"
POINTS = (
    "SELECT create_table_query FROM system.tables WHERE database = {database:String} AND name = {name:String}"
)
DICTIONARIES = "SELECT count() FROM system.dictionaries WHERE name = {name:String} AND has(attribute.names, {last:String})"
COLUMNS = "SELECT name FROM system.columns WHERE database = {database:String} AND table = {table:String}"
RECORDED = "SELECT version FROM {database}.made"
RECORDS = "{name} (version UInt32, made DateTime('UTC')) ENGINE = TinyLog"


class NotMigrated(NotReady):
    """The servers lack tables; the sentence says what to do."""

    code = "warehouse_not_migrated"


@dataclass(frozen=True, slots=True)
class Tables:
    """`ask` puts a statement to one server."""

    layout: Layout
    ask: Ask

    # making them ----------------------------------------------------------------------------------------------------

    def migrate(self) -> bool:
        """Makes what is missing on every server; True where something was.

        A server that is new beside others, or lost its data, makes a new generation necessary: it is empty on all of them, so
        that the loader fills it from the log, and no question meanwhile takes what the others hold for the whole.
        """
        for host in self.layout.servers:
            self._do(host, f"CREATE DATABASE IF NOT EXISTS {self.layout.database}")
        made = [host for host in self.layout.servers if VERSION in self._recorded(host)]
        if len(made) == len(self.layout.servers) and self._agree():
            return False
        generation = uuid.uuid4()
        for host in self.layout.servers:
            self._make(host, generation)
        if made:
            self.switch(self.prepare())
        else:
            self.discard()
        for host in self.layout.servers:
            self._record(host)
        return True

    def _agree(self) -> bool:
        """Whether every server holds its part of the generation that all of them answer with."""
        try:
            self.generation()
        except NotMigrated:
            return False
        return True

    def _make(self, host: Host, generation: uuid.UUID) -> None:
        self._do(host, local(EVENTS, self.layout, generation.hex))
        self._do(host, pointer(EVENTS, self.layout, "events", generation.hex))
        for shape in SHAPES[1:]:
            self._do(host, local(shape, self.layout))
            self._widen(host, shape)
            if shape.spread and self.layout.clustered:
                self._do(host, pointer(shape, self.layout, shape.name))
        self._do(host, f"DROP TABLE IF EXISTS {self.layout.database}.owner_source")
        self._do(host, renamed(f"CREATE VIEW weilu.owner_source AS {OWNERS}", self.layout.database))
        self._make_dictionary(host)

    def _widen(self, host: Host, shape: Table) -> None:
        """Adds the columns that a table made by an earlier version lacks."""
        name = local_name(shape, self.layout)
        database, _, table = name.rpartition(".")
        held = {row[0] for row in self.ask(host, COLUMNS, {"database": database, "table": table}, 10)}
        for line in shape.columns.strip().splitlines():
            if line.split()[0] not in held:
                self._do(host, f"ALTER TABLE {name} ADD COLUMN {line.strip().rstrip(',')}")

    def _make_dictionary(self, host: Host) -> None:
        if self.layout.by_statement:
            self._do(host, f"DROP DICTIONARY IF EXISTS {OWNER_NAME}")
            self._do(
                host,
                owner_dictionary(f"CLICKHOUSE(DB '{self.layout.database}' TABLE 'owner_source')", "HASHED()"),
            )
        elif not self.ask(host, DICTIONARIES, {"name": OWNER_NAME, "last": ATTRIBUTES[-1]}, 10)[0][0]:
            told = {"server": str(host)}
            raise NotMigrated(
                _(
                    "ClickHouse at %(server)s is older than 20.1 and lacks the dictionary “weilu.owner” in its configuration, or has it as an older Weilu wanted it: see “weilu warehouse dictionary”."
                )
                % told
            )

    def _recorded(self, host: Host) -> set[int]:
        self._do(host, f"CREATE TABLE IF NOT EXISTS {self._records()}")
        return {row[0] for row in self.ask(host, RECORDED.format(database=self.layout.database), None, 10)}

    def _record(self, host: Host) -> None:
        if VERSION not in self._recorded(host):
            self._do(host, f"INSERT INTO {self.layout.database}.made SELECT {VERSION}, now()")

    def _records(self) -> str:
        return RECORDS.format(name=f"{self.layout.database}.made")

    # generations ------------------------------------------------------------------------------------------------------

    def generation(self) -> uuid.UUID:
        """The one that answers, on every server; where a switch was cut off, it is carried through first."""
        pointed = {host: self._points(host, "events") for host in self.layout.servers}
        if None in pointed.values():
            raise NotMigrated(_("The warehouse's servers lack their tables: run “weilu migrate”."))
        if len(set(pointed.values())) > 1:
            return self._carry_through(pointed)
        found = next(iter(pointed.values()))
        assert found is not None
        self._all_hold(found)
        return found

    def prepare(self) -> uuid.UUID:
        """An empty generation, asked as `events_next`."""
        self.discard()
        fresh = uuid.uuid4()
        for host in self.layout.servers:
            self._do(host, local(EVENTS, self.layout, fresh.hex))
            self._do(host, pointer(EVENTS, self.layout, "events_next", fresh.hex))
        return fresh

    def discard(self) -> None:
        for host in self.layout.servers:
            self._clear(host)

    def switch(self, generation: uuid.UUID) -> None:
        """`events` points at the prepared generation on one server after another; each answers whole before and after."""
        for host in self.layout.servers:
            if self._points(host, "events") != generation:
                self._exchange(host)
        self.discard()

    def events_rows(self, name: str) -> str:
        """The table that holds the rows which are asked as `events` or `events_next`."""
        for host in self.layout.servers:
            if found := self._points(host, name):
                return local_name(EVENTS, self.layout, found.hex)
        raise NotMigrated(_("The warehouse's servers lack their tables: run “weilu migrate”."))

    def _exchange(self, host: Host) -> None:
        """One statement under one lock: who asks meanwhile gets the one or the other."""
        base = self.layout.database
        self._do(host, f"DROP TABLE IF EXISTS {base}.events_old")
        self._do(
            host, f"RENAME TABLE {base}.events TO {base}.events_old, {base}.events_next TO {base}.events"
        )

    def _clear(self, host: Host) -> None:
        """Drops every generation but the one that answers."""
        base, keep = self.layout.database, self._points(host, "events")
        for name in ("events_next", "events_old"):
            self._do(host, f"DROP TABLE IF EXISTS {base}.{name}")
        for (name,) in self.ask(host, NAMES, {"database": base}, 10):
            found = GENERATION.fullmatch(name)
            if found and (keep is None or found[1] != keep.hex):
                self._do(host, f"DROP TABLE IF EXISTS {base}.{name}")

    def _carry_through(self, pointed: dict[Host, uuid.UUID | None]) -> uuid.UUID:
        """A switch begins only when the next generation is whole, so whoever still points at the old one follows."""
        behind = [host for host in pointed if self._points(host, "events_next")]
        goals = {self._points(host, "events_next") for host in behind}
        if len(goals) != 1 or (goal := goals.pop()) is None:
            raise NotMigrated(
                _("The warehouse's servers disagree about which events count: run “weilu migrate”.")
            )
        self.switch(goal)
        return goal

    def _all_hold(self, generation: uuid.UUID) -> None:
        name = local_name(EVENTS, self.layout, generation.hex).rpartition(".")[2]
        for host in self.layout.servers:
            names = {row[0] for row in self.ask(host, NAMES, {"database": self.layout.database}, 10)}
            if name not in names:
                told = {"server": str(host)}
                raise NotMigrated(
                    _(
                        "The warehouse's server %(server)s has lost its events: run “weilu migrate”, and they are loaded again from the log."
                    )
                    % told
                )

    def _points(self, host: Host, name: str) -> uuid.UUID | None:
        rows = self.ask(host, POINTS, {"database": self.layout.database, "name": name}, 10)
        found = GENERATION.search(rows[0][0]) if rows else None
        return uuid.UUID(found[1]) if found else None

    def _do(self, host: Host, sql: str) -> None:
        self.ask(host, sql, None, WRITE_SECONDS)
