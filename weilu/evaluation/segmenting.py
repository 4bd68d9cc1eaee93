"""How do the people behind a number become a segment, and which questions are of one?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from weilu.core.errors import WeiluError
from weilu.core.operators import rights
from weilu.core.operators.access import ALL, Viewer, visible_communities
from weilu.core.segments.reading import parse
from weilu.core.segments.words import sentence
from weilu.core.warehouse import questions
from weilu.core.warehouse.places import find_community
from weilu.evaluation.actions import kept_parts
from weilu.evaluation.explorer.as_rule import rule_of
from weilu.evaluation.explorer.beside import ONE
from weilu.evaluation.explorer.fields import address
from weilu.evaluation.models import SavedQuestion
from weilu.evaluation.plain import tell
from weilu.members.segments import actions as segments
from weilu.members.segments import queries as of_segments
from weilu.members.segments.actions import Wish
from weilu.members.segments.models import Segment
from weilu.members.segments.uses import User

LONGEST_NAME = 100


def make(viewer: Viewer, question: Mapping[str, Any], name: str, *, live: bool) -> Segment:
    """A segment of whoever stands behind the question's point. Raises as `segments.create`; WeiluError where no rule says
    exactly who they are."""
    questions.behind(question, viewer, limit=1)  # refuses what is no question before anything is said of it
    told, places = tell(question), communities(viewer, question)
    note = f"{told.what} · {told.when}"
    kept_parts(question)
    if not live:
        return segments.keep_people(viewer, Wish(name, {}, note, places), question)
    rule = rule_of(question)
    if rule is None or not _says_the_same(viewer, question, rule, places):
        raise WeiluError(_("No rule says exactly who these are. Keep them as a list instead."))
    return segments.create(viewer, Wish(name, rule, note, places), question)


def rule_said(question: Mapping[str, Any]) -> str:
    """The rule of a live segment in words; empty where there is none."""
    rule = rule_of(question)
    try:
        return sentence(parse(rule)) if rule else ""
    except WeiluError:
        return ""


def may(viewer: Viewer, question: Mapping[str, Any]) -> bool:
    """Whether these communities' members are the viewer's to group."""
    places = communities(viewer, question)
    return all(viewer.can(rights.EDIT_MEMBERS, one) for one in ([ALL] if places is None else places))


def asks_of(segment: Segment, question: Mapping[str, Any], compare: str = "") -> bool:
    """Whether a question, or what it is set beside, is of a saved segment."""
    given = question.get("segment")
    rule = question.get("rule") if given is None else given if isinstance(given, dict) else {"segment": given}
    told = of_segments.named_so(rule)
    return not told.isdisjoint((segment.pk, segment.name)) or compare == f"{ONE}{segment.pk}"


def narrowed(viewer: Viewer, segment: Segment) -> list[User]:
    """The viewer's kept questions that ask of a segment."""
    rows = SavedQuestion.objects.filter(operator_id=viewer.operator_id or 0)
    return [User(one.name, address(one.question)) for one in rows if asks_of(segment, one.question)]


def communities(viewer: Viewer, question: Mapping[str, Any]) -> list[int] | None:
    """Those of the question by their ids; None: the whole brand."""
    given = question.get("communities")
    if given is None:
        return None if viewer.communities is None else sorted(viewer.communities)
    rows = list(visible_communities(viewer))
    named = [given] if isinstance(given, str | int) else given
    return sorted({int(find_community(one, rows).pk) for one in named})


def _says_the_same(
    viewer: Viewer, question: Mapping[str, Any], rule: Mapping[str, Any], places: list[int] | None
) -> bool:
    asked: dict[str, Any] = {"kind": "segment", "rule": rule}
    asked |= {} if places is None else {"communities": places}
    found = questions.behind(asked, viewer)
    return found.ids == questions.behind({**question, "people": True}, viewer).ids
