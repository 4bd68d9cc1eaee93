"""Is every word on screen there in Chinese, and said in one way? Finds the msgids in code and templates, compiles the catalogues.

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


Text = tuple[str, str]
"""Context (mostly none) and msgid."""


def translated() -> dict[Text, set[tuple[str, ...]]]:
    """Every text that has Chinese, with all that the catalogues say for it."""
    found: dict[Text, set[tuple[str, ...]]] = {}
    for path in catalogues():
        with path.open("rb") as source:
            catalog: Catalog = read_po(source, locale="zh_Hans")
        for message in catalog:
            texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
            if message.id and all(texts) and not message.fuzzy:
                msgid = message.id if isinstance(message.id, str) else message.id[0]
                found.setdefault((message.context or "", msgid), set()).add(tuple(texts))
    return found


def used() -> dict[Text, str]:
    """Every text in code and templates, with one place where it stands."""
    from django.utils.translation.template import templatize

    found: dict[Text, str] = {}
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
        for line, message, _comments, context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
            msgid = next((part for part in message if part), "") if isinstance(message, tuple) else message
            if msgid:
                found.setdefault((context or "", msgid), f"{path.relative_to(ROOT)}:{line}")
    return found


def missing() -> list[str]:
    """`place: msgid` for every text without Chinese."""
    known = translated().keys() | {("", msgid) for msgid in django_own()}
    return sorted(f"{place}: {text[1]!r}" for text, place in used().items() if text not in known)


def torn() -> list[str]:
    """Texts for which two catalogues say different things: only one of them would ever show. Give one a context."""
    return sorted(
        f"{msgid!r}: {' or '.join(map(repr, sorted(several)))}"
        for (_context, msgid), several in translated().items()
        if len(several) > 1
    )


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
    gaps, doubles = missing(), torn()
    sys.stdout.write("".join(f"{line}\n" for line in (*gaps, *doubles)))
    sys.stdout.write(f"{len(gaps)} texts without Chinese, {len(doubles)} with two\n")
    return 1 if gaps or doubles else 0


if __name__ == "__main__":
    raise SystemExit(main())
