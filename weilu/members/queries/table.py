"""Which members answer to a filter, in which order? For the members table, its export and its bulk acts.

The store gives one row a person for all that the viewer sees; filter and order are applied here on columns, so that
"as of" and "known" need no second way and every column can be sorted by.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from weilu.core import clock
from weilu.core.directory import queries as directory
from weilu.core.operators.access import Viewer, visible_communities
from weilu.core.warehouse import client, questions
from weilu.core.warehouse.compile import people as compiled
from weilu.core.warehouse.compile.facts import Rows
from weilu.core.warehouse.frame import day_start
from weilu.members import facts
from weilu.members.conclude import WHOLE
from weilu.members.knowledge import states_known
from weilu.members.queries.names import alphabet, called, names
from weilu.members.queries.scores import scores_at
from weilu.members.rules.influence import TIERS
from weilu.members.rules.lifecycle import STATES
from weilu.members.segments.queries import access_segment, question
from weilu.members.tags.queries import access_tag, holders
from weilu.members.value.scoring import scores as value_scores
from weilu.members.when import When

BEST = ("active", "returning", "new", "dormant", "churned")
"""Which state speaks for a person with different ones in several communities (docs/decisions/0003)."""
COLUMNS = ("state", "tier", "score", "communities", "messages", "first", "last")
VALUE = "value"
CHOICES = (*COLUMNS, VALUE)
"""All columns; of value only where somebody asks for it, since it is read besides."""
SORTS = ("name", *CHOICES)
PAGE = 50
WITH, WITHOUT, ONLY = "with", "without", "only"
VISITORS = ("", WITH, WITHOUT, ONLY)
"""Visitors beside the members, members alone, visitors alone. Unsaid: beside them in a source of SDKs, else not."""


def shows_visitors(choice: str, community: int | None) -> bool:
    """Whether visitors are among those who are asked for."""
    return choice in (WITH, ONLY) or (
        not choice and community is not None and community in directory.sources()
    )


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked of the table. Days are whole, in the zone of the moment asked for; both ends are included. A source of SDKs
    is shown with its visitors, a chat and all together without them, unless `visitors` says otherwise."""

    words: str = ""
    community: int | None = None
    state: str = ""
    tier: str = ""
    segment: int | None = None
    tag: int | None = None
    visitors: str = ""
    last_from: dt.date | None = None
    last_to: dt.date | None = None
    first_from: dt.date | None = None
    first_to: dt.date | None = None
    sort: str = "last"
    descending: bool = True
    page: int = 1
    columns: tuple[str, ...] = COLUMNS

    @property
    def with_visitors(self) -> bool:
        return shows_visitors(self.visitors, self.community)


@dataclass(frozen=True, slots=True)
class Row:
    """One member as the table shows it. `first` and `last` are seconds, `last` 0 without an interaction."""

    id: int
    name: str
    state: str
    tier: str
    score: int
    communities: int
    messages: int
    first: int
    last: int
    value: int = 0

    @property
    def first_at(self) -> dt.datetime:
        return clock.from_ms(self.first * 1000)

    @property
    def last_at(self) -> dt.datetime:
        return clock.from_ms(self.last * 1000)


@dataclass(frozen=True, slots=True)
class Listing:
    """All that match, and the rows of one page."""

    ids: list[int]
    rows: list[Row]
    page: int
    pages: int

    @property
    def total(self) -> int:
        return len(self.ids)

    @property
    def before(self) -> int:
        return self.page - 1

    @property
    def after(self) -> int:
        return self.page + 1


