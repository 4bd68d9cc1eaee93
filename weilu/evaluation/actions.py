"""What operators keep in this room: questions of their own."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from weilu.core import clock, typed
from weilu.core.directory.forgetting import names, words_for
from weilu.core.errors import WeiluError
from weilu.core.operators.access import Viewer, missing
from weilu.core.segments.reading import SAVED, TYPED
from weilu.evaluation.models import SavedQuestion

MOST_SAVED = 200
LONGEST_NAME = 80
OF_A_POINT = ("people", "events", "point")
"""Parts that ask for who stands behind one number; a kept question asks for the numbers."""


def save_question(viewer: Viewer, name: str, question: Mapping[str, Any]) -> SavedQuestion:
    """Keep a question under a name; the same name again replaces it. Raises WeiluError."""
    name = typed.name(name, LONGEST_NAME)
    if not name or not viewer.operator_id:
        raise WeiluError(_("Give the question a name, so that you find it again."))
    mine = SavedQuestion.objects.filter(operator_id=viewer.operator_id)
    if mine.exclude(name=name).count() >= MOST_SAVED:
        raise WeiluError(_("You keep %(most)s questions already. Remove one first.") % {"most": MOST_SAVED})
    kept = kept_parts(question)
    saved, _created = mine.update_or_create(
        operator_id=viewer.operator_id, name=name, defaults={"question": kept, "saved_at": clock.now()}
    )
    return saved


def kept_parts(question: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a question: no point. Raises WeiluError for a NUL, which no database takes."""
    kept = {part: value for part, value in question.items() if part not in OF_A_POINT}
    if "\\u0000" in json.dumps(kept):
        raise WeiluError(_("A question with the sign NUL cannot be kept."))
    return kept


def remove_question(viewer: Viewer, saved_id: int) -> None:
    """Forget a kept question of one's own. Raises NotFound."""
    if not SavedQuestion.objects.filter(pk=saved_id, operator_id=viewer.operator_id or 0).delete()[0]:
        raise missing()


def forget_person(identity: int) -> None:
    """Somebody is erased: kept questions that name them go, whosever they are. Safe to run twice."""
    words = words_for(identity)
    for saved in SavedQuestion.objects.all():
        if names_somebody(words, saved.name, saved.question):
            saved.delete()


def names_somebody(words: Collection[str], name: str, question: Any = None) -> bool:
    """Whether a name, or what a question compares with, calls them."""
    return any(names(text, words) for text in (name, *_typed(question)))


def _typed(part: Any, inside: bool = False) -> Iterator[str]:
    """An operator's own words in a question: what it compares with, and the name of a segment."""
    if isinstance(part, str) and inside:
        yield part
    elif isinstance(part, Mapping):
        for name, value in part.items():
            named = name == SAVED and isinstance(value, str)
            yield from _typed(value, inside or named or name in TYPED)
    elif isinstance(part, list):
        for value in part:
            yield from _typed(value, inside)
