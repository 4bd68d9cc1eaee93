"""How many carry each tag? As many as the members table shows when it is opened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from weilu.core.operators.access import Viewer
from weilu.core.warehouse import client
from weilu.core.warehouse.compile import intervals as compiled
from weilu.members import facts
from weilu.members.queries.table import Filter, matching
from weilu.members.tags import keeping
from weilu.members.tags.keeping import TAG
from weilu.members.tags.models import Tag
from weilu.members.when import When, present


def counts(viewer: Viewer, rows: Sequence[Tag], moment: When | None = None) -> Counter[int]:
    """How many of the members whom the table shows the viewer carry each tag: as many as the link opens."""
    if not rows:
        return Counter()
    keeping.bring_up()
    when = moment or present()
    table = client.query(*compiled.pairs(TAG, [row.pk for row in rows], when.before), seconds=facts.SECONDS)
    scope, person = facts.ints(table.column("scope")), facts.ints(table.column("person"))
    shown = matching(viewer, Filter(), when)["person"]
    numbers, found = np.unique(scope[np.isin(person, shown)], return_counts=True)
    return Counter(dict(zip(numbers.tolist(), found.tolist(), strict=True)))
