"""`weilu backup | restore`: keep the installation safe, and bring it back."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import orjson
import typer
from django.utils.translation import gettext as _

Json = Annotated[bool, typer.Option("--json", help="print JSON")]


def register(app: typer.Typer) -> None:
    app.command()(backup)
    app.command()(restore)
    app.command(hidden=True)(settle)


def backup(
    folder: Annotated[Path, typer.Argument(help="where to write it; must not be there yet")],
    json: Json = False,
) -> None:
    """Write a backup while everything runs: databases, sealed log, uploads, key. The warehouse follows from the log."""
    from weilu.app.backup.restoring import refuse_cut_off
    from weilu.app.backup.taking import take

    refuse_cut_off()
    begun = time.monotonic()
    made = take(folder.expanduser().resolve())
    told = {"folder": str(folder), "position": made.head, "files": len(made.files), "bytes": made.bytes}
    if json:
        typer.echo(orjson.dumps({**told, "seconds": round(time.monotonic() - begun, 1)}).decode())
        return
    size = f"{made.bytes / 1e6:,.1f}"
    typer.echo(_("Backup of %(position)s positions: %(files)s files, %(size)s MB.") % {**told, "size": size})
    typer.echo(
        _("It holds the installation's key and all personal data: keep it where only you can read it.")
    )


def restore(
    folder: Annotated[Path, typer.Argument(help="the backup")],
    replace: Annotated[bool, typer.Option(help="move what stands here aside")] = False,
    json: Json = False,
) -> None:
    """Bring a backup back into WEILU_HOME. Whoever was erased since is erased again, by the home's erasures.jsonl."""
    from weilu.app.backup.restoring import put_back

    put_back(folder.expanduser().resolve(), replace=replace)
    # A process of its own: key and settings of this one are those of the home as it was.
    command = [sys.executable, "-m", "weilu.app", "settle", *(["--json"] if json else [])]
    raise typer.Exit(subprocess.run(command, env=os.environ).returncode)


def settle(json: Json = False) -> None:
    """The end of a restore; `weilu restore` calls it."""
    from weilu.app.backup.restoring import settle as finish

    done = finish()
    if json:
        told = {"position": done.head, "erased": done.erased, "aside": done.aside}
        typer.echo(orjson.dumps(told).decode())
        return
    typer.echo(_("Restored up to position %(head)s.") % {"head": f"{done.head:,}"})
    if done.erased:
        typer.echo(
            _("%(number)s accounts had been erased since and are erased again.") % {"number": done.erased}
        )
    if done.aside:
        typer.echo(
            _("What stood here before is in %(folder)s; delete it when all is well.") % {"folder": done.aside}
        )
