"""Stories that need real database files or a database of their own; told by `tests.elsewhere`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from tests.fixtures.log import say
from weilu.core import clock

MARKER = "zaubernuss-7f3a"
"""Found nowhere else; as name, outside id, text and private field of one member."""
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def interleave_again() -> dict[str, Any]:
    """On a restored database: one transaction opened first commits after another has been sequenced."""
    import psycopg
    from django.conf import settings
    from django.db import connection

    from weilu.core.events import frames, handlers, queries, sequencer
    from weilu.core.events.handlers import Handler

    handled: list[int] = []
    moved = Handler("moved", lambda rows: handled.extend(row.happened for row in rows))

    given = settings.DATABASES["default"]
    address = {"host": given["HOST"], "port": given["PORT"], "user": given["USER"], "dbname": given["NAME"]}
    session = {name: value for name, value in address.items() if value}

    def put(other: Any, happened: int) -> None:
        frame = frames.encode([say("Cai", happened)], frames.Header(0, True, clock.now_ms()))
        other.execute("INSERT INTO events_intake (events, payload) VALUES (1, %s)", [frame])

    with psycopg.connect(**session) as early, psycopg.connect(**session) as late:
        put(early, 4)
        put(late, 5)
        late.commit()
        sequencer.drain()
        handlers.run_once([moved])
        early.commit()
        sequencer.drain()
        handlers.run_once([moved])
    rows = queries.read(0, 100)
    with connection.cursor() as cursor:
        cursor.execute("SELECT txid_current()")
        (transactions,) = cursor.fetchone()
    return {
        "happened": [row.happened for row in rows],
        "positions": [row.position for row in rows],
        "handled": handled,
        "transactions": transactions,
    }


def undo(seed: str, pairs: str) -> dict[str, int]:
    """Random histories with and without one batch: does its undo give what would have been without it?"""
    import random

    from weilu.core.events import actions
    from weilu.core.events.tests.histories import Segment, enter
    from weilu.core.events.tests.whole import clean_slate, state

    chance = random.Random(int(seed))
    equal, moved = 0, 0
    for _ in range(int(pairs)):
        segments: list[Segment] = [
            (chance.choice([0, 1, 2, 3]), chance.choices(range(40), k=chance.randrange(1, 30)), chance.choice(["A", "B", ""]))
            for _ in range(chance.randrange(2, 10))
        ]  # fmt: skip
        each, undone = chance.random() < 0.5, chance.choice([1, 2, 3])
        with clean_slate():
            enter([segment for segment in segments if segment[0] != undone], each=each)
            without = state()
        with clean_slate():
            enter(segments, each=each)
            moved += actions.retract_batch(undone)
            equal += state() == without
    return {"equal": equal, "moved": moved}


def leave(way: str) -> dict[str, Any]:
    """A marked member lives in live traffic, an import and a sealed file, and leaves by `way`; where are the bytes?"""
    from django.conf import settings
    from django.db import transaction

    from weilu.core.directory.models import Identity
    from weilu.core.events import actions, purge, queries, sealing, sequencer
    from weilu.core.events.incoming import Actor

    marked = Actor("chat", f"@{MARKER}", f"Name {MARKER}")
    for day in range(40):
        with clock.frozen(START + day * DAY):
            moment = clock.now_ms()
            noise = [say(f"Somebody {day} {one}", moment + one, f"words {one} " * 20) for one in range(40)]
            said = [
                say(marked, moment + 100 + one, f"text {MARKER} {one}", private={"phone": MARKER},
                    properties={"seen": MARKER}, source="chat")
                for one in range(25)
            ]  # fmt: skip
            actions.append([*noise[:20], *(said if way != "live" else []), *noise[20:]], batch=1 + day % 2)
            with transaction.atomic():
                for event in said if way == "live" else []:
                    actions.record(event)
            sequencer.drain()
    with clock.frozen(START + 60 * DAY):
        sealing.seal(clock.now(), loaded=queries.head())
    before = len(found(settings.HOME))
    identity = Identity.objects.get(outside=marked.outside).pk
    with clock.frozen(START + 61 * DAY):
        if way == "batch":
            actions.retract_batch(1)
            actions.retract_batch(2)
        else:
            actions.retract_identity(identity)
        readable = [row.position for row in queries.read(0, 10_000) if row.identity == identity]
    with clock.frozen(START + 62 * DAY):
        purged = purge.purge(clock.now())
        again = purge.purge(clock.now())
    return {
        "before": before,
        "readable": len(readable),
        "purged": purged,
        "again": again,
        "after": found(settings.HOME),
        "rows": len(queries.read(0, 10_000)),
    }


def found(home: Path) -> list[str]:
    """Files under the home folder that hold the marker; Parquet pages are compressed, so those are read."""
    import pyarrow.parquet as pq

    holding = []
    for path in sorted(path for path in home.rglob("*") if path.is_file()):
        data = path.read_bytes()
        if path.suffix == ".parquet":
            data += str(pq.read_table(path).to_pydict()).encode()
        if MARKER.encode() in data:
            holding.append(path.name)
    return holding
