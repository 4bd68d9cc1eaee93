"""How is a preview made, and made anew?"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from weilu.connectors.imports import queries, survey
from weilu.connectors.imports.actions.moves import Progress, Teller, alone, move, not_now
from weilu.connectors.imports.models import Batch, State
from weilu.connectors.imports.readers import choose
from weilu.connectors.imports.sources import parts_of
from weilu.core import clock
from weilu.core.collecting import seldom
from weilu.core.errors import WeiluError


def read(batch: Batch, progress: Progress | None = None) -> Batch:
    """Read the whole export without writing: READING → PREVIEWED, or FAILED with the sentence that is raised."""
    with alone(batch):
        return _read(batch, progress)


def change(batch: Batch, options: dict[str, Any]) -> Batch:
    """The operator wants it read otherwise; the preview is made anew by `read`."""
    return move(batch, State.READING, options={**batch.options, **options}, read=0)


def switch_bridge(batch: Batch, follow: bool) -> Batch:
    """Changes whose messages they are, not which events there are; the preview stands."""
    if batch.state != State.PREVIEWED:
        raise not_now(batch)
    batch.options = {**batch.options, "bridge": follow}
    batch.save(update_fields=["options"])
    return batch


def _read(batch: Batch, progress: Progress | None) -> Batch:
    options, tell = queries.options_of(batch), Teller(batch, "read", progress)
    found, began = survey.Found(), time.monotonic()
    try:
        with parts_of(Path(batch.path)) as parts, seldom():
            chosen = choose(batch.format, parts, batch.name)
            survey.read_through(chosen, options, batch.rejected_file, tell, found)
    except WeiluError as error:
        # The columns are kept, so that another mapping can be tried.
        move(batch, State.FAILED, error=str(error), survey=found.as_dict(), finished_at=clock.now())
        raise
    return move(
        batch, State.PREVIEWED,
        survey=found.as_dict(),
        rejected=found.rejected,
        rows=found.rows,
        seconds=time.monotonic() - began,
        error="",
    )  # fmt: skip
