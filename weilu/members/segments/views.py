"""Pages of segments: the list, one of them with who came and went, and the builder with its preview."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from weilu.core import clock
from weilu.core.directory.queries import member_names, places
from weilu.core.errors import Unavailable, WeiluError
from weilu.core.events import kinds
from weilu.core.numbers import number
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, ViewerRequest, needs, visible_communities
from weilu.core.segments.reading import parse
from weilu.core.segments.words import sentence
from weilu.core.warehouse import names, questions
from weilu.core.warehouse.links import behind
from weilu.core.warehouse.refusal import Refused
from weilu.members.rules.influence import TIERS
from weilu.members.rules.lifecycle import STATES
from weilu.members.segments import actions, building, queries, uses
from weilu.members.segments.actions import Wish
from weilu.members.segments.building import Built
from weilu.members.segments.models import Segment

DAYS = 30
SAMPLE = 12
WEEK = dt.timedelta(days=7)


@needs(rights.VIEW)
@require_safe
def index(request: ViewerRequest) -> HttpResponse:
    rows = queries.segments(request.viewer)
    context: dict[str, Any] = {"can_edit": request.viewer.can(rights.EDIT_MEMBERS)}
    known: list[Segment] = []
    week: dict[int, tuple[int, int]] = {}
    try:
        known = queries.countable(request.viewer, rows)
        week = queries.tallies([row for row in known if not row.snapshot], clock.now() - WEEK)
    except Unavailable:
        context["down"] = True
    where = places([row.communities for row in rows])
    context["segments"] = [
        (row, queries.words(row), row in known, *week.get(row.pk, (0, 0)), names)
        for row, names in zip(rows, where, strict=True)
    ]
    return render(request, "segments/list.html", context)


@needs(rights.VIEW)
@require_safe
def page(request: ViewerRequest, segment_id: int) -> HttpResponse:
    row = queries.access_segment(request.viewer, segment_id)
    context: dict[str, Any] = {
        "segment": row,
        "sentence": queries.words(row),
        "places": places([row.communities])[0],
        "days": DAYS,
    }
    users = queries.used_by(row)
    context |= {"used": bool(users), "rule": _text(row.rule) if row.rule else ""}
    context["used_by"] = [one for one in users if queries.sees(request.viewer, one)]
    context["elsewhere"] = uses.elsewhere(row.pk)
    context["narrowed"] = uses.narrowed(request.viewer, row)
    context["origin"] = behind(row.origin) if row.origin else ""
    context["can_edit"] = queries.may(request.viewer, row.communities, rights.EDIT_MEMBERS)
    try:
        # First of all, since it refuses a rule about people whom the viewer does not see.
        context["count"] = questions.ask(queries.question(row), request.viewer).rows[0][0]
        since = clock.now() - dt.timedelta(days=DAYS)
        moves = [] if row.snapshot else queries.moves(row, since)
        called = member_names([one.member for one in moves])
        context["moves"] = [(one, called.get(one.member) or f"#{one.member}") for one in moves]
        context["entered"], context["gone"] = queries.tallies([row], since).get(row.pk, (0, 0))
    except Unavailable:
        context["down"] = True
    except WeiluError as error:
        context["problem"] = str(error)
    return render(request, "segments/page.html", context)


@needs(rights.EDIT_MEMBERS)
@require_http_methods(["GET", "POST"])
def create(request: ViewerRequest) -> HttpResponse:
    return _builder(request, None)


@needs(rights.EDIT_MEMBERS)
@require_http_methods(["GET", "POST"])
def edit(request: ViewerRequest, segment_id: int) -> HttpResponse:
    return _builder(request, queries.access_segment(request.viewer, segment_id, rights.EDIT_MEMBERS))


@needs(rights.EDIT_MEMBERS)
@require_POST
def preview(request: ViewerRequest) -> HttpResponse:
    """How many answer to what stands in the fields, and some of them; nothing is saved."""
    return render(
        request, "segments/_preview.html", {"preview": previewed(request.viewer, _read(request.POST))}
    )


@needs(rights.EDIT_MEMBERS)
@require_POST
def keep(request: ViewerRequest, segment_id: int) -> HttpResponse:
    """A snapshot under a name of its own."""
    row = queries.access_segment(request.viewer, segment_id, rights.EDIT_MEMBERS)
    made = actions.keep(request.viewer, row, request.POST.get("name", ""))
    messages.success(request, _("Kept as it is now."))
    return redirect("segments:page", made.pk)


@needs(rights.EDIT_MEMBERS)
@require_POST
def remove(request: ViewerRequest, segment_id: int) -> HttpResponse:
    row = queries.access_segment(request.viewer, segment_id, rights.EDIT_MEMBERS)
    actions.remove(request.viewer, row)
    messages.success(request, _("The segment is gone, with its history."))
    return redirect("segments:list")


# the builder ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the builder. `text` is the rule as JSON where the fields do not say it."""

    name: str = ""
    note: str = ""
    communities: tuple[int, ...] = ()
    built: Built = field(default_factory=Built)
    text: str = ""

    @property
    def rule(self) -> Any:
        """Raises Refused where the text is no JSON, and where a field lacks its number."""
        if not self.text:
            if wrong := building.amiss(self.built):
                raise Refused(
                    _("Condition %(n)s: times, days and scores are whole numbers from 0 on.") % {"n": wrong}
                )
            return building.rule_of(self.built)
        try:
            return orjson.loads(self.text)
        except orjson.JSONDecodeError as error:
            raise Refused(_("The text of the rule is not JSON (line %(line)s, column %(column)s).")
                          % {"line": error.lineno, "column": error.colno})  # fmt: skip

    @property
    def wish(self) -> Wish:
        return Wish(self.name, self.rule, self.note, list(self.communities) or None)


