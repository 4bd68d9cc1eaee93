"""Django's SQLite, with writers that queue up. SQLite lets who waits for its one write lock look again up to a tenth of a second
later; beside a worker that takes the lock again at once, an operator's click found it free after seconds.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base

from weilu.core.locks import in_turn


class DatabaseWrapper(base.DatabaseWrapper):
    """A transaction holds the file's turn from its beginning to its end. A single statement outside of one does not queue."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._turn = ExitStack()

    def _start_transaction_under_autocommit(self) -> None:
        if not self.is_in_memory_db():
            name = Path(self.settings_dict["NAME"])
            # Whoever waits in vain is told by SQLite.
            self._turn.enter_context(in_turn(name, wait=self.settings_dict["OPTIONS"].get("timeout", 5.0)))
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # the stubs leave it out
        except BaseException:
            self._turn.close()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # the stubs leave it out
        self._turn.close()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]  # the stubs leave it out
        finally:
            self._turn.close()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]  # the stubs leave it out
        finally:
            self._turn.close()
