"""Which exports can be read? One file a dialect; a new one is a file and a line here."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from weilu.connectors.imports.contract import BadFile, Reader
from weilu.connectors.imports.readers import (
    discord_csv,
    discord_json,
    jsonl,
    qq,
    slack,
    stackexchange,
    table,
    telegram,
    whatsapp,
    zulip,
)
from weilu.connectors.imports.sources import Part

READERS: tuple[Reader, ...] = (
    discord_csv.READER,
    discord_json.READER,
    slack.READER,
    zulip.READER,
    telegram.READER,
    stackexchange.READER,
    qq.READER,
    whatsapp.READER,
    jsonl.READER,
    table.READER,
)
"""In the order in which a file is offered to them; the ones that take almost anything stand last."""

FORMATS: tuple[str, ...] = tuple(dict.fromkeys(reader.format for reader in READERS))

Chosen = list[tuple[Reader, list[Part]]]


def choose(format_name: str, parts: Sequence[Part], origin: str) -> Chosen:
    """The readers for these parts, each with its own. An empty `format_name` takes what fits best.

    Parts that no reader of the format claims are passed over, unless nothing is left: then the first is named.
    """
    wanted = [reader for reader in READERS if format_name in ("", reader.format)]
    if not wanted:
        raise BadFile(origin, _("there is no format %(format)s; formats are: %(formats)s")
                      % {"format": format_name, "formats": ", ".join(FORMATS)})  # fmt: skip
    if not parts:
        raise BadFile(origin, _("there is no file in it"))
    chosen = _share_out(wanted, parts)
    if not chosen:
        raise _refusal(format_name, parts, origin)
    return chosen if format_name else _largest_format(chosen)


def _share_out(wanted: Sequence[Reader], parts: Sequence[Part]) -> Chosen:
    taken: dict[str, list[Part]] = {}
    for part in parts:
        reader = next((reader for reader in wanted if reader.claims(part)), None)
        if reader is not None:
            taken.setdefault(reader.slug, []).append(part)
    return [(reader, taken[reader.slug]) for reader in wanted if reader.slug in taken]


def _largest_format(chosen: Chosen) -> Chosen:
    sizes: dict[str, int] = {}
    for reader, parts in chosen:
        sizes[reader.format] = sizes.get(reader.format, 0) + sum(part.size for part in parts)
    best = max(sizes, key=lambda name: sizes[name])
    return [(reader, parts) for reader, parts in chosen if reader.format == best]


def _refusal(format_name: str, parts: Sequence[Part], origin: str) -> BadFile:
    first = parts[0]
    if first.size == 0:
        return BadFile(first.name, _("the file is empty"))
    if b"\0" in first.head() and not first.head().startswith((b"\xff\xfe", b"\xfe\xff")):
        return BadFile(first.name, _("this is a binary file, not text"), 1)
    other = next((reader for reader in READERS if reader.claims(first)), None)
    if not format_name:
        return BadFile(origin, _("no known export format; choose one by hand: %(formats)s")
                       % {"formats": ", ".join(FORMATS)}, 0)  # fmt: skip
    cause = _("this is no %(format)s export") % {"format": format_name}
    if other is not None:
        cause += _("; it looks like %(other)s") % {"other": other.format}
    return BadFile(first.name, cause, 1)
