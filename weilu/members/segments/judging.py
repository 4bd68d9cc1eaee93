"""Who answers to the rules of segments now, all of them in one reading, and who was in them so far?

A segment (or the place of a rule in a list) and a member are one number here, the key, so that millions of memberships are
compared as sorted columns.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from weilu.core import clock
from weilu.core.errors import WeiluError
from weilu.core.operators.access import Viewer
from weilu.core.segments.people import Apart
from weilu.core.segments.reading import parse
from weilu.core.segments.rule import Rule, Scene, leaves, resolve
from weilu.core.warehouse import client
from weilu.core.warehouse.check import Visible, check, visible
from weilu.core.warehouse.compile import lifecycle
from weilu.core.warehouse.compile import segments as compiled
from weilu.core.warehouse.compile.among import Few
from weilu.core.warehouse.compile.source import Bound
from weilu.core.warehouse.question import parse as parse_question
from weilu.members import facts
from weilu.members.rules.histories import Ints
from weilu.members.segments.models import Segment

SECONDS = 60
WHO_BITS = 32
WHO = (1 << WHO_BITS) - 1
EVERYBODY = {"kind": "segment", "rule": {"random": {"percent": 100}}}


@dataclass(frozen=True, slots=True)
class Judged:
    """A segment whose rule can be worked out just now."""

    row: Segment
    rule: Rule
    scene: Scene

    def apart(self, rule: Rule) -> Rule:
        """A rule over the communities of this segment, wherever it is asked."""
        return Apart(rule, self.scene.frame)

    def conditions(self) -> list[Rule]:
        """What its rule asks, one by one."""
        return [self.apart(resolve(leaf, self.scene)) for leaf in leaves(parse(self.row.rule))]


def judgeable(rows: Sequence[Segment]) -> list[Judged]:
    """Their rules in terms of the store, at present; of those for which that cannot be said it is noted."""
    seen = visible(Viewer.everything())
    return [one for row in rows if (one := _judgeable(row, seen))]


def _judgeable(row: Segment, seen: Visible) -> Judged | None:
    try:
        scene = _scene(row, seen)
        rule = resolve(parse(row.rule), scene)
    except WeiluError as error:
        Segment.objects.filter(pk=row.pk).update(
            problem=error.code, computed_version=row.version, computed_at=clock.now()
        )
        return None
    return Judged(row, rule, scene)


def _scene(row: Segment, seen: Visible) -> Scene:
    """The present, in the segment's communities."""
    everything = Viewer.everything()
    asked = check(parse_question({**EVERYBODY, "communities": row.communities}), everything, seen)
    return Scene(everything, seen.communities, asked.frame, (row.pk,))


# keys ------------------------------------------------------------------------------------------------------------------


def key(number: Ints, who: Ints) -> Ints:
    return (number << WHO_BITS) + who


def number_of(keys: Ints) -> Ints:
    return keys >> WHO_BITS


def who_of(keys: Ints) -> Ints:
    return keys & WHO


def keys_of(row: Segment, keys: Ints) -> Ints:
    """Those of one segment among ascending keys."""
    begin, end = np.searchsorted(keys, [row.pk << WHO_BITS, (row.pk + 1) << WHO_BITS])
    return keys[begin:end]


# who is in -------------------------------------------------------------------------------------------------------------


def now_in(known: Sequence[Judged], people: Collection[int] | None) -> Ints:
    """Ascending keys of whoever answers to the rules of these segments; of some people where they are given."""
    found = answering([one.apart(one.rule) for one in known], people)
    segments = np.array([one.row.pk for one in known], dtype=np.int64)
    return np.sort(key(segments[number_of(found)], who_of(found)))


def was_in(known: Sequence[Judged], people: Collection[int] | None) -> Ints:
    """The same as it was last written."""
    some = None if people is None else sorted(people)
    table = client.query(*compiled.inside([one.row.pk for one in known], some), seconds=SECONDS)
    return np.sort(key(facts.ints(table.column("scope")), facts.ints(table.column("who"))))


def answering(rules: Sequence[Rule], people: Collection[int] | None) -> Ints:
    """Keys of the places of rules and of whoever answers to them."""
    frame = check(parse_question(EVERYBODY), Viewer.everything()).frame
    if people is not None:
        frame = replace(frame, among=_few(people))
    bound = Bound()
    table = client.query(compiled.judged(rules, frame, bound), bound.params, seconds=SECONDS)
    found = table.column("found").combine_chunks()
    person = np.repeat(facts.ints(table.column("person")), facts.ints(found.value_lengths()))
    return key(facts.ints(found.flatten()) - 1, person)


def _few(people: Collection[int]) -> Few:
    owned = client.query(*lifecycle.identities_of(people)).column("identity").to_pylist()
    return Few(tuple(sorted(people)), tuple(sorted(owned)))
