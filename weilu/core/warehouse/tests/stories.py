"""Stories of two homes and one PostgreSQL database, told in processes of their own by `tests.elsewhere`."""

from __future__ import annotations

from typing import Any

from tests.fixtures.log import say
from weilu.core import clock


def figures(number: str) -> dict[str, Any]:
    """Somebody says something; what do questions, loader and doctor tell of it?"""
    from weilu.core.events import actions, sequencer
    from weilu.core.warehouse import client
    from weilu.core.warehouse.models import Store

    actions.append([say("Cai", clock.now_ms(), number=number)], batch=0, live=True)
    sequencer.drain()
    try:
        return {
            "loaded": _said(_load),
            "asked": _said(_count),
            "doctor": _doctor(),
            "rows": Store.objects.count(),
        }
    finally:
        client.stop()


def take_over(number: str) -> dict[str, Any]:
    """An operator says that this home is the one."""
    from weilu.app.commands.store import rebuild

    rebuild(json=True)
    return figures(number)


def _load() -> int:
    from weilu.core.warehouse import loader

    while loader.run_once():
        pass
    return loader.loaded()


def _count() -> int:
    from weilu.core.warehouse import client

    return int(client.query("SELECT count() AS n FROM weilu.events").column("n")[0].as_py())


def _said(ask: Any) -> Any:
    from weilu.core.errors import Unavailable

    try:
        return ask()
    except Unavailable as problem:
        return problem.code


def _doctor() -> str:
    from weilu.app import doctor

    (found,) = [one for one in doctor.examine() if one.check == "warehouse"]
    return f"{found.level}: {found.says} {found.cure}"
