"""Boards for programs: which there are, what stands on them, their answers, and having one sent."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from ninja import Query, Router, Schema
from pydantic import Field, StringConstraints

from weilu.core.api import paging
from weilu.core.api.guards import needs
from weilu.core.api.once import once
from weilu.core.api.schemas import NO_NUL, ApiRequest, Done, Id, In, Page, Paging, Slug, Whole
from weilu.core.operators import rights
from weilu.core.warehouse import questions
from weilu.evaluation.boards import actions, queries, rules
from weilu.evaluation.boards.models import Board, Card
from weilu.evaluation.boards.rules import Filters

router = Router(tags=["boards"])
EXAMPLE = {"kind": "trend", "metric": "dau", "by": "day", "from": "2018-06-01", "to": "2018-06-30"}
Title = Annotated[str, StringConstraints(min_length=1, max_length=actions.LONGEST_NAME, pattern=NO_NUL)]
CardTitle = Annotated[str, StringConstraints(min_length=1, max_length=actions.LONGEST_TITLE, pattern=NO_NUL)]
Size = Literal["third", "half", "whole"]


class BoardFilters(In):
    """For all cards. `communities` empty: each card's own. `days`: `7`, `28`, `90`, `365` up to the newest, `month`, or empty for
    `first` to `last` and without those for each card's own. `segment` 0: everybody."""

    communities: list[Id] = Field([], max_length=500)
    days: Literal["", "7", "28", "90", "365", "month"] = "28"
    first: dt.date | None = None
    last: dt.date | None = None
    segment: Whole = 0


class BoardSharing(In):
    """Holders of these `roles`, in these communities (`places`) where any are named; places alone: whoever sees one of them."""

    roles: list[Slug] = Field([], max_length=20)
    places: list[Id] = Field([], max_length=500)


class BoardIn(In):
    name: Title
    filters: BoardFilters = Field(default_factory=lambda: BoardFilters.model_validate({}))
    shared: BoardSharing = Field(default_factory=lambda: BoardSharing.model_validate({}))


class CardIn(In):
    """`compare`: `1` (the days before), `all` (everybody), `s7` (segment 7), or empty."""

    name: CardTitle
    question: dict[str, Any] = Field(examples=[EXAMPLE])
    compare: Annotated[str, StringConstraints(max_length=24, pattern=r"^(1|all|s[0-9]{1,18})?$")] = ""
    size: Size = "half"


class BoardOrder(In):
    """All cards of the board, in the order that they are to have."""

    order: list[Id] = Field(max_length=actions.MOST_CARDS)


class BoardLetterIn(In):
    """`hour` by the brand's clock."""

    rhythm: Literal["daily", "weekly"] = "weekly"
    hour: int = Field(8, ge=0, le=23)


class CardOut(Schema):
    """`name` is empty where the card is called by what it asks, in the language of whoever looks."""

    id: int
    name: str
    question: dict[str, Any]
    compare: str
    size: str


class BoardOut(Schema):
    """`mine`: I may change it."""

    id: int
    name: str
    mine: bool
    filters: BoardFilters
    shared: BoardSharing
    cards: list[CardOut]
    created_at: dt.datetime


class BoardLetter(Schema):
    rhythm: str
    hour: int


class CardAnswer(Schema):
    """What the card asks under the board's filters, and the table that answers it. `narrowed`: of the communities that it names I see
    some only."""

    question: dict[str, Any]
    unit: str
    timezone: str
    columns: list[str]
    rows: list[list[Any]]
    position: int
    narrowed: bool


@router.get("/boards", response=Page[BoardOut], summary="Boards")
@needs(rights.VIEW)
def list_boards(request: ApiRequest, wish: Query[Paging]) -> dict[str, Any]:
    """My own and those that are shared with me, by id."""
    of = paging.question("boards")
    mark = paging.place(wish.cursor, of)
    rows = sorted(queries.boards(request.viewer), key=lambda row: row.pk)
    rows = [row for row in rows if not mark or row.pk > mark[0]]
    found, following = paging.page(rows[: wish.limit + 1], wish.limit, of, lambda row: [row.pk])
    return {"items": [_told(request, row) for row in found], "next": following}


@router.post("/boards", response={201: BoardOut}, summary="Make a board")
@needs(rights.VIEW)
@once()
def make_board(request: ApiRequest, given: BoardIn) -> dict[str, Any]:
    return _told(request, actions.make_whole(request.viewer, _wish(given)))


