"""What does an old export tell of somebody who has been erased? That something happened, not who did it or what was said.

Only what is live brings a person back, since then they come themselves; an import, a back-fill or a rebuild does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from weilu.core.events import erasures
from weilu.core.events.frames import NOBODY, Frame


def without_erased(frame: Frame) -> Frame:
    """The frame with what erased accounts did before their erasure made nobody's; without their names and words."""
    if frame.header.live:
        return frame
    until = erasures.moments((platform, outside) for platform, outside, *_ in frame.actors)
    if not until:
        return frame
    rows = [_row(row, until) for row in frame.rows]
    left = [place for place, actor in enumerate(frame.actors) if actor[4] >= until.get(place, actor[4])]
    places = {old: new for new, old in enumerate(left)}
    return frame._replace(
        actors=[frame.actors[place] for place in left], rows=[_renumbered(row, places) for row in rows]
    )


def _row(row: list[Any], until: Mapping[int, int]) -> list[Any]:
    """A row in the order of `frames._row`: actor, target and mentions by their place among the actors."""
    (kind, version, happened, source, actor, community, room, subject, about, target, mentions, value, properties,
     text, data) = row  # fmt: skip
    gone = {place for place, end in until.items() if happened < end}
    if actor in gone:
        actor, text, data = NOBODY, "", ""
    target = NOBODY if target in gone else target
    mentions = [place for place in mentions if place not in gone]
    return [kind, version, happened, source, actor, community, room, subject, about, target, mentions, value,
            properties, text, data]  # fmt: skip


def _renumbered(row: list[Any], places: Mapping[int, int]) -> list[Any]:
    actor, target, mentions = row[4], row[9], row[10]
    return [
        *row[:4], places.get(actor, NOBODY), *row[5:9], places.get(target, NOBODY),
        [places[place] for place in mentions if place in places], *row[11:],
    ]  # fmt: skip
