"""The examiner of the workers' proof: what each handler was given, against what is in the log. Prints JSON."""

from __future__ import annotations

import json
from collections import Counter

from proofs import worker

CHUNK = 10_000


def main() -> None:
    worker.set_up()
    from weilu.core.events import handlers, queries
    from weilu.core.jobs import pump

    assert pump.catch_up(120), "the house did not catch up in 120 s"
    rows = []
    while some := queries.read(rows[-1].position if rows else 0, CHUNK):
        rows += some
    every = [row.position for row in rows]
    poison = [position for position in every if position % worker.POISON == 0]
    parked = sorted(found.position for found in handlers.parked())
    wanted = {
        "everything": every,
        "effects": [row.position for row in rows if row.live],
        "stubborn": sorted(set(every) - set(poison)),
    }
    print(
        json.dumps(
            {
                "events": len(every),
                "live": len(wanted["effects"]),
                "parked": len(parked),
                "parked_as_they_should": parked == poison,
                "missing": {name: len(set(wanted[name]) - set(had(name))) for name in wanted},
                "doubled": {name: sum(n - 1 for n in Counter(had(name)).values()) for name in wanted},
                "too_many": {name: len(set(had(name)) - set(wanted[name])) for name in wanted},
            }
        )
    )


def had(name: str) -> list[int]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT position FROM proof_handled WHERE handler = %s", [name])
        return [position for (position,) in cursor.fetchall()]


if __name__ == "__main__":
    main()
