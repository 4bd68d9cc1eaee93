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

from weilu.core.warehouse.question import (
    ATTRIBUTION,
    DISTRIBUTION,
    FLOW,
    FUNNEL,
    HEATMAP,
    PATHS,
    RESPONSE,
    RETENTION,
    TOP,
    TREND,
    object_in,
)
from weilu.evaluation.explorer import counted
from weilu.evaluation.explorer.words import (
    Flat,
    Question,
    excluded,
    name_of,
    number_in,
    only,
    parts_of,
    several,
    show_parts,
    show_where,
    show_window,
    where_of,
    whole,
    window_of,
    word,
)

STEPS = 6
"""Rows for steps in the form; a question of more steps is edited as text."""
SHARED = ("communities", "from", "to", "as_of", "known", "timezone", "segment")
DAYS = {"from": "first", "to": "last", "as_of": "as_of", "known": "known", "timezone": "timezone"}
"""Part of the question → its field."""


def question_of(words: QueryDict) -> Question:
    """The question that the form asks; what is left empty is left out. Wrong parts are refused by whoever answers."""
    kind = word(words, "kind") or TREND
    asked: Question = {"kind": kind, **WRITERS.get(kind, _nothing)(words)}
    if places := [number_in(one) for one in words.getlist("community") if one]:
        asked["communities"] = places
    for name, field in DAYS.items():
        if given := word(words, field):
            asked[name] = given
    if segment := _segment(word(words, "segment")):
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
        "as_of": _day(question.get("as_of")),
        "known": _day(question.get("known")),
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
    TOP: {"event": "message.sent", "breakdown": "member", "top": 20},
    DISTRIBUTION: {"event": "message.sent"},
    RESPONSE: {"by": "day", "within": "1h"},
    ATTRIBUTION: {
        "target": "member.joined",
        "touches": [{"event": "member.joined", "property": "source"}],
        "model": "last",
        "window": "30d",
    },
    FLOW: {"by": "week"},
}


def address(question: Mapping[str, Any], compare: str = "") -> str:
    """Of the page that shows the question."""
    text = json.dumps(question, ensure_ascii=False, separators=(",", ":"))
    query = {"q": text} | ({"compare": compare} if compare else {})
    return f"{reverse('evaluation:explore')}?{urlencode(query)}"


# the form into a question --------------------------------------------------------------------------------------------


def _funnel(words: QueryDict) -> Question:
    steps = [step for n in range(1, STEPS + 1) if (step := _step(words, n))]
    asked: Question = {"steps": steps} | parts_of(words)
    if (order := word(words, "order")) not in ("", "loose"):
        asked["order"] = order
    return asked | window_of(words) | excluded(words)


def _step(words: QueryDict, number: int) -> Question:
    event = word(words, f"s{number}")
    return {"event": event} | where_of(words, number) if event else {}


def _retention(words: QueryDict) -> Question:
    asked: Question = {"start": word(words, "start"), "return": word(words, "back")}
    asked |= only({"period": word(words, "period")}) | whole(words, "periods")
    if (mode := word(words, "mode")) in ("rolling", "bracket"):
        asked["mode"] = mode
    if mode == "bracket":
        asked["brackets"] = [number_in(one) for one in word(words, "brackets").replace(",", " ").split()]
    if (times := whole(words, "times")).get("times", 1) != 1:
        asked |= times
    if word(words, "every"):
        asked["every"] = True
    return asked | only({"versus": word(words, "versus")}) | parts_of(words)


def _paths(words: QueryDict) -> Question:
    side = "before" if word(words, "side") == "before" else "after"
    asked: Question = {side: word(words, "event")} | whole(words, "depth") | whole(words, "top")
    if word(words, "collapse"):
        asked["collapse"] = True
    return asked | window_of(words) | excluded(words)


def _flow(words: QueryDict) -> Question:
    return only({"by": word(words, "by")})


def _nothing(words: QueryDict) -> Question:
    return {}


def _segment(text: str) -> Any:
    """The number of a saved one, a name, or a rule as it stood in the question before."""
    if not text:
        return None
    return object_in(text) or number_in(text)


def _shown_segment(told: Any) -> str:
    return json.dumps(told, ensure_ascii=False) if isinstance(told, dict | list) else str(told or "")


# a question into the form --------------------------------------------------------------------------------------------


def _show_funnel(question: Mapping[str, Any]) -> Flat:
    steps = [one for one in several(question, "steps") if isinstance(one, dict)]
    rows = [_show_step(steps[n] if n < len(steps) else {}) for n in range(max(STEPS, len(steps)))]
    shown: Flat = {
        "steps": list(enumerate(rows, 1)),
        "order": question.get("order", "loose"),
        "open": max(2, len(steps)),
    }
    return shown | show_window(question) | show_parts(question)


def _show_step(step: Mapping[str, Any]) -> Flat:
    return {"event": step.get("event", "")} | show_where(step)


def _show_retention(question: Mapping[str, Any]) -> Flat:
    shown: Flat = {"start": name_of(question.get("start")), "back": name_of(question.get("return"))}
    shown |= {
        "period": question.get("period", "week"),
        "periods": question.get("periods", 8),
        "mode": question.get("mode", "exact"),
    }
    shown |= {
        "brackets": " ".join(map(str, several(question, "brackets"))),
        "times": question.get("times", 1),
    }
    return (
        shown
        | {"every": question.get("every"), "versus": name_of(question.get("versus"))}
        | show_parts(question)
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
    return shown | {"collapse": question.get("collapse")} | show_window(question)


def _show_flow(question: Mapping[str, Any]) -> Flat:
    return {"by": question.get("by", "week")}


def _blank(question: Mapping[str, Any]) -> Flat:
    return {}


def _day(told: Any) -> str:
    text = str(told or "")
    return text if text[:1].isdecimal() else ""


def _names_event(question: Mapping[str, Any], name: str) -> bool:
    return name in ("from", "to") and bool(question.get(name)) and not _day(question[name])


WRITERS: dict[str, Callable[[QueryDict], Question]] = {
    TREND: counted.trend,
    HEATMAP: counted.heatmap,
    TOP: counted.top,
    DISTRIBUTION: counted.distribution,
    RESPONSE: counted.response,
    ATTRIBUTION: counted.attribution,
    FUNNEL: _funnel,
    RETENTION: _retention,
    PATHS: _paths,
    FLOW: _flow,
}
READERS: dict[str, Callable[[Mapping[str, Any]], Flat]] = {
    TREND: counted.show_subject,
    HEATMAP: counted.show_subject,
    TOP: counted.show_top,
    DISTRIBUTION: counted.show_distribution,
    RESPONSE: counted.show_response,
    ATTRIBUTION: counted.show_attribution,
    FUNNEL: _show_funnel,
    RETENTION: _show_retention,
    PATHS: _show_paths,
    FLOW: _show_flow,
}
