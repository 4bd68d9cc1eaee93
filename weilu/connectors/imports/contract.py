"""What does a reader of an export get, and what does it give back?

A reader turns files into a stream of `Incoming` and `Rejected`; it writes nothing, asks no network and keeps no more
in memory than people, rooms and a short window of recent messages.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, NamedTuple, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from weilu.connectors.imports.sources import Part
from weilu.core.errors import WeiluError
from weilu.core.events.incoming import Incoming, Place

logger = logging.getLogger("weilu.imports")
DAY_MS = 86_400_000
EARLIEST_MS = 788_918_400_000
"""1 January 1995: no chat export reaches further back; an earlier date is a broken one (often the year 1970 or 1601)."""
SHAPE_ERRORS = (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError)
"""What Python says of a value that is not of the type expected."""
RAW_KEPT = 300
"""Characters of a refused row that are kept for the operator to recognise it by."""


class BadFile(WeiluError):
    """The whole file is refused; nothing of it has been written. The sentence names file, line and cause."""

    code = "bad_file"

    def __init__(self, file: str, cause: str | Promise, line: int = 0) -> None:
        place = _("%(file)s, line %(line)d") % {"file": file, "line": line} if line else file
        sentence = _("%(place)s: %(cause)s") % {"place": place, "cause": cause}
        super().__init__(sentence, file=file, line=line, cause=str(cause))


class RowRefused(Exception):
    """One row cannot be understood; the others can. Raised inside a reader only."""


class Rejected(NamedTuple):
    """A row that does not come in, with the place to look at and the reason. `raw` is the beginning of the row."""

    file: str
    line: int
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator chose. `latest_ms` is the last moment that is believed: a day after the reading began."""

    latest_ms: int
    origin: str = ""
    """Name of the file or folder given, without its ending: the last resort for a community's name."""
    timezone: str = "UTC"
    community: str = ""
    one_community: bool = False
    day_first: bool | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    """Our field → the file's column, as changed by the operator; an empty column leaves the field out."""
    places: Mapping[str, Place | None] = field(default_factory=dict)
    """Communities that are there by their names and ids in small letters; None where several are called so."""


@dataclass(slots=True)
class Tally:
    """How far a reader has come: rows seen, and bytes of the parts it has opened."""

    rows: int = 0
    notes: list[str] = field(default_factory=list)
    """Sentences for the operator: a column left out, a file passed over."""
    _done: int = 0
    _size: int = 0
    _current: IO[bytes] | None = None

    def open(self, part: Part) -> IO[bytes]:
        """Open a part and count its bytes as they are read; the part opened before counts as done."""
        self._done += self._size
        self._size, self._current = part.size, part.open()
        return self._current

    def bytes_read(self) -> int:
        current = self._current
        if current is None or current.closed:
            return self._done + self._size
        return self._done + min(current.tell(), self._size)


Row = TypeVar("Row")
Feed = Iterator[Incoming | Rejected]
Read = Callable[[Sequence[Part], Options, Tally], Feed]


@dataclass(frozen=True, slots=True)
class Reader:
    """One dialect of one export format. Registered in `readers.READERS`.

    `format` is what the operator says; several dialects may share it. `claims` looks at a part's name and first bytes.
    `columns` is there where the operator may map columns: it gives the file's own columns and the mapping in force.
    """

    slug: str
    format: str
    label: str | Promise
    claims: Callable[[Part], bool]
    read: Read
    columns: Callable[[Sequence[Part], Options], Columns] | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table-like file, and which of our fields each stands for."""

    found: tuple[str, ...]
    mapping: Mapping[str, str]
    """Our field → the file's column."""

    @property
    def unused(self) -> tuple[str, ...]:
        used = set(self.mapping.values())
        return tuple(column for column in self.found if column not in used)


def believable(happened: int, options: Options) -> int:
    """The moment itself, or `RowRefused` where it lies in the future or before there was chat."""
    if happened > options.latest_ms:
        raise RowRefused(_("the time lies in the future"))
    if happened < EARLIEST_MS:
        raise RowRefused(_("the time lies before 1995"))
    return happened


def convert_each(
    part: Part,
    rows: Iterable[tuple[int, Row]],
    convert: Callable[[Row], Iterable[Incoming]],
    tally: Tally,
) -> Feed:
    """Run `convert` over numbered rows; a row that it refuses is yielded as `Rejected`, with its line.

    A row of a shape that nobody foresaw (a list where a text should be) is refused too: one of them must not stop a million.
    """
    for line, row in rows:
        tally.rows += 1
        try:
            yield from convert(row)
        except RowRefused as why:
            yield Rejected(part.name, line, str(why), excerpt(row))
        except SHAPE_ERRORS as error:
            logger.warning("row of an unknown shape", extra={"error": type(error).__name__, "line": line})
            yield Rejected(
                part.name, line, _("the row is not built as rows of this format are"), excerpt(row)
            )


def excerpt(row: object) -> str:
    """The beginning of a row as it stood in the file, or nearly so."""
    text = row if isinstance(row, str) else " ".join(map(str, row)) if isinstance(row, list) else str(row)
    return text[:RAW_KEPT]
