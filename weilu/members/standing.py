"""How do the members of a community stand at a moment: their influence, its factors and their tier?

Worked out from the events of the 90 days before the moment, with the knowledge of today or of a log position.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa

from weilu.core.directory.queries import brand_zone
from weilu.core.warehouse import client
from weilu.core.warehouse.compile import influence as compiled
from weilu.core.warehouse.compile.facts import Rows
from weilu.members import facts, knowledge
from weilu.members.rules import influence
from weilu.members.rules.histories import Ints, memberships
from weilu.members.rules.influence import Activity, Floats, Scores
from weilu.members.rules.lifecycle import DAY
from weilu.members.tallies import Tally, tallies

DAMPING = 0.85
"""Of PageRank, as in Brin and Page, "The anatomy of a large-scale hypertextual Web search engine", 1998."""


@dataclass(frozen=True, slots=True)
class Standing:
    """All who are in a scope (0: the whole brand) just before `moment`, ascending by id; `tier` indexes `TIERS`."""

    scope: int
    moment: int
    who: Ints
    tier: Ints
    activity: Activity
    scores: Scores

    def place(self) -> Ints:
        """1 for the most influential; those with equal scores in the order that decides tiers."""
        order = np.lexsort((self.who, -self.scores.order, -self.scores.score))
        places = np.empty(len(self.who), dtype=np.int64)
        places[order] = np.arange(1, len(order) + 1)
        return places


def standings(moment: int, scopes: Collection[int] | None = None, known: int | None = None) -> list[Standing]:
    """One for each scope with members, in order. `moment` in seconds; what happens at it does not count.

    Without `scopes`: the brand and every community. With `known`: as it was known at that log position.
    """
    return next(iter(weighings([moment], scopes, known)))


def weighings(
    mondays: Sequence[int], scopes: Collection[int] | None = None, known: int | None = None
) -> Iterator[list[Standing]]:
    """The same for each of some Mondays, in order."""
    communities = None if scopes is None or 0 in scopes else scopes
    for tally in tallies(mondays, brand_zone(), communities, known):
        inside = _inside(tally.monday, scopes, communities, known)
        yield [_standing(scope, tally.monday, who, tally) for scope, who in inside]


def _inside(
    moment: int, scopes: Collection[int] | None, communities: Collection[int] | None, known: int | None
) -> Iterable[tuple[int, Ints]]:
    """(scope, members) of everybody who is in, ascending."""
    if known is None:
        table = client.query(*compiled.inside(moment, scopes), seconds=facts.SECONDS)
        scope, who = _ints(table, "scope"), _ints(table, "who")
    else:
        scope, who = _inside_then(Rows(communities=communities, before=moment, known=known))
    for one in np.unique(scope).tolist():
        if scopes is None or one in scopes:
            yield one, who[scope == one]


def _inside_then(rows: Rows) -> tuple[Ints, Ints]:
    known = facts.read(rows, DAY, spoken=False)
    presence = memberships(known.columns)
    last = presence.codes[presence.offsets[1:] - 1]
    return known.scope[last == 1], known.who[last == 1]


def _standing(scope: int, moment: int, who: Ints, tally: Tally) -> Standing:
    people, contributions, days = tally.active(scope)
    source, goal, weight, answers = tally.tied(scope)
    activity = Activity(
        who,
        _spread(who, people, contributions),
        _answerers(who, source, goal, answers),
        _ranks(who, source, goal, weight),
        _spread(who, people, days),
    )
    scores = influence.scores(activity)
    return Standing(scope, moment, who, influence.tiers(who, scores), activity, scores)


def _answerers(who: Ints, source: Ints, goal: Ints, answers: Ints) -> Ints:
    """By how many different people each was answered; a pair may be tied in several communities."""
    pairs = _distinct(((goal << facts.WHO_BITS) + source)[answers > 0])
    people, first = np.unique(pairs >> facts.WHO_BITS, return_index=True)
    return _spread(who, people, np.diff(np.append(first, len(pairs))))


def _distinct(values: Ints) -> Ints:
    """Each once, ascending; by sorting, which is quicker here than numpy's hashing."""
    ordered: Ints = np.sort(values)
    first = np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]
    found: Ints = ordered[first]
    return found


def _ranks(who: Ints, source: Ints, goal: Ints, weight: Ints) -> Floats:
    """PageRank of everybody who is tied to somebody, 0 for the rest."""
    import rustworkx

    people = _distinct(np.concatenate([source, goal]))
    graph = rustworkx.PyDiGraph()
    graph.add_nodes_from(people.tolist())
    edges = zip(
        *(np.searchsorted(people, ends).tolist() for ends in (source, goal)), weight.tolist(), strict=True
    )
    graph.extend_from_weighted_edge_list(list(edges))
    ranks = rustworkx.pagerank(graph, alpha=DAMPING, weight_fn=float) if len(people) else {}
    found = np.array([ranks[index] for index in range(len(people))], dtype=np.float64).round(12)
    spread = np.zeros(len(who), dtype=np.float64)
    known = np.isin(people, who)
    spread[np.searchsorted(who, people[known])] = found[known]
    return spread


def _spread(who: Ints, people: Ints, values: Ints) -> Ints:
    """Values of `people` at the places of `who`, 0 for the others; whoever is not in `who` is left out."""
    found = np.zeros(len(who), dtype=np.int64)
    known = np.isin(people, who)
    found[np.searchsorted(who, people[known])] = values[known]
    return found


def _ints(table: pa.Table, name: str) -> Ints:
    return np.asarray(table.column(name).to_numpy(), dtype=np.int64)


def weighing_before(moment: int, zone: str = "") -> int:
    """The Monday 00:00 of the brand's zone whose pyramid is in force just before `moment` (both in seconds)."""
    last = dt.datetime.fromtimestamp(moment - 1, dt.UTC)
    return influence.mondays(last - dt.timedelta(days=8), last, zone or brand_zone())[-1]


def week_ends(first: int, until: dt.datetime) -> list[int]:
    """Mondays 00:00 of the brand's zone after `first` (seconds), up to `until`."""
    return influence.mondays(dt.datetime.fromtimestamp(first, dt.UTC), until, brand_zone())


def tiers_known(
    communities: Collection[int] | None, moment_ms: int, position: int
) -> Iterable[tuple[int, int, str]]:
    """(scope, member, tier) just before a moment, as known at a log position; with None also scope 0."""
    scopes = None if communities is None else tuple(communities)
    yield from _tiers_known(scopes, weighing_before(-(-moment_ms // 1000)), position, knowledge.stamp())


@lru_cache(maxsize=64)
def _tiers_known(
    scopes: tuple[int, ...] | None, monday: int, position: int, stamp: object
) -> tuple[tuple[int, int, str], ...]:
    """Kept, since the days of a week share their Monday. `stamp` differs once rows, owners or bots do."""
    return tuple(
        (one.scope, who, influence.TIERS[tier])
        for one in standings(monday, scopes, position)
        for who, tier in zip(one.who.tolist(), one.tier.tolist(), strict=True)
    )
