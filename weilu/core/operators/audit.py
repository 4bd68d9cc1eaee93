"""Who changed what, and has anybody touched the trail since?

Each row's hash covers its fields and the hash of the row before, keyed by the installation's secret, so a change shows at
that row and a removed or moved row at the next. What a chain cannot show is a missing end: therefore each row's number and
hash are also appended, after the commit, to `audit.head` in the home folder, outside the database.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
from django.conf import settings
from django.db import connection, models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from weilu.core import clock
from weilu.core.decisions.evidence import Plain, ids_only
from weilu.core.operators import secrets
from weilu.core.operators.access import Viewer
from weilu.core.operators.models import AuditEntry

START = "0" * 64
LOCK = 0x77656C75
"""Key of the advisory lock that lines writers up on PostgreSQL ("welu")."""

Object = models.Model | tuple[str, int] | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with the trail, at which row. `problem` is one of changed, missing, cut, replaced, head."""

    problem: str
    seq: int
    sentence: str | Promise

    def __str__(self) -> str:
        return f"#{self.seq}: {self.sentence}"


def record(viewer: Viewer, action: str, about: Object = None, **ids: Plain) -> AuditEntry:
    """Add a line, inside the transaction of the change it tells of. Ids, numbers and short slugs only: `ValueError` otherwise."""
    kind, object_id = _named(about)
    with transaction.atomic():
        _line_up()
        last = AuditEntry.objects.order_by("-seq").first()
        entry = AuditEntry(
            seq=last.seq + 1 if last else 1,
            at_ms=clock.now_ms(),
            actor=viewer.operator_id,
            action=action,
            object_kind=kind,
            object_id=object_id,
            details=orjson.dumps(ids_only(ids), option=orjson.OPT_SORT_KEYS).decode(),
            previous=last.hash if last else START,
        )
        entry.hash = seal(entry)
        entry.save(force_insert=True)
        line = f"{entry.seq} {entry.hash}\n"
        transaction.on_commit(lambda: _append(line))
    return entry


def verify() -> list[Finding]:
    """Walk the whole trail. An empty list: no row was changed, removed, moved or cut off."""
    heads = _heads()
    findings = list(_walk(heads))
    last = AuditEntry.objects.aggregate(last=models.Max("seq"))["last"] or 0
    if last and not heads:
        findings.append(
            Finding("head", last, _("The file audit.head is missing, so a cut-off end would not show."))
        )
    if heads and max(heads) > last:
        findings.append(
            Finding(
                "cut", last + 1, _("Rows at the end were cut off: the file audit.head knows more of them.")
            )
        )
    return findings


def seal(entry: AuditEntry) -> str:
    """The hash of a row: keyed BLAKE2b over all its fields, as JSON, the hash before among them."""
    fields = [
        entry.seq,
        entry.at_ms,
        entry.actor,
        entry.action,
        entry.object_kind,
        entry.object_id,
        entry.details,
        entry.previous,
    ]
    return hashlib.blake2b(orjson.dumps(fields), key=secrets.key("audit"), digest_size=32).hexdigest()


def _walk(heads: dict[int, set[str]]) -> Iterator[Finding]:
    expected, previous = 1, START
    for entry in AuditEntry.objects.order_by("seq").iterator(chunk_size=2000):
        if entry.seq != expected:
            yield Finding("missing", expected, _("Rows were removed before this one."))
        elif entry.previous != previous:
            yield Finding("changed", entry.seq, _("The row does not follow on from the one before it."))
        if seal(entry) != entry.hash:
            yield Finding("changed", entry.seq, _("The row was changed after it was written."))
        elif heads.get(entry.seq, {entry.hash}) != {entry.hash}:
            yield Finding("replaced", entry.seq, _("The row is not the one that audit.head remembers."))
        expected, previous = entry.seq + 1, entry.hash


def _named(about: Object) -> tuple[str, int]:
    if about is None:
        return "", 0
    if isinstance(about, models.Model):
        return about._meta.model_name or "", int(about.pk)
    return about


def _line_up() -> None:
    """One writer at a time until the commit. On SQLite the transaction itself (IMMEDIATE) is that lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


# the head, outside the database --------------------------------------------------------------------------------------


def head_path() -> Path:
    return Path(settings.HOME) / "audit.head"


def _append(line: str) -> None:
    """One write and a sync; lines of several processes may change places, since each carries its number."""
    handle = os.open(head_path(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, line.encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def _heads() -> dict[int, set[str]]:
    """Row number → hash, as remembered outside; two for one number tell of an end cut off and grown anew.

    A torn last line, from a crash while writing, is skipped.
    """
    if not head_path().exists():
        return {}
    heads: dict[int, set[str]] = {}
    for line in head_path().read_text().splitlines():
        seq, _blank, known = line.partition(" ")
        if len(known) == len(START):
            heads.setdefault(int(seq), set()).add(known)
    return heads
