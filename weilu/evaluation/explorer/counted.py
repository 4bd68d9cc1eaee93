"""How do questions about what is counted stand in the form: trends, heat maps, top lists, distributions, answer times, attribution?
Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from weilu.core.warehouse.formulas import MOST_MEASURES
from weilu.core.warehouse.question import object_in
from weilu.evaluation.explorer.words import (
    Flat,
    Question,
    name_of,
    only,
    parts_of,
    several,
    show_parts,
    show_where,
    value_of,
    where_of,
    whole,
    window_of,
    word,
)

TOUCHES = 4
"""Rows for touches in the form; a question of more is edited as text."""
LETTERS, ROWS = "abcde", 3
"""Names for what a formula is computed from, and how many rows the form has for them at least."""


def trend(words: QueryDict) -> Question:
    parts = parts_of(words)
    top = (
        whole(words, "top")
        if parts.get("breakdown") in ("community", "source", "inviter", "property")
        else {}
    )
    return (_computed(words) or _subject(words)) | only({"by": word(words, "by")}) | parts | top


def heatmap(words: QueryDict) -> Question:
    return _subject(words)


def top(words: QueryDict) -> Question:
    return (
        {"event": word(words, "event"), **_measure(words)}
        | where_of(words, 0)
        | parts_of(words)
        | whole(words, "top")
    )


def distribution(words: QueryDict) -> Question:
    of = word(words, "of")
    asked: Question = {"event": word(words, "event")} | where_of(words, 0)
    if of in ("value", "property"):
        asked["of"] = of
    if of == "property":
        asked["property"] = word(words, "property")
    edges = [value_of(one) for one in word(words, "edges").replace(",", " ").split()]
    return asked | ({"edges": edges} if edges else {})


def response(words: QueryDict) -> Question:
    within, window = window_of(words, "within", "within_unit"), window_of(words)
    return only({"by": word(words, "by"), "breakdown": word(words, "breakdown")}) | within | window


def attribution(words: QueryDict) -> Question:
    where = where_of(words, 0)
    target = word(words, "target")
    touches = [
        {"event": event} | only({"property": word(words, f"q{n}")})
        for n in range(1, TOUCHES + 1)
        if (event := word(words, f"t{n}"))
    ]
    asked: Question = {"target": {"event": target, **where} if where else target, "touches": touches}
    return asked | only({"model": word(words, "model")}) | window_of(words)


def _subject(words: QueryDict) -> Question:
    what, _, name = word(words, "what").partition(":")
    if what != "event":
        return {"metric": name}
    return {"event": name} | _measure(words) | where_of(words, 0)


def _computed(words: QueryDict) -> Question:
    """A formula and what it is computed from; conditions of a measure come along as they stood in the question before."""
    if not (formula := word(words, "formula")):
        return {}
    measures = {
        word(words, f"m{n}"): _one_measure(words, n)
        for n in range(1, MOST_MEASURES + 1)
        if word(words, f"m{n}") and word(words, f"w{n}")
    }
    return {"formula": formula, "measures": measures}


def _one_measure(words: QueryDict, number: int) -> Question:
    what, _, name = word(words, f"w{number}").partition(":")
    if what != "event":
        return {"metric": name}
    where = object_in(word(words, f"h{number}"))
    return {"event": name} | _measure(words, f"e{number}") | ({"where": where} if where else {})


def _measure(words: QueryDict, name: str = "measure") -> Question:
    measure = word(words, name)
    return {"measure": measure} if measure not in ("", "count") else {}


# a question into the form --------------------------------------------------------------------------------------------


def show_subject(question: Mapping[str, Any]) -> Flat:
    shown: Flat = {
        "what": _what(question),
        "formula": question.get("formula", ""),
        "computed": list(enumerate(_show_measures(question), 1)),
        "measure": question.get("measure", "count"),
        "where": show_where(question),
        "by": question.get("by", "day"),
        "top": question.get("top", ""),
    }
    return shown | show_parts(question)


def _what(asked: Mapping[str, Any]) -> str:
    return f"event:{asked['event']}" if asked.get("event") else f"metric:{asked.get('metric', '')}"


def _show_measures(question: Mapping[str, Any]) -> list[Flat]:
    told = question.get("measures")
    named = list(told.items()) if isinstance(told, dict) else []
    rows = [_show_measure(name, one if isinstance(one, dict) else {}) for name, one in named]
    free = (name for name in LETTERS if all(name != row["name"] for row in rows))
    return (
        rows
        + [{"name": name, "what": "", "measure": "count", "where": ""} for name in free][
            : max(0, ROWS - len(rows))
        ]
    )


def _show_measure(name: str, one: Mapping[str, Any]) -> Flat:
    where = json.dumps(one["where"], ensure_ascii=False) if one.get("where") else ""
    return {"name": name, "what": _what(one), "measure": one.get("measure", "count"), "where": where}


def show_top(question: Mapping[str, Any]) -> Flat:
    shown: Flat = {
        "event": question.get("event", ""),
        "measure": question.get("measure", "count"),
        "where": show_where(question),
        "top": question.get("top", 20),
    }
    return shown | show_parts(question)


def show_distribution(question: Mapping[str, Any]) -> Flat:
    return {
        "event": question.get("event", ""),
        "where": show_where(question),
        "of": question.get("of", "times"),
        "property": question.get("property", ""),
        "edges": " ".join(map(str, several(question, "edges"))),
    }


def show_response(question: Mapping[str, Any]) -> Flat:
    shown: Flat = {"by": question.get("by", "day"), "breakdown": question.get("breakdown", "")}
    return shown | _length(question, "within", "within_unit", "1h") | _length(question, "window", "unit", "")


def show_attribution(question: Mapping[str, Any]) -> Flat:
    target = question.get("target")
    touches = [one for one in several(question, "touches") if isinstance(one, dict)]
    rows = [_show_touch(touches[n] if n < len(touches) else {}) for n in range(max(TOUCHES, len(touches)))]
    shown: Flat = {
        "target": name_of(target),
        "where": show_where(target if isinstance(target, Mapping) else {}),
        "touches": list(enumerate(rows, 1)),
        "touched": max(1, len(touches)),
        "model": question.get("model", "last"),
    }
    return shown | _length(question, "window", "unit", "30d")


def _show_touch(touch: Mapping[str, Any]) -> Flat:
    return {"event": touch.get("event", ""), "property": touch.get("property", "channel" if touch else "")}


def _length(question: Mapping[str, Any], name: str, unit: str, usual: str) -> Flat:
    text = str(question.get(name) or usual)
    return {name: text[:-1], unit: text[-1:] or "d"}
