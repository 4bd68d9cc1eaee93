"""`weilu source …`: write keys for SDKs from the terminal of the machine itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

if TYPE_CHECKING:
    from weilu.connectors.tracking.models import Source

Json = Annotated[bool, typer.Option("--json", help="print JSON")]
Which = Annotated[str, typer.Argument(help="its name, code or number")]
Origins = Annotated[
    list[str] | None,
    typer.Option("--origin", help="address of pages that may send, such as https://shop.example.com; repeat"),
]


def register(app: typer.Typer) -> None:
    sources = typer.Typer(
        no_args_is_help=True, help="Websites, apps and servers that send events with an SDK."
    )
    sources.command("add")(add)
    sources.command("list")(list_sources)
    sources.command("rotate")(rotate)
    sources.command("remove")(remove)
    app.add_typer(sources, name="source")


def add(name: str, origin: Origins = None, json: Json = False) -> None:
    """Add a source; prints its write key. It works within a second, without a restart."""
    from weilu.connectors.tracking import actions
    from weilu.core.operators.access import Viewer

    _say(actions.add(Viewer.everything(), name, origin or ()), json)


def list_sources(json: Json = False) -> None:
    """All sources with their keys and how much has come."""
    from weilu.connectors.tracking import queries

    rows = [
        _told(line.source) | {"events": line.events, "refused": line.refused, "held": line.held}
        for line in queries.sources()
    ]
    if json:
        typer.echo(orjson.dumps(rows).decode())
        return
    for row in rows:
        typer.echo(
            f"{row['code']:<24} {row['key']}  {row['events']:>12} events  {row['refused']:>8} refused  {row['held']:>5} held  "
            f"{row['source']}"
        )


def rotate(source: Which, json: Json = False) -> None:
    """A new write key; the old one ends within a second."""
    from weilu.connectors.tracking import actions, queries
    from weilu.core.operators.access import Viewer

    viewer = Viewer.everything()
    _say(actions.rotate(viewer, queries.named(viewer, source).pk), json)


def remove(source: Which, json: Json = False) -> None:
    """End a source's key. What it has sent stays."""
    from weilu.connectors.tracking import actions, queries
    from weilu.core.operators.access import Viewer

    viewer = Viewer.everything()
    row = queries.named(viewer, source)
    actions.remove(viewer, row.pk)
    typer.echo(
        orjson.dumps({"source": row.name, "removed": True}).decode() if json else f"{row.name} is removed."
    )


def _told(row: Source) -> dict[str, Any]:
    return {
        "source": row.name,
        "key": row.key,
        "id": row.pk,
        "code": row.code,
        "origins": row.origins,
    }


def _say(row: Source, json: bool) -> None:
    told = {"source": row.name, "key": row.key, "id": row.pk, "code": row.code}
    typer.echo(
        orjson.dumps(told).decode()
        if json
        else f"{row.name}\n  write key  {row.key}\n  code       {row.code}"
    )
