"""How much is everybody worth? For lists of members."""

from __future__ import annotations

from collections.abc import Sequence

from weilu.core.warehouse import client
from weilu.core.warehouse.compile import value as compiled
from weilu.members import facts
from weilu.members.value.weighing import valuations
from weilu.members.when import When


def scores(scopes: Sequence[int], when: When) -> list[tuple[int, int]]:
    """(member, score) in each of the scopes, of everybody above 0."""
    if not when.present:
        return [
            (who, score)
            for one in valuations(when, scopes)
            for who, score in zip(one.values.who.tolist(), one.values.score.tolist(), strict=True)
            if score
        ]
    table = client.query(*compiled.stored(scopes), seconds=facts.SECONDS)
    return [
        (who, numbers[0])
        for who, numbers in zip(
            table.column("who").to_pylist(), table.column("numbers").to_pylist(), strict=True
        )
    ]
