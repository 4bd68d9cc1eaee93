"""The explorer: build a question, see its answer, open who stands behind it, keep it, take it along as a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from weilu.core.errors import NotFound, Unavailable, WeiluError
from weilu.core.mail import actions as mail
from weilu.core.operators import audit, rights
from weilu.core.operators.access import Viewer, ViewerRequest, needs
from weilu.core.warehouse.question import TREND, object_in
from weilu.evaluation import actions
from weilu.evaluation.boards.models import Rhythm
from weilu.evaluation.boards.queries import own_boards
from weilu.evaluation.explorer import choices, fields, files, looks
from weilu.evaluation.explorer.looks import exporter, names_people
from weilu.evaluation.explorer.words import on_the_page
from weilu.evaluation.models import SavedQuestion
from weilu.evaluation.plain import ask_word, looking_back

PATIENCE = 1.0
"""Seconds that the page waits for the newest events, as pages do."""
EXPORTED = "answer.exported"
AUDIT_WORDS = {EXPORTED: gettext_lazy("Took an answer along as a file")}
LONGEST = 20_000


@needs(rights.VIEW)
def page(request: ViewerRequest) -> HttpResponseBase:
    """`q` is the whole question, `compare` what it is set beside (`1`: the days before, `all`: everybody, `s7`: segment 7),
    `format` hands it out as a file; `kind` alone begins with a question of that kind."""
    try:
        question = _question(request)
    except WeiluError as wrong:
        return _page(
            request, _first(request.viewer, TREND), sentence=str(wrong), text=request.GET.get("q", "")
        )
    if (form := files.FORMS.get(request.GET.get("format", ""))) is not None:
        return _file(request, question, form)
    return _page(request, question)


@needs(rights.VIEW)
def build(request: ViewerRequest) -> HttpResponse:
    """What the form asks, as a link that holds all of it."""
    if text := request.GET.get("text", ""):
        query = {"q": text}
    else:
        query = {"q": _text(fields.question_of(request.GET))}
    if compare := request.GET.get("compare"):
        query["compare"] = compare
    return redirect(f"{reverse('evaluation:explore')}?{urlencode(query)}")


@require_POST
@needs(rights.VIEW)
def save(request: ViewerRequest) -> HttpResponse:
    """Keeps a question under a name; the same name again keeps the newer one."""
    saved = actions.save_question(
        request.viewer, request.POST.get("name", ""), _read(request.POST.get("q", ""))
    )
    messages.success(request, _("Kept as “%(name)s”.") % {"name": saved.name})
    return redirect(_address(saved.question))


@require_POST
@needs(rights.VIEW)
def remove(request: ViewerRequest, saved_id: int) -> HttpResponse:
    actions.remove_question(request.viewer, saved_id)
    return redirect("evaluation:explore")


def _page(
    request: ViewerRequest, question: Mapping[str, Any], *, sentence: str = "", text: str = ""
) -> HttpResponse:
    viewer, compare = request.viewer, request.GET.get("compare", "")
    context: dict[str, Any] = {"question": question, "compare": compare, "sentence": sentence}
    try:
        if not sentence:
            context |= looks.look(viewer, question, compare, PATIENCE).context
        context["events"] = choices.events(viewer)
    except Unavailable:
        context["down"] = True
        context["events"] = []
    except (WeiluError, NotFound) as refused:
        context["sentence"] = on_the_page(str(refused), str(question.get("kind", "")))
        context["events"] = choices.events(viewer)
    flat = fields.flat_of(question)
    context |= {
        "told": ask_word(question),
        "back": looking_back(question) if context.get("shown") else "",
        "flat": flat,
        "text": text or _text(question, indent=1),
        "q": text or _text(question),
        "kinds": [
            (kind, word, _address(fields.another(kind, question)))
            for kind, word in choices.kinds_of_questions()
        ],
        "subjects": choices.subjects(context["events"]),
        "places": choices.places(viewer),
        "segments": choices.segments(viewer, flat["segment"]),
        "comparisons": choices.comparisons(viewer, flat["segment"], compare),
        "event_slugs": [slug for slug, _word in context["events"]],
        **choices.words(),
        "saved": [(one, _address(one.question)) for one in _saved(viewer)],
        "boards": own_boards(viewer),
        "rhythms": Rhythm.choices if mail.set_up() and viewer.operator_id else (),
        "forms": list(files.FORMS) if viewer.can(rights.EXPORT_MEMBERS) or not names_people(question) else [],
    }
    return render(request, "evaluation/explore.html", context, status=400 if context["sentence"] else 200)


def _file(request: ViewerRequest, question: Mapping[str, Any], form: files.Form) -> HttpResponse:
    """Numbers; people leave with a right of their own: by the page behind each number, or as names of who invited."""
    viewer = exporter(request.viewer, question)
    look = looks.look(viewer, question, request.GET.get("compare", ""), PATIENCE)
    sheet = looks.sheet(look)
    audit.record(request.viewer, EXPORTED, rows=len(sheet.lines))
    name = f"weilu-{look.answer.question['kind']}.{request.GET['format']}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(form.make(sheet), content_type=form.media_type, headers=headers)


def _question(request: ViewerRequest) -> dict[str, Any]:
    if text := request.GET.get("q", ""):
        return _read(text)
    kind = request.GET.get("kind", TREND)
    return _first(request.viewer, kind if kind in fields.FIRST else TREND)


def _first(viewer: Viewer, kind: str) -> dict[str, Any]:
    return fields.another(kind, choices.days(viewer))


def _read(text: str) -> dict[str, Any]:
    question = object_in(text) if len(text) <= LONGEST else None
    if question is None:
        raise WeiluError(
            _("This is no question: it must be a JSON object of at most %(most)s signs.") % {"most": LONGEST}
        )
    return question


def _saved(viewer: Viewer) -> list[SavedQuestion]:
    return list(SavedQuestion.objects.filter(operator_id=_me(viewer)))


def _me(viewer: Viewer) -> int:
    assert viewer.operator_id is not None, "pages are for those who are known"
    return viewer.operator_id


def _address(question: Mapping[str, Any]) -> str:
    return f"{reverse('evaluation:explore')}?{urlencode({'q': _text(question)})}"


def _text(question: Mapping[str, Any], indent: int | None = None) -> str:
    separators = None if indent else (",", ":")
    return json.dumps(question, ensure_ascii=False, indent=indent, separators=separators)
