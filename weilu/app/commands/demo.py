"""`weilu demo`: the sample brand 青山茶, a tea brand's year in eight communities, as one import that undo removes."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import orjson
import typer
from django.utils.translation import gettext as _


def register(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    seed: Annotated[int, typer.Option(help="equal seeds play equal years")] = 7,
    months: Annotated[int, typer.Option(envvar="WEILU_DEMO_MONTHS", help="how long it runs")] = 12,
    members: Annotated[int, typer.Option(envvar="WEILU_DEMO_MEMBERS", help="accounts of people")] = 3_000,
    events: Annotated[int, typer.Option(envvar="WEILU_DEMO_EVENTS", help="about how many events")] = 200_000,
    end: Annotated[
        str, typer.Option(help="last day, for example 2026-06-30; default: today, up to now")
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Play the sample brand into this installation. `weilu import undo BATCH` takes it out again."""
    from weilu.connectors.imports import queries
    from weilu.connectors.imports.simulator import actions
    from weilu.connectors.imports.simulator.brand import TIMEZONE, Options
    from weilu.core import clock
    from weilu.core.operators.access import Viewer

    last = _day(end) if end else clock.day_of(clock.now(), TIMEZONE)
    options = Options(end=last, seed=seed, months=months, members=members, events=events)
    with _bar(events, quiet=json) as tell:
        batch = actions.stage(options, Viewer.everything(), tell)
    summary = queries.summary(batch)
    if json:
        sys.stdout.write(orjson.dumps(summary).decode() + "\n")
        return
    sys.stdout.write(
        _(
            "Played %(events)s events of %(members)s members in %(communities)s communities as import %(batch)s, in %(seconds)s s."
        )
        % {
            name: f"{round(value):,}" if isinstance(value, int | float) else value
            for name, value in summary.items()
        }
        + "\n"
    )


def _day(text: str) -> dt.date:
    from weilu.connectors.imports.simulator.brand import BadPlay

    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise BadPlay(_("--end must be a day such as 2026-06-30.")) from None


@contextmanager
def _bar(total: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr; what is done after the last event (sequencing, loading) shows as a moving bar."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as progress:
        task = progress.add_task(_("Playing the sample brand"), total=total)

        def tell(played: int) -> None:
            progress.update(task, completed=min(played, total))

        yield tell
