"""How does a board come, change and go, and who gets it by mail? The only writers of this room."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from weilu.core import clock, typed
from weilu.core.directory.forgetting import words_for
from weilu.core.errors import Conflict, WeiluError
from weilu.core.mail import actions as mail
from weilu.core.operators import audit, rights
from weilu.core.operators.access import Viewer, access_community, demand, viewer_of
from weilu.core.warehouse.question import parse
from weilu.evaluation.actions import kept_parts, names_somebody
from weilu.evaluation.boards import queries, rules
from weilu.evaluation.boards.models import Board, Card, Rhythm, Size, Subscription
from weilu.evaluation.boards.rules import Filters
from weilu.members.segments.leaf import access as access_segment

KIND = "board"
"""Of letters about a board."""
MOST_BOARDS, MOST_CARDS = 200, 24
LONGEST_NAME, LONGEST_TITLE = 80, 120
AUDIT_WORDS = {
    "board.made": _("Made a board"),
    "board.changed": _("Changed a board"),
    "board.shared": _("Changed who sees a board"),
    "board.removed": _("Removed a board"),
    "board.exported": _("Took a board along as a file"),
    "board.subscribed": _("Has a board sent by mail"),
    "board.unsubscribed": _("Has a board no longer sent by mail"),
}


def make(viewer: Viewer, name: str) -> Board:
    """An empty board of one's own, shared with nobody."""
    demand(viewer, rights.VIEW)
    with transaction.atomic():
        if Board.objects.filter(operator=viewer.operator_id or None).count() >= MOST_BOARDS:
            raise Conflict(_("You have %(most)s boards already. Remove one first.") % {"most": MOST_BOARDS})
        row = Board.objects.create(
            name=_name(name), operator_id=viewer.operator_id or None, created_at=clock.now()
        )
        audit.record(viewer, "board.made", (KIND, row.pk))
    return row


def rename(viewer: Viewer, number: int, name: str) -> Board:
    row = queries.access_board(viewer, number, change=True)
    with transaction.atomic():
        Board.objects.filter(pk=row.pk).update(name=_name(name))
        audit.record(viewer, "board.changed", (KIND, row.pk))
    return queries.access_board(viewer, number)


def filter_by(viewer: Viewer, number: int, filters: Filters) -> Board:
    """The filters that the board opens with. Raises WeiluError that names the field, NotFound (a community, a segment)."""
    row = queries.access_board(viewer, number, change=True)
    check_filters(viewer, filters)
    with transaction.atomic():
        Board.objects.filter(pk=row.pk).update(
            communities=list(filters.communities) or None, days=filters.days, first=filters.first, last=filters.last,
            segment=filters.segment,
        )  # fmt: skip
        audit.record(viewer, "board.changed", (KIND, row.pk), segment=filters.segment)
    return queries.access_board(viewer, number)


def check_filters(viewer: Viewer, filters: Filters) -> None:
    """Raises WeiluError for days that are none, NotFound for what is not the viewer's."""
    if filters.days not in rules.DAYS:
        raise WeiluError(_("There is no such span of days."), field="body.days")
    if (filters.first is None) != (filters.last is None):
        raise WeiluError(_("Give the first and the last day."), field="body.last")
    if filters.first and filters.last and filters.last < filters.first:
        raise WeiluError(_("The last day must not come before the first."), field="body.last")
    for one in filters.communities:
        access_community(viewer, one)
    if filters.segment:
        access_segment(viewer, filters.segment)


def share(viewer: Viewer, number: int, roles: Collection[str], places: Collection[int]) -> Board:
    """With holders of these roles, in these communities where any are named. Everybody sees by their own rights what stands on it."""
    row = queries.access_board(viewer, number, change=True)
    if set(roles) - set(rights.ROLES):
        raise WeiluError(_("There is no such role."), field="body.roles")
    for one in places:
        access_community(viewer, one)
    held, where = sorted(set(roles)), sorted(set(places))
    with transaction.atomic():
        Board.objects.filter(pk=row.pk).update(roles=held, places=where)
        audit.record(viewer, "board.shared", (KIND, row.pk), roles=[*held], places=[*where])
    return queries.access_board(viewer, number)


