"""What stands in a field of the form, and what a field shows of a question: the parts that several kinds share. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy

from weilu.core.numbers import LONGEST
from weilu.core.warehouse.question import ATTRIBUTION, PROPERTY, RESPONSE

Question = dict[str, Any]
Flat = dict[str, Any]
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,15})(\.[0-9]{1,15})?")


LABELS = {
    "edges": gettext_lazy("Rows begin at"),
    "window": gettext_lazy("Within"),
    "within": gettext_lazy("A quick answer comes within"),
    "periods": gettext_lazy("Periods"),
    "times": gettext_lazy("At least so many times"),
    "brackets": gettext_lazy("Brackets, if in brackets"),
    "depth": gettext_lazy("Events in a path"),
    "top": gettext_lazy("How many rows"),
    "property": gettext_lazy("Property"),
    "from": gettext_lazy("First day"),
    "to": gettext_lazy("Last day"),
    "as_of": gettext_lazy("As of the end of"),
    "known": gettext_lazy("With what was known at the end of"),
}
"""What the form calls a part of the question."""
OF_A_KIND = {
    (RESPONSE, "window"): gettext_lazy("Later than this is no answer"),
    (ATTRIBUTION, "window"): gettext_lazy("Touches within"),
}


def on_the_page(sentence: str, kind: str) -> str:
    """A sentence that refuses a question, with the names of its parts as the form has them."""
    for name, label in {
        **LABELS,
        **{part: word for (of, part), word in OF_A_KIND.items() if of == kind},
    }.items():
        sentence = sentence.replace(f"“{name}”", f"“{label}”")
    return sentence


def where_of(words: QueryDict, number: int) -> Question:
    """The one condition that the form can put on an event."""
    name, op = word(words, f"p{number}"), word(words, f"o{number}")
    if not name:
        return {}
    value: Any = value_of(word(words, f"v{number}"))
    if op == "exists":
        value = value not in (False, "no", "0", 0)
    return {"where": {name: value if op in ("", "eq") else {op: value}}}


def value_of(text: str) -> str | int | float | bool:
    """A number where it reads as one: not “007” and “1_000”, and no word that Python takes for one (“nan”, “infinity”)."""
    if text in ("true", "false"):
        return text == "true"
    if not _NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text else int(text)


def parts_of(words: QueryDict) -> Question:
    breakdown, trait = word(words, "breakdown"), word(words, "property")
    return only({"breakdown": breakdown, "property": trait if breakdown == PROPERTY else ""})


def window_of(words: QueryDict, name: str = "window", unit: str = "unit") -> Question:
    number = word(words, name)
    return {name: f"{number}{word(words, unit) or 'd'}"} if number else {}


def excluded(words: QueryDict) -> Question:
    event = word(words, "exclude")
    return {"exclude": [{"event": event}]} if event else {}


def whole(words: QueryDict, name: str) -> Question:
    text = word(words, name)
    return {name: number_in(text)} if text else {}


def number_in(text: str) -> int | str:
    """A whole number; text that is none, or too long for one, as it is, for whoever answers to refuse."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST else text


def only(parts: Question) -> Question:
    return {name: value for name, value in parts.items() if value}


def word(words: QueryDict, name: str) -> str:
    return (words.get(name, "") or "").strip()


def show_where(step: Mapping[str, Any]) -> Flat:
    where = step.get("where")
    name, told = next(iter(where.items()), ("", "")) if isinstance(where, dict) else ("", "")
    op, value = next(iter(told.items()), ("eq", "")) if isinstance(told, dict) else ("eq", told)
    return {"property": name, "op": op, "value": value}


def show_parts(question: Mapping[str, Any]) -> Flat:
    return {"breakdown": question.get("breakdown", ""), "property": question.get("property", "")}


def show_window(question: Mapping[str, Any]) -> Flat:
    text = str(question.get("window", ""))
    out = several(question, "exclude") or [{}]
    return {"window": text[:-1], "unit": text[-1:] or "d", "exclude": name_of(out[0])}


def several(question: Mapping[str, Any], name: str) -> list[Any]:
    """A list of the question, none where it is something else: the form shows what it can of a wrong question."""
    told = question.get(name)
    return told if isinstance(told, list) else []


def name_of(told: Any) -> str:
    return str(told.get("event", "")) if isinstance(told, dict) else str(told or "")
