"""How does a rule come out of JSON? Every wrong part gets its own sentence.

`{"and": […]}`, `{"or": […]}`, `{"not": …}`, or a leaf, which is known by its first word (`{"did": "message.sent", …}`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from weilu.core.segments.rule import MOST_LEAVES, MOST_NESTED, And, Leaf, Not, Or, Rule, leaves
from weilu.core.warehouse.fields import Fields
from weilu.core.warehouse.refusal import Refused

AND, OR, NOT = "and", "or", "not"
JOINTS = (AND, OR, NOT)
TYPED = ("where", "is", "seed")
"""Parts of a rule or question under which stand an operator's own words; all others are names of ours."""
SAVED = "segment"
"""By which the leaf of a saved segment is known; the room that saves them registers it."""
Reader = Callable[[Fields], Leaf]

_readers: dict[str, Reader] = {}


def register(readers: Mapping[str, Reader]) -> None:
    """Called from `app.registry`: leaves by the word that they are known by."""
    for word, reader in readers.items():
        if _readers.get(word, reader) is not reader or word in JOINTS:
            raise ValueError(f"the leaf {word} is declared twice")
        _readers[word] = reader


def words() -> tuple[str, ...]:
    """By which leaves are known, in the order of registration."""
    return tuple(_readers)


def parse(data: object) -> Rule:
    """A rule from JSON. Raises Refused."""
    rule = _read(data, 1)
    count = sum(1 for _leaf in leaves(rule))
    if count > MOST_LEAVES:
        raise Refused(_("A rule can hold at most %(most)s conditions; this one has %(count)s.")
                      % {"most": MOST_LEAVES, "count": count})  # fmt: skip
    return rule


def _read(data: object, depth: int) -> Rule:
    if depth > MOST_NESTED:
        raise Refused(_("A rule can be nested at most %(most)s deep.") % {"most": MOST_NESTED})
    if not isinstance(data, dict) or not data:
        raise Refused(_('A rule is an object such as {"did": "message.sent", "within": "7d"}.'))
    found = [word for word in (*JOINTS, *_readers) if word in data]
    if not found:
        raise Refused(_("“%(name)s” begins no condition. There are: %(known)s.")
                      % {"name": next(iter(data)), "known": ", ".join((*JOINTS, *_readers))})  # fmt: skip
    if len(found) > 1:
        raise Refused(_("One part of the rule says two things, “%(first)s” and “%(second)s”. Put each in an object of its own inside “and”.")
                      % {"first": found[0], "second": found[1]})  # fmt: skip
    word = found[0]
    return _joint(word, data, depth) if word in JOINTS else _leaf(word, data)


def _joint(word: str, data: dict[str, Any], depth: int) -> Rule:
    if len(data) > 1:
        other = next(name for name in data if name != word)
        raise Refused(_("“%(other)s” cannot stand beside “%(word)s”.") % {"other": other, "word": word})
    inner = data[word]
    if word == NOT:
        return Not(_read(inner, depth + 1))
    if not isinstance(inner, list) or not inner:
        raise Refused(_("“%(word)s” takes a list of at least one rule.") % {"word": word})
    rules = tuple(_read(one, depth + 1) for one in inner)
    return And(rules) if word == AND else Or(rules)


def _leaf(word: str, data: dict[str, Any]) -> Leaf:
    fields = Fields(data, Refused)
    leaf = _readers[word](fields)
    fields.finish()
    return leaf
