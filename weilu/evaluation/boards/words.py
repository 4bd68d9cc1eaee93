"""What does the letter about a board say?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _

from weilu.core.errors import NotFound, Unavailable, WeiluError
from weilu.core.mail.composing import Words
from weilu.core.mail.models import Letter
from weilu.core.operators.access import Viewer, viewer_of
from weilu.core.warehouse import questions
from weilu.core.warehouse.question import FUNNEL, RETENTION, TREND
from weilu.core.warehouse.questions import Answer
from weilu.evaluation.boards import queries
from weilu.evaluation.boards.models import Subscription
from weilu.evaluation.boards.queries import Face
from weilu.evaluation.explorer import beside
from weilu.evaluation.explorer.looks import names_people
from weilu.evaluation.plain import ask_word, event_word, part_word
from weilu.evaluation.reports import wording

MOST_LINES = 3
SALT = "boards.leave"


def letter(one: Letter) -> Words | None:
    """The board as its reader sees it now. Nothing where they no longer see it, or have left meanwhile."""
    mine = Subscription.objects.filter(pk=one.ref, operator=one.operator).select_related("board").first()
    if mine is None:
        return None
    viewer = viewer_of(one.operator)
    try:
        board = queries.access_board(viewer, mine.board_id)
    except NotFound:
        return None
    text = "\n\n".join(_card(viewer, face) for face in queries.faces(viewer, board, board.filters))
    title = _("Board: %(name)s") % {"name": board.name}
    empty = _("There is nothing on this board yet.")
    return Words(title, text or empty, reverse("boards:page", args=[board.pk]), leave_path(mine))


def leave_path(one: Subscription) -> str:
    """The address that ends these letters without a login: whoever has the letter is their reader."""
    return reverse("boards:leave", args=[signing.dumps(one.pk, salt=SALT, compress=True)])


def left(token: str) -> int:
    """Which subscription an address ends; 0 for an address that is none of ours."""
    try:
        return int(signing.loads(token, salt=SALT))
    except (signing.BadSignature, TypeError, ValueError):
        return 0


def _card(viewer: Viewer, face: Face) -> str:
    if face.look is None:
        why = _("The warehouse did not answer just then.") if face.down else face.problem
        return f"{face.card}\n  {why}"
    when = ask_word(face.question).when
    lines = [f"  {one}" for one in _lines(viewer, face)] or [f"  {_('Nobody did this in these days.')}"]
    return "\n".join([f"{face.card} ({when})", *lines])


def _lines(viewer: Viewer, face: Face) -> Iterable[str]:
    look = face.look
    assert look is not None
    kind = look.answer.question["kind"]
    if names_people(face.question):
        return [_("It names members, and so stands on the board only.")]
    if kind == TREND:
        return _trend(viewer, face.question)
    if kind == FUNNEL and "by" not in look.answer.columns:
        return _funnel(look.answer)
    if kind == RETENTION and "by" not in look.answer.columns:
        return _retention(look.answer)
    return _first(look.answer) if kind in beside.LINES else _rows(look.shown.rows)


def _trend(viewer: Viewer, question: Mapping[str, Any]) -> Iterator[str]:
    """Of all days together, beside as many days before; broken down the largest parts."""
    whole = {**question, "by": "total"}
    before = beside.period_before(whole)
    try:
        answers = questions.ask_many([whole, before] if before else [whole], viewer, seconds=queries.PATIENCE)
    except (Unavailable, WeiluError):
        return
    earlier = {row[1:-1]: row[-1] for row in answers[1].rows} if before else {}
    rows = sorted(answers[0].rows, key=lambda row: -(row[-1] or 0))
    for row in islice(rows, MOST_LINES):
        value, unit = row[-1], answers[0].unit
        change = wording.change(value, earlier.get(row[1:-1]), unit)
        name = f"{part_word(row[1], question.get('breakdown'))}: " if row[1:-1] else ""
        yield name + wording.quantity(value, unit) + (f" ({change})" if change else "")


def _funnel(answer: Answer) -> Iterator[str]:
    first = answer.rows[0][-2] if answer.rows else 0
    steps = [f"{event_word(row[1])} {wording.number(row[-2])}" for row in answer.rows]
    share = f" ({wording.percent(answer.rows[-1][-2] / first)})" if first else ""
    yield " → ".join(steps) + share


def _retention(answer: Answer) -> Iterator[str]:
    """Over all cohorts together, of the first periods after their own."""
    sizes: dict[int, int] = {}
    came: dict[int, int] = {}
    for _cohort, size, period, returned in answer.rows:
        sizes[period] = sizes.get(period, 0) + size
        came[period] = came.get(period, 0) + returned
    for period in sorted(sizes)[1 : MOST_LINES + 1]:
        if sizes[period]:
            told = {"n": period, "share": wording.percent(came[period] / sizes[period])}
            yield _("came back in period %(n)s: %(share)s") % told


def _first(answer: Answer) -> Iterator[str]:
    """The largest rows."""
    lines = sorted(beside.lines(answer), key=lambda one: -(one.value or 0))
    for one in islice(lines, MOST_LINES):
        if one.value:
            name = " · ".join(str(cell.word or cell.value) for cell in one.names)
            yield f"{name}: {wording.quantity(one.value, one.unit)}"


def _rows(rows: Iterable[Any]) -> Iterator[str]:
    for row in islice(rows, MOST_LINES):
        yield " · ".join(
            wording.quantity(cell.value, cell.unit) if cell.numeric else str(cell.word or cell.value)
            for cell in row
        )
