"""Inside a house: a source for each of the snippets that its page shows, and what has come from it. Prints JSON.

`add URL` makes the sources and prints the snippets; `orders` waits for the log and prints the values of orders by source.
"""

from __future__ import annotations

import json
import os
import sys

PATIENCE_SECONDS = 60.0
CHUNK = 10_000


def main(what: str, *given: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weilu.app.settings")
    import django

    django.setup()
    told = add(*given) if what == "add" else orders()
    sys.stdout.write(json.dumps(told) + "\n")


def add(url: str) -> list[dict[str, str]]:
    from weilu.connectors.tracking import actions, snippets
    from weilu.core.operators.access import Viewer

    made = []
    for place, shown in enumerate(snippets.snippets(url, "")):
        source = actions.add(Viewer.everything(), shown.slug)
        code = snippets.snippets(url, source.key)[place].code
        made.append({"slug": shown.slug, "source": source.code, "code": code})
    return made


def orders() -> dict[str, list[int | None]]:
    from weilu.core.events import queries
    from weilu.core.jobs import pump

    assert pump.catch_up(PATIENCE_SECONDS), "the house did not catch up"
    found: dict[str, list[int | None]] = {}
    position = 0
    while rows := queries.read(position, CHUNK):
        position = rows[-1].position
        for row in rows:
            if row.kind == "order.paid":
                found.setdefault(row.source, []).append(row.value)
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