def remove(viewer: Viewer, number: int) -> None:
    """With its cards, and whoever had it sent gets it no more."""
    row = queries.access_board(viewer, number, change=True)
    with transaction.atomic():
        audit.record(viewer, "board.removed", (KIND, row.pk))
        row.delete()


@dataclass(frozen=True, slots=True)
class Wish:
    """All that a board is to be, but for its cards."""

    name: str
    filters: Filters
    roles: Sequence[str] = ()
    places: Sequence[int] = ()


def make_whole(viewer: Viewer, wish: Wish) -> Board:
    """Raises as `make`, `filter_by` and `share`, and then there is no board."""
    with transaction.atomic():
        row = make(viewer, wish.name)
        filter_by(viewer, row.pk, wish.filters)
        return share(viewer, row.pk, wish.roles, wish.places)


def change_whole(viewer: Viewer, number: int, wish: Wish) -> Board:
    """Name, filters and who sees it. Raises as `rename`, `filter_by` and `share`, and then nothing has changed."""
    with transaction.atomic():
        rename(viewer, number, wish.name)
        filter_by(viewer, number, wish.filters)
        return share(viewer, number, wish.roles, wish.places)


# cards ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pin:
    """A card to be. Without a name it is called by what it asks, in the language of whoever looks."""

    name: str
    question: Mapping[str, Any]
    compare: str = ""
    size: str = Size.HALF


def pin(viewer: Viewer, number: int, wish: Pin) -> Card:
    """The question at the end of the board. Raises Refused where it is none, Conflict where the board is full."""
    row = queries.access_board(viewer, number, change=True)
    fields = _card(wish)
    with transaction.atomic():
        Board.objects.select_for_update().get(pk=row.pk)
        there = Card.objects.filter(board=row)
        if there.count() >= MOST_CARDS:
            raise Conflict(_("A board has %(most)s cards at most. Remove one first.") % {"most": MOST_CARDS})
        last = there.aggregate(last=Max("place"))["last"] or 0
        card = Card.objects.create(board=row, place=last + 1, **fields)
        audit.record(viewer, "board.changed", (KIND, row.pk), card=card.pk)
    return card


def pin_to_new(viewer: Viewer, name: str, wish: Pin) -> Card:
    """The first card of a new board. Raises as `make` and `pin`, and then there is no board either."""
    with transaction.atomic():
        return pin(viewer, make(viewer, name).pk, wish)


def change_card(viewer: Viewer, board: int, number: int, wish: Pin) -> Card:
    card = queries.access_card(viewer, board, number, change=True)
    with transaction.atomic():
        Card.objects.filter(pk=card.pk).update(**_card(wish))
        audit.record(viewer, "board.changed", (KIND, board), card=card.pk)
    card.refresh_from_db()
    return card


def unpin(viewer: Viewer, board: int, number: int) -> None:
    card = queries.access_card(viewer, board, number, change=True)
    with transaction.atomic():
        audit.record(viewer, "board.changed", (KIND, board), card=card.pk)
        card.delete()


def move(viewer: Viewer, board: int, number: int, by: int) -> None:
    """Earlier (-1) or later (1) on the board; at its ends nothing happens."""
    card = queries.access_card(viewer, board, number, change=True)
    with transaction.atomic():
        order = list(Card.objects.select_for_update().filter(board=board).values_list("pk", flat=True))
        at = order.index(card.pk)
        order.insert(max(0, min(len(order) - 1, at + by)), order.pop(at))
        _place(order)


def arrange(viewer: Viewer, number: int, order: Sequence[int]) -> None:
    """All cards in this order. Raises WeiluError where it names others than stand on the board."""
    row = queries.access_board(viewer, number, change=True)
    with transaction.atomic():
        there = list(Card.objects.select_for_update().filter(board=row).values_list("pk", flat=True))
        if sorted(there) != sorted(order):
            raise WeiluError(_("The order must name each card of the board once."), field="body.order")
        _place(order)
        audit.record(viewer, "board.changed", (KIND, row.pk))


def _place(order: Sequence[int]) -> None:
    for place, number in enumerate(order, 1):
        Card.objects.filter(pk=number).update(place=place)


# mail ----------------------------------------------------------------------------------------------------------------


