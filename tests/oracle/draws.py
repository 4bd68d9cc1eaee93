"""Funnels and paths drawn by chance: everything that their questions can hold, over the names that the generated logs use."""

from __future__ import annotations

import random
from typing import Any

WINDOWS = ("30m", "1h", "12h", "1d", "7d", "4w")
ORDERS = ("loose", "loose", "strict", "unordered")
WHERES: tuple[dict[str, Any], ...] = (
    {"value": {"gte": 100}}, {"value": {"lt": 100}}, {"value": [0, 199]}, {"value": {"ne": 199}}, {"value": {"exists": True}},
    {"source": "test"}, {"channel": "poster"}, {"channel": {"ne": "poster"}}, {"channel": {"exists": False}}, {"age": {"gt": 20.5}},
    {"age": 30, "channel": ["poster", "friend"]}, {"value": {"gte": 0, "lte": 199}},
)  # fmt: skip

Names = dict[str, set[str]]
"""Events that may be asked for, and which properties each was seen with."""


def a_funnel(chance: random.Random, names: Names) -> dict[str, Any]:
    steps: list[dict[str, Any]] = []
    while len(steps) < (count := chance.choice((1, 2, 2, 3, 3, 4, 5))):
        step = _a_step(chance, names)
        if step not in steps:
            steps.append(step)
        elif chance.random() < 0.2:
            break
    asked: dict[str, Any] = {"kind": "funnel", "steps": steps[:count], "order": chance.choice(ORDERS)}
    if chance.random() < 0.7:
        asked["window"] = chance.choice(WINDOWS)
    if chance.random() < 0.3:
        exclude = [one for one in (_a_step(chance, names),) if one not in steps]
        asked |= {"exclude": exclude} if exclude else {}
    return asked | ({"breakdown": "community"} if chance.random() < 0.3 else {})


def some_paths(chance: random.Random, names: Names) -> dict[str, Any]:
    event = chance.choice(list(names))
    asked: dict[str, Any] = {
        "kind": "paths",
        chance.choice(("after", "before")): event,
        "depth": chance.randrange(2, 6),
    }
    asked["top"] = chance.choice((1, 3, 20))
    if chance.random() < 0.5:
        asked["window"] = chance.choice(WINDOWS)
    if chance.random() < 0.3:
        exclude = [one for one in (_a_step(chance, names),) if one != {"event": event}]
        asked |= {"exclude": exclude} if exclude else {}
    return asked | ({"collapse": True} if chance.random() < 0.3 else {})


def a_retention(chance: random.Random, names: Names, size: str) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "kind": "retention",
        "start": chance.choice(list(names)),
        "return": chance.choice(list(names)),
    }
    asked |= {"period": size, "periods": chance.randrange(1, 6), "every": chance.random() < 0.5}
    asked |= chance.choice(({}, {"mode": "rolling"}, {"mode": "bracket", "brackets": [1, 3, 4]}))
    asked |= {"times": 2} if chance.random() < 0.4 else {}
    return asked | chance.choice(({}, {"breakdown": "community"}, {"versus": chance.choice(list(names))}))


def a_rule(chance: random.Random, names: Names, depth: int = 0) -> dict[str, Any]:
    """A segment: what somebody did or did not, where they are a member, a list, a lot; two of them together."""
    word = chance.choice(
        (
            "did",
            "did",
            "first",
            "member_of",
            "members",
            "random",
            *(("not", "and", "or") if depth < 2 else ()),
        )
    )
    if word in ("and", "or"):
        return {word: [a_rule(chance, names, depth + 1) for _ in range(2)]}
    if word == "not":
        return {"not": a_rule(chance, names, depth + 1)}
    window = chance.choice(({}, {"within": chance.choice(WINDOWS)}, {"before": chance.choice(WINDOWS)}))
    event = chance.choice(list(names))
    return {
        "did": {"did": event, **window, **chance.choice(({}, {"times": {"gte": 2}}, {"times": {"lt": 2}}))},
        "first": {"first": event, "within": chance.choice(WINDOWS)},
        "member_of": {"member_of": chance.choice((True, [1], [2, 3]))},
        "members": {"members": sorted(chance.sample(range(1, 10), 3))},
        "random": {"random": {"percent": 50, "seed": chance.choice(("", "spring"))}},
    }[word]


