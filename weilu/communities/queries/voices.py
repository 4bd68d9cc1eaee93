"""Who speaks most in a community, on which step of the pyramid do they stand, and what did they say?"""

from __future__ import annotations

from dataclasses import dataclass

from weilu.communities.queries import asking
from weilu.communities.spans import Span
from weilu.core.directory.queries import member_names
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import client
from weilu.core.warehouse.check import check
from weilu.core.warehouse.compile.voices import loudest, sent
from weilu.core.warehouse.frame import Frame
from weilu.core.warehouse.question import parse

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Voice:
    member: int
    name: str
    messages: int
    days: int
    tier: str


def top(viewer: Viewer, span: Span, community: int) -> list[Voice]:
    """Those who sent most messages in the span, with the days on which they spoke."""
    frame = _frame(viewer, span, community)
    rows = client.query(*loudest(frame, SHOWN)).to_pylist()
    names = member_names([row["person"] for row in rows])
    return [
        Voice(
            row["person"],
            names.get(row["person"]) or f"#{row['person']}",
            row["sent"],
            row["days"],
            row["tier"],
        )
        for row in rows
    ]


def messages(
    viewer: Viewer, span: Span, community: int, member: int, limit: int, offset: int
) -> tuple[list[int], int]:
    """Positions of a part of what a member sent in the span, and how many messages that were in all."""
    rows = client.query(*sent(_frame(viewer, span, community), member, limit, offset)).to_pylist()
    return [row["position"] for row in rows], rows[0]["total"] if rows else 0


def _frame(viewer: Viewer, span: Span, community: int) -> Frame:
    return check(parse(asking.trend("messages", span, [community])), viewer).frame
