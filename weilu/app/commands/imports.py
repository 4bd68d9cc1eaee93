"""`weilu import FORMAT PATH`: bring an export in, look at it first, undo it; `weilu import list`, `weilu import undo BATCH`."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer
from django.utils.translation import gettext as _

from weilu.core.errors import WeiluError

if TYPE_CHECKING:
    from weilu.connectors.imports.models import Batch

LIST, UNDO = "list", "undo"

Json = Annotated[bool, typer.Option("--json", help="Print one line of JSON, nothing else.")]
Format = Annotated[
    str,
    typer.Argument(
        metavar="FORMAT",
        help="telegram, discord, slack, zulip, qq, whatsapp, stackexchange, csv or jsonl. "
        "`list` lists imports; `undo` followed by a batch number undoes one.",
    ),
]
Source = Annotated[
    str, typer.Argument(metavar="PATH", help="A file, a folder or a zip; with `undo`, the batch number.")
]


def register(app: typer.Typer) -> None:
    app.command("import", help="Bring the history of a community in from an export.")(import_)


def import_(
    format_name: Format,
    source: Source = "",
    community: Annotated[
        str, typer.Option(help="Name of the community, where the export does not tell.")
    ] = "",
    timezone: Annotated[str, typer.Option(help="Zone of times that name none.")] = "UTC",
    one_community: Annotated[
        bool, typer.Option("--one-community", help="Keep a Discord or Slack whole.")
    ] = False,
    no_bridge: Annotated[
        bool, typer.Option("--no-bridge", help="Leave bridged messages with the bot.")
    ] = False,
    mapping: Annotated[
        list[str] | None, typer.Option("--map", metavar="FIELD=COLUMN", help="Which column is what.")
    ] = None,
    dates: Annotated[str, typer.Option(help="Order of day and month: auto, dmy or mdy.")] = "auto",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask, import.")] = False,
    as_json: Json = False,
) -> None:
    _make_tables()
    if format_name == LIST:
        _list(as_json)
    elif format_name == UNDO:
        _undo(source, as_json)
    else:
        options = _options(community, timezone, one_community, not no_bridge, mapping or [], dates)
        _bring_in(format_name, source, options, yes=yes, as_json=as_json)


def _make_tables() -> None:
    """An import may be the first thing done in a new home."""
    from django.core.management import call_command
    from django.db import connection, connections

    if "imports_batch" not in connection.introspection.table_names():
        for alias in connections:
            call_command("migrate", database=alias, verbosity=0, interactive=False)


def _bring_in(format_name: str, source: str, options: dict[str, Any], *, yes: bool, as_json: bool) -> None:
    from weilu.connectors.imports import actions, queries
    from weilu.connectors.imports.models import State
    from weilu.core.operators.access import Viewer

    if not source:
        raise WeiluError(_("Say which file, folder or zip to import: weilu import FORMAT PATH."))
    viewer = Viewer.everything()
    batch = actions.open_path(Path(source), format_name, options, viewer)
    if yes:
        _wake_warehouse()
    elif batch.state == State.READING:
        with _bar(as_json) as progress:
            actions.read(batch, progress)
    if not yes and not _agreed(batch, as_json):
        return
    with _helper(wanted=batch.size > actions.KEPT_BACK), _bar(as_json) as progress:
        if batch.state not in (State.READING, State.CONFIRMED, State.RUNNING):
            actions.confirm(batch, viewer)
        actions.run(batch, progress, viewer=viewer)
    _print(queries.summary(batch), as_json)


def _wake_warehouse() -> None:
    """Starts it, where it sleeps, while the file is read; if it is down, that is told when it is needed."""
    from weilu.core.warehouse import client

    def knock() -> None:
        with suppress(WeiluError):
            client.query("SELECT 1")

    threading.Thread(target=knock, daemon=True).start()


@contextmanager
def _helper(*, wanted: bool) -> Iterator[None]:
    """A worker beside us for a large export, so that events are ordered and loaded while the rest is still being read."""
    from weilu.core.jobs.locks import only_one
    from weilu.core.jobs.pump import LOG

    with only_one(LOG) as free:
        alone = free
    if not wanted or not alone:
        yield
        return
    command = [sys.executable, "-m", "weilu.app", "worker", "--no-jobs", "--no-conclude"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as worker:
        try:
            yield
        finally:
            worker.terminate()


def _agreed(batch: Batch, as_json: bool) -> bool:
    """Shows what would happen; asks where somebody can answer, else says how to go on."""
    if as_json:
        _print({"batch": batch.pk, "preview": batch.survey}, as_json)
        return False
    for line in _preview(batch):
        typer.echo(line)
    if sys.stdin.isatty():
        return typer.confirm(_("Import it now?"))
    typer.echo(_("Nothing has been written. Run the same command with --yes to import."))
    return False


def _preview(batch: Batch) -> Iterator[str]:
    from weilu.connectors.imports import queries

    found = batch.survey
    if not found:
        return  # it was begun without a look, and interrupted
    yield _("%(name)s: %(dialects)s, %(files)d files, %(rows)d rows") % {
        "name": batch.name, "dialects": ", ".join(found["dialects"]), "files": found["files"], "rows": found["rows"],
    }  # fmt: skip
    yield _("from %(first)s to %(last)s") % {
        "first": queries.moment(found["first_ms"]), "last": queries.moment(found["last_ms"]),
    }  # fmt: skip
    yield _("%(events)d events, %(duplicates)d of them known; %(members)d members, %(communities)d communities; %(rejected)d rows rejected") % {
        "events": found["events"], "duplicates": found["duplicates"], "members": queries.members_of(batch),
        "communities": found["community_count"], "rejected": found["rejected"],
    }  # fmt: skip
    for account, bridge in found["bridges"].items():
        yield _("bridge %(account)s: %(count)d messages of %(people)d people behind it") % {
            "account": account, "count": bridge["bridged"], "people": bridge["people"],
        }  # fmt: skip
    for field, column in found["mapping"].items():
        yield f"  {field} = {column}"
    for reason in found["reasons"]:
        yield f"  {reason['count']} × {reason['reason']}"
    if found["rejected"]:
        yield _("rejected rows: %(path)s") % {"path": batch.rejected_file}
    yield from found["notes"]


def _undo(number: str, as_json: bool) -> None:
    from weilu.connectors.imports import actions, queries
    from weilu.core.operators.access import Viewer

    if not number.isdecimal():
        raise WeiluError(
            _(
                "Say which import to undo, by its number: weilu import undo 12. The numbers: weilu import list."
            )
        )
    viewer = Viewer.everything()
    batch = actions.undo(queries.access_batch(viewer, int(number)), viewer)
    _print({"batch": batch.pk, "state": batch.state, "events": batch.events}, as_json)


def _list(as_json: bool) -> None:
    from weilu.connectors.imports import queries
    from weilu.core.operators.access import Viewer

    rows = [
        {"state": batch.state, "format": batch.format, "name": batch.name, **queries.summary(batch)}
        for batch in queries.batches(Viewer.everything())
    ]
    if as_json:
        _print(rows, as_json)
        return
    for row in rows:
        typer.echo(
            f"{row['batch']:>5}  {row['state']:<10} {row['format']:<14} {row['events']:>9}  {row['name']}"
        )


def _options(
    community: str, timezone: str, one_community: bool, bridge: bool, mapping: list[str], dates: str
) -> dict[str, Any]:
    from weilu.connectors.imports.forms import ORDERS, checked_timezone, parsed_mapping

    if dates not in ORDERS:
        raise WeiluError(_("--dates is auto, dmy or mdy."))
    return {
        "community": community,
        "timezone": checked_timezone(timezone),
        "one_community": one_community,
        "bridge": bridge,
        "mapping": parsed_mapping(mapping),
        "day_first": ORDERS[dates],
    }


@contextmanager
def _bar(as_json: bool) -> Iterator[Callable[[str, int, int], None] | None]:
    """A progress bar for people who watch; nothing for programs."""
    if as_json or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    words = {"read": _("Reading"), "write": _("Bringing in"), "show": _("Ordering")}
    with Progress(console=Console(stderr=True), transient=True) as bar:
        tasks = {phase: bar.add_task(word, total=None, visible=False) for phase, word in words.items()}

        def report(phase: str, done: int, total: int) -> None:
            bar.update(tasks[phase], completed=done, total=total, visible=True)

        yield report


def _print(value: Any, as_json: bool) -> None:
    if as_json or not isinstance(value, dict):
        sys.stdout.write(orjson.dumps(value).decode() + "\n")
        return
    for name, part in value.items():
        typer.echo(f"{name:<12} {part}")
