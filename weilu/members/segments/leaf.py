"""How does a rule speak of another segment?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from weilu.core.errors import NotFound, WeiluError
from weilu.core.operators.access import Viewer
from weilu.core.segments.people import Apart, Kept, over
from weilu.core.segments.reading import Reader, parse
from weilu.core.segments.rule import Rule, Scene, resolve
from weilu.core.warehouse.fields import Fields
from weilu.core.warehouse.refusal import Refused
from weilu.members.segments.models import Segment
from weilu.members.segments.queries import SEGMENT, SNAPSHOT, sees, segments


@dataclass(frozen=True, slots=True)
class In:
    """Is in a saved segment, by its number or name, as that finds its members: over its own communities."""

    segment: int | str

    def say(self) -> str:
        row = _found(self.segment)
        return _("in segment “%(name)s”") % {"name": row.name if row else self.segment}

    def resolved(self, scene: Scene) -> Rule:
        row = access(scene.viewer, self.segment)
        if row.pk in scene.on_the_way:
            raise Refused(_("Segment “%(name)s” leads back to itself.") % {"name": row.name})
        if row.snapshot:
            return Kept(SNAPSHOT, row.pk)
        frame = scene.frame
        if row.communities is not None:
            scope = row.communities[0] if len(row.communities) == 1 else None
            frame = over(frame, tuple(row.communities), scope)
        elif scene.viewer.communities is None:
            frame = over(frame, (0, *(int(one.pk) for one in scene.visible)), 0)
        inner = replace(scene, frame=frame, on_the_way=(*scene.on_the_way, row.pk))
        return Apart(resolve(parse(row.rule), inner), frame, row.name)


def access(viewer: Viewer, segment: int | str) -> Segment:
    """Raises NotFound for one that is not there and for one that is not the viewer's alike."""
    row = _found(segment)
    if row is None or not sees(viewer, row):
        told = {"name": str(segment)[:100]}
        raise NotFound(_("There is no segment “%(name)s” here, or it is not yours to see.") % told)
    return row


def access_for(viewer: Viewer, segment: int, community: int | None) -> Segment:
    """A segment that narrows down a community (None: the whole brand): whoever sees the one must see the other. Raises NotFound,
    WeiluError."""
    row = access(viewer, segment)
    if community is not None and row.communities != [community]:
        raise WeiluError(
            _("“%(name)s” is not a segment of this community alone. Choose one that is, or the whole brand.")
            % {"name": row.name},
            field="body.segment",
        )
    return row


def choices(viewer: Viewer) -> list[tuple[str, str]]:
    """What a form offers: everybody, or one of the segments that the viewer sees."""
    return [("", _("everybody")), *((str(row.pk), row.name) for row in segments(viewer))]


def called(segment: int | None) -> str:
    """Its name; its number where it is gone; empty for everybody."""
    return all_called([segment])[segment]


def all_called(segments: Iterable[int | None]) -> dict[int | None, str]:
    """The same of many at once."""
    wanted = set(segments)
    numbers = [one for one in wanted if one]
    found = dict(Segment.objects.filter(pk__in=numbers).values_list("pk", "name")) if numbers else {}
    return {one: found.get(one) or f"#{one}" if one else "" for one in wanted}


def _found(segment: int | str) -> Segment | None:
    wanted = {"pk": segment} if isinstance(segment, int) else {"name": segment.replace("\0", "\ufffd")}
    return Segment.objects.filter(**wanted).first()


def segment(fields: Fields) -> In:
    given = fields.names(SEGMENT)
    if given is None or len(given) != 1:
        fields.refuse(_("“segment” takes the name or number of one segment."))
    return In(given[0])


READERS: dict[str, Reader] = {SEGMENT: segment}
