"""What may wait for an operator, as far as this house can tell? The providers of the page of today."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from weilu.communities import panels
from weilu.communities.queries import asking, window
from weilu.connectors.imports import queries as imports
from weilu.connectors.imports.models import Batch
from weilu.core.errors import Unavailable
from weilu.core.events import handlers
from weilu.core.events import queries as log
from weilu.core.needs import BAD, NOTE, Need
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, visible_communities
from weilu.core.warehouse import client, loader, questions

BEHIND = 1_000
"""So many positions may be on their way into the warehouse without a word about it."""
SHOWN = 3


def of_imports(viewer: Viewer) -> Iterator[Need]:
    """Imports that stopped or wait for a yes."""
    batches = imports.batches(viewer)
    for batch in batches.filter(state="failed").order_by("-pk")[:SHOWN]:
        yield Need(
            _("The import “%(name)s” stopped") % {"name": batch.name},
            reverse("imports:page", args=[batch.pk]),
            _("Look"),
            _what_became_of(batch),
            BAD,
        )
    for batch in batches.filter(state="previewed").order_by("-pk")[:SHOWN]:
        yield Need(
            _("The import “%(name)s” waits for your yes") % {"name": batch.name},
            reverse("imports:page", args=[batch.pk]),
            _("Check"),
            _("The preview is ready; nothing has come in yet."),
        )


def _what_became_of(batch: Batch) -> str:
    if batch.started_at is None:
        return _("Nothing came in. Its page says why it could not be read.")
    if not batch.path:
        return _("A part of it is in. Undo it; then it can be played again.")
    return _("What is in stays in; it can go on where it stopped, or be undone.")


def of_parked_events(viewer: Viewer) -> Iterator[Need]:
    """Events that failed five times."""
    if not viewer.can(rights.SETTINGS):
        return
    if count := len(handlers.parked()):
        yield Need(
            ngettext(
                "%(n)s event could not be worked through", "%(n)s events could not be worked through", count
            )
            % {"n": count},
            reverse("console:parked"),
            _("Look"),
            _("They failed five times and wait aside; everything else went on."),
            BAD,
        )


def of_the_warehouse(viewer: Viewer) -> Iterator[Need]:
    """A column store that is down or behind."""
    if not viewer.can(rights.SETTINGS):
        return
    try:
        client.ping()
    except Unavailable:
        yield Need(
            _("The warehouse does not answer"),
            reverse("console:home"),
            _("Try again"),
            _("Figures are missing until it is back; nothing is lost. On the server: weilu doctor"),
            BAD,
        )
        return
    behind = log.head() - loader.loaded()
    if behind > BEHIND:
        yield Need(
            _("%(n)s events are still on their way into the figures") % {"n": f"{behind:,}"},
            reverse("console:home"),
            _("Look again"),
            _("Figures are complete when they are in."),
            NOTE,
        )


def of_members_drifting_away(viewer: Viewer) -> Iterator[Need]:
    """Members who went from active to dormant in the last seven days."""
    if not visible_communities(viewer):
        return
    week = window.last_days(7)
    asked = asking.flow(week, None)
    rows = panels.remembered(viewer, ("drifting", repr(asked)), lambda: _rows(asked, viewer))
    moved = {(row[1], row[2]): row[3] for row in rows}
    if count := moved.get(("active", "dormant"), 0):
        yield Need(
            ngettext("%(n)s member fell silent this week", "%(n)s members fell silent this week", count)
            % {"n": count},
            asking.behind(asked, at=week.first.isoformat(), from_state="active", to_state="dormant"),
            _("Show who"),
            _("They took part before and have not for two weeks."),
        )


def of_unanswered_messages(viewer: Viewer) -> Iterator[Need]:
    """Messages of the last two days that open a talk and that nobody answered, where the platform tells."""
    if not visible_communities(viewer):
        return
    asked = asking.trend("unanswered", window.last_days(2), None)
    rows = panels.remembered(viewer, ("unanswered", repr(asked)), lambda: _rows(asked, viewer))
    if rows and (count := rows[0][-1]):
        yield Need(
            ngettext("%(n)s message has no answer yet", "%(n)s messages have no answer yet", count)
            % {"n": count},
            asking.behind(asked, at=rows[0][0]),
            _("Read"),
            _("In the last two days, on platforms that tell what a message answers."),
            NOTE,
        )


def _rows(asked: asking.Question, viewer: Viewer) -> list[tuple[Any, ...]]:
    return questions.ask(asked, viewer, seconds=asking.PATIENCE).rows


PROVIDERS = (of_imports, of_parked_events, of_the_warehouse, of_members_drifting_away, of_unanswered_messages)
