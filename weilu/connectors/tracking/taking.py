"""What of a request is taken in? Reads, checks and builds its events one by one, so that a bad one does not sink the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from weilu.connectors.tracking import building
from weilu.connectors.tracking.contract import Refused, Said
from weilu.connectors.tracking.gate import Known
from weilu.connectors.tracking.tally import Tally
from weilu.connectors.tracking.wire.common import Outcome
from weilu.core.events import holds
from weilu.core.events.incoming import Incoming

MOST_EVENTS = 5_000
PAIRS = 200_000
"""Pairs of ids remembered as said; beyond it they are said once more, which changes nothing. Said again are pairs of which an
earlier event arrives later: who came first has the device."""

Pair = tuple[int, str, str]


@dataclass(slots=True)
class Taken:
    """What of a request goes in, what does not (by place in the request), and which pairs of ids it says.

    `said` are the events as the SDK said them (None: its clock is off, so that it will wait), in the order of `events`, which the
    pairs' own follow.
    """

    said: list[Said | None] = field(default_factory=list)
    events: list[Incoming] = field(default_factory=list)
    refused: list[tuple[int, Refused]] = field(default_factory=list)
    pairs: dict[Pair, int] = field(default_factory=dict)


class Taker:
    """Remembers which pairs of a known and an anonymous id are on disk already, and the earliest moment at which they are said."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._said: dict[Pair, int] = {}

    def take(self, outcomes: Iterator[Outcome], source: Known, arrived: int) -> Taken:
        """Events as they go into the log. Raises Refused where there are too many."""
        taken, ordinals = Taken(), building.Ordinals()
        tally, number, origin = self._tally, source.number, source.origin
        for index, said in enumerate(outcomes):
            if index >= MOST_EVENTS:
                raise Refused("too_many")
            try:
                if isinstance(said, Refused):
                    raise said
                event = building.built(said, origin, arrived, ordinals)
                if off := holds.too_far(event.happened, arrived):
                    tally.hold(number, event.kind)
                tally.admit(number, event.kind)
            except Refused as refused:
                tally.refused(number, refused, source.watched)
                taken.refused.append((index, refused))
                continue
            taken.said.append(None if off else said)
            taken.events.append(event)
            if said.anonymous and said.user:
                self._pair(said, event, number, taken)
        for (_, user, anonymous), happened in taken.pairs.items():
            taken.events.append(building.link(origin.code, origin.place, user, anonymous, happened))
        return taken

    def kept(self, taken: Taken, source: Known) -> None:
        """They are on disk: now they are counted as come, and their pairs need not be said again."""
        for said, event in zip(taken.said, taken.events, strict=False):
            if said is None:
                self._tally.waits(source.number, event, source.watched)
            else:
                self._tally.came(source.number, said, event, source.watched)
        if taken.pairs:
            if len(self._said) > PAIRS:
                self._said.clear()
            self._said.update(taken.pairs)

    def _pair(self, said: Said, event: Incoming, number: int, taken: Taken) -> None:
        for user, anonymous in building.pairs(said):
            pair = (number, user, anonymous)
            before = taken.pairs.get(pair) or self._said.get(pair)
            if before is None or event.happened < before:
                taken.pairs[pair] = event.happened
