"""What stands in this JSON file, value by value, without holding it? A puller that knows the line of everything.

Exports are one long array inside a small frame. The frame is walked key by key; each element of the array is decoded by the
C scanner of the standard library, whole. Truncated or broken JSON is named with its line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import IO, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from weilu.connectors.imports.contract import BadFile, Tally
from weilu.connectors.imports.sources import Part
from weilu.connectors.imports.textfile import open_text, wrong_encoding

CHUNK = 2**18
MAX_VALUE = 2**23
"""Characters of one value. A message with all its reactions has some thousands; 8 million is no message."""

TOO_LONG = _("one value is longer than 8 million characters")
LONGEST_TOKEN = 16
_SPACE = re.compile(r"[ \t\r\n]*")
_scan = json.JSONDecoder(strict=False).raw_decode


class JsonPuller:
    """Walks one part. Call `fields()` on an object, then for each key either `value()`, `items()`, `objects()` or nothing."""

    def __init__(self, part: Part, tally: Tally) -> None:
        self._part = part
        self._handle: IO[str] = open_text(part, tally)
        self._text = ""
        self._at = 0
        self._line, self._marked = 1, 0
        self._ended = False
        self._taken = True

    def close(self) -> None:
        self._handle.close()

    def peek(self) -> str:
        """The next character that is not space; empty at the end of the file."""
        while True:
            match = _SPACE.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def fields(self) -> Iterator[str]:
        """Keys of the object that comes next; what the caller does not take is passed over."""
        self._taken = True
        self._expect("{")
        if self.peek() == "}":
            self._expect("}")
            return
        while True:
            key = self._decode()
            self._expect(":")
            self._taken = False
            yield str(key)
            if not self._taken:
                self._decode()
            if self._separator("}"):
                self._taken = True
                return

    def value(self) -> Any:
        """The next value, decoded whole."""
        self._taken = True
        return self._decode()

    def items(self) -> Iterator[tuple[int, Any]]:
        """Elements of the array that comes next, each with the line it begins in, decoded one at a time."""
        for _each in self.elements():
            line = self.line
            yield line, self._decode()

    def elements(self) -> Iterator[None]:
        """Stands before each element of the array that comes next; the caller takes it by `fields()` or `value()`."""
        self._taken = True
        self._expect("[")
        if self.peek() == "]":
            self._expect("]")
            return
        while True:
            self.peek()
            yield None
            if self._separator("]"):
                return

    def end(self) -> None:
        """Nothing may follow."""
        if self.peek():
            raise self._broken(_("something follows the end of the JSON"))

    @property
    def line(self) -> int:
        """The line that the next character stands in."""
        return self._line_at(self._at)

    def _separator(self, closing: str) -> bool:
        """True where the container ends here."""
        found = self.peek()
        if found not in (",", closing) or not found:
            raise self._broken()
        self._at += 1
        return found == closing

    def _expect(self, character: str) -> None:
        if self.peek() != character:
            raise self._broken()
        self._at += 1

    def _decode(self) -> Any:
        self.peek()
        while True:
            try:
                found, end = _scan(self._text, self._at)
            except RecursionError:
                raise self._broken(_("the JSON is nested too deeply")) from None
            except json.JSONDecodeError as error:
                self._want_more(error)
                continue
            if end < len(self._text) or not self._more():
                if end - self._at > MAX_VALUE:
                    raise self._broken(TOO_LONG)
                self._at = end
                return found

    def _want_more(self, error: json.JSONDecodeError) -> None:
        """A value that breaks off at the end of what was read goes on in the next piece; otherwise the file is broken."""
        waiting = len(self._text) - self._at
        if not _breaks_off(self._text, error):
            raise self._broken(None, error.pos)
        if waiting > MAX_VALUE:
            raise self._broken(TOO_LONG)
        if not self._more(waiting):
            raise self._broken(None, len(self._text))

    def _more(self, wanted: int = 0) -> bool:
        """Read on, dropping what has been taken; at least as much again as waits, so that retries stay few."""
        if self._ended:
            return False
        self._line_at(self._at)
        try:
            chunk = self._handle.read(max(CHUNK, wanted))
        except UnicodeDecodeError:
            raise wrong_encoding(self._part, self._line) from None
        self._text = self._text[self._at :] + chunk
        self._at = self._marked = 0
        self._ended = not chunk
        return bool(chunk)

    def _line_at(self, place: int) -> int:
        """Counts on from the place asked about last, so that asking at every value stays cheap."""
        if place >= self._marked:
            self._line += self._text.count("\n", self._marked, place)
            self._marked = place
        return self._line

    def _broken(self, cause: str | Promise | None = None, place: int | None = None) -> BadFile:
        at = self._at if place is None else place
        if cause is None:
            cut = self._ended and not self._text[at:].strip()
            cause = _("the file ends in the middle; it was cut off") if cut else _("this is not valid JSON")
        return BadFile(self._part.name, cause, self._line_at(at))


def _breaks_off(text: str, error: json.JSONDecodeError) -> bool:
    """Did the decoder fail because the text ended, perhaps within a word, a number or an escape?"""
    return error.pos >= len(text) - LONGEST_TOKEN or error.msg.startswith("Unterminated string")