def listing(viewer: Viewer, asked: Filter, when: When) -> Listing:
    """One page of the table. Raises NotFound for a community that is not the viewer's (by the doorway of the caller)."""
    table = matching(viewer, asked, when)
    pages = max(1, -(-len(table["person"]) // PAGE))
    page = min(max(asked.page, 1), pages)
    return Listing(table["person"].tolist(), list(rows_of(_cut(table, page))), page, pages)


def all_rows(viewer: Viewer, asked: Filter, when: When, only: Iterable[int] | None = None) -> Iterable[Row]:
    """Every matching row in the table's order; with `only`, those of these members."""
    table = matching(viewer, asked, when)
    if only is not None:
        keep = np.isin(table["person"], np.array(sorted(only), dtype=np.int64))
        table = {name: column[keep] for name, column in table.items()}
    return rows_of(table)


Table = dict[str, "np.ndarray"]


def matching(viewer: Viewer, asked: Filter, when: When) -> Table:
    """All that match, one column a name, in the order asked for."""
    scopes = scopes_of(viewer, asked.community, visitors=asked.with_visitors)
    table = _people(viewer, asked, when, scopes)
    keep = _kept(table, asked, when, viewer.communities) & _members_or_visitors(
        viewer, table["person"], asked, when
    )
    if asked.segment is not None:
        keep &= np.isin(table["person"], np.array(inside(viewer, asked.segment, when), dtype=np.int64))
    if asked.tag is not None:
        carrying = holders(access_tag(viewer, asked.tag), when.before)
        keep &= np.isin(table["person"], np.array(carrying, dtype=np.int64))
    table = {name: column[keep] for name, column in table.items()}
    order = _order(table, asked)
    return {name: column[order] for name, column in table.items()}


def inside(viewer: Viewer, segment: int, when: When) -> list[int]:
    """Who is in a saved segment at the moment asked for. Raises NotFound for one that is not the viewer's."""
    moment = {"as_of": when.as_of, "known": when.known_day}
    days = {name: day.isoformat() for name, day in moment.items() if day is not None}
    return questions.behind(question(access_segment(viewer, segment), **days), viewer).ids


def scopes_of(viewer: Viewer, community: int | None, *, visitors: bool = False) -> list[int]:
    """Whose conclusions speak: one community's, the whole person's, or each of the viewer's communities, where alone those of
    `visitors` stand."""
    if community is not None:
        return [community]
    if viewer.communities is None and not visitors:
        return [WHOLE]
    return [row.pk for row in visible_communities(viewer)]


def _members_or_visitors(viewer: Viewer, who: np.ndarray, asked: Filter, when: When) -> np.ndarray:
    """Those who were members of the brand at the moment, or those who were not; all where both are asked for."""
    if asked.visitors != ONLY and (asked.with_visitors or not sources(viewer, asked.community)):
        return np.ones(len(who), dtype=bool)
    members = np.array([one for _, one, _ in states_at([WHOLE], when)], dtype=np.int64)
    known: np.ndarray = np.isin(who, members)
    return ~known if asked.visitors == ONLY else known


def sources(viewer: Viewer, community: int | None) -> bool:
    """Whether visitors could stand among the conclusions: those of the whole person and of a chat have none."""
    if community is not None:
        return community in directory.sources()
    return viewer.communities is not None and any(row.tracked for row in visible_communities(viewer))


def _people(viewer: Viewer, asked: Filter, when: When, scopes: list[int]) -> Table:
    communities = [asked.community] if asked.community is not None else viewer.communities
    rows = Rows(communities, before=when.before, known=when.known, visitors=asked.with_visitors)
    found = client.query(*compiled.totals(rows), seconds=facts.SECONDS)
    table: Table = {name: found.column(name).to_numpy().astype(np.int64) for name in found.column_names}
    who = table["person"]
    table["state"] = _best(who, states_at(scopes, when), BEST)
    held = scores_at(scopes, when)
    table["tier"] = _best(who, ((s, w, tier) for s, w, tier, _ in held), TIERS)
    table["score"] = _highest(who, held)
    if VALUE in (asked.sort, *asked.columns):
        table[VALUE] = _highest(who, [(0, one, "", score) for one, score in value_scores(scopes, when)])
    return table


def states_at(scopes: list[int], when: When) -> list[tuple[int, int, str]]:
    """(scope, member, state) just before the moment, with the knowledge asked for."""
    if when.known is not None:
        communities = None if scopes == [0] else scopes
        found = states_known(communities, when.before * 1000, when.known)
        return [one for one in found if one[0] in scopes]
    return held("state", scopes, when.before)


def held(key: str, scopes: list[int], before: int) -> list[tuple[int, int, str]]:
    """(scope, member, value) of a stored conclusion just before a moment in seconds."""
    table = client.query(*compiled.holders(key, before, scopes))
    return list(zip(*(table.column(name).to_pylist() for name in ("scope", "who", "value")), strict=True))


def _best(who: np.ndarray, found: Iterable[tuple[int, int, str]], order: tuple[str, ...]) -> np.ndarray:
    """For each of `who` (ascending) the index in `order` of their best value; len(order) where there is none."""
    ranks = np.full(len(who), len(order), dtype=np.int64)
    pairs = np.array([(member, order.index(value)) for _, member, value in found], dtype=np.int64).reshape(
        -1, 2
    )
    pairs = pairs[np.isin(pairs[:, 0], who)]
    np.minimum.at(ranks, np.searchsorted(who, pairs[:, 0]), pairs[:, 1])
    return ranks


def _highest(who: np.ndarray, found: Iterable[tuple[int, int, str, int]]) -> np.ndarray:
    highest = np.zeros(len(who), dtype=np.int64)
    pairs = np.array([(member, score) for _, member, _, score in found], dtype=np.int64).reshape(-1, 2)
    pairs = pairs[np.isin(pairs[:, 0], who)]
    np.maximum.at(highest, np.searchsorted(who, pairs[:, 0]), pairs[:, 1])
    return highest


def _kept(table: Table, asked: Filter, when: When, communities: Collection[int] | None) -> np.ndarray:
    keep = table["state"] < len(BEST)
    if asked.state in STATES:
        keep &= table["state"] == BEST.index(asked.state)
    if asked.tier in TIERS:
        keep &= table["tier"] == TIERS.index(asked.tier)
    for name, first, last in (
        ("last", asked.last_from, asked.last_to),
        ("first", asked.first_from, asked.first_to),
    ):
        if first is not None:
            keep &= table[name] >= day_start(first, when.zone)
        if last is not None:
            keep &= (table[name] < day_start(last + dt.timedelta(days=1), when.zone)) & (table[name] > 0)
    if asked.words:
        keep &= np.isin(table["person"], np.array(sorted(called(asked.words, communities)), dtype=np.int64))
    return keep


def _order(table: Table, asked: Filter) -> np.ndarray:
    if asked.sort == "name":
        places = alphabet(table["person"].tolist())
        column = np.array([places[who] for who in table["person"].tolist()], dtype=np.int64)
    else:
        column = table.get(asked.sort, table["last"])
    return np.lexsort((table["person"], -column if falls(asked) else column))


def falls(asked: Filter) -> bool:
    """Whether the column's numbers fall. States and tiers are ranked best first: descending means the best on top."""
    return asked.descending != (asked.sort in ("state", "tier"))


def _cut(table: Table, page: int) -> Table:
    return {name: column[(page - 1) * PAGE : page * PAGE] for name, column in table.items()}


def rows_of(table: Table) -> Iterable[Row]:
    called_so = names(table["person"].tolist())
    columns: tuple[str, ...] = (
        "person",
        "state",
        "tier",
        "score",
        "communities",
        "messages",
        "first",
        "last",
    )
    columns += (VALUE,) if VALUE in table else ()
    for who, state, tier, *rest in zip(*(table[name].tolist() for name in columns), strict=True):
        yield Row(who, called_so[who], (*BEST, "")[state], (*TIERS, "")[tier], *rest)


def query_of(asked: Filter) -> dict[str, str]:
    """The filter as the query string of an address; defaults are left out."""
    default = Filter()
    found: dict[str, str] = {}
    for name, value in FIELDS.items():
        mine = getattr(asked, value)
        if mine != getattr(default, value):
            found[name] = ",".join(mine) if isinstance(mine, tuple) else str(mine)
    if asked.descending != default.descending:
        found["order"] = "down" if asked.descending else "up"
    return found


FIELDS: Mapping[str, str] = {
    "find": "words",
    "community": "community",
    "state": "state",
    "tier": "tier",
    "segment": "segment",
    "tag": "tag",
    "visitors": "visitors",
    "last_from": "last_from",
    "last_to": "last_to",
    "first_from": "first_from",
    "first_to": "first_to",
    "sort": "sort",
    "columns": "columns",
}
"""Name in an address → field of `Filter`."""