@dataclass(frozen=True, slots=True)
class Preview:
    """What the draft finds: how many, some of them, in words, and what it cost; or why it cannot be said."""

    count: int = 0
    sample: tuple[tuple[int, str], ...] = ()
    words: str = ""
    milliseconds: int = 0
    problem: str = ""
    down: bool = False


def previewed(viewer: Viewer, draft: Draft) -> Preview:
    words = ""
    try:
        rule = actions.numbered(viewer, draft.rule)
        places = {"communities": list(draft.communities)} if draft.communities else {}
        words = sentence(parse(rule))
        started = time.monotonic()
        found = questions.behind({"kind": "segment", "rule": rule, **places}, viewer, limit=SAMPLE)
    except Unavailable:
        return Preview(words=words, down=True)
    except WeiluError as error:
        return Preview(words=words, problem=str(error))
    called = member_names(found.ids)
    sample = tuple((one, called.get(one) or f"#{one}") for one in found.ids)
    return Preview(found.total, sample, words, round((time.monotonic() - started) * 1000))


def prefilled(request: ViewerRequest, rule: dict[str, Any], name: str = "") -> HttpResponse:
    """The builder of a new segment with a rule that comes from another page."""
    return _shown(request, None, _draft(name, "", None, rule))


def _builder(request: ViewerRequest, row: Segment | None) -> HttpResponse:
    if request.method == "GET":
        draft = _kept(row) if row else _given(request.GET)
        return _shown(request, row, draft)
    draft, act = _read(request.POST), request.POST.get("act", "")
    if act == "text" and not draft.text:
        return _shown(request, row, replace(draft, text=_text(building.rule_of(draft.built))))
    if act != "save":
        return _shown(request, row, replace(draft, built=_acted(draft.built, act)))
    try:
        saved = (
            actions.change(request.viewer, row, draft.wish)
            if row
            else actions.create(request.viewer, draft.wish)
        )
    except Unavailable:
        raise
    except WeiluError as error:
        return _shown(request, row, draft, problem=str(error))
    messages.success(request, _("Saved. Its members are found within seconds."))
    return redirect("segments:page", saved.pk)


def _kept(row: Segment) -> Draft:
    """A saved one; the rule of a snapshot is not for changing."""
    if row.snapshot:
        return Draft(row.name, row.note, tuple(row.communities or ()), Built(rows=()), _text(row.rule))
    return _draft(row.name, row.note, row.communities, row.rule)


