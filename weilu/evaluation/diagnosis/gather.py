"""What is known of some communities over four weeks? Asked of the warehouse once for all of them, and read of what their loudest said."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from weilu.communities.queries import asking, newest
from weilu.communities.queries.health import ids_by_name
from weilu.communities.spans import Asked, Span, span
from weilu.connectors.events import REMOVED
from weilu.core import clock
from weilu.core.directory.models import Community
from weilu.core.directory.queries import brand_zone
from weilu.core.events import queries as log
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import client, questions
from weilu.core.warehouse.compile import diagnosis as compiled
from weilu.core.warehouse.compile.facts import Rows
from weilu.core.warehouse.frame import day_start
from weilu.evaluation.diagnosis import rules
from weilu.evaluation.diagnosis.models import TeamAccount
from weilu.evaluation.diagnosis.shapes import Facts, Post, Stay
from weilu.evaluation.reports.selling import is_offer

Number = int | float
DAYS, STAY_DAYS, SETTLED_DAYS = 28, 90, 7
LOUDEST = 50
"""Of so many people of a community, those who say most, the messages are read to tell who sells."""
MOST_READ, MOST_POSTS = 3_000, 5_000
"""So many of their newest messages a community; and of the team's, once it is known."""
METRICS = ("members", "net_growth", "silent_share", "daily_share", "active_members", "first_reply")


def present(as_of: Span | None = None) -> Span:
    """Four weeks up to today in the brand's zone; where nothing happened anywhere for as long, up to the newest event of the
    house: a group that fell silent is judged by the present of the others. `as_of`: a page that looks at a past day."""
    zone = brand_zone()
    everywhere = list(Community.objects.values_list("pk", flat=True))
    if as_of is not None and as_of.as_of and not as_of.quiet:
        return Span(as_of.as_of - dt.timedelta(days=DAYS - 1), as_of.as_of, zone, as_of.as_of, as_of.known)
    today = clock.day_of(clock.now(), zone)
    return span(Asked(DAYS), today, newest.day(everywhere, zone), zone)


def on_day(day: dt.date | None) -> Span:
    """Four weeks up to a day of the past; None: as `present`."""
    return present(Span(day, day, brand_zone(), day) if day else None)


def read(viewer: Viewer, communities: Sequence[int], at: Span) -> dict[int, Facts]:
    """Community → its facts. Raises Unavailable."""
    if not communities:
        return {}
    asked = {slug: asking.trend(slug, at, communities) | {"breakdown": "community"} for slug in METRICS}
    figures = _figures(viewer, communities, asked)
    rows = _rows(communities, at)
    voices, begun = _voices(rows)
    spoken = _spoken(rows, voices)
    comings = _comings(_rows(communities, at, STAY_DAYS))
    newcomers = _newcomers(_rows(communities, at, DAYS + SETTLED_DAYS), at)
    found = {}
    for one in communities:
        opening = {
            slug: {**asking.trend(slug, at, [one]), "point": {"at": at.first.isoformat()}} for slug in METRICS
        }
        found[one] = _facts(
            one,
            figures[one],
            voices.get(one, {}),
            begun.get(one, {}),
            spoken.get(one, _Spoken()),
            comings.get(one, _Comings()),
            newcomers.get(one, {}),
            opening,
        )
    return _with_answered(viewer, found)


def _figures(
    viewer: Viewer, communities: Sequence[int], asked: Mapping[str, Any]
) -> dict[int, dict[str, Number | None]]:
    named = ids_by_name(communities)
    found: dict[int, dict[str, Number | None]] = {one: {} for one in communities}
    answers = questions.ask_many(list(asked.values()), viewer, seconds=asking.PATIENCE)
    for slug, answer in zip(asked, answers, strict=True):
        for _at, name, value in answer.rows:
            if name in named:
                found[named[name]][slug] = value
    return found


def _rows(communities: Sequence[int], at: Span, days: int = DAYS) -> Rows:
    first = at.last - dt.timedelta(days=days - 1)
    return Rows(
        communities=communities,
        since=day_start(first, at.timezone),
        before=day_start(at.last + dt.timedelta(days=1), at.timezone),
        known=log.known_on(at.known, at.timezone) if at.known else None,
        visitors=False,
    )


def _voices(rows: Rows) -> tuple[dict[int, dict[int, int]], dict[int, dict[int, int]]]:
    """Community → person → messages; and those of them that answer nobody."""
    said: dict[int, dict[int, int]] = defaultdict(dict)
    begun: dict[int, dict[int, int]] = defaultdict(dict)
    for row in client.query(*compiled.voices(rows)).to_pylist():
        said[row["community"]][row["person"]] = row["said"]
        if row["begun"]:
            begun[row["community"]][row["person"]] = row["begun"]
    return said, begun


# who speaks for the brand, and what they say ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Spoken:
    team: frozenset[int] = frozenset()
    posts: tuple[Post, ...] = ()


