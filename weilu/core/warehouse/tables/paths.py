"""The table of paths: a row for each, the most taken first."""

from __future__ import annotations

from django.utils.translation import gettext as _

from weilu.core.warehouse import names
from weilu.core.warehouse.check import Asked
from weilu.core.warehouse.compile import paths
from weilu.core.warehouse.compile.source import Bound
from weilu.core.warehouse.measures import EVENTS, PEOPLE
from weilu.core.warehouse.paths import Paths
from weilu.core.warehouse.question import Refused
from weilu.core.warehouse.tables.kind import Kind, Rows, Source


def _rows(asked: Asked, source: Source) -> Rows:
    bound, walks = Bound(), _walks(asked)
    table = source.run(paths.counts(walks, bound), bound.params)
    return [
        ([walks.kinds[number - 1] for number in row["path"]], row["members"]) for row in table.to_pylist()
    ]


def _behind(asked: Asked, unit: str, bound: Bound) -> str:
    walks, path = _walks(asked), asked.question.point.path
    if unit == EVENTS:
        raise Refused(_("This number counts members, not events. Ask with “people”."))
    if path is None:
        raise Refused(_("Say which path is meant: add “path”, the list of its events."))
    numbers = {name: number for number, name in enumerate(walks.kinds, 1)}
    return paths.behind(walks, [numbers.get(name, 0) for name in path], bound)


def _walks(asked: Asked) -> paths.Walks:
    assert isinstance(asked.question.way, Paths)
    return paths.Walks(asked.frame, asked.question.way, names.every_kind(asked.frame.communities))


KIND = Kind(lambda _: ("path", "members"), _rows, _behind, lambda _: PEOPLE)
