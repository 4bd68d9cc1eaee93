"""Which numbered calls stand in the log, and how often? Waits until the house has caught up; prints JSON."""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

CHUNK = 10_000
PATIENCE_SECONDS = 60.0
NUMBER = re.compile(r'"n\\*": *(\d+)')
GUEST = re.compile(r"-guest-(\d+)$")
IMPLIED = "user.linked"
"""Written once for each pair of ids that came together in some event: nobody's call."""


def main(source: str) -> None:
    """`source` is the code that `weilu source add` printed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weilu.app.settings")
    import django

    django.setup()
    from weilu.core.events import queries
    from weilu.core.jobs import pump

    assert pump.catch_up(PATIENCE_SECONDS), "the house did not catch up"
    found: Counter[int] = Counter()
    strange: list[str] = []
    position = 0
    while rows := queries.read(position, CHUNK):
        position = rows[-1].position
        told = [row for row in rows if row.source == source and row.kind != IMPLIED]
        for row, number in zip(told, _numbers(told), strict=True):
            found.update([number] if number is not None else [])
            strange += [row.kind] if number is None else []
    sys.stdout.write(json.dumps({"found": found, "strange": Counter(strange)}) + "\n")


def _numbers(rows: Sequence[Any]) -> list[int | None]:
    """Each row's number: among its properties, in what it keeps aside about a person, or in the name of an account."""
    from weilu.core.directory.models import Identity
    from weilu.core.events.models import Private

    aside = dict(
        Private.objects.filter(position__in=[row.position for row in rows]).values_list("position", "data")
    )
    ids = {one for row in rows for one in (row.identity, row.target)}
    guests = {
        identity: int(match[1])
        for identity, outside in Identity.objects.filter(id__in=ids).values_list("id", "outside")
        if (match := GUEST.search(outside))
    }
    return [_number(row, aside.get(row.position, ""), guests) for row in rows]


def _number(row: Any, aside: str, guests: dict[int, int]) -> int | None:
    if (number := row.data.get("n")) is not None:
        return int(number)
    if match := NUMBER.search(aside):
        return int(match[1])
    return guests.get(row.target) or guests.get(row.identity)


if __name__ == "__main__":
    main(sys.argv[1])
