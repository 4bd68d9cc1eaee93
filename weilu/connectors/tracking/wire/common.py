"""What do all wire formats have in common? Ids, and bodies that are one event, a list of them, or a list inside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from weilu.connectors.tracking.contract import EMPTY, Refused, Said

LONGEST_ID = 1_000
NOBODY = frozenset(
    [
        "null",
        "undefined",
        "none",
        "nil",
        "nan",
        "anonymous",
        "guest",
        "unknown",
        "distinct_id",
        "distinctid",
        "user_id",
        "userid",
        "anonymous_id",
        "anonymousid",
        "id",
        "email",
        "0",
        "-1",
        "false",
        "true",
        "[object",
        "object]",
        "not_authenticated",
    ]
) | {"", "[object object]", "00000000-0000-0000-0000-000000000000"}
"""Placeholders that slip into ids; taken for an id, they would make one person out of everybody."""

LONGEST_PLACEHOLDER = max(map(len, NOBODY)) + 1

Outcome = Said | Refused


def identifier(value: Any) -> str:
    """An id as text, empty where it names nobody. Raises Refused where it is too long."""
    if type(value) is not str:
        if type(value) is not int:
            return ""
        value = str(value)
    if len(value) > LONGEST_ID:
        raise Refused("long_id")
    text: str = value.strip()
    return "" if len(text) < LONGEST_PLACEHOLDER and text.lower() in NOBODY else text


def mapping(value: Any) -> Mapping[str, Any]:
    """Properties or traits; nothing where there are none. Raises Refused where they are something else."""
    if value is None or value == "":
        return EMPTY
    if not isinstance(value, dict):
        raise Refused("not_properties")
    return value


def own_traits(traits: Mapping[str, Any]) -> Mapping[str, Any]:
    """Traits without those that SDKs add by themselves."""
    return {name: value for name, value in traits.items() if name[:1] != "$" or name == "$name"}


def each(events: Iterable[Any], read: Callable[[Mapping[str, Any]], Said], nul: bool) -> Iterator[Outcome]:
    """Read them one by one: one that cannot be read does not sink the others."""
    for event in events:
        try:
            if type(event) is not dict:
                raise Refused("not_an_object")
            if nul and has_nul(event):
                raise Refused("nul")
            yield read(event)
        except Refused as refused:
            yield refused


def has_nul(value: Any) -> bool:
    """Whether any text in it holds a NUL character, which no database can keep."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if "\x00" in one:
                return True
        elif isinstance(one, dict):
            waiting += one.keys()
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return False
