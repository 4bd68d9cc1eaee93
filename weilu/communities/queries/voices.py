"""Who speaks most in a community, and on which step of the pyramid do they stand?"""

from __future__ import annotations

from dataclasses import dataclass

from weilu.communities.queries import asking
from weilu.communities.spans import Span
from weilu.core.directory.queries import member_names
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import client
from weilu.core.warehouse.check import check
from weilu.core.warehouse.compile.voices import loudest
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
    frame = check(parse(asking.trend("messages", span, [community])), viewer).frame
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
