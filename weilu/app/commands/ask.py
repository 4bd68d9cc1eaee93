"""`weilu ask '<question as JSON>'`: a table for eyes, or with `--json` the answer as the API gives it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from weilu.core.warehouse.questions import Answer


def register(app: typer.Typer) -> None:
    app.command("ask")(ask)


def ask(
    question: Annotated[str, typer.Argument(help="The question as JSON; - reads it from standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> None:
    """Ask the warehouse: trend, funnel, retention, top list, attribution and more, and the people or events behind a number."""
    from weilu.core.operators.access import Viewer
    from weilu.core.warehouse import questions

    answer = questions.ask(_read(question), Viewer.everything())
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(answer.as_json()) + b"\n")
    else:
        _print(answer)


def _read(text: str) -> dict[str, Any]:
    from weilu.core.warehouse.question import Refused

    try:
        data: dict[str, Any] = orjson.loads(sys.stdin.read() if text == "-" else text)
    except orjson.JSONDecodeError as error:
        raise Refused(_("This is not JSON (line %(line)s, column %(column)s). Put the question in single quotes.")
                      % {"line": error.lineno, "column": error.colno})  # fmt: skip
    return data


def _print(answer: Answer) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(caption=f"{answer.unit} · {answer.timezone}")
    numbers = {
        n
        for n, _name in enumerate(answer.columns)
        if any(isinstance(row[n], int | float) for row in answer.rows)
    }
    for n, name in enumerate(answer.columns):
        table.add_column(name, justify="right" if n in numbers else "left")
    for row in answer.rows:
        table.add_row(*map(_cell, row))
    console = Console()
    console.print(table)
    if answer.behind:
        console.print(_("Not up to date: %(behind)s events are still on their way into the warehouse.")
                      % {"behind": answer.behind})  # fmt: skip


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:,.2f}" if isinstance(value, float) else str(value)