@router.get("/boards/{board_id}", response=BoardOut, summary="One board")
@needs(rights.VIEW)
def read_board(request: ApiRequest, board_id: Id) -> dict[str, Any]:
    return _told(request, queries.access_board(request.viewer, board_id))


@router.put("/boards/{board_id}", response=BoardOut, summary="Change a board")
@needs(rights.VIEW)
def change_board(request: ApiRequest, board_id: Id, given: BoardIn) -> dict[str, Any]:
    """Name, filters and who sees it; the cards stay."""
    return _told(request, actions.change_whole(request.viewer, board_id, _wish(given)))


@router.delete("/boards/{board_id}", response=Done, summary="Remove a board")
@needs(rights.VIEW)
def remove_board(request: ApiRequest, board_id: Id) -> dict[str, bool]:
    actions.remove(request.viewer, board_id)
    return {"done": True}


@router.put("/boards/{board_id}/order", response=BoardOut, summary="Arrange a board")
@needs(rights.VIEW)
def arrange_board(request: ApiRequest, board_id: Id, given: BoardOrder) -> dict[str, Any]:
    actions.arrange(request.viewer, board_id, given.order)
    return _told(request, queries.access_board(request.viewer, board_id))


@router.post("/boards/{board_id}/cards", response={201: CardOut}, summary="Pin a question")
@needs(rights.VIEW)
@once()
def pin_card(request: ApiRequest, board_id: Id, given: CardIn) -> Card:
    """At the end of the board."""
    return actions.pin(request.viewer, board_id, _pin(given))


@router.put("/boards/{board_id}/cards/{card_id}", response=CardOut, summary="Change a card")
@needs(rights.VIEW)
def change_card(request: ApiRequest, board_id: Id, card_id: Id, given: CardIn) -> Card:
    return actions.change_card(request.viewer, board_id, card_id, _pin(given))


@router.delete("/boards/{board_id}/cards/{card_id}", response=Done, summary="Take a card off")
@needs(rights.VIEW)
def unpin_card(request: ApiRequest, board_id: Id, card_id: Id) -> dict[str, bool]:
    actions.unpin(request.viewer, board_id, card_id)
    return {"done": True}


@router.get("/boards/{board_id}/cards/{card_id}/answer", response=CardAnswer, summary="The answer of a card")
@needs(rights.VIEW)
def read_answer(request: ApiRequest, board_id: Id, card_id: Id) -> dict[str, Any]:
    """With my rights and the board's filters."""
    card = queries.access_card(request.viewer, board_id, card_id)
    asked = rules.asked(card.question, card.board.filters, queries.newest_day(request.viewer))
    question, fewer = rules.narrowed(asked, request.viewer.communities)
    return {**questions.ask(question, request.viewer).as_json(), "narrowed": fewer}


@router.put("/boards/{board_id}/letters", response=BoardLetter, summary="Have a board sent")
@needs(rights.VIEW)
def subscribe(request: ApiRequest, board_id: Id, given: BoardLetterIn) -> Any:
    """To me, by mail. 409 where no mail server is set up."""
    return actions.subscribe(request.viewer, board_id, given.rhythm, given.hour)


@router.delete("/boards/{board_id}/letters", response=Done, summary="Have a board no longer sent")
@needs(rights.VIEW)
def unsubscribe(request: ApiRequest, board_id: Id) -> dict[str, bool]:
    queries.access_board(request.viewer, board_id)
    actions.unsubscribe(request.viewer, board_id)
    return {"done": True}


def _wish(given: BoardIn) -> actions.Wish:
    told = given.filters
    filters = Filters(tuple(told.communities), told.days, told.first, told.last, told.segment)
    return actions.Wish(given.name, filters, given.shared.roles, given.shared.places)


def _pin(given: CardIn) -> actions.Pin:
    return actions.Pin(given.name, given.question, given.compare, given.size)


def _told(request: ApiRequest, row: Board) -> dict[str, Any]:
    names = ("days", "first", "last", "segment")
    filters = {name: getattr(row, name) for name in names} | {"communities": row.communities or []}
    return {
        "id": row.pk,
        "name": row.name,
        "mine": queries.may_change(request.viewer, row),
        "filters": filters,
        "shared": {"roles": row.roles, "places": row.places},
        "cards": list(row.cards.all()),
        "created_at": row.created_at,
    }
