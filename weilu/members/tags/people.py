"""Whom may this operator tag? Those who were seen where the right to change members is held, and nobody else."""

from __future__ import annotations

from collections.abc import Collection

from weilu.core.directory import queries as directory
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import client, questions
from weilu.core.warehouse.compile.sightings import PEOPLE_IN
from weilu.members import facts
from weilu.members.queries.table import Filter, matching
from weilu.members.segments.queries import access_segment, question
from weilu.members.when import When


def editable(viewer: Viewer, members: Collection[int]) -> set[int]:
    """Those of these members whom the viewer may change, who was merged by whom they became."""
    found = set(directory.survivors(members).values())
    places = viewer.where(rights.EDIT_MEMBERS)
    if places is None:
        return found
    return found & _seen(places)


def everybody(viewer: Viewer) -> set[int] | None:
    """All whom the viewer may change; None: everybody there is."""
    places = viewer.where(rights.EDIT_MEMBERS)
    return None if places is None else _seen(places)


def of_table(viewer: Viewer, asked: Filter, moment: When) -> list[int]:
    """All who match a filter of the members table, among those whom the viewer may change."""
    found: list[int] = matching(viewer.limited(rights.EDIT_MEMBERS), asked, moment)["person"].tolist()
    return found


def of_segment(viewer: Viewer, segment: int) -> list[int]:
    """Who is in a segment now, among those whom the viewer may change. Raises NotFound."""
    row = access_segment(viewer, segment)
    return sorted(editable(viewer, questions.behind(question(row), viewer).ids))


def _seen(places: Collection[int]) -> set[int]:
    if not places:
        return set()
    table = client.query(PEOPLE_IN, {"communities": sorted(places)}, seconds=facts.SECONDS)
    return set(table.column("person").to_pylist()) - {0}
