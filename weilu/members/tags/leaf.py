"""How does a rule speak of tags? `{"tag": "vip"}`, of several any; with `"as_of"` as it was at the end of a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from weilu.core.operators.access import Viewer
from weilu.core.segments.people import Carried
from weilu.core.segments.reading import Reader
from weilu.core.segments.rule import Rule, Scene
from weilu.core.warehouse.fields import Fields
from weilu.core.warehouse.frame import day_start
from weilu.core.warehouse.refusal import Refused
from weilu.members.tags import keeping, queries
from weilu.members.tags.keeping import TAG
from weilu.members.tags.models import Tag

MOST = 100


@dataclass(frozen=True, slots=True)
class Tagged:
    """Carries one of these tags, by their names or numbers."""

    tags: tuple[int | str, ...]
    as_of: dt.date | None = None

    def say(self) -> str:
        names = " / ".join(f"“{_name(one)}”" for one in self.tags)
        if self.as_of is None:
            return _("tag %(names)s") % {"names": names}
        return _("tag %(names)s on %(day)s") % {"names": names, "day": self.as_of}

    def resolved(self, scene: Scene) -> Rule:
        """Numbers and the moment. Raises NotFound, Refused for a circle and for the knowledge of a past day."""
        rows = [queries.find(scene.viewer, one) for one in self.tags]
        for row in rows:
            if row.segment is not None and queries.reached(row.segment).segments & set(scene.on_the_way):
                raise Refused(_("Tag “%(name)s” leads back to this segment.") % {"name": row.name})
        if scene.frame.known is not None:
            raise Refused(_("Tags are known as they are known today. Ask without “known”."))
        before = scene.frame.horizon
        if self.as_of is not None:
            before = min(before, day_start(self.as_of + dt.timedelta(days=1), scene.frame.timezone))
        return Carried(TAG, tuple(sorted(row.pk for row in rows)), before, keeping.bring_up())


def tagged(fields: Fields) -> Tagged:
    given = fields.names(TAG) or ()
    if not 0 < len(given) <= MOST:
        fields.refuse(
            _("“tag” takes the name or number of a tag, or a list of at most %(most)s.") % {"most": MOST}
        )
    return Tagged(given, fields.day("as_of", None))


def numbered(viewer: Viewer, given: Any) -> Any:
    """Names as numbers, so that tags may be renamed. Raises NotFound for what is not there and what is not the viewer's, also by its
    number: else its name would be heard by saying the rule."""
    if isinstance(given, list):
        return [numbered(viewer, one) for one in given]
    return queries.find(viewer, given).pk


def _name(given: int | str) -> str:
    row = Tag.objects.filter(pk=given).first() if isinstance(given, int) else None
    return row.name if row else str(given)


def choices(viewer: Viewer) -> list[tuple[int, str]]:
    return [(int(row.pk), row.name) for row in queries.tags(viewer)]


READERS: dict[str, Reader] = {TAG: tagged}
NUMBERS = {TAG: numbered}
CHOICES = {TAG: choices}
