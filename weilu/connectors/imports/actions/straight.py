"""How does an export come in that nobody wants to look at first? Read once: counted and written in one pass.

Whose a bridge's messages are is known at the end only. So everything is kept back from the first line on that looks bridged;
a small export is kept back as a whole, a large one goes through meanwhile. Where the file turns out to be broken, what went
through is taken back as an undo does.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from weilu.connectors.imports import queries, survey
from weilu.connectors.imports.actions.moves import Progress, Teller, move
from weilu.connectors.imports.bridges import attribution
from weilu.connectors.imports.models import Batch, State
from weilu.connectors.imports.readers import choose
from weilu.connectors.imports.sources import parts_of
from weilu.core import clock
from weilu.core.collecting import seldom
from weilu.core.errors import WeiluError
from weilu.core.events import actions as log
from weilu.core.events.actions import FRAME
from weilu.core.events.incoming import Actor
from weilu.core.events.staging import Stage

KEPT_BACK = 32 * 2**20
"""Bytes. Below, ordering beside reading would gain less than starting a helper costs."""


def bring_straight(batch: Batch, progress: Progress | None) -> Batch:
    """READING (or an interrupted RUNNING) → RUNNING with everything on its way into the log, and a survey; or FAILED with
    nothing of it left, and the error raised."""
    now, resumed = clock.now(), batch.started_at is not None
    move(
        batch, State.RUNNING, started_at=batch.started_at or now, touched_at=now, read=0, survey={}, error=""
    )
    found = survey.Found()
    passed = [resumed]
    try:
        _pass(batch, Teller(batch, "write", progress), found, passed)
    except Exception as error:
        _take_back(batch, found, error, written=any(passed))
        raise
    fields = {"survey": found.as_dict(), "rejected": found.rejected, "rows": found.rows}
    return move(batch, State.RUNNING, **fields)


def _take_back(batch: Batch, found: survey.Found, error: Exception, *, written: bool) -> None:
    """The move first: where it is refused, the import is another's, and so is what stands in the log. That nothing was begun
    is said last: one that dies before can still be undone."""
    begun = batch.started_at if written else None
    survey_ = found.as_dict()
    move(
        batch, State.FAILED, error=sentence(error), survey=survey_, started_at=begun, finished_at=clock.now()
    )
    if written:
        log.retract_batch(batch.pk)
        Batch.objects.filter(pk=batch.pk, state=State.FAILED).update(started_at=None)
        batch.started_at = None


def sentence(error: Exception) -> str:
    """What the operator is told."""
    return (
        str(error)
        if isinstance(error, WeiluError)
        else _("Something of ours broke; the log has the details.")
    )


def _pass(batch: Batch, tell: Teller, found: survey.Found, passed: list[bool]) -> None:
    """`passed` grows by True once anything went through."""
    follow = queries.follows_bridges(batch)
    with (
        parts_of(Path(batch.path)) as parts,
        Stage(batch.pk, batch.folder, hold=batch.size <= KEPT_BACK) as stage,
        seldom(),
    ):
        chosen = choose(batch.format, parts, batch.name)
        surveyor = survey.Surveyor(queries.options_of(batch), tell, found)
        events = surveyor.events(chosen, batch.rejected_file)
        while some := list(islice(events, FRAME)):
            stage.hold = stage.hold or (follow and surveyor.bridged)
            stage.take(some)
            passed[0] = passed[0] or stage.passed
        early = stage.passed
        passed.append(True)
        _publish(stage, found if follow else survey.Found(), early=early)
    tell(batch.size)


def _publish(stage: Stage, found: survey.Found, *, early: bool) -> None:
    """Bridged messages are handed to the people behind. A bridge that had spoken before the first of them is a bot there too."""
    accounts = {account: _platform_and_id(account) for account in found.bridges}
    stage.publish(attribution(accounts) if accounts else None)
    if early:
        spoke = (account for account, seen in found.bridges.items() if seen["total"] > seen["bridged"])
        stage.sight([Actor(*accounts[account], bot=True) for account in spoke])


def _platform_and_id(account: str) -> tuple[str, str]:
    platform, _slash, outside = account.partition("/")
    return platform, outside