def _spoken(rows: Rows, voices: Mapping[int, Mapping[int, int]]) -> dict[int, _Spoken]:
    """First who it is, from what the loudest said lately; then all that those said."""
    ours, not_ours = _said_so()
    loud = {one for said in voices.values() for one in list(said)[:LOUDEST]}
    lately, words = _lines(rows, loud, MOST_READ)
    team = {
        one: ((_sellers(lately.get(one, ()), words) | ours) - not_ours) & said.keys()
        for one, said in voices.items()
    }
    lines, words = _lines(rows, {who for some in team.values() for who in some}, MOST_POSTS)
    return {
        one: _Spoken(
            frozenset(some), _posts([row for row in lines.get(one, ()) if row["person"] in some], words)
        )
        for one, some in team.items()
    }


def _lines(
    rows: Rows, people: Collection[int], most: int
) -> tuple[dict[int, list[dict[str, Any]]], dict[int, str]]:
    """Community → messages of these people, and the texts by position."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    if people:
        for row in client.query(*compiled.messages(rows, people, most)).to_pylist():
            found[row["community"]].append(row)
    return found, log.texts([row["position"] for some in found.values() for row in some])


def _sellers(lines: Sequence[dict[str, Any]], words: Mapping[int, str]) -> frozenset[int]:
    return rules.sellers(
        (row["person"], row["at"]) for row in lines if is_offer(words.get(row["position"], ""))
    )


def _posts(lines: Sequence[dict[str, Any]], words: Mapping[int, str]) -> tuple[Post, ...]:
    texts = [words.get(row["position"], "") for row in lines]
    return tuple(
        Post(row["position"], row["person"], row["at"], is_offer(text), again)
        for row, text, again in zip(lines, texts, rules.repeated(texts), strict=True)
    )


def _said_so() -> tuple[frozenset[int], frozenset[int]]:
    """Members of whom an operator said that an account of theirs is the team's, and of whom that none is."""
    rows = list(TeamAccount.objects.values_list("identity__member_id", "ours"))
    ours = frozenset(member for member, yes in rows if yes)
    return ours, frozenset(member for member, yes in rows if not yes) - ours


# who came and went --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Comings:
    joined: int = 0
    left: int = 0
    stays: tuple[Stay, ...] = ()
    removed: tuple[int, ...] = ()


def _comings(rows: Rows) -> dict[int, _Comings]:
    since: dict[tuple[int, int], int] = {}
    stays: dict[int, list[Stay]] = defaultdict(list)
    removed: dict[int, set[int]] = defaultdict(set)
    joined: Counter[int] = Counter()
    left: dict[int, set[int]] = defaultdict(set)
    for row in client.query(*compiled.comings(rows)).to_pylist():
        community, person = who = row["community"], row["person"]
        if row["kind"] == "member.joined":
            joined[community] += 1
            since[who] = row["at"]
            continue
        left[community].add(person)
        if row["way"] == REMOVED:
            removed[community].add(person)
        if who in since:
            stays[community].append(Stay(person, (row["at"] - since.pop(who)) // rules.DAY))
    return {
        one: _Comings(joined[one], len(left[one]), tuple(stays[one]), tuple(sorted(removed[one])))
        for one in {*joined, *left}
    }


def _newcomers(rows: Rows, at: Span) -> dict[int, dict[int, bool]]:
    """Community → newcomer → whether they spoke in their first week; of those whose first week is over."""
    settled = day_start(at.last - dt.timedelta(days=SETTLED_DAYS - 1), at.timezone)
    found: dict[int, dict[int, bool]] = defaultdict(dict)
    for row in client.query(*compiled.newcomers(rows, settled, SETTLED_DAYS * rules.DAY)).to_pylist():
        found[row["community"]][row["person"]] = bool(row["spoke"])
    return found


def _facts(
    community: int,
    figures: Mapping[str, Number | None],
    said: Mapping[int, int],
    begun: Mapping[int, int],
    spoken: _Spoken,
    comings: _Comings,
    newcomers: Mapping[int, bool],
    opening: Mapping[str, Any],
) -> Facts:
    members = int(figures.get("members") or 0)
    return Facts(
        community=community,
        members=members,
        before=members - int(figures.get("net_growth") or 0),
        silent=_share(figures.get("silent_share")),
        daily=_share(figures.get("daily_share")),
        active=int(figures.get("active_members") or 0),
        reply_seconds=figures.get("first_reply"),
        said=dict(said),
        begun=dict(begun),
        team=spoken.team,
        posts=spoken.posts,
        stays=comings.stays,
        joined=comings.joined,
        left=comings.left,
        removed=comings.removed,
        newcomers=len(newcomers),
        mute=tuple(person for person, spoke in newcomers.items() if not spoke),
        questions=opening,
    )


def _with_answered(viewer: Viewer, found: dict[int, Facts]) -> dict[int, Facts]:
    """How many messages the waiting time is the middle of; asked where that time is long."""
    slow = {one: facts for one, facts in found.items() if (facts.reply_seconds or 0) > 0}
    for one, facts in slow.items():
        behind = questions.behind(facts.questions["first_reply"], viewer, limit=1, seconds=asking.PATIENCE)
        found[one] = replace(facts, answered=behind.total)
    return found


def _share(value: Number | None) -> float | None:
    return None if value is None else value / 100
