"""`weilu warehouse status | rebuild`: how is the column store, and make it anew from the log."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Json = Annotated[bool, typer.Option("--json", help="print JSON")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="The column store that answers the questions.")
    group.command()(status)
    group.command()(rebuild)
    app.add_typer(group, name="warehouse")


def status(json: Json = False) -> None:
    """Say how far the warehouse is, what it holds and how large it is."""
    from weilu.core.warehouse.status import status as ask

    found = ask()
    if json:
        typer.echo(orjson.dumps({**asdict(found), "behind": found.behind}).decode())
        return
    typer.echo(f"position  {found.position:,} of {found.head:,} ({found.behind:,} behind)")
    typer.echo(f"events    {found.events:,} in {found.parts} parts")
    typer.echo(f"on disk   {found.bytes / 1e6:,.1f} MB, {found.bytes_per_event} bytes an event")
    typer.echo(f"process   {found.pid}")


def rebuild(json: Json = False) -> None:
    """Build the warehouse anew from the event log. Questions are answered from the old one meanwhile."""
    from weilu.core.warehouse.rebuild import rebuild as build

    begun = time.monotonic()
    with Progress(*_columns(), console=Console(stderr=True), disable=json) as bar:
        task = bar.add_task("events", total=None)
        position = build(lambda done, head: bar.update(task, completed=done, total=head))
        bar.update(task, completed=position, total=position)
    seconds = round(time.monotonic() - begun, 1)
    told = {"position": position, "seconds": seconds}
    typer.echo(
        orjson.dumps(told).decode() if json else f"Rebuilt up to position {position:,} in {seconds} s."
    )


def _columns() -> tuple[TextColumn, BarColumn, MofNCompleteColumn, TimeElapsedColumn]:
    return TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
