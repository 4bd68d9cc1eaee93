"""In which encoding is this text written, and what are its lines? Broken bytes and endless lines are named, not guessed."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from typing import IO

from charset_normalizer import from_bytes
from django.utils.translation import gettext_lazy as _

from weilu.connectors.imports.contract import BadFile, Tally
from weilu.connectors.imports.sources import Part

CHUNK = 2**18
SAMPLE = 2**15
GOOD_CHARACTERS = 8
"""Of GB18030 text, one character in five looks like UTF-8 by chance; eight of eight do so once in 400,000 files."""
MAX_LINE = 2**20
"""Characters. The longest message of any platform is 65,536; a longer line is not a row of an export."""
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
CHINESE = frozenset({"gb2312", "gbk", "gb18030", "hz", "cp936"})


def encoding_of(part: Part) -> str:
    """Name of the codec: by the mark at the start, else UTF-8 if all bytes are, else what the first odd bytes suggest."""
    head = part.head()
    if not head:
        raise BadFile(part.name, _("the file is empty"))
    for mark, codec in BOMS:
        if head.startswith(mark):
            return codec
    if b"\0" in head:
        raise BadFile(part.name, _("this is a binary file, not text"), 1)
    odd = _first_odd_bytes(part)
    return "utf-8" if odd is None else _guess(part, odd)


def _first_odd_bytes(part: Part) -> bytes | None:
    """None where the whole file is UTF-8; else the bytes around the first place that is not.

    Where much before that place was good UTF-8, another codec would only spoil it: the file is refused instead.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, foreign = 1, 0
    with part.open() as handle:
        while chunk := handle.read(CHUNK):
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError as error:
                before = error.object[: error.start].decode("utf-8", "ignore")
                if foreign + _foreign(before) >= GOOD_CHARACTERS:
                    raise wrong_encoding(part, lines + before.count("\n")) from None
                return error.object[max(error.start - SAMPLE, 0) : error.start + SAMPLE]
            lines += text.count("\n")
            foreign += _foreign(text)
    return None


def _foreign(text: str) -> int:
    """Characters beyond ASCII; a few of them may be another codec's bytes that look like UTF-8 by chance."""
    return 0 if text.isascii() else len(text) - len(text.encode("ascii", "ignore"))


def _guess(part: Part, sample: bytes) -> str:
    """GB18030 covers all that Chinese programs write, so any of its subsets is read as it; else the likeliest codec."""
    matches = from_bytes(sample)
    names = {name for match in matches for name in (match.encoding, *match.could_be_from_charset)}
    best = matches.best()
    if best is None:
        raise BadFile(part.name, _("the encoding of this file cannot be told; save it as UTF-8"), 1)
    if names & CHINESE and _chinese(sample):
        return "gb18030"
    return best.encoding


def _chinese(sample: bytes) -> bool:
    """Read as GB18030, are most characters beyond ASCII common Chinese ones?"""
    text = sample.decode("gb18030", "ignore")
    odd = [character for character in text if character > "\x7f"]
    common = sum(
        "\u4e00" <= c <= "\u9fff" or "\u3000" <= c <= "\u303f" or "\uff00" <= c <= "\uffef" for c in odd
    )
    return bool(odd) and common >= 0.8 * len(odd)


def open_text(part: Part, tally: Tally, encoding: str = "") -> IO[str]:
    """The part as text, with line ends as they stand. Strict: bytes of another encoding raise `UnicodeDecodeError`."""
    raw = tally.open(part)
    return io.TextIOWrapper(raw, encoding=encoding or encoding_of(part), newline="")


def lines(part: Part, tally: Tally, encoding: str = "") -> Iterator[tuple[int, str]]:
    """Numbered lines without their ends. A line over `MAX_LINE` comes as its first `MAX_LINE` + 1 characters."""
    number = 0
    with open_text(part, tally, encoding) as handle:
        try:
            while line := handle.readline(MAX_LINE + 1):
                number += 1
                if len(line) > MAX_LINE and not line.endswith("\n"):
                    _skip_rest(handle)
                yield number, line.rstrip("\r\n") if len(line) <= MAX_LINE else line
        except UnicodeDecodeError:
            raise wrong_encoding(part, number + 1) from None


def _skip_rest(handle: IO[str]) -> None:
    while rest := handle.readline(MAX_LINE):
        if rest.endswith("\n"):
            return


def csv_lines(part: Part, handle: IO[str]) -> Iterator[str]:
    """Lines for `csv.reader`; one that never ends refuses the file, since a row may span lines."""
    number = 0
    try:
        while line := handle.readline(MAX_LINE + 1):
            number += 1
            if len(line) > MAX_LINE:
                raise BadFile(part.name, _("the line is longer than a million characters"), number)
            yield line
    except UnicodeDecodeError:
        raise wrong_encoding(part, number + 1) from None


def wrong_encoding(part: Part, line: int) -> BadFile:
    return BadFile(part.name, _("the text goes on in another encoding; save the file as UTF-8"), line)
