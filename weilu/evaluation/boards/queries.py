"""Which boards does a viewer see, and what stands on one just now?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from weilu.core import clock
from weilu.core.errors import NotFound, Unavailable, WeiluError
from weilu.core.operators import queries as operators
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, missing
from weilu.core.operators.models import Grant
from weilu.evaluation import segmenting
from weilu.evaluation.boards import rules
from weilu.evaluation.boards.models import Board, Card, Subscription
from weilu.evaluation.boards.rules import Filters
from weilu.evaluation.explorer import choices, looks
from weilu.evaluation.plain import ask_word
from weilu.members.segments.models import Segment
from weilu.members.segments.uses import User

PATIENCE = 1.0
"""Seconds that a card waits for the newest events, as pages do."""


def boards(viewer: Viewer) -> list[Board]:
    """Their own and those that are shared with them, by name."""
    grants = _grants(viewer)
    rows = Board.objects.select_related("operator").prefetch_related("cards")
    return [row for row in rows if _sees(viewer, row, grants)]


def own_boards(viewer: Viewer) -> list[Board]:
    """Those that they can change."""
    return [row for row in boards(viewer) if may_change(viewer, row)]


def access_board(viewer: Viewer, number: int, *, change: bool = False) -> Board:
    """Raises NotFound for one that is not there, is not shared with them, or (to `change`) is not theirs alike."""
    row = Board.objects.select_related("operator").filter(pk=number).first()
    if row is None or not _sees(viewer, row, _grants(viewer)) or (change and not may_change(viewer, row)):
        raise missing()
    return row


def access_card(viewer: Viewer, board: int, number: int, *, change: bool = False) -> Card:
    row = access_board(viewer, board, change=change)
    card = row.cards.select_related("board").filter(pk=number).first()
    if card is None:
        raise missing()
    return card


def narrowed(viewer: Viewer, segment: Segment) -> list[User]:
    """Boards that are narrowed to a segment, or hold a card that asks of it."""
    return [
        User(row.name, reverse("boards:page", args=[row.pk]))
        for row in boards(viewer)
        if row.segment == segment.pk
        or any(segmenting.asks_of(segment, one.question, one.compare) for one in row.cards.all())
    ]


def may_change(viewer: Viewer, row: Board) -> bool:
    """Whoever made it; where nobody in office did, whoever runs the installation."""
    if viewer.operator_id == row.operator_id or viewer.operator_id == 0:
        return viewer.operator_id is not None
    orphan = row.operator is None or row.operator.disabled_at is not None
    return orphan and viewer.can(rights.SETTINGS)


def _sees(viewer: Viewer, row: Board, grants: list[tuple[str, int]]) -> bool:
    if not viewer.can(rights.VIEW):
        return False
    return may_change(viewer, row) or rules.shown_to(row.roles, row.places, grants, viewer.communities)


def _grants(viewer: Viewer) -> list[tuple[str, int]]:
    rows = Grant.objects.filter(operator=viewer.operator_id or 0).values_list("role", "community_id")
    return [(role, community or 0) for role, community in rows]


# what stands on a card -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Face:
    """A card as it is shown: what it asks under the filters, and its look; or why there is none. `narrowed`: of the communities
    that it names its reader sees some only."""

    card: Card
    question: rules.Question
    look: looks.Look | None = None
    problem: str = ""
    down: bool = False
    narrowed: bool = False

    @property
    def when(self) -> str:
        return ask_word(self.question).when


def face(viewer: Viewer, card: Card, filters: Filters, *, newest: dt.date | None = None) -> Face:
    """Never raises for what a question can be: the other cards stand on."""
    asked = rules.asked(card.question, filters, newest or newest_day(viewer))
    question, fewer = rules.narrowed(asked, viewer.communities)
    try:
        return Face(card, question, looks.look(viewer, question, card.compare, PATIENCE), narrowed=fewer)
    except Unavailable:
        return Face(card, question, down=True)
    except (WeiluError, NotFound) as refused:
        return Face(card, question, problem=str(refused))


def faces(viewer: Viewer, row: Board, filters: Filters) -> list[Face]:
    newest = newest_day(viewer)
    return [face(viewer, card, filters, newest=newest) for card in row.cards.all()]


def newest_day(viewer: Viewer) -> dt.date:
    """The last day of the usual days of a page."""
    try:
        return dt.date.fromisoformat(choices.days(viewer)["to"])
    except Unavailable:
        return clock.day_of(clock.now(), zone())


def zone() -> str:
    """The brand's time zone, by whose clock letters go out."""
    return operators.brand().timezone


def local(now: dt.datetime) -> dt.datetime:
    return now.astimezone(ZoneInfo(zone()))


def subscription(viewer: Viewer, row: Board) -> Subscription | None:
    return Subscription.objects.filter(board=row, operator_id=viewer.operator_id or 0).first()


def filters_said(viewer: Viewer, filters: Filters) -> str:
    """The segment that all cards are narrowed to, in words; empty without one."""
    if not filters.segment:
        return ""
    return _("only of “%(whom)s”") % {"whom": choices.segment_name(viewer, filters.segment)}
