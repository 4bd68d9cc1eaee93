"""Stories that need real files and more than one writer; told by `tests.elsewhere` on SQLite, in the suite on PostgreSQL."""

from __future__ import annotations

import threading
from typing import Any

from django.conf import settings
from django.db import connections

NEW = {"email": "eve@example.com", "name": "Eve", "roles": []}


def twins(count: str | int) -> dict[str, Any]:
    """So many threads send the same change with the same key at the same moment, five rounds long."""
    from tests.fixtures.api import Program
    from tests.fixtures.cast import operator
    from weilu.core.operators import rights
    from weilu.core.operators.access import viewer_of
    from weilu.core.operators.actions import tokens
    from weilu.core.operators.models import Operator

    settings.ALLOWED_HOSTS.append("testserver")
    ada = operator("ada@example.com", "Ada", "owner")
    token = tokens.create(viewer_of(ada), ada, "sheet", list(rights.RIGHTS), None).token
    answers: dict[int, list[tuple[int, bytes]]] = {}
    for turn in range(5):
        start = threading.Barrier(int(count))

        def send(start: threading.Barrier = start, turn: int = turn) -> None:
            start.wait()
            body = {**NEW, "email": f"eve{turn}@example.com"}
            told = Program(token).post("/operators", body, key=f"k-{turn}")
            answers.setdefault(turn, []).append((told.status_code, told.content))
            connections.close_all()

        threads = [threading.Thread(target=send) for _ in range(int(count))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return {
        "statuses": sorted({status for told in answers.values() for status, _ in told}),
        "different": max(len({content for _, content in told}) for told in answers.values()),
        "answers": sum(len(told) for told in answers.values()),
        "made": Operator.objects.filter(email__startswith="eve").count(),
    }
