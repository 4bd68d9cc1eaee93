"""Which texts name somebody who is erased? For rooms that have to forget them; asked while the directory still knows the names."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from weilu.core.directory.queries import called


def words_for(identity: int) -> frozenset[str]:
    """What an account and its owner are called, whatever the case it is written in."""
    return frozenset(word.casefold() for word in called(identity))


def names(text: str, words: Collection[str]) -> bool:
    """Whether one of them stands in it; one of a letter or two stands in everything, so that must be all of it."""
    text = text.strip().casefold()
    return any(word in text if len(word.encode()) > 2 else word == text for word in words)


def forget_in(rows: QuerySet[Any], field: str, identity: int) -> None:
    """Texts of one column that name them are emptied. Safe to run twice."""
    words = words_for(identity)
    found = rows.exclude(**{field: ""}).values_list("pk", field)
    gone = [pk for pk, text in found if names(text, words)]
    for pk in gone:
        rows.filter(pk=pk).update(**{field: ""})
