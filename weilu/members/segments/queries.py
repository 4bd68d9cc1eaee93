"""Which segments does a viewer see, who is in them, who came and went, and what uses them?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from weilu.core import clock
from weilu.core.errors import Unavailable, WeiluError
from weilu.core.operators import rights
from weilu.core.operators.access import ALL, Viewer, missing
from weilu.core.segments.reading import parse
from weilu.core.segments.rule import leaves
from weilu.core.segments.words import said, sentence
from weilu.core.warehouse import client
from weilu.core.warehouse.check import Visible, check, visible
from weilu.core.warehouse.compile import segments as compiled
from weilu.core.warehouse.question import parse as parse_question
from weilu.core.warehouse.refusal import Refused
from weilu.members.segments.models import Segment

SEGMENT = "segment"
SNAPSHOT = "snapshot"
NEW_RULE = compiled.NEW_RULE


def segments(viewer: Viewer) -> list[Segment]:
    """Those whose communities the viewer sees, by name."""
    return [row for row in Segment.objects.order_by("name") if sees(viewer, row)]


def sees(viewer: Viewer, row: Segment) -> bool:
    if row.communities is None:
        return viewer.communities is None
    return all(viewer.sees(one) for one in row.communities)


def access_segment(viewer: Viewer, segment_id: int, right: str = rights.VIEW) -> Segment:
    """The segment, if the viewer sees all of its communities and holds the right in them; else NotFound."""
    row = Segment.objects.filter(pk=segment_id).first()
    if row is None or not sees(viewer, row) or not may(viewer, row.communities, right):
        raise missing()
    return row


def may(viewer: Viewer, communities: list[int] | None, right: str) -> bool:
    """Whether the right is held in all of these communities (None: in the whole brand)."""
    return all(viewer.can(right, one) for one in ([ALL] if communities is None else communities))


def question(row: Segment, **rest: Any) -> dict[str, Any]:
    """As it is asked: who is in it."""
    asked: dict[str, Any] = {"kind": "segment", "rule": {SEGMENT: row.pk}, **rest}
    return asked if row.communities is None else {**asked, "communities": row.communities}


def countable(viewer: Viewer, rows: Sequence[Segment]) -> list[Segment]:
    """Those of which the viewer may know how many and who: their rules may speak of communities that the viewer does not see. Raises
    Unavailable."""
    if viewer.communities is None:
        return list(rows)
    seen = visible(viewer)
    return [row for row in rows if _may_be_asked(row, viewer, seen)]


def _may_be_asked(row: Segment, viewer: Viewer, seen: Visible) -> bool:
    try:
        check(parse_question(question(row)), viewer, seen)
    except Unavailable:
        raise
    except WeiluError:
        return False
    return True


def problem(viewer: Viewer, row: Segment) -> str:
    """Why it cannot be worked out just now, in the language of the moment; empty where it can."""
    try:
        check(parse_question(question(row)), viewer)
    except WeiluError as error:
        return str(error)
    return ""


def words(row: Segment) -> str:
    """Its rule in plain words, or why it cannot be read any more."""
    if not row.rule:
        return _("Those who stood behind a number when they were kept.")
    try:
        return sentence(parse(row.rule))
    except Refused as error:
        return str(error)


def used_by(row: Segment) -> list[Segment]:
    """Segments whose rules name it, also such as a viewer does not see."""
    return users().get(row.pk, [])


def users(leaf: str = SEGMENT) -> dict[int, list[Segment]]:
    """By number of a segment, or of what another leaf names, the segments whose rules name it, by name."""
    found: dict[int, list[Segment]] = {}
    for one in Segment.objects.order_by("name"):
        for number in named(one.rule, leaf):
            found.setdefault(number, []).append(one)
    return found


def named(rule: object, leaf: str = SEGMENT) -> set[int]:
    """Numbers of the segments that a rule names, or of what another leaf names."""
    return {one for one in named_so(rule, leaf) if isinstance(one, int)}


def named_so(rule: object, leaf: str = SEGMENT) -> set[int | str]:
    """The same as they stand in a rule that was not saved: numbers and names."""
    if isinstance(rule, list):
        return {one for part in rule for one in named_so(part, leaf)}
    if not isinstance(rule, dict):
        return set()
    found = {
        one for word, part in rule.items() if word in ("and", "or", "not") for one in named_so(part, leaf)
    }
    mine = rule.get(leaf)
    return found | {one for one in (mine if isinstance(mine, list) else [mine]) if isinstance(one, int | str)}


@dataclass(frozen=True, slots=True)
class Move:
    """Somebody came in or went. `why` are the conditions that had changed, in words; empty where the rule was another one then."""

    member: int
    at: dt.datetime
    entered: bool
    why: tuple[str, ...]


def moves(row: Segment, since: dt.datetime, limit: int = 100) -> list[Move]:
    """The newest first."""
    table = client.query(*compiled.moves(row.pk, int(since.timestamp()), limit))
    conditions = _conditions(row)
    return [_move(one, row.version, conditions) for one in table.to_pylist()]


def _move(one: dict[str, Any], version: int, conditions: list[str]) -> Move:
    was, now, entered = _marks(one["was"], version), _marks(one["now"], version), one["now"].startswith("in")
    return Move(one["who"], clock.from_ms(one["at"] * 1000), entered, _why(conditions, was, now, entered))


def _marks(text: str, version: int) -> str:
    """Which conditions held at a move (`in 101 v2`), by this version of the rule; empty where that is not known."""
    parts = text.split(" ")
    return parts[1] if len(parts) == 3 and parts[2] == f"v{version}" else ""


def tallies(rows: list[Segment], since: dt.datetime) -> dict[int, tuple[int, int]]:
    """How many came in and went since then, by segment."""
    ids = [row.pk for row in rows]
    table = client.query(*compiled.tallies(ids, int(since.timestamp()))) if ids else None
    return (
        {one["scope"]: (one["entered"], one["gone"]) for one in table.to_pylist()}
        if table is not None
        else {}
    )


def _conditions(row: Segment) -> list[str]:
    try:
        return [said(leaf) for leaf in leaves(parse(row.rule))]
    except Refused:
        return []


def _why(conditions: list[str], before: str, bits: str, entered: bool) -> tuple[str, ...]:
    """What differs from the move before; at the first by this rule, what holds or (of who went) does not."""
    if len(bits) != len(conditions):
        return ()
    if len(before) != len(bits):
        before = ("0" if entered else "1") * len(bits)
    return tuple(
        f"{'✓' if bit == '1' else '✗'} {word}"
        for bit, old, word in zip(bits, before, conditions, strict=True)
        if bit != old
    )