def subscribe(viewer: Viewer, number: int, rhythm: str, hour: int) -> Subscription:
    """Have the board sent to oneself; a second time changes rhythm and hour. The hour of today counts from tomorrow on where it
    has passed."""
    row = queries.access_board(viewer, number)
    if not viewer.operator_id:
        raise Conflict(_("A letter goes to an account; the command line has none."))
    if not mail.set_up():
        raise Conflict(_("No mail server is set up, so nothing can be sent."))
    if rhythm not in Rhythm.values or not 0 <= hour <= 23:
        raise WeiluError(
            _("Choose every day or every Monday, and an hour from 0 to 23."), field="body.rhythm"
        )
    now = clock.now()
    today = queries.local(now)
    done = today.date() if today.hour >= hour else None
    with transaction.atomic():
        made, _new = Subscription.objects.update_or_create(
            board=row, operator_id=viewer.operator_id,
            defaults={"rhythm": rhythm, "hour": hour}, create_defaults={"rhythm": rhythm, "hour": hour, "done": done, "created_at": now},
        )  # fmt: skip
        audit.record(viewer, "board.subscribed", (KIND, row.pk), rhythm=rhythm, hour=hour)
    return made


def subscribe_to_question(viewer: Viewer, name: str, wish: Pin, rhythm: str, hour: int) -> Subscription:
    """Have one question sent to oneself: a new board with that card alone. Raises as `make`, `pin` and `subscribe`, and then there is
    no board either."""
    with transaction.atomic():
        return subscribe(viewer, pin_to_new(viewer, name, wish).board_id, rhythm, hour)


def unsubscribe(viewer: Viewer, number: int) -> None:
    """A second time changes nothing."""
    with transaction.atomic():
        mine = Subscription.objects.filter(board=number, operator_id=viewer.operator_id or 0)
        if mine.delete()[0]:
            audit.record(viewer, "board.unsubscribed", (KIND, number))


def leave(mine: Subscription) -> None:
    """By the address that stands in a letter: its reader, whoever is logged in here."""
    with transaction.atomic():
        if Subscription.objects.filter(pk=mine.pk).delete()[0]:
            reader = viewer_of(mine.operator)
            audit.record(reader, "board.unsubscribed", (KIND, mine.board_id))


def send_due(now: dt.datetime) -> int:
    """Put the letters in that are due; returns how many. A letter and the mark that it was put in stand or fall together, and a
    letter of a day can be put in once only, so that dying anywhere sends nothing twice."""
    local, count = queries.local(now), 0
    for one in Subscription.objects.filter(operator__disabled_at=None):
        day = rules.due(one.rhythm, one.hour, one.done, local)
        if day is not None:
            count += _put(one, day)
    return count


def _put(one: Subscription, day: dt.date) -> int:
    with transaction.atomic():
        fresh = Subscription.objects.filter(pk=one.pk, done=one.done, hour=one.hour, rhythm=one.rhythm)
        if not fresh.update(done=day):
            return 0
        return mail.put(KIND, one.pk, [one.operator_id], occasion=day.isoformat())


# erasure -------------------------------------------------------------------------------------------------------------


def forget_person(identity: int) -> None:
    """Somebody is erased: a board that calls them is called by its number, a card by what it asks; cards whose question names them go.
    Safe to run twice."""
    words = words_for(identity)
    for row in Board.objects.all():
        if names_somebody(words, row.name):
            Board.objects.filter(pk=row.pk).update(name=f"#{row.pk}")
    for card in Card.objects.all():
        if names_somebody(words, "", card.question):
            card.delete()
        elif names_somebody(words, card.name):
            Card.objects.filter(pk=card.pk).update(name="")


# checks --------------------------------------------------------------------------------------------------------------


def _name(name: str) -> str:
    told = typed.name(name, LONGEST_NAME)
    if not told:
        raise WeiluError(_("Give the board a name."), field="body.name")
    return told


def _card(wish: Pin) -> dict[str, Any]:
    question = kept_parts(wish.question)
    parse(question)
    if wish.size not in Size.values or len(wish.compare) > 24:
        raise WeiluError(_("There is no such size of a card."), field="body.size")
    return {
        "name": typed.name(wish.name, LONGEST_TITLE), "question": question, "compare": wish.compare.replace("\0", ""),
        "size": wish.size,
    }  # fmt: skip
