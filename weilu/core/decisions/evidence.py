"""What may stand in evidence and in audit details? Ids, numbers and short slugs: nothing that names or quotes a person."""

from __future__ import annotations

import re
from collections.abc import Mapping

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]

SLUG = re.compile(r"[A-Za-z0-9_.:/+-]{0,64}")
"""Slugs, versions, ISO days and moments, ids in text. No blank, so no sentence, and no @, so no address."""


def ids_only(values: Mapping[str, Plain]) -> dict[str, Plain]:
    """The same values, checked; raises `ValueError` that names the key where something else stands."""
    return {key: _checked(key, value) for key, value in values.items()}


def _checked(key: str, value: Plain) -> Plain:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        if SLUG.fullmatch(value) is None:
            raise ValueError(f"{key} must be an id, a number or a slug")
        return value
    if isinstance(value, dict):
        return ids_only(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_checked(key, item) for item in value]
    raise ValueError(f"{key} must be an id, a number or a slug")
