"""Who waits for SQLite's one write lock gets it next, however soon its holder wants it again."""

from __future__ import annotations

from pathlib import Path

from tests import elsewhere
from weilu.core.sqlite.tests import stories


def test_an_operators_write_waits_for_one_transaction_of_a_busy_worker_not_for_many(tmp_path: Path) -> None:
    waits = elsewhere.run("weilu.core.sqlite.tests.stories:waits", tmp_path)
    assert sorted(waits)[len(waits) // 2] < 3 * stories.HELD_SECONDS
    assert max(waits) < 1.0


def test_the_turn_is_given_back_however_a_transaction_ends(tmp_path: Path) -> None:
    assert elsewhere.run("weilu.core.sqlite.tests.stories:endings", tmp_path) == {
        "inside": False,
        "committed": True,
        "failed": True,
        "a wrong statement": True,
        "closed": True,
    }
