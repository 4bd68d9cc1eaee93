"""How does what stands in the form become a question, and a question what stands in the form? Pure.

The form is flat words as an address carries them. What it cannot say (a question of one import, a condition of several values) is for
the text of the question, which can be edited itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from weilu.core.warehouse.question import FLOW, FUNNEL, HEATMAP, PATHS, PROPERTY, RETENTION, TREND

Question = dict[str, Any]
Flat = dict[str, Any]
STEPS = 6
"""Rows for steps in the form; a question of more steps is edited as text."""
SHARED = ("communities", "from", "to", "timezone", "segment")


def question_of(words: QueryDict) -> Question:
    """The question that the form asks; what is left empty is left out. Wrong parts are refused by whoever answers."""
    kind = _word(words, "kind") or TREND
    asked: Question = {"kind": kind, **WRITERS.get(kind, _nothing)(words)}
    if places := [int(one) for one in words.getlist("community") if one.isdecimal()]:
        asked["communities"] = places
    for name, word in (("from", "first"), ("to", "last"), ("timezone", "timezone")):
        if given := _word(words, word):
            asked[name] = given
    if segment := _segment(_word(words, "segment")):
        asked["segment"] = segment
    return asked


def flat_of(question: Mapping[str, Any]) -> Flat:
    """What the form shows of a question."""
    kind = str(question.get("kind", TREND))
    places = question.get("communities")
    shown: Flat = {
        "kind": kind,
        "community": [
            str(one) for one in (places if isinstance(places, list) else [places] if places else [])
        ],
        "first": _day(question.get("from")),
        "last": _day(question.get("to")),
        "timezone": question.get("timezone", ""),
        "segment": _shown_segment(question.get("segment")),
    }
    return shown | READERS.get(kind, _blank)(question)


def another(kind: str, question: Mapping[str, Any]) -> Question:
    """A first question of a kind about the same communities and days."""
    shared = {
        name: question[name] for name in SHARED if name in question and not _names_event(question, name)
    }
    return {"kind": kind, **FIRST[kind], **shared}


FIRST: dict[str, Question] = {
    TREND: {"metric": "dau", "by": "day"},
    FUNNEL: {
        "steps": [{"event": "member.joined"}, {"event": "message.sent"}, {"event": "reaction.added"}],
        "window": "7d",
    },
    RETENTION: {"start": "message.sent", "return": "interaction", "period": "week", "periods": 8},
    PATHS: {"after": "member.joined", "depth": 4, "top": 15, "collapse": True},
    HEATMAP: {"event": "message.sent"},
    FLOW: {"by": "week"},
}


def address(question: Mapping[str, Any], compare: str = "") -> str:
    """Of the page that shows the question."""
    text = json.dumps(question, ensure_ascii=False, separators=(",", ":"))
    query = {"q": text} | ({"compare": compare} if compare else {})
    return f"{reverse('evaluation:explore')}?{urlencode(query)}"


# the form into a question --------------------------------------------------------------------------------------------


def _trend(words: QueryDict) -> Question:
    return _subject(words) | _only({"by": _word(words, "by")}) | _parts(words)


def _heatmap(words: QueryDict) -> Question:
    return _subject(words)


def _subject(words: QueryDict) -> Question:
    what, _, name = _word(words, "what").partition(":")
    if what != "event":
        return {"metric": name}
    measure = _word(words, "measure")
    return {"event": name} | ({"measure": measure} if measure not in ("", "count") else {})


def _funnel(words: QueryDict) -> Question:
    steps = [step for n in range(1, STEPS + 1) if (step := _step(words, n))]
    asked: Question = {"steps": steps} | _parts(words)
    if (order := _word(words, "order")) not in ("", "loose"):
        asked["order"] = order
    return asked | _window(words) | _excluded(words)


def _step(words: QueryDict, number: int) -> Question:
    event, name, op = (_word(words, f"{part}{number}") for part in ("s", "p", "o"))
    if not event:
        return {}
    if not name:
        return {"event": event}
    value: Any = _value(_word(words, f"v{number}"))
    if op == "exists":
        value = value not in (False, "no", "0", 0)
    return {"event": event, "where": {name: value if op in ("", "eq") else {op: value}}}


def _value(text: str) -> str | int | float | bool:
    """A number where it reads as one."""
    if text in ("true", "false"):
        return text == "true"
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return text


def _retention(words: QueryDict) -> Question:
    asked: Question = {"start": _word(words, "start"), "return": _word(words, "back")}
    asked |= _only({"period": _word(words, "period")}) | _whole(words, "periods")
    if (mode := _word(words, "mode")) in ("rolling", "bracket"):
        asked["mode"] = mode
    if mode == "bracket":
        asked["brackets"] = [
            int(one) for one in _word(words, "brackets").replace(",", " ").split() if one.isdecimal()
        ]
    if (times := _whole(words, "times")).get("times", 1) != 1:
        asked |= times
    if _word(words, "every"):
        asked["every"] = True
    return asked | _only({"versus": _word(words, "versus")}) | _parts(words)


def _paths(words: QueryDict) -> Question:
    side = "before" if _word(words, "side") == "before" else "after"
    asked: Question = {side: _word(words, "event")} | _whole(words, "depth") | _whole(words, "top")
    if _word(words, "collapse"):
        asked["collapse"] = True
    return asked | _window(words) | _excluded(words)


def _flow(words: QueryDict) -> Question:
    return _only({"by": _word(words, "by")})


def _nothing(words: QueryDict) -> Question:
    return {}


def _parts(words: QueryDict) -> Question:
    breakdown, trait = _word(words, "breakdown"), _word(words, "property")
    return _only({"breakdown": breakdown, "property": trait if breakdown == PROPERTY else ""})


def _window(words: QueryDict) -> Question:
    number, unit = _word(words, "window"), _word(words, "unit")
    return {"window": f"{number}{unit or 'd'}"} if number else {}


def _excluded(words: QueryDict) -> Question:
    event = _word(words, "exclude")
    return {"exclude": [{"event": event}]} if event else {}


def _whole(words: QueryDict, name: str) -> Question:
    text = _word(words, name)
    return {name: int(text) if text.isdecimal() else text} if text else {}


def _segment(text: str) -> Any:
    """The number of a saved one, a name, or a rule as it stood in the question before."""
    if not text or text.isdecimal():
        return int(text) if text else None
    try:
        return json.loads(text)
    except ValueError:
        return text


def _shown_segment(told: Any) -> str:
    return json.dumps(told, ensure_ascii=False) if isinstance(told, dict | list) else str(told or "")


def _only(parts: Question) -> Question:
    return {name: value for name, value in parts.items() if value}


def _word(words: QueryDict, name: str) -> str:
    return (words.get(name, "") or "").strip()


# a question into the form --------------------------------------------------------------------------------------------


def _show_subject(question: Mapping[str, Any]) -> Flat:
    what = f"event:{question['event']}" if question.get("event") else f"metric:{question.get('metric', '')}"
    return {
        "what": what,
        "measure": question.get("measure", "count"),
        "by": question.get("by", "day"),
    } | _show_parts(question)


def _show_funnel(question: Mapping[str, Any]) -> Flat:
    steps = [one for one in _several(question, "steps") if isinstance(one, dict)]
    rows = [_show_step(steps[n] if n < len(steps) else {}) for n in range(max(STEPS, len(steps)))]
    shown: Flat = {
        "steps": list(enumerate(rows, 1)),
        "order": question.get("order", "loose"),
        "open": max(2, len(steps)),
    }
    return shown | _show_window(question) | _show_parts(question)


def _show_step(step: Mapping[str, Any]) -> Flat:
    where = step.get("where")
    name, told = next(iter(where.items()), ("", "")) if isinstance(where, dict) else ("", "")
    op, value = next(iter(told.items()), ("eq", "")) if isinstance(told, dict) else ("eq", told)
    return {"event": step.get("event", ""), "property": name, "op": op, "value": value}


def _show_retention(question: Mapping[str, Any]) -> Flat:
    shown: Flat = {"start": _name(question.get("start")), "back": _name(question.get("return"))}
    shown |= {
        "period": question.get("period", "week"),
        "periods": question.get("periods", 8),
        "mode": question.get("mode", "exact"),
    }
    shown |= {
        "brackets": " ".join(map(str, _several(question, "brackets"))),
        "times": question.get("times", 1),
    }
    return (
        shown
        | {"every": question.get("every"), "versus": _name(question.get("versus"))}
        | _show_parts(question)
    )


def _show_paths(question: Mapping[str, Any]) -> Flat:
    side = "before" if question.get("before") or _names_event(question, "to") else "after"
    event = question.get(side) or question.get("to" if side == "before" else "from", "")
    shown: Flat = {
        "side": side,
        "event": event,
        "depth": question.get("depth", 3),
        "top": question.get("top", 20),
    }
    return shown | {"collapse": question.get("collapse")} | _show_window(question)


def _show_flow(question: Mapping[str, Any]) -> Flat:
    return {"by": question.get("by", "week")}


def _blank(question: Mapping[str, Any]) -> Flat:
    return {}


def _show_parts(question: Mapping[str, Any]) -> Flat:
    return {"breakdown": question.get("breakdown", ""), "property": question.get("property", "")}


def _show_window(question: Mapping[str, Any]) -> Flat:
    text = str(question.get("window", ""))
    out = _several(question, "exclude") or [{}]
    return {"window": text[:-1], "unit": text[-1:] or "d", "exclude": _name(out[0])}


def _several(question: Mapping[str, Any], name: str) -> list[Any]:
    """A list of the question, none where it is something else: the form shows what it can of a wrong question."""
    told = question.get(name)
    return told if isinstance(told, list) else []


def _name(told: Any) -> str:
    return str(told.get("event", "")) if isinstance(told, dict) else str(told or "")


def _day(told: Any) -> str:
    text = str(told or "")
    return text if text[:1].isdecimal() else ""


def _names_event(question: Mapping[str, Any], name: str) -> bool:
    return name in ("from", "to") and bool(question.get(name)) and not _day(question[name])


WRITERS: dict[str, Callable[[QueryDict], Question]] = {
    TREND: _trend,
    HEATMAP: _heatmap,
    FUNNEL: _funnel,
    RETENTION: _retention,
    PATHS: _paths,
    FLOW: _flow,
}
READERS: dict[str, Callable[[Mapping[str, Any]], Flat]] = {
    TREND: _show_subject,
    HEATMAP: _show_subject,
    FUNNEL: _show_funnel,
    RETENTION: _show_retention,
    PATHS: _show_paths,
    FLOW: _show_flow,
}
