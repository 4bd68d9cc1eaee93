"""What does chDB need so that it answers rightly every time? The only module that imports it.

Known of chDB 26.9, each held by a test in tests/test_known_of_chdb.py: after an error in mid-result the next query of the
same session returns rows of the failed one, so a session that raised is closed and opened anew; sessions belong to one
thread; nothing is synced unless told; only a process that was spawned, not forked, may hold the store.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

import pyarrow as pa
from chdb import session as chdb

from weilu.core.warehouse.memory import limits, machine_bytes
from weilu.core.warehouse.moments import mark_moments, may_hold_moments

Answer = TypeVar("Answer")

BLOCK_ROWS = 1_048_576
"""An insert is atomic for one block (and one partition of it); whoever inserts sends no more than this."""
REMEMBERED = 512
"""SQL texts whose column types are kept in mind."""
MEMORY = limits(machine_bytes())
CONFIG = f"""<clickhouse>
  <max_server_memory_usage>{MEMORY.server}</max_server_memory_usage>
  <mark_cache_size>33554432</mark_cache_size>
  <primary_index_cache_size>33554432</primary_index_cache_size>
  <query_condition_cache_size>8388608</query_condition_cache_size>
  <compiled_expression_cache_size>8388608</compiled_expression_cache_size>
  <background_pool_size>2</background_pool_size>
  <background_schedule_pool_initial_size>2</background_schedule_pool_initial_size>
  <memory_worker_period_ms>500</memory_worker_period_ms>
  <max_thread_pool_size>200</max_thread_pool_size>
  <max_thread_pool_free_size>4</max_thread_pool_free_size>
  <merge_tree>
    <fsync_after_insert>1</fsync_after_insert>
    <fsync_part_directory>1</fsync_part_directory>
    <min_rows_to_fsync_after_merge>1</min_rows_to_fsync_after_merge>
    <min_compressed_bytes_to_fsync_after_merge>1</min_compressed_bytes_to_fsync_after_merge>
    <merge_max_block_size>4096</merge_max_block_size>
    <cleanup_delay_period>3</cleanup_delay_period>
    <cleanup_delay_period_random_add>0</cleanup_delay_period_random_add>
    <max_cleanup_delay_period>10</max_cleanup_delay_period>
  </merge_tree>
</clickhouse>
"""
SESSION_SETTINGS = {
    "max_threads": min(os.cpu_count() or 1, 4),
    "max_memory_usage": MEMORY.query,
    "max_bytes_before_external_group_by": MEMORY.spill,
    "max_bytes_before_external_sort": MEMORY.spill,
    "max_insert_threads": 1,
    "max_insert_block_size": BLOCK_ROWS,
    "min_insert_block_size_rows": BLOCK_ROWS,
    "min_insert_block_size_bytes": 0,
    "mutations_sync": 2,
    "lightweight_deletes_sync": 2,
    "output_format_arrow_compression_method": "'none'",
    "session_timezone": "'UTC'",
}


class Session(Protocol):
    """What we use of chDB's session, whose own methods have no types."""

    def query(self, sql: str, fmt: str = ..., *, params: dict[str, str] | None = ...) -> Any: ...
    def close(self) -> None: ...
    def cleanup(self) -> None: ...


class EngineError(Exception):
    """ClickHouse refused or gave up. `number` is its error code; the text may quote values, so it is not for logs."""

    def __init__(self, number: int, text: str) -> None:
        super().__init__(text)
        self.number = number


class Engine:
    """One chDB store. Each thread that calls gets a session of its own; `close` when no thread is inside."""

    def __init__(self, folder: Path) -> None:
        """Opens the store in `folder`/store. Changes into the folder, since chDB's connection string has no quoting."""
        os.chdir(folder)
        Path("config.xml").write_text(CONFIG)
        self._mine = threading.local()
        self._open: set[Session] = set()
        self._guard = threading.Lock()
        self._types: dict[str, tuple[str, ...]] = {}

    def query(self, sql: str, params: Mapping[str, str], seconds: float) -> pa.Table:
        """The answer to a SELECT. `params` are ClickHouse text as `values.bind` writes it."""
        return self._run(seconds, lambda session: self._select(session, sql, dict(params)))

    def command(self, sql: str, params: Mapping[str, str], seconds: float) -> None:
        self._run(seconds, lambda session: session.query(sql, "ArrowStream", params=dict(params)).bytes())

    def insert(self, table: str, rows: pa.Table, seconds: float) -> None:
        """Rows of at most one block; on the disk when this returns."""
        columns = ", ".join(map(_name, rows.column_names))
        into = f"INSERT INTO {_name(table)} ({columns}) SELECT {columns} FROM Python(rows)"  # noqa: S608  # names checked
        self._run(seconds, lambda session: _insert(session, into, rows))

    def close(self) -> None:
        with self._guard:
            for session in self._open:
                session.close()
            self._open.clear()

    def _run(self, seconds: float, act: Callable[[Session], Answer]) -> Answer:
        session = self._session()
        try:
            if self._mine.seconds != seconds:
                session.query(f"SET max_execution_time = {float(seconds)}")
                self._mine.seconds = seconds
            return act(session)
        except Exception as error:
            self._drop(session)
            raise EngineError(_number(error), str(error)) from None

    def _select(self, session: Session, sql: str, params: dict[str, str]) -> pa.Table:
        answer = _read(session.query(sql, "ArrowStream", params=params).bytes())
        if not may_hold_moments(answer.schema):
            return answer
        return mark_moments(answer, self._types_of(session, sql, params))

    def _types_of(self, session: Session, sql: str, params: dict[str, str]) -> tuple[str, ...]:
        """Column types depend on the SQL alone, never on the bound values, and asking costs about as much as reading the SQL."""
        types = self._types.get(sql)
        if types is None:
            described = session.query(f"DESCRIBE ({sql}\n)", "ArrowStream", params=params).bytes()
            types = tuple(_read(described).column("type").to_pylist())
            if len(self._types) >= REMEMBERED:
                self._types.clear()
            self._types[sql] = types
        return types

    def _session(self) -> Session:
        if getattr(self._mine, "session", None) is None:
            session = cast(Session, cast(Any, chdb.Session)("store?config-file=config.xml"))
            session.query("SET " + ", ".join(f"{name} = {value}" for name, value in SESSION_SETTINGS.items()))
            self._mine.session, self._mine.seconds = session, None
            with self._guard:
                self._open.add(session)
        opened: Session = self._mine.session
        return opened

    def _drop(self, session: Session) -> None:
        """A session that raised would hand the failed query's rows to the next one (0.3 ms for a new one)."""
        self._mine.session = None
        with self._guard:
            self._open.discard(session)
        session.cleanup()


def _read(stream: bytes) -> pa.Table:
    return pa.ipc.open_stream(stream).read_all()


def _insert(session: Session, into: str, rows: pa.Table) -> None:
    """`Python(rows)` is this function's own variable, which chDB finds by its name. (chDB's `send_insert` is not used: it
    returned without error where the block was refused.)"""
    session.query(into)


def _name(name: str) -> str:
    if not re.fullmatch(r"[a-z_]\w*(\.[a-z_]\w*)?", name):
        raise EngineError(0, "not a name of a table or column")
    return name


def _number(error: Exception) -> int:
    found = re.match(r"Code: (\d+)", str(error))
    return int(found.group(1)) if found else 0
