"""Pages of boards: the list, a board with its cards, the wall; pinning, sharing, taking along, having it sent."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from weilu.core.errors import WeiluError
from weilu.core.mail import actions as mail
from weilu.core.numbers import number
from weilu.core.operators import audit, rights
from weilu.core.operators.access import ViewerRequest, needs, visible_communities
from weilu.evaluation.boards import actions, forms, queries, rules, words
from weilu.evaluation.boards.models import Board, Rhythm, Size, Subscription
from weilu.evaluation.boards.rules import Filters
from weilu.evaluation.explorer import choices, files, looks
from weilu.evaluation.explorer.fields import address
from weilu.evaluation.models import SavedQuestion
from weilu.evaluation.plain import ask_word

HOURS = tuple(range(24))
USUAL_HOUR = 8


@needs(rights.VIEW)
@require_safe
def index(request: ViewerRequest) -> HttpResponse:
    lines = [
        {"board": row, "mine": queries.may_change(request.viewer, row), "cards": row.cards.all()}
        for row in queries.boards(request.viewer)
    ]
    return render(request, "boards/list.html", {"lines": lines})


@require_POST
@needs(rights.VIEW)
def make(request: ViewerRequest) -> HttpResponse:
    row = actions.make(request.viewer, request.POST.get("name", ""))
    messages.success(request, _("The board is there. Pin your first question to it."))
    return redirect("boards:page", row.pk)


@needs(rights.VIEW)
@require_safe
def page(request: ViewerRequest, board_id: int) -> HttpResponse:
    """The cards come by themselves; `whole=1` draws all of them at once, for whoever has no script."""
    row = queries.access_board(request.viewer, board_id)
    filters = _filters(request, row)
    context = _shown(request, row, filters) | _own(request, row)
    if request.GET.get("whole") == "1":
        context["faces"] = [_face(one) for one in queries.faces(request.viewer, row, filters)]
    return render(request, "boards/page.html", context)


@needs(rights.VIEW)
@require_safe
def card(request: ViewerRequest, board_id: int, card_id: int) -> HttpResponse:
    """What stands on one card, as a part of the page."""
    row = queries.access_card(request.viewer, board_id, card_id)
    face = queries.face(request.viewer, row, _filters(request, row.board))
    return render(request, "boards/_face.html", _face(face))


@needs(rights.VIEW)
@require_safe
def wall(request: ViewerRequest, board_id: int) -> HttpResponse:
    """The board on a screen that nobody touches: dark, large, pane after pane, always up to date."""
    row = queries.access_board(request.viewer, board_id)
    context = _shown(request, row, _filters(request, row))
    sized = [(one, one.size == Size.WHOLE) for one in context["cards"]]
    return render(request, "boards/wall.html", {**context, "panes": rules.panes(sized), "theme": "dark"})


@needs(rights.VIEW)
@require_safe
def export(request: ViewerRequest, board_id: int) -> HttpResponse:
    """A workbook with a sheet for each card: numbers; names of who invited only with the right to export members."""
    row = queries.access_board(request.viewer, board_id)
    faces = queries.faces(request.viewer, row, _filters(request, row))
    whole = request.viewer.limited(rights.EXPORT_MEMBERS).communities == request.viewer.communities
    sheets = [
        (str(face.card), looks.sheet(face.look))
        for face in faces
        if face.look is not None and (whole or not looks.names_people(face.question))
    ]
    if not sheets:
        raise WeiluError(_("There is no figure on this board that could be taken along."))
    audit.record(request.viewer, "board.exported", (actions.KIND, row.pk), cards=len(sheets))
    headers = {"Content-Disposition": f'attachment; filename="weilu-board-{row.pk}.xlsx"', "X-Content-Type-Options": "nosniff"}  # fmt: skip
    return HttpResponse(files.workbook(sheets), content_type=files.XLSX, headers=headers)


# changing it ---------------------------------------------------------------------------------------------------------


@require_POST
@needs(rights.VIEW)
def rename(request: ViewerRequest, board_id: int) -> HttpResponse:
    actions.rename(request.viewer, board_id, request.POST.get("name", ""))
    return _back(request, board_id, _("Saved."))


@require_POST
@needs(rights.VIEW)
def keep(request: ViewerRequest, board_id: int) -> HttpResponse:
    """The filters that the board opens with from now on."""
    actions.filter_by(request.viewer, board_id, forms.filters_of(request.POST))
    return _back(
        request, board_id, _("The board opens with these filters from now on, for everybody who sees it.")
    )


@require_POST
@needs(rights.VIEW)
def share(request: ViewerRequest, board_id: int) -> HttpResponse:
    places = [number(one) for one in request.POST.getlist("place") if one]
    row = actions.share(request.viewer, board_id, request.POST.getlist("role"), places)
    shared = row.roles or row.places
    return _back(request, board_id, _("Shared. Everybody sees by their own rights what stands on it.") if shared
                 else _("Only you see it now."))  # fmt: skip


@require_POST
@needs(rights.VIEW)
def remove(request: ViewerRequest, board_id: int) -> HttpResponse:
    actions.remove(request.viewer, board_id)
    messages.success(request, _("The board is gone."))
    return redirect("boards:list")


@require_POST
@needs(rights.VIEW)
def pin(request: ViewerRequest) -> HttpResponse:
    """From the explorer (`q`) or a kept question (`saved`), to a board of one's own or a new one (`new`)."""
    wish = _pin(request)
    if board := number(request.POST.get("board")):
        card = actions.pin(request.viewer, board, wish)
    else:
        card = actions.pin_to_new(request.viewer, request.POST.get("new", ""), wish)
    return _back(request, card.board_id, _("Pinned."))


