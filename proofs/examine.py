"""The examiner of the kill proof: what is in the log and in the warehouse, against what was acknowledged. Prints JSON."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

from proofs import sender

CHUNK = 10_000


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weilu.app.settings")
    import django

    django.setup()
    from django.conf import settings

    from weilu.core.events import queries
    from weilu.core.jobs import pump
    from weilu.core.warehouse import client

    caught_up = pump.catch_up(120)
    assert caught_up, "the house did not catch up in 120 s"
    values: Counter[int] = Counter()
    positions: list[int] = []
    while rows := queries.read(positions[-1] if positions else 0, CHUNK):
        positions += [row.position for row in rows]
        values.update(number for row in rows if (number := _number(row)) is not None)
    wanted = {
        int(path.suffix[1:]) * 1_000_000 + number
        for path in Path(settings.HOME).glob("acknowledged.*")
        for number in range(max([int(line) for line in path.read_text().split()], default=0))
    }
    held = client.query(
        "SELECT count() AS rows, uniqExact(position) AS positions, sum(position) AS total FROM weilu.events"
    ).to_pylist()[0]
    same = held["rows"] == held["positions"] == len(positions) and held["total"] == sum(positions)
    found = {
        "acknowledged": len(wanted),
        "answered": sum(number >= sender.RUN * 1_000_000 for number in wanted),
        "missing": len(wanted - set(values)),
        "doubled": sum(count - 1 for count in values.values()),
        "gaps": (positions[-1] if positions else 0) - len(positions),
        "log": len(positions),
        "warehouse": len(positions) if same else -held["rows"],
    }
    print(json.dumps(found))


def _number(row: Any) -> int | None:
    """The number that a writer or the SDK gave the event; None for what the house says itself."""
    if row.source == "proof":
        return int(row.value)
    return row.data.get("number") if row.source.startswith("sdk:") else None


if __name__ == "__main__":
    main()
