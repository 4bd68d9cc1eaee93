"""Is every word on screen there in Chinese? Finds the msgids in code and templates, compiles the catalogues.

`python -m dev.translations compile | missing`. Works without GNU gettext: Django turns a template into Python-like
source, Babel reads both and compiles.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def catalogues() -> Iterator[Path]:
    yield from sorted((ROOT / "weilu").glob("**/locale/zh_Hans/LC_MESSAGES/django.po"))


def compile_all() -> None:
    """Write each .mo beside its .po, where older."""
    for path in catalogues():
        target = path.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < path.stat().st_mtime:
            with path.open("rb") as source, target.open("wb") as out:
                write_mo(out, read_po(source, locale="zh_Hans"))


def translated() -> set[str]:
    """Every msgid that has Chinese text."""
    found: set[str] = set()
    for path in catalogues():
        with path.open("rb") as source:
            catalog: Catalog = read_po(source, locale="zh_Hans")
        for message in catalog:
            texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
            if message.id and all(texts) and not message.fuzzy:
                found.add(message.id if isinstance(message.id, str) else message.id[0])
    return found


def used() -> dict[str, str]:
    """Every msgid in code and templates, with one place where it stands."""
    from django.utils.translation.template import templatize

    found: dict[str, str] = {}
    for path in sorted((ROOT / "weilu").rglob("*")):
        if (
            path.suffix not in (".py", ".html", ".txt", ".typ", ".md")
            or "tests" in path.parts
            or "dist" in path.parts
        ):
            continue
        if path.suffix != ".py" and "templates" not in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        source = text if path.suffix == ".py" else templatize(text, origin=str(path))
        for line, message, _comments, _context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
            msgid = next((part for part in message if part), "") if isinstance(message, tuple) else message
            if msgid:
                found.setdefault(msgid, f"{path.relative_to(ROOT)}:{line}")
    return found


def missing() -> list[str]:
    """`place: msgid` for every text without Chinese."""
    known = translated() | django_own()
    return sorted(f"{place}: {msgid!r}" for msgid, place in used().items() if msgid not in known)


def django_own() -> set[str]:
    """Texts that Django translates itself."""
    import django

    path = Path(django.__file__).parent / "conf" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    with path.open("rb") as source:
        return {str(m.id) for m in read_po(source, locale="zh_Hans") if m.id and m.string}


def main() -> int:
    if sys.argv[1:] == ["compile"]:
        compile_all()
        return 0
    gaps = missing()
    sys.stdout.write("".join(f"{gap}\n" for gap in gaps) + f"{len(gaps)} texts without Chinese\n")
    return 1 if gaps else 0


if __name__ == "__main__":
    raise SystemExit(main())
