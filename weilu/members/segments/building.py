"""How do the fields of the builder become a rule, and a rule these fields? What they cannot show is edited as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from weilu.members.rules.influence import TIERS
from weilu.members.rules.lifecycle import STATES

Json = dict[str, Any]
ALL, ANY = "all", "any"
DID, STATE, TIER, SCORE, VALUE, MEMBER_OF, SEGMENT, TAG, FACT, RANDOM = (
    "did", "state", "tier", "score", "value", "member_of", "segment", "tag", "fact", "random",
)  # fmt: skip
THEN, FIRST_TIME, LAST_TIME, SHARE, RFM = "then", "first", "last", "share", "rfm"
WHATS = (
    DID, THEN, FIRST_TIME, LAST_TIME, SHARE, STATE, TIER, SCORE, VALUE, RFM, MEMBER_OF, SEGMENT, TAG, FACT, RANDOM,
)  # fmt: skip
EDGES = (FIRST_TIME, LAST_TIME)
STEPS_OF = ("r", "f", "m")
MOST_ROWS = 30
PARTS = (
    "what", "not", "event", "op", "times", "days", "name", "cmp", "value", "state", "tier", "score", "community",
    "segment", "tag", "fact", "percent", "seed", "then", "gap", "side", "of", *STEPS_OF,
)  # fmt: skip
STARTS = {
    "event": "interaction", "then": "message.sent", "of": "interaction", "side": "within", "score": "60", "percent": "10", "r": "4", STATE: STATES[0], TIER: TIERS[0],
}  # fmt: skip
"""What the fields of a row show first."""


@dataclass(frozen=True, slots=True)
class Row:
    """One condition: which it is, whether it must not hold, and what stands in its fields."""

    what: str = DID
    denied: bool = False
    given: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        return self.given.get(name, "")


FIRST = Row(DID, False, {"event": "message.sent", "op": "gte", "times": "1", "days": "7"})


@dataclass(frozen=True, slots=True)
class Built:
    """What the builder shows: `match` says whether all rows or any of them must hold."""

    match: str = ALL
    rows: tuple[Row, ...] = (FIRST,)


def read(data: Mapping[str, str]) -> Built:
    """The fields as they were sent: `c0_what`, `c0_event`, … What a row of another kind did not have yet starts by STARTS."""
    rows = []
    for n in range(MOST_ROWS):
        what = data.get(f"c{n}_what", "")
        if what in WHATS:
            given = {name: data.get(f"c{n}_{name}", STARTS.get(name, "")).strip() for name in PARTS}
            rows.append(Row(what, bool(given["not"]), given))
    return Built(ANY if data.get("match") == ANY else ALL, tuple(rows))


def filled(built: Built, choices: Mapping[str, str]) -> Built:
    """With the first choice, by field, in each row whose own field is empty: what its list shows is what holds."""
    rows = (
        replace(row, given={**row.given, row.what: choices[row.what]})
        if row.what in choices and not row.get(row.what)
        else row
        for row in built.rows
    )
    return replace(built, rows=tuple(rows))


def rule_of(built: Built) -> Json:
    """What the fields say. Wrong or missing words stay in it, for the reader of rules to refuse."""
    rules = [_denied(row, _leaf(row)) for row in built.rows]
    if len(rules) == 1:
        return rules[0]
    return {"or" if built.match == ANY else "and": rules}


def _denied(row: Row, rule: Json) -> Json:
    return {"not": rule} if row.denied else rule


def _leaf(row: Row) -> Json:
    if row.what == DID:
        return _did(row)
    if row.what == THEN:
        after = {DID: row.get("then")} | _length("within", row.get("gap"))
        return {DID: row.get("event"), "then": after} | _within(row)
    if row.what in EDGES:
        return {row.what: row.get("event")} | _length(row.get("side") or "within", row.get("days") or "30")
    if row.what == SHARE:
        percent = {row.get("op") or "gte": number(row.get("percent"))}
        return {SHARE: row.get("event"), "of": row.get("of"), "percent": percent} | _within(row)
    if row.what == RFM:
        return {RFM: {name: {"gte": number(row.get(name))} for name in STEPS_OF if row.get(name)}}
    if row.what in (SCORE, VALUE):
        return {row.what: {row.get("op") or "gte": number(row.get("score"))}}
    if row.what == MEMBER_OF:
        return {MEMBER_OF: number(row.get("community")) if row.get("community") else True}
    if row.what in (SEGMENT, TAG):
        return {row.what: number(row.get(row.what))}
    if row.what == FACT:
        return {FACT: row.get("fact"), "is": _compared(row)}
    if row.what == RANDOM:
        return {RANDOM: {"percent": number(row.get("percent")), "seed": row.get("seed")}}
    return {row.what: row.get(row.what)}


def _did(row: Row) -> Json:
    found: Json = {DID: row.get("event")}
    if (row.get("op"), row.get("times")) not in (("gte", "1"), ("", ""), ("gte", "")):
        found["times"] = {row.get("op") or "gte": number(row.get("times"))}
    found |= _within(row)
    if row.get("name"):
        found["where"] = {row.get("name"): _compared(row)}
    return found


def _within(row: Row) -> Json:
    return _length("within", row.get("days"))


def _length(name: str, days: str) -> Json:
    return {name: f"{days}d"} if days else {}


def _compared(row: Row) -> Any:
    operation, value = row.get("cmp") or "eq", row.get("value")
    if operation == "exists":
        return {"exists": True}
    return {
        operation: number(value) if operation in ("gt", "gte", "lt", "lte") or _is_number(value) else value
    }


def amiss(built: Built) -> int:
    """Which condition, counted from 1, has something else where a whole number belongs; 0 where none has."""
    for place, row in enumerate(built.rows, 1):
        wanted = WHOLE.get(row.what, ())
        if any(not _is_whole(row.get(name)) for name in wanted if row.get(name)):
            return place
    return 0


WHOLE = {
    DID: ("times", "days"), THEN: ("gap", "days"), FIRST_TIME: ("days",), LAST_TIME: ("days",), SHARE: ("days",),
    SCORE: ("score",), VALUE: ("score",), RFM: STEPS_OF,
}  # fmt: skip
"""Fields in which a whole number belongs."""


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def number(text: str) -> Any:
    """A number where it is one, else the text as it stands."""
    if not _is_number(text):
        return text
    return float(text) if "." in text else int(text)


def _is_number(text: str) -> bool:
    digits = text.removeprefix("-").replace(".", "", 1)
    return digits.isascii() and digits.isdigit() and len(digits) < 16


def show(rule: Json) -> Built | None:
    """The fields that say this rule, None where they cannot."""
    joint = next((word for word in ("and", "or") if word in rule), "")
    rules = rule[joint] if joint else [rule]
    if not isinstance(rules, list):
        return None
    rows = [_row(one) for one in rules]
    if len(rows) > MOST_ROWS or any(row is None for row in rows):
        return None
    built = Built(ANY if joint == "or" else ALL, tuple(row for row in rows if row is not None))
    return built if rule_of(built) == rule or (joint and len(rules) == 1) else None


def _row(rule: Any) -> Row | None:
    """Guessed part by part; `show` looks whether it says the same."""
    if not isinstance(rule, dict):
        return None
    denied = "not" in rule
    inner = rule["not"] if denied else rule
    what = next((word for word in WHATS if isinstance(inner, dict) and word in inner), "")
    if not what:
        return None
    what = THEN if what == DID and THEN in inner else what
    given = {name: _shown(inner[name]) for name in (STATE, TIER, SEGMENT, TAG, FACT) if name in inner}
    if what == DID:
        given |= {"event": _shown(inner[DID]), "op": "gte", "times": "1"}
        given |= _pair(inner.get("times"), "op", "times")
        given |= _shown_days(inner)
        where = inner.get("where")
        if isinstance(where, dict) and len(where) == 1:
            name, asked = next(iter(where.items()))
            given |= {"name": name, **_pair(asked, "cmp", "value")}
    if what == THEN and isinstance(inner[THEN], dict):
        after = inner[THEN]
        given |= {
            "event": _shown(inner[DID]),
            "then": _shown(after.get(DID)),
            "gap": _days(after),
        } | _shown_days(inner)
    if what in EDGES:
        side = "before" if "before" in inner else "within"
        given |= {"event": _shown(inner[what]), "side": side, "days": _days(inner, side)}
    if what == SHARE:
        given |= {"event": _shown(inner[SHARE]), "of": _shown(inner.get("of"))} | _shown_days(inner)
        given |= _pair(inner.get("percent"), "op", "percent")
    if what == RFM and isinstance(inner[RFM], dict):
        given |= {name: _pair(asked, "", name).get(name, "") for name, asked in inner[RFM].items()}
    if what in (SCORE, VALUE):
        given |= _pair(inner[what], "op", "score")
    if what == MEMBER_OF and inner[MEMBER_OF] is not True:
        given["community"] = _shown(inner[MEMBER_OF])
    if what == FACT:
        given |= _pair(inner.get("is"), "cmp", "value")
    if what == RANDOM and isinstance(inner[RANDOM], dict):
        given |= {name: _shown(inner[RANDOM].get(name, "")) for name in ("percent", "seed")}
    return Row(what, denied, given)


def _shown_days(inner: Json) -> dict[str, str]:
    return {"days": _days(inner)}


def _days(inner: Json, name: str = "within") -> str:
    return str(inner.get(name, "")).removesuffix("d")


def _pair(asked: Any, operation: str, value: str) -> dict[str, str]:
    if not isinstance(asked, dict) or len(asked) != 1:
        return {} if asked is None else {operation: "eq", value: _shown(asked)}
    name, told = next(iter(asked.items()))
    return {operation: name, value: "" if name == "exists" else _shown(told)}


def _shown(value: Any) -> str:
    return str(value[0]) if isinstance(value, list) and len(value) == 1 else str(value)
