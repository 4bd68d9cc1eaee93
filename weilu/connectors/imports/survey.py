"""What would this export bring? One full reading that writes nothing but the list of rejected rows."""

from __future__ import annotations

import csv
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

from weilu.connectors.imports.bridges import BridgeWatch, Suspect
from weilu.connectors.imports.contract import SHAPE_ERRORS, BadFile, Options, Rejected, Tally
from weilu.connectors.imports.keybook import KeyBook
from weilu.connectors.imports.readers import Chosen
from weilu.core.events.incoming import Actor, Incoming, Place

logger = logging.getLogger("weilu.imports")
COMMUNITIES_SHOWN = 200
REJECTED_SHOWN = 20
EVERY = 5_000
"""Events between two reports of progress."""
REJECTED_HEADER = ("file", "line", "reason", "row")

Report = Callable[[int], None]
"""Told how many bytes have been read."""


@dataclass(slots=True)
class Found:
    """Counts of one reading. Plain values only, kept with the batch; accounts by their platform's ids, no names of people.

    `bridges` are accounts (platform/id) with what they repeat; `members` counts as if they were followed, `members_unbridged` not.
    """

    dialects: list[str] = field(default_factory=list)
    files: int = 0
    rows: int = 0
    events: int = 0
    duplicates: int = 0
    rejected: int = 0
    members: int = 0
    members_unbridged: int = 0
    bots: int = 0
    bot_events: int = 0
    first_ms: int | None = None
    last_ms: int | None = None
    kinds: dict[str, int] = field(default_factory=dict)
    communities: list[dict[str, Any]] = field(default_factory=list)
    community_count: int = 0
    bridges: dict[str, dict[str, Any]] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)
    mapping: dict[str, str] = field(default_factory=dict)
    reasons: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def read_through(chosen: Chosen, options: Options, rejected_file: Path, report: Report, found: Found) -> None:
    """Fills `found`. Raises `BadFile` where the export as a whole cannot be taken; nothing has been written then."""
    with KeyBook() as keys:
        for event in Surveyor(options, report, found).events(chosen, rejected_file):
            keys.add(event.key)
        found.duplicates = keys.duplicates()


class Surveyor:
    """Counts the events of an export as they pass; `found` is whole when the last has passed, but for the duplicates."""

    def __init__(self, options: Options, report: Report, found: Found) -> None:
        self._options, self._report, self._found = options, report, found
        self.bridged = False
        """Whether a line has passed that looks bridged."""

    def events(self, chosen: Chosen, rejected_file: Path) -> Iterator[Incoming]:
        """Raises `BadFile` where the export as a whole cannot be taken."""
        tally, watch, census, found = Tally(), BridgeWatch(), Census(), self._found
        found.dialects = [reader.slug for reader, _parts in chosen]
        found.files = sum(len(parts) for _reader, parts in chosen)
        _columns(chosen, self._options, found)
        with _RejectedFile(rejected_file) as rejected:
            for number, item in enumerate(_all(chosen, self._options, tally), start=1):
                if isinstance(item, Rejected):
                    rejected.write(item)
                else:
                    census.see(item)
                    if watch.see(item):
                        self.bridged = True
                    yield item
                if not number % EVERY:
                    self._report(tally.bytes_read())
            found.rejected, found.reasons = rejected.count, _most_common(rejected.reasons)
        self._report(tally.bytes_read())
        census.sum_up(found, watch.bridges(census.actors))
        found.rows, found.notes = tally.rows, tally.notes[:20]


def _all(chosen: Chosen, options: Options, tally: Tally) -> Iterable[Incoming | Rejected]:
    for reader, parts in chosen:
        try:
            yield from reader.read(parts, options, tally)
        except SHAPE_ERRORS as error:
            logger.warning("export of an unknown shape", extra={"error": type(error).__name__})
            raise BadFile(parts[0].name, _("the file is not built as files of this format are")) from error


def _columns(chosen: Chosen, options: Options, found: Found) -> None:
    for reader, parts in chosen:
        if reader.columns is not None:
            columns = reader.columns(parts, options)
            found.columns, found.mapping = list(columns.found), dict(columns.mapping)


def _most_common(reasons: Counter[str]) -> list[dict[str, Any]]:
    return [{"reason": reason, "count": count} for reason, count in reasons.most_common(REJECTED_SHOWN)]


class Census:
    """Who, where, when, what. Grows with people and communities, not with messages."""

    def __init__(self) -> None:
        self.actors: Counter[Actor] = Counter()
        self._communities: Counter[Place] = Counter()
        self._kinds: Counter[str] = Counter()
        self._events = 0
        self._first: int | None = None
        self._last: int | None = None

    def watching(self, events: Iterable[Incoming]) -> Iterator[Incoming]:
        """The same events, counted as they pass."""
        for event in events:
            self.see(event)
            yield event

    def see(self, event: Incoming) -> None:
        self._events += 1
        self._kinds[event.kind] += 1
        if event.community is not None:
            self._communities[event.community] += 1
        if event.actor is not None:
            self.actors[event.actor] += 1
        if self._first is None or event.happened < self._first:
            self._first = event.happened
        if self._last is None or event.happened > self._last:
            self._last = event.happened

    def sum_up(self, found: Found, bridges: dict[str, Suspect]) -> None:
        accounts = {actor[:2] for actor in self.actors}
        bots = {actor[:2] for actor in self.actors if actor.bot}
        people = len(accounts) - len(bots)
        as_bots = {tuple(account.split("/", 1)) for account in bridges}
        behind = set[str]().union(*(suspect.people for suspect in bridges.values()))
        found.events = self._events
        found.members_unbridged = people
        found.members = people - len(as_bots - bots) + len(behind)
        found.bots = len(bots | as_bots)
        found.bot_events = sum(count for actor, count in self.actors.items() if actor.bot)
        found.kinds = dict(self._kinds.most_common())
        found.first_ms, found.last_ms = self._first, self._last
        found.community_count = len({(platform, outside) for platform, outside, _name in self._communities})
        found.communities = [
            {"platform": platform, "outside": outside, "name": name, "events": count}
            for (platform, outside, name), count in self._communities.most_common(COMMUNITIES_SHOWN)
        ]
        found.bridges = {account: _as_plain(suspect) for account, suspect in bridges.items()}


def _as_plain(suspect: Suspect) -> dict[str, Any]:
    return {
        "total": suspect.total,
        "bridged": suspect.bridged,
        "people": len(suspect.people),
        "tags": suspect.tags,
    }


class _RejectedFile:
    """The rows that do not come in, for download: written as they come, made only if there is one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stack = ExitStack()
        self._writer: Any = None
        self.count = 0
        self.reasons: Counter[str] = Counter()

    def __enter__(self) -> _RejectedFile:
        self._path.unlink(missing_ok=True)
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def write(self, row: Rejected) -> None:
        if self._writer is None:
            self._writer = csv.writer(self._open())
            self._writer.writerow(REJECTED_HEADER)
        self._writer.writerow([row.file, row.line, row.reason, _harmless(row.raw)])
        self.count += 1
        self.reasons[row.reason] += 1

    def _open(self) -> IO[str]:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._stack.enter_context(
            self._path.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="")
        )


def _harmless(raw: str) -> str:
    """A cell that begins like a formula would be run by a spreadsheet; an apostrophe keeps it text."""
    return f"'{raw}" if raw[:1] in ("=", "+", "-", "@", "\t", "\r") else raw
