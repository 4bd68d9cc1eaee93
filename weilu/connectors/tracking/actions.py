"""How does a source change by an operator's hand? Each change works within a second in every process that takes events in."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from weilu.connectors.tracking.models import Glimpse, Source
from weilu.connectors.tracking.queries import access_source
from weilu.connectors.tracking.rules import words
from weilu.core import clock
from weilu.core.directory.models import Link
from weilu.core.errors import Conflict, NotFound, WeiluError
from weilu.core.events import actions as events
from weilu.core.events import holds
from weilu.core.events import queries as log
from weilu.core.operators import audit, rights
from weilu.core.operators.access import Viewer, demand, missing

MOST_SOURCES = 200
MOST_ORIGINS = 50
MOST_DECLARED = 100
WATCH = dt.timedelta(seconds=30)
"""How long a look at the live tail lasts; the page looks again every second."""
LONGEST_CODE = 28

AUDIT_WORDS = {
    "source.added": _("Added a source"),
    "source.changed": _("Changed a source"),
    "source.rotated": _("Gave a source a new write key"),
    "source.removed": _("Removed a source"),
    "source.let_in": _("Let events with a wrong clock in"),
    "source.thrown_away": _("Threw events with a wrong clock away"),
    "source.link_dismissed": _("Kept two accounts apart"),
}


def add(viewer: Viewer, name: str, origins: Iterable[str] = ()) -> Source:
    """A new source with its write key. Raises Forbidden, WeiluError (name or origins), Conflict (too many)."""
    demand(viewer, rights.SETTINGS)
    name, allowed = _name(name), _origins(origins)
    with transaction.atomic():
        if Source.objects.filter(removed_at=None).count() >= MOST_SOURCES:
            raise Conflict(_("There are %(n)s sources already. Remove one first.") % {"n": MOST_SOURCES})
        row = Source.objects.create(
            name=name, code=_code(name), key=_key(), origins=allowed, created_at=clock.now()
        )
        audit.record(viewer, "source.added", row)
    return row


def change(viewer: Viewer, source: int, name: str, origins: Iterable[str], declared: Iterable[str]) -> Source:
    """Another name, allowed origins, or properties whose words may stand in rows. Raises NotFound, Forbidden, WeiluError."""
    demand(viewer, rights.SETTINGS)
    with transaction.atomic():
        row = access_source(viewer, source)
        row.name, row.origins, row.declared = _name(name), _origins(origins), _declared(declared)
        row.save(update_fields=["name", "origins", "declared"])
        audit.record(viewer, "source.changed", row)
    return row


def rotate(viewer: Viewer, source: int) -> Source:
    """A new write key; the old one ends within a second. Raises NotFound, Forbidden."""
    demand(viewer, rights.SETTINGS)
    with transaction.atomic():
        row = access_source(viewer, source)
        row.key, row.rotated_at = _key(), clock.now()
        row.save(update_fields=["key", "rotated_at"])
        audit.record(viewer, "source.rotated", row)
    return row


def remove(viewer: Viewer, source: int) -> None:
    """Its key ends within a second. What it has sent stays in the log; what waits for its operator is thrown away. Call it outside
    transactions. Raises NotFound, Forbidden."""
    demand(viewer, rights.SETTINGS)
    with transaction.atomic():
        row = access_source(viewer, source)
        row.removed_at = clock.now()
        row.save(update_fields=["removed_at"])
        Glimpse.objects.filter(source=row).delete()
        audit.record(viewer, "source.removed", row)
    events.discard_all(row.code)


def judge(viewer: Viewer, source: Source, numbers: Iterable[int], *, let_in: bool) -> int:
    """Let held events of a source into the log, or throw them away; returns how many. Raises Forbidden.

    One that another operator has judged meanwhile is passed over.
    """
    demand(viewer, rights.SETTINGS)
    mine = {one.number for one in log.held(source.code, holds.MOST)}
    done = 0
    for number in numbers:
        if number in mine:
            with suppress(NotFound):
                (events.release if let_in else events.discard)(number)
                done += 1
    audit.record(viewer, "source.let_in" if let_in else "source.thrown_away", source, events=done)
    return done


def dismiss(viewer: Viewer, source: Source, link: int) -> None:
    """Two accounts are not one person, whatever the source says. Raises Forbidden, NotFound."""
    demand(viewer, rights.SETTINGS)
    rows = Link.objects.filter(pk=link, identity__platform=source.code, state=Link.REVIEW)
    with transaction.atomic():
        if not rows.update(state=Link.DISMISSED):
            raise missing()
        audit.record(viewer, "source.link_dismissed", source, link=link)


def watch(source: Source) -> None:
    """Somebody looks at the live tail. Written once in ten seconds at most."""
    until = clock.now() + WATCH
    if source.watched_until is None or until - source.watched_until > WATCH / 3:
        Source.objects.filter(pk=source.pk).update(watched_until=until)


def _key() -> str:
    """Write keys stand in web pages: they name a source and protect nothing but its figures."""
    return secrets.token_hex(16)


def _name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > 100 or not name.isprintable():
        raise WeiluError(_("Give the source a name of at most 100 characters."))
    return name


def _code(name: str) -> str:
    """`sdk:` and what of the name fits an id; a number behind it where another source has, or had, the same."""
    word = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[: LONGEST_CODE - 8] or "source"
    taken = set(Source.objects.filter(code__startswith=f"sdk:{word}").values_list("code", flat=True))
    number = 1
    while (code := f"sdk:{word}" + (f"-{number}" if number > 1 else "")) in taken:
        number += 1
    return code


def _origins(given: Iterable[str]) -> list[str]:
    """As browsers write them: scheme, host and port, without a slash at the end."""
    found: dict[str, None] = {}
    for text in given:
        text = text.strip().rstrip("/").lower()
        if not text:
            continue
        parts = urlsplit(text)
        if (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or text != f"{parts.scheme}://{parts.netloc}"
        ):
            raise WeiluError(_("An origin looks like https://shop.example.com, without a path: %(given)s")
                             % {"given": text[:80]})  # fmt: skip
        found[text] = None
    if len(found) > MOST_ORIGINS:
        raise WeiluError(_("At most %(n)s origins.") % {"n": MOST_ORIGINS})
    return list(found)


def _declared(given: Iterable[str]) -> list[str]:
    found = {name.strip(): None for name in given if name.strip()}
    for name in found:
        if words.class_of(name) in (words.PRIVATE, words.DROPPED):
            raise WeiluError(_("“%(name)s” sounds personal. Its values stay private.") % {"name": name[:60]})
    if len(found) > MOST_DECLARED:
        raise WeiluError(_("At most %(n)s properties.") % {"n": MOST_DECLARED})
    return list(found)