def _pin(request: ViewerRequest) -> actions.Pin:
    if saved := number(request.POST.get("saved")):
        mine = SavedQuestion.objects.filter(operator_id=request.viewer.operator_id or 0, pk=saved).first()
        if mine is None:
            raise WeiluError(_("Choose one of your kept questions."))
        return actions.Pin(mine.name, mine.question)
    question = forms.question_of(request.POST.get("q", ""))
    return actions.Pin(request.POST.get("name", ""), question, request.POST.get("compare", ""))


@require_POST
@needs(rights.VIEW)
def change_card(request: ViewerRequest, board_id: int, card_id: int) -> HttpResponse:
    """`act`: earlier, later, remove, or save (name and size)."""
    act, there = request.POST.get("act", ""), {"earlier": -1, "later": 1}
    if act in there:
        actions.move(request.viewer, board_id, card_id, there[act])
    elif act == "remove":
        actions.unpin(request.viewer, board_id, card_id)
    else:
        row = queries.access_card(request.viewer, board_id, card_id, change=True)
        name, size = request.POST.get("name", row.name), request.POST.get("size", row.size)
        actions.change_card(
            request.viewer, board_id, card_id, actions.Pin(name, row.question, row.compare, size)
        )
    return redirect(
        f"{reverse('boards:page', args=[board_id])}{'' if act == 'remove' else f'#card-{card_id}'}"
    )


# mail ----------------------------------------------------------------------------------------------------------------


@require_POST
@needs(rights.VIEW)
def subscribe(request: ViewerRequest, board_id: int) -> HttpResponse:
    if request.POST.get("rhythm") == "none":
        queries.access_board(request.viewer, board_id)
        actions.unsubscribe(request.viewer, board_id)
        return _back(request, board_id, _("It is no longer sent to you."))
    hour = request.POST.get("hour")
    actions.subscribe(request.viewer, board_id, request.POST.get("rhythm", ""), number(hour) if hour else -1)
    return _back(request, board_id, _("It is sent to you from now on."))


@require_POST
@needs(rights.VIEW)
def subscribe_to_question(request: ViewerRequest) -> HttpResponse:
    """From the explorer (`q`): sent at eight; hour, filters and an end are chosen on the board made for it."""
    wish = _pin(request)
    name = str(ask_word(wish.question).what)[: actions.LONGEST_NAME]
    mine = actions.subscribe_to_question(
        request.viewer, name, wish, request.POST.get("rhythm", ""), USUAL_HOUR
    )
    said = _("It is sent to you from now on, at %(hour)s:00. Hour, days and an end are chosen here.")
    return _back(request, mine.board_id, said % {"hour": USUAL_HOUR})


@csrf_exempt  # a mailbox presses its own button (RFC 8058); the address itself is the proof
@login_not_required
@require_http_methods(["GET", "POST"])
def leave(request: ViewerRequest, token: str) -> HttpResponse:
    """The way out that stands in each letter. Opening it changes nothing, since mail scanners open what they find."""
    mine = Subscription.objects.filter(pk=words.left(token)).select_related("board").first()
    if request.method == "POST" and mine is not None:
        actions.leave(mine)
    context = {"board": mine.board.name if mine else "", "done": request.method == "POST" or mine is None}
    return render(request, "boards/leave.html", context)


# their parts ---------------------------------------------------------------------------------------------------------


def _filters(request: ViewerRequest, row: Board) -> Filters:
    if forms.GIVEN not in request.GET:
        return row.filters
    filters = forms.filters_of(request.GET)
    if (
        filters != row.filters
    ):  # those of the board may name what its reader does not see: then each card says so
        actions.check_filters(request.viewer, filters)
    return filters


def _shown(request: ViewerRequest, row: Board, filters: Filters) -> dict[str, Any]:
    flat = {"segment": str(filters.segment or ""), "days": forms.days_word(filters)}
    return {
        "board": row,
        "cards": list(row.cards.all()),
        "filters": filters,
        "query": forms.query_of(filters),
        "flat": flat,
        "whom": queries.filters_said(request.viewer, filters),
        "days_choices": forms.days_choices(),
        "places": visible_communities(request.viewer),
        "segments": choices.segments(request.viewer, flat["segment"]),
        "zone": queries.zone(),
    }


def _own(request: ViewerRequest, row: Board) -> dict[str, Any]:
    """What can be done with the board."""
    may = queries.may_change(request.viewer, row)
    mine = SavedQuestion.objects.filter(operator_id=request.viewer.operator_id or 0) if may else ()
    return {
        "may": may,
        "saved": mine,
        "sizes": Size.choices,
        "roles": [(slug, name) for slug, (name, _held) in rights.ROLES.items()] if may else (),
        "subscription": queries.subscription(request.viewer, row),
        "rhythms": Rhythm.choices,
        "hours": HOURS,
        "mailed": mail.set_up(),
    }


def _face(face: queries.Face) -> dict[str, Any]:
    look = face.look
    shown = look.context if look else {}
    return {**shown, "card": face.card, "face": face, "href": address(face.question, face.card.compare)}


def _back(request: ViewerRequest, board_id: int, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("boards:page", board_id)
