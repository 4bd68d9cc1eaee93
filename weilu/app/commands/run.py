"""`weilu up | web | worker | migrate | doctor`: starting the house and asking how it is."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import uuid
from enum import StrEnum
from types import FrameType
from typing import Annotated, Any

import orjson
import typer
from django.conf import settings

from weilu.core.errors import Conflict
from weilu.core.precedence import stand_behind


class Lane(StrEnum):
    LOG = "log"
    STORE = "store"


def register(app: typer.Typer) -> None:
    for command in (up, web, worker, migrate, doctor):
        app.command()(command)


def up(
    sample: Annotated[bool, typer.Option(help="play the sample brand while the home is empty")] = False,
) -> None:
    """Start everything on this machine: pages, worker and warehouse. Ctrl-C ends it."""
    from weilu.app import listening
    from weilu.app.backup.restoring import refuse_cut_off
    from weilu.app.supervisor import Child, Supervisor
    from weilu.connectors.imports.simulator import actions as simulator
    from weilu.core.jobs.locks import only_one

    with only_one("up") as held:
        if not held:
            raise Conflict(
                f"Weilu is running already for {settings.HOME}. Stop it first, or set another WEILU_HOME."
            )
        refuse_cut_off()
        door = listening.open_door()
        _migrate()
        _greet()
        children = [
            *(
                Child(f"web {n}", ("web", "--no-migrate"), door=door)
                for n in range(1, settings.WEB_PROCESSES + 1)
            ),
            Child("worker", ("worker", "--no-jobs", "--lane", "log")),
            Child("jobs", ("worker", "--lane", "store")),
        ]
        if sample and (_is_empty() or simulator.interrupted()):
            sys.stdout.write("  The sample brand is being played; it shows in half a minute.\n\n")
            sys.stdout.flush()
            children.append(Child("sample", ("demo",), once=True))
        Supervisor(children).run()


def web(migrate: Annotated[bool, typer.Option(help="bring the tables up to date first")] = True) -> None:
    """Serve pages, API, health and metrics at WEILU_HOST:WEILU_PORT."""
    import gc

    import uvicorn

    from weilu.app import listening
    from weilu.app.backup.restoring import refuse_cut_off

    refuse_cut_off()
    if migrate:
        _migrate()
    door = listening.given_door() or listening.open_door()
    if "WEILU_SUPERVISED" not in os.environ:
        _greet()
    # A batch of events is thousands of small objects without cycles; looking for cycles among them took half the time.
    gc.set_threshold(100_000, 20, 20)
    # A page's thread waits this long for its turn after each query, while events keep the loop busy; 5 ms made pages slow.
    sys.setswitchinterval(0.0005)
    config = uvicorn.Config(
        "weilu.app.asgi:app",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.TRUSTED_PROXIES),
        forwarded_allow_ips=settings.TRUSTED_PROXIES,
        timeout_graceful_shutdown=5,
        loop="uvloop",
    )
    uvicorn.Server(config).run(sockets=[door])


def worker(
    pump: Annotated[bool, typer.Option(help="carry events from the intake to the pages")] = True,
    lane: Annotated[
        Lane | None, typer.Option(help="of that only the way into the log, or only that from it to the pages")
    ] = None,
    jobs: Annotated[bool, typer.Option(help="do queued tasks and recurring work")] = True,
    conclude: Annotated[
        bool, typer.Option(help="draw conclusions about members; without, another process may")
    ] = True,
) -> None:
    """Carry events to the pages, do queued tasks and recurring work, until told to stop."""
    from weilu.app.backup.restoring import refuse_cut_off
    from weilu.app.working import run_helper, run_jobs, run_mail, run_pump, run_sender
    from weilu.core.jobs.pump import LOG, STORE

    refuse_cut_off()
    if "WEILU_SUPERVISED" in os.environ:
        stand_behind()
    stop = threading.Event()
    holder = f"{socket.gethostname()[:20]}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
    wanted: list[tuple[bool, Any, tuple[Any, ...]]] = [
        (pump and conclude and lane in (None, Lane.LOG), run_pump, (stop, LOG)),
        (pump and conclude and lane in (None, Lane.STORE), run_pump, (stop, STORE)),
        (pump and not conclude, run_helper, (stop,)),
        (jobs, run_jobs, (stop, holder)),
        (jobs, run_sender, (stop,)),
        (jobs, run_mail, (stop,)),
    ]
    threads = [threading.Thread(target=run, args=args) for on, run, args in wanted if on]

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def migrate() -> None:
    """Bring the tables of the database and of the warehouse up to date."""
    from weilu.app.backup.restoring import refuse_cut_off

    refuse_cut_off()
    _migrate(verbosity=1)


def doctor(
    json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
    audit: Annotated[bool, typer.Option(help="check the chain of the audit trail too")] = False,
) -> None:
    """Say what is wrong, and what to do about it. Status 1 where something must be done."""
    from weilu.app.doctor import examine

    findings = examine(with_audit=audit)
    bad = any(finding.level == "bad" for finding in findings)
    if json:
        rows = [{"check": f.check, "level": f.level, "says": f.says, "cure": f.cure} for f in findings]
        sys.stdout.write(orjson.dumps({"ok": not bad, "findings": rows}).decode() + "\n")
    else:
        from rich.console import Console

        marks = {"ok": "[green]✓[/]", "warn": "[yellow]![/]", "bad": "[red]✗[/]"}
        screen = Console()
        for finding in findings:
            screen.print(f"{marks[finding.level]} {finding.check}: {finding.says}", highlight=False)
            if finding.cure:
                screen.print(f"    → {finding.cure}", highlight=False)
    if bad:
        raise typer.Exit(1)


def _migrate(verbosity: int = 0) -> None:
    from django.core.management import call_command

    for alias in settings.DATABASES:
        call_command("migrate", database=alias, verbosity=verbosity, interactive=False)
    _migrate_warehouse(verbosity)


def _migrate_warehouse(verbosity: int) -> None:
    """Servers that are down now must not keep the pages from starting; whoever asks for it by name hears of them."""
    from weilu.core.errors import Unavailable
    from weilu.core.warehouse import client, target

    if not target.current():
        return  # the store of this machine makes its own tables
    try:
        made = client.migrate()
    except Unavailable as problem:
        if verbosity:
            raise
        sys.stderr.write(f"weilu: {problem}\n")
    else:
        if verbosity:
            sys.stdout.write(f"Warehouse: {'tables made' if made else 'no tables to make'}.\n")


def _is_empty() -> bool:
    from weilu.core.events import intake, queries

    return queries.head() == 0 and not intake.waiting()


def _greet() -> None:
    from weilu.core.operators import first_start

    sys.stdout.write(f"\n  Weilu 围炉  {settings.BASE_URL}\n  Home        {settings.HOME}\n")
    if first_start.is_due():
        sys.stdout.write(f"  First start: open the address and enter the code  {first_start.code()}\n")
    sys.stdout.write("  Ctrl-C ends it.\n\n")
    sys.stdout.flush()
