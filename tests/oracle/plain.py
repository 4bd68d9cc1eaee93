"""Who answers to a rule, worked out event by event in plain Python: the other opinion beside the store's.

Nothing of the product's reading or compiling is used here; the rule is taken as JSON gives it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tests.oracle.logs import Log
from weilu.core.events.kinds import interactions
from weilu.core.events.rows import Row

LENGTHS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b,
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
}


@dataclass(frozen=True)
class Plain:
    """The log before a moment (ms), in some communities, as it was known."""

    log: Log
    communities: tuple[int, ...]
    moment: int
    known: int | None = None

    def members(self, rule: dict[str, Any]) -> set[int]:
        return {one for one in self.everybody() if self.holds(rule, one)}

    def everybody(self) -> set[int]:
        return {self.person(row) for row in self.rows()} - {0}

    def rows(self) -> list[Row]:
        return [
            row
            for row in self.log.rows
            if row.community in self.communities
            and row.happened < self.moment
            and (self.known is None or row.position <= self.known)
        ]

    def person(self, row: Row) -> int:
        return self.log.persons_at(self.known)[row.identity]

    def of(self, one: int) -> list[Row]:
        return sorted(
            (row for row in self.rows() if self.person(row) == one), key=lambda r: (r.happened, r.position)
        )

    def holds(self, rule: dict[str, Any], one: int) -> bool:
        if "and" in rule:
            return all(self.holds(inner, one) for inner in rule["and"])
        if "or" in rule:
            return any(self.holds(inner, one) for inner in rule["or"])
        if "not" in rule:
            return not self.holds(rule["not"], one)
        word = next(
            word
            for word in ("did", "first", "last", "share", "member_of", "members", "random")
            if word in rule
        )
        return bool(getattr(self, f"_{word}")(rule, one))

    def _did(self, rule: dict[str, Any], one: int) -> bool:
        mine = [row for row in self.of(one) if self._in(row.happened, rule)]
        if "then" in rule:
            return self._follows(rule, mine, None)
        done = [row for row in mine if _is(row, rule["did"], rule)]
        if not _fits(len(done), rule.get("times", {"gte": 1})):
            return False
        return "sum" not in rule or _fits(sum(row.value or 0 for row in done), rule["sum"])

    def _follows(self, step: dict[str, Any], mine: list[Row], after: Row | None) -> bool:
        """Every way of taking the steps is tried."""
        for row in mine:
            late = after is not None and (row.happened, row.position) <= (after.happened, after.position)
            far = (
                after is not None and "within" in step and row.happened - after.happened > ms(step["within"])
            )
            if late or far or not _is(row, step["did"], step):
                continue
            if "then" not in step or self._follows(step["then"], mine, row):
                return True
        return False

    def _first(self, rule: dict[str, Any], one: int) -> bool:
        done = [row.happened for row in self.of(one) if _is(row, rule["first"], rule)]
        return bool(done) and self._in(min(done), rule)

    def _last(self, rule: dict[str, Any], one: int) -> bool:
        done = [row.happened for row in self.of(one) if _is(row, rule["last"], rule)]
        return bool(done) and self._in(max(done), rule)

    def _share(self, rule: dict[str, Any], one: int) -> bool:
        mine = [row for row in self.of(one) if self._in(row.happened, rule)]
        whole = [row for row in mine if _is(row, *_named(rule["of"]))]
        part = [row for row in whole if _is(row, *_named(rule["share"]))]
        return bool(whole) and all(
            COMPARE[name](len(part) * 100, value * len(whole)) for name, value in rule["percent"].items()
        )

    def _member_of(self, rule: dict[str, Any], one: int) -> bool:
        """Seat by seat: taken by the first event, given up by leaving, taken again by joining or taking part."""
        places = self.communities if rule["member_of"] is True else rule["member_of"]
        seats: dict[tuple[int, int], bool] = {}
        leaving = "member.left"
        rows = [row for row in self.log.rows if row.community in places and row.happened < self.moment
                and (self.known is None or row.position <= self.known) and self.person(row) == one]  # fmt: skip
        for row in sorted(rows, key=lambda r: (r.happened, r.kind == leaving, r.position)):
            seat = (row.community, row.identity)
            if row.kind == leaving:
                seats[seat] = False
            elif seat not in seats or row.kind == "member.joined" or row.kind in interactions():
                seats[seat] = True
        return any(seats.values())

    def _members(self, rule: dict[str, Any], one: int) -> bool:
        return one in rule["members"]

    def _random(self, rule: dict[str, Any], one: int) -> bool:
        digest = hashlib.md5(f"{rule['random'].get('seed', '')}{one}".encode()).digest()
        return int.from_bytes(digest[:4], "little") % 10_000 < round(rule["random"]["percent"] * 100)

    def _in(self, happened: int, rule: dict[str, Any]) -> bool:
        second = happened // 1000 * 1000
        if "within" in rule:
            return second >= self.moment - ms(rule["within"])
        return "before" not in rule or second < self.moment - ms(rule["before"])


def ms(length: str) -> int:
    number, unit = re.fullmatch(r"(\d+)(\w+)", length).groups()
    return int(number) * LENGTHS[unit]


def _fits(number: int, asked: Any) -> bool:
    return all(COMPARE[name](number, value) for name, value in asked.items())


def _named(event: Any) -> tuple[str, Any]:
    return (event, {}) if isinstance(event, str) else (event["event"], event)


def _is(row: Row, event: str, asked: dict[str, Any]) -> bool:
    """`asked` may name places and conditions."""
    right = row.kind in interactions() if event == "interaction" else event in ("*", row.kind)
    here = "in" not in asked or row.community in asked["in"]
    return right and here and all(_meets(row, name, one) for name, one in asked.get("where", {}).items())


def _meets(row: Row, name: str, asked: Any) -> bool:
    own: dict[str, Any] = {"source": row.source}
    carried = {**json.loads(row.properties or "{}"), **own}
    if row.value is not None:
        carried["value"] = row.value
    asked = asked if isinstance(asked, dict) else {"eq": asked}
    return all(_one(carried, name, operation, value) for operation, value in asked.items())


def _one(carried: dict[str, Any], name: str, operation: str, value: Any) -> bool:
    if operation == "exists":
        return (name in carried) == value
    if name not in carried:
        return operation == "ne"
    mine = carried[name]
    if operation == "in":
        return any(_same(mine, one) for one in value)
    if operation in ("eq", "ne"):
        return _same(mine, value) == (operation == "eq")
    return _number(mine) and COMPARE[operation](mine, value)


def _same(mine: Any, value: Any) -> bool:
    return _kind(mine) == _kind(value) and mine == value


def _kind(value: Any) -> str:
    return "bool" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"


def _number(value: Any) -> bool:
    return _kind(value) == "number"


def names(rule: Any) -> Iterable[tuple[str, str]]:
    """(event, property) of every condition in a rule."""
    if isinstance(rule, list):
        for one in rule:
            yield from names(one)
    elif isinstance(rule, dict):
        event = next(
            (rule[word] for word in ("did", "first", "last", "event") if isinstance(rule.get(word), str)), ""
        )
        for name in rule.get("where", {}):
            yield event, name
        for word, inner in rule.items():
            if word != "where":
                yield from names(inner)
