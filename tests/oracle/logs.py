"""Small logs with everything in them that makes counting hard, put into the store and beside it into lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from weilu.core.events.kinds import interactions
from weilu.core.events.rows import Row

HOUR = 3_600_000
BEGIN = 1_521_331_200_000
"""2018-03-18 00:00 UTC: the clocks change in Berlin on 25 March; in New York they just did."""
KINDS = ("message.sent",) * 6 + (
    "reaction.added",
    "member.joined",
    "member.left",
    "badge.earned",
    "reach.counted",
    "order.paid",
    "nps.answered",
    "satisfaction.rated",
)
WORTH = {
    "reach.counted": (None, 0, 7, 2**40),
    "order.paid": (None, 0, 1999, -50),
    "nps.answered": (None, 0, 6, 7, 9, 10),
    "satisfaction.rated": (None, 1, 3, 4, 5),
}
"""What each kind may carry as its value."""
SORTS = ("impressions", "reads", "clicks")
ZONES = ("UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kathmandu")
COMMUNITIES = (1, 2, 3)
SHOP = 4
"""A source of SDKs: what happens there is done by accounts from `FIRST_DEVICE` on, anonymous until somebody names them."""
FIRST_DEVICE = 20
NEVER = 2**40


@dataclass(frozen=True, slots=True)
class Log:
    """`persons` maps identities to people; 0 is a bot. `merged`: the account that became somebody's at a position, and whose
    it was before. `named`: anonymous accounts, with the position at which each was named."""

    rows: tuple[Row, ...]
    persons: dict[int, int]
    merged: tuple[int, int, int] | None = None
    named: dict[int, int] = field(default_factory=dict)

    def anonymous_at(self, known: int | None) -> set[int]:
        return {
            one for one, position in self.named.items() if position > (NEVER - 1 if known is None else known)
        }

    def persons_at(self, known: int | None) -> dict[int, int]:
        if known is None or self.merged is None or known >= self.merged[1]:
            return self.persons
        identity, _, before = self.merged
        return {**self.persons, identity: before}


@st.composite
def logs(draw: st.DrawFn) -> Log:
    """Up to 60 events of up to 7 identities (two of which may be one person, one a bot) in three communities."""
    count = draw(st.integers(1, 60))
    # Moments on a coarse grid, so that equal moments, midnights and changed clocks come up.
    moments = draw(st.lists(st.integers(0, 24 * 24 * 2), min_size=count, max_size=count))
    persons = {n: n for n in range(1, 7)} | {7: draw(st.sampled_from((0, 1, 2)))}
    if draw(st.booleans()):
        persons[6] = 0
    subjects: list[int] = []
    rows = []
    for position, moment in enumerate(moments, 1):
        kind = draw(st.sampled_from(KINDS))
        about = draw(st.sampled_from((0, 0, *subjects))) if kind == "message.sent" else 0
        told = kind == "reach.counted"
        rows.append(row(position, kind, BEGIN + moment * HOUR // 2 + draw(st.sampled_from((0, 1, 999))),
                        draw(st.integers(1, 7)), draw(st.sampled_from(COMMUNITIES)), about=about,
                        value=draw(st.sampled_from(WORTH[kind])) if kind in WORTH else None,
                        properties=f'{{"sort":"{draw(st.sampled_from(SORTS))}"}}' if told else ""))  # fmt: skip
        if kind == "message.sent":
            subjects.append(rows[-1].subject)
    return Log(tuple(rows), persons)


def row(
    position: int,
    kind: str,
    happened: int,
    identity: int,
    community: int,
    *,
    about: int = 0,
    value: int | None = None,
    source: str = "test",
    properties: str = "",
) -> Row:
    subject = 1000 + position if kind == "message.sent" else 0
    return Row(
        position,
        kind,
        1,
        happened,
        happened,
        identity,
        community,
        0,
        subject,
        about,
        0,
        (),
        source,
        1,
        False,
        value,
        properties,
    )


def fill(warehouse: Any, log: Log) -> None:
    """The log into the store as the loader would write it, in place of what was there."""
    from weilu.core.warehouse import questions
    from weilu.core.warehouse.blocks import block_of, inserts_of

    for table in ("events", "ownership", "timelines"):
        warehouse.truncate(f"weilu.{table}")
    for part in inserts_of(block_of(log.rows, interactions())):
        warehouse.insert("weilu.events", part)
    warehouse.insert("weilu.ownership", _owners(log))
    warehouse.reload_owners()
    questions.forget()


def _owners(log: Log) -> pa.Table:
    """As minted, and what became known later, in its order: the merge, and who was named."""
    minted = log.persons_at(0)
    owned = [(one, one, person, 0, one in log.named) for one, person in minted.items()]
    later = [(position, one) for one, position in log.named.items() if position < NEVER]
    later += [(log.merged[1], log.merged[0])] if log.merged else []
    for number, (position, identity) in enumerate(sorted(later), 1_000):
        person = log.persons_at(position)[identity]
        owned.append((number, identity, person, position, identity in log.anonymous_at(position)))
    ids, identities, people, positions, nameless = zip(*owned, strict=True)
    bots = [int(person == 0) for person in people]
    members = [person or one + 1_000_000 for one, person in zip(identities, people, strict=True)]
    return pa.table(
        {
            "id": pa.array(ids, pa.uint64()),
            "identity": pa.array(identities, pa.uint32()),
            "member": pa.array(members, pa.uint32()),
            "from_position": pa.array(positions, pa.uint64()),
            "bot": pa.array(bots, pa.uint8()),
            "version": pa.array([1] * len(owned), pa.uint64()),
            "anonymous": pa.array([int(one) for one in nameless], pa.uint8()),
        }
    )


def with_visitors(log: Log, shop: Iterable[tuple[str, int, int, int | None]], named: int, merged: int) -> Log:
    """The log with what happened in `SHOP` behind it: (kind, happened, account, value). Of its accounts 20 is nobody's, 21 becomes
    member 1's at the position `merged`, 22 is named at `named`, 23 was from the start, and 24 is a device of 22."""
    rows = [*log.rows]
    for kind, happened, identity, value in shop:
        rows.append(row(len(rows) + 1, kind, happened, identity, SHOP, value=value))
    persons = {**log.persons, 20: 20, 21: 1, 22: 22, 23: 23, 24: 22}
    return Log(tuple(rows), persons, (21, merged, 21), {20: NEVER, 21: NEVER, 22: named, 24: NEVER})