def _given(query: QueryDict) -> Draft:
    """A new one, empty or with the rule of an address."""
    if not query.get("rule"):
        return Draft()
    draft = Draft(text=str(query["rule"]))
    try:
        parse(draft.rule)
    except Refused:
        return draft
    return _draft("", "", None, draft.rule)


def _draft(name: str, note: str, communities: list[int] | None, rule: dict[str, Any]) -> Draft:
    built = building.show(rule)
    text = "" if built else _text(rule)
    return Draft(name, note, tuple(communities or ()), built or Built(rows=()), text)


def _read(data: QueryDict) -> Draft:
    communities = tuple(number(one) for one in data.getlist("community") if one)
    fields = {name: str(data[name]) for name in data}
    return Draft(
        data.get("name", ""),
        data.get("note", ""),
        communities,
        building.read(fields),
        data.get("text", "").strip(),
    )


def _acted(built: Built, act: str) -> Built:
    """A row more, or one less."""
    if act == "add":
        return replace(built, rows=(*built.rows, building.FIRST)[: building.MOST_ROWS])
    return replace(built, rows=tuple(row for n, row in enumerate(built.rows) if act != f"drop-{n}"))


def _shown(request: ViewerRequest, row: Segment | None, draft: Draft, problem: str = "") -> HttpResponse:
    viewer = request.viewer
    context: dict[str, Any] = {"segment": row, "problem": problem, "whats": _whats()}
    context |= {"communities": visible_communities(viewer), "whole": viewer.communities is None}
    context |= {"events": _events(viewer), "states": STATES, "tiers": TIERS}
    context["others"] = [one for one in queries.segments(viewer) if row is None or one.pk != row.pk]
    context["tags"] = uses.choices(building.TAG, viewer)
    firsts = {
        building.SEGMENT: [one.pk for one in context["others"]],
        building.TAG: [pk for pk, _name in context["tags"]],
    }
    draft = replace(
        draft, built=building.filled(draft.built, {word: str(one[0]) for word, one in firsts.items() if one})
    )
    context["draft"] = draft
    if row is None or not row.snapshot:
        context["preview"] = previewed(viewer, draft)
    fragment = request.headers.get("HX-Target") == "builder"
    template = "segments/_builder.html" if fragment else "segments/edit.html"
    return render(request, template, context, status=400 if problem and not fragment else 200)


def _whats() -> list[tuple[str, str]]:
    return [
        (building.DID, _("Did something")),
        (building.THEN, _("Did one thing, then another")),
        (building.FIRST_TIME, _("Did it for the first time")),
        (building.LAST_TIME, _("Did it for the last time")),
        (building.SHARE, _("Share of what they do")),
        (building.STATE, _("State")),
        (building.TIER, _("Tier")),
        (building.SCORE, _("Influence score")),
        (building.VALUE, _("Value score")),
        (building.RFM, _("Recency, frequency, money")),
        (building.MEMBER_OF, _("Is a member")),
        (building.SEGMENT, _("In a segment")),
        (building.TAG, _("Carries a tag")),
        (building.FACT, _("Says of themselves")),
        (building.RANDOM, _("By lot")),
    ]


def _events(viewer: Viewer) -> list[tuple[str, str]]:
    """Kinds and their names: any interaction, those of the house, those that sources sent."""
    known = [(one.slug, str(one.label)) for one in kinds.all_kinds()]
    try:
        places = [int(row.pk) for row in visible_communities(viewer)]
        seen = names.every_kind([*places, *([0] if viewer.communities is None else [])])
    except Unavailable:
        seen = ()
    slugs = {slug for slug, _label in known}
    used = [(slug, label) for slug, label in known if slug in seen or slug in ("message.sent", "order.paid")]
    return [
        ("interaction", _("Anything that counts as taking part")),
        *used,
        *((one, one) for one in seen if one not in slugs),
    ]


def _text(rule: Any) -> str:
    return orjson.dumps(rule, option=orjson.OPT_INDENT_2).decode()
