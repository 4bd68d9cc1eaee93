"""`weilu warehouse status | rebuild | move | dictionary`: how is the column store, make it anew, bring it elsewhere."""

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
    group.command()(move)
    group.command()(dictionary)
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


def move(
    url: Annotated[str, typer.Argument(help="clickhouse://user:password@host:port,…/database, or embedded")],
    json: Json = False,
) -> None:
    """Move everything into another warehouse, without stopping: it is filled from the log beside the one in use, compared with
    it, and used by every process of this home from then on. Call it again where it was cut off."""
    from weilu.core.warehouse.moving import move as bring

    begun = time.monotonic()
    with Progress(*_columns(), console=Console(stderr=True), disable=json) as bar:
        task = bar.add_task("events", total=None)
        position = bring(url, lambda done, head: bar.update(task, completed=done, total=head))
    seconds = round(time.monotonic() - begun, 1)
    told = {"position": position, "seconds": seconds}
    says = f"Moved up to position {position:,} in {seconds} s. Set WEILU_WAREHOUSE_URL to the same before the next start."
    typer.echo(orjson.dumps(told).decode() if json else says)


def dictionary(
    url: Annotated[str, typer.Argument(help="clickhouse://user:password@host:port,…/database")],
    port: Annotated[
        int, typer.Option(help="the server's own native port; that of the URL's first host if not given")
    ] = 0,
) -> None:
    """Print the file that ClickHouse servers older than 20.1 need beside their configuration (weilu_dictionary.xml)."""
    from weilu.core.warehouse.servers.address import address_of
    from weilu.core.warehouse.servers.dictionary import configuration

    address = address_of(url)
    typer.echo(configuration(address, port or address.hosts[0].port))


def rebuild(json: Json = False) -> None:
    """Build the warehouse anew from the event log. Questions are answered from the old one meanwhile. On PostgreSQL the store of
    this home serves the database from then on, whichever did before."""
    from weilu.core.warehouse import homes
    from weilu.core.warehouse.rebuild import rebuild as build

    homes.take_over()
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
