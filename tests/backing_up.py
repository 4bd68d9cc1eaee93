"""Stories of backup and restore, each told in a process of its own by `tests.elsewhere`."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connections

from tests.fixtures.log import say
from weilu.core import clock

MARKER = "zaubernuss-backup"
OLD = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def fill() -> int:
    """Sealed, live, and not in the log yet: recorded in a transaction, and appended. Returns how many events there are."""
    from django.conf import settings

    from weilu.connectors.tracking import actions as sources
    from weilu.core.events import actions, queries, sealing, sequencer
    from weilu.core.operators.access import Viewer

    with clock.frozen(OLD):
        actions.append(
            [say(f"Old {one % 7}", clock.now_ms() + one, f"said {one}") for one in range(60)], batch=1
        )
        sequencer.drain()
    with clock.frozen(OLD + dt.timedelta(days=60)):
        sealing.seal(clock.now(), loaded=queries.head())
        actions.append(
            [say(MARKER, clock.now_ms() + one, f"{MARKER} {one}") for one in range(20)], batch=0, live=True
        )
        sequencer.drain()
        actions.append([say("Cai", clock.now_ms() + one, "waits") for one in range(15)], batch=0, live=True)
        actions.record(say("Bea", clock.now_ms(), "waits too"))
    sources.add(Viewer.everything(), "Shop", ["https://shop.example.com"])
    upload = Path(settings.HOME) / "files" / "imports" / "1" / "export.json"
    upload.parent.mkdir(parents=True)
    upload.write_text("{}")
    return 60 + 20 + 15 + 1


def tell() -> dict[str, Any]:
    """Everything into the log; then what it holds, as something to compare."""
    from django.conf import settings

    from weilu.connectors.tracking.models import Source
    from weilu.core.directory.models import Identity
    from weilu.core.events import queries, sequencer
    from weilu.core.events.events import LOG_RETRACTED
    from weilu.core.events.tests.whole import state
    from weilu.core.operators import audit

    sequencer.drain()
    rows = queries.read(0, 10_000)
    positions = [row.position for row in rows]
    return {
        "state": hashlib.sha256(repr(state()).encode()).hexdigest(),
        "events": sum(row.kind != LOG_RETRACTED for row in rows),
        "gapless": positions == list(range(1, len(positions) + 1)),
        "marked": list(Identity.objects.filter(name=MARKER).values_list("name", flat=True)),
        "sources": repr(list(Source.objects.values_list())),
        "trail": [finding.problem for finding in audit.verify()],
        "upload": (Path(settings.HOME) / "files" / "imports" / "1" / "export.json").exists(),
    }


def go_on() -> dict[str, Any]:
    """Somebody new says something. Besides what `tell` tells: `fresh`, whether the new account has a number of its own."""
    from weilu.core.directory.models import Identity
    from weilu.core.events import actions

    last = max(Identity.objects.values_list("pk", flat=True))
    actions.append([say("Somebody new", clock.now_ms(), "hello")], batch=0, live=True)
    told = tell()
    return told | {"fresh": Identity.objects.get(name="Somebody new").pk > last}


def erase() -> int:
    """Whoever is called by the marker is erased."""
    from weilu.core.directory.models import Identity
    from weilu.core.events import actions, sequencer

    sequencer.drain()
    identity = Identity.objects.get(name=MARKER).pk
    actions.erase_identity(identity)
    return identity


def die_and_go_on(room: str, folder: str, *steps: str) -> list[bool]:
    """Take a backup into `folder` (room `taking`) or bring it back (room `restoring`), killed at one step after the other, each
    `name before` or `name after`; then once whole. Returns whether the home refused to start after each death."""
    from weilu.app.backup import restoring, taking

    refused = []
    for step in steps:
        connections.close_all()
        child = os.fork()
        if not child:
            name, moment = step.split()
            module = restoring if room == "restoring" else taking
            setattr(module, name, _dying(getattr(module, name), moment))
            restoring.put_back(Path(folder), replace=True) if room == "restoring" else taking.take(
                Path(folder)
            )
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9, step
        refused.append(restoring.cut_off())
        assert room == "restoring" or not Path(folder).exists(), step
    restoring.put_back(Path(folder), replace=True) if room == "restoring" else taking.take(Path(folder))
    return refused


def _dying(real: Callable[..., Any], moment: str) -> Callable[..., None]:
    def step(*args: Any, **rest: Any) -> None:
        if moment == "after":
            real(*args, **rest)
        os._exit(9)

    return step
