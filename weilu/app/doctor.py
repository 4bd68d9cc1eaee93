"""What is wrong with this installation, and what should be done about it?"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connections

from weilu.app.backup import restoring
from weilu.core import disk
from weilu.core.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Finding:
    """`level` is ok, warn or bad; `cure` says what to do, empty where nothing is to be done."""

    check: str
    level: str
    says: str
    cure: str = ""


Check = Callable[[], Iterator[Finding]]
LOW_DISK = 2 * 1024**3


def examine(*, with_audit: bool = False) -> list[Finding]:
    """Run every check; one that breaks is a finding itself and hides no other."""
    checks = (*CHECKS, _audit) if with_audit else CHECKS
    return [finding for check in checks for finding in _guarded(check)]


def _guarded(check: Check) -> Iterator[Finding]:
    try:
        yield from check()
    except Exception as problem:
        name = check.__name__.strip("_")
        yield Finding(
            name, "bad", f"could not be examined ({type(problem).__name__})", "See the log for the cause."
        )


def _python() -> Iterator[Finding]:
    yield Finding("python", "ok", ".".join(map(str, sys.version_info[:3])))


def _home() -> Iterator[Finding]:
    home = Path(settings.HOME)
    free = shutil.disk_usage(home).free
    says = f"{home}, {free / 1024**3:.1f} GB free"
    if not os.access(home, os.W_OK):
        yield Finding(
            "home", "bad", f"{home} cannot be written", "Give its folder to the user who runs Weilu."
        )
    elif not disk.has_room():
        cure = "Free some space: everything is read-only until then, and goes on by itself."
        yield Finding("home", "bad", f"the disk is full: {says}", cure)
    elif free < LOW_DISK:
        yield Finding("home", "warn", says, "Free some space soon.")
    else:
        yield Finding("home", "ok", says)
    if restoring.cut_off():
        yield Finding("restore", "bad", "it was cut off", "Run the same `weilu restore` again.")
    if home.stat().st_mode & 0o077 and not settings.DATABASE_URL:
        yield Finding("home rights", "warn", "others on this machine can read it", f"Run: chmod 700 {home}")


def _databases() -> Iterator[Finding]:
    from django.db.migrations.executor import MigrationExecutor
    from django.db.utils import Error

    for alias in connections:
        try:
            executor = MigrationExecutor(connections[alias])
            behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
        except Error as problem:
            cure = "Start the server, or correct WEILU_DATABASE_URL."
            yield Finding(f"database {alias}", "bad", f"does not answer ({type(problem).__name__})", cure)
            continue
        if behind:
            says = f"{len(behind)} migrations are missing"
            yield Finding(f"database {alias}", "bad", says, "Run: weilu migrate")
        else:
            yield Finding(f"database {alias}", "ok", connections[alias].vendor)


def _log() -> Iterator[Finding]:
    from weilu.core.events import intake, queries, sealed

    if gone := sealed.missing():
        says = f"{len(gone)} sealed files are not in {sealed.folder()}"
        yield Finding(
            "sealed log", "bad", says, "Give every machine the same folder: docs/how-to/cluster.md tells how."
        )
    waiting = intake.count()
    says = f"position {queries.head():,}, {waiting:,} waiting"
    if waiting > 100_000:
        yield Finding("log", "warn", says, "Is `weilu worker` running?")
    else:
        yield Finding("log", "ok", says)


def _warehouse() -> Iterator[Finding]:
    from weilu.core.events import queries
    from weilu.core.warehouse import client, homes, loader

    try:
        homes.check()
        client.ping()
        loaded = loader.loaded()
    except homes.Elsewhere as problem:
        yield Finding("warehouse", "bad", str(problem), "Set WEILU_WAREHOUSE_URL on every machine.")
        return
    except Unavailable as problem:
        cure = "Look at its log; `weilu warehouse rebuild` makes it anew from the event log."
        yield Finding("warehouse", "bad", str(problem), cure)
        return
    behind = queries.head() - loaded
    if behind > 0:
        yield Finding("warehouse", "warn", f"{behind:,} events behind the log", "Is `weilu worker` running?")
    else:
        yield Finding("warehouse", "ok", f"holds all {loaded:,} positions")


def _parked() -> Iterator[Finding]:
    from django.urls import reverse

    from weilu.core.events import handlers

    parked = handlers.parked()
    if parked:
        says = f"{len(parked)} events failed five times and are parked"
        page = f"{settings.BASE_URL}{reverse('console:parked')}"
        yield Finding("handlers", "bad", says, f"Their errors, and a button that tries them again: {page}")
    else:
        yield Finding("handlers", "ok", "nothing parked")


def _jobs() -> Iterator[Finding]:
    from django_tasks_db.models import DBTaskResult

    from weilu.core.jobs.models import Recurring

    failed = DBTaskResult.objects.filter(status="FAILED").count()
    failing = list(Recurring.objects.exclude(last_error="").values_list("name", flat=True))
    if failed:
        yield Finding(
            "tasks", "warn", f"{failed} failed", "The page that started them says why; start them again."
        )
    if failing:
        yield Finding(
            "recurring work", "bad", ", ".join(failing), "See the log of `weilu worker` for the cause."
        )
    if not failed and not failing:
        yield Finding("jobs", "ok", "none failed")


def _assets() -> Iterator[Finding]:
    from weilu.app.assets import FOLDER

    if any((FOLDER / "console" / "dist").glob("*.css")):
        yield Finding("pages", "ok", "style sheets and scripts are built")
    else:
        yield Finding("pages", "bad", "style sheets and scripts are not built", "Run: make assets")


def _address() -> Iterator[Finding]:
    local = settings.HOST in ("127.0.0.1", "::1", "localhost")
    if not local and not settings.BASE_URL.startswith("https://"):
        cure = "Put a proxy with TLS before it and set WEILU_BASE_URL to its https address."
        yield Finding("address", "warn", f"{settings.HOST} is reachable without TLS", cure)
    else:
        yield Finding("address", "ok", settings.BASE_URL)


def _audit() -> Iterator[Finding]:
    from weilu.core.operators import audit

    findings = audit.verify()
    for finding in findings:
        yield Finding(
            "audit", "bad", str(finding), "Somebody changed the trail: compare with a backup and ask who."
        )
    if not findings:
        yield Finding("audit", "ok", "the chain is whole")


CHECKS: tuple[Check, ...] = (_python, _home, _databases, _log, _warehouse, _parked, _jobs, _assets, _address)