def _a_step(chance: random.Random, names: Names) -> dict[str, Any]:
    step: dict[str, Any] = {"event": chance.choice(list(names))}
    if chance.random() < 0.3:
        where = chance.choice(WHERES)
        if {"channel", "age"} & where.keys() <= names[step["event"]]:
            step["where"] = where
    return step


MEASURES = ("count", "members", "sum")


def a_trend(chance: random.Random, names: Names, size: str) -> dict[str, Any]:
    """Of events, with conditions, broken down, some of them with only the largest parts apart."""
    step = _a_step(chance, names)
    asked: dict[str, Any] = {"kind": "trend", **step, "measure": chance.choice(MEASURES), "by": size}
    parts = [None, "community", "source", *(["property"] * 3 if "channel" in names[step["event"]] else [])]
    breakdown = chance.choice(parts)
    if breakdown is None:
        return asked
    asked |= {"breakdown": breakdown} | ({"property": "channel"} if breakdown == "property" else {})
    return asked | ({"top": chance.choice((1, 2, 3))} if chance.random() < 0.6 else {})


def a_heatmap(chance: random.Random, names: Names) -> dict[str, Any]:
    return {"kind": "heatmap", **_a_step(chance, names), "measure": chance.choice(MEASURES)}


def a_distribution(chance: random.Random, names: Names) -> dict[str, Any]:
    step = _a_step(chance, names)
    of: dict[str, Any] = chance.choice(
        ({}, {"of": "value"}, *([{"of": "property", "property": "age"}] * 2 if "age" in names[step["event"]] else []))
    )  # fmt: skip
    asked = {"kind": "distribution", **step, **of}
    if chance.random() < 0.6:
        asked["edges"] = chance.choice(((1,), (1, 2, 4), (2, 3)) if not of else ((0,), (-50, 0, 199), (20.25, 30), (0.5, 20.5, 199.5)))  # fmt: skip
        asked["edges"] = list(asked["edges"])
    return asked


def a_top(chance: random.Random, names: Names) -> dict[str, Any]:
    step = _a_step(chance, names)
    breakdown = chance.choice(
        ("member", "member", "community", "source", *(["property"] * 2 if "channel" in names[step["event"]] else []))
    )  # fmt: skip
    asked = {"kind": "top", **step, "breakdown": breakdown, "top": chance.choice((1, 2, 3, 20))}
    asked["measure"] = chance.choice(("count", "sum") if breakdown == "member" else MEASURES)
    return asked | ({"property": "channel"} if breakdown == "property" else {})


def a_response(chance: random.Random, size: str) -> dict[str, Any]:
    asked: dict[str, Any] = {"kind": "response", "by": size, "within": chance.choice(("30m", "1h", "12h"))}
    if chance.random() < 0.6:
        asked["window"] = chance.choice(("12h", "7d", "4w"))
    return asked | chance.choice(
        ({}, {"breakdown": "community"}, {"breakdown": "hour"}, {"breakdown": "source"})
    )


def an_attribution(chance: random.Random, names: Names) -> dict[str, Any] | None:
    telling = sorted(name for name, told in names.items() if "channel" in told)
    if not telling:
        return None
    touches: list[dict[str, Any]] = []
    for event in chance.sample(telling, min(len(telling), chance.choice((1, 2, 3)))):
        touches.append({"event": event} | chance.choice(({}, {"property": "channel"})))
    if chance.random() < 0.3:
        touches.append({**_a_step(chance, names), "property": "source"})
    asked = {"kind": "attribution", "target": _a_step(chance, names), "touches": touches}
    asked |= {"model": chance.choice(("first", "last", "linear", "position", "position"))}
    return asked | ({"window": chance.choice(WINDOWS)} if chance.random() < 0.8 else {})
