"""Pages of alerts: what is out of bounds, one alert with its chart and what is done about it, the rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from weilu.communities.tasks.queries import about as tasks_about
from weilu.communities.tasks.queries import hands
from weilu.core import clock, metrics
from weilu.core.directory.queries import brand_zone, zone_of
from weilu.core.errors import Unavailable, WeiluError
from weilu.core.mail import actions as mail
from weilu.core.mail import queries as letters
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, ViewerRequest, missing, needs, scopes
from weilu.core.operators.forms import tried
from weilu.evaluation.alerts import actions, forms, queries, raising, rules, words
from weilu.evaluation.alerts.models import Alert, AlertRule
from weilu.members.segments import leaf as segments

PAGE = 50
SNOOZES = (1, 3, 7, 30)


@needs(rights.VIEW)
@require_safe
def index(request: ViewerRequest) -> HttpResponse:
    """Open ones, or all that ever were."""
    show = "all" if request.GET.get("show") == "all" else queries.OPEN
    rows = queries.alerts(request.viewer, queries.OPEN if show == queries.OPEN else "")
    found = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    brand, names = brand_zone(), words.names_of(one.rule for one in found)
    context = {
        "lines": [_line(one, brand, names) for one in found],
        "page": found,
        "show": show,
        "any_rules": queries.rules_of(request.viewer).exists(),
        "may": bool(scopes(request.viewer, rights.ALERTS)),
    }
    return render(request, "alerts/list.html", context)


@needs(rights.VIEW)
@require_safe
def page(request: ViewerRequest, alert_id: int) -> HttpResponse:
    row = queries.access_alert(request.viewer, alert_id)
    return _page(request, row)


def _page(request: ViewerRequest, row: Alert, bound: Any = None) -> HttpResponse:
    may = queries.may(request.viewer, row.rule.community_id)
    today = clock.day_of(clock.now(), zone_of(row.rule.community))
    given = {one.prefix: one for one in (bound,) if one}
    context: dict[str, Any] = {
        **_line(row),
        "may": may,
        "today": today,
        "rule_says": words.rule(row.rule),
        "method": words.METHOD if row.condition["kind"] == rules.ANOMALY else "",
        "comments": row.comments.select_related("operator").order_by("pk"),
        "tasks": tasks_about(raising.KIND, row.pk),
        "letters": [(one, letters.error_word(one.error)) for one in letters.about(raising.KIND, row.pk)],
        "mailed": mail.set_up(),
        "snoozes": SNOOZES,
        "asleep": row.snoozed_until is not None and row.snoozed_until > clock.now(),
        "task_form": given.get("task") or _task_form(None, row, today),
        "comment_form": given.get("comment") or forms.CommentForm(prefix="comment"),
    }
    try:
        condition = rules.Condition(**row.condition)
        look = queries.look(row.rule, condition, request.viewer, None if row.closed_at is None else row.day)
        context["chart"] = words.chart(look, row.day)
    except Unavailable:
        context["down"] = True
    except WeiluError:
        # The metric is no more: what was said about it stays.
        context["chart"] = None
    return render(request, "alerts/page.html", context, status=400 if bound else 200)


def _line(row: Alert, brand: str = "", names: words.Names | None = None) -> dict[str, Any]:
    return {
        "zone": zone_of(row.rule.community, brand),
        "alert": row,
        "says": words.alert(row, names),
        "evidence": words.evidence(row),
        "unit": metrics.unit(row.rule.metric),
    }


def _task_form(given: Any, row: Alert, today: dt.date) -> forms.TaskForm:
    return forms.TaskForm(given, hands=hands(row.rule.community_id), today=today, prefix="task")


@needs(rights.ALERTS)
@require_POST
def acknowledge(request: ViewerRequest, alert_id: int) -> HttpResponse:
    actions.acknowledge(request.viewer, alert_id)
    messages.success(request, _("You look after it. It no longer stands on anybody’s page of today."))
    return redirect("alerts:page", alert_id)


@needs(rights.ALERTS)
@require_POST
def snooze(request: ViewerRequest, alert_id: int) -> HttpResponse:
    days = request.POST.get("days", "")
    if days not in {str(one) for one in SNOOZES}:
        raise WeiluError(_("Choose for how many days."))
    actions.snooze(request.viewer, alert_id, clock.now() + dt.timedelta(days=int(days)))
    messages.success(request, _("Asleep. If it is still out of bounds then, it comes back."))
    return redirect("alerts:page", alert_id)


@needs(rights.ALERTS)
@require_POST
def comment(request: ViewerRequest, alert_id: int) -> HttpResponse:
    row = queries.access_alert(request.viewer, alert_id, change=True)
    form = forms.CommentForm(request.POST, prefix="comment")
    if not form.is_valid():
        return _page(request, row, form)
    actions.comment(request.viewer, alert_id, form.cleaned_data["text"])
    return redirect("alerts:page", alert_id)


@needs(rights.ALERTS)
@require_POST
def task(request: ViewerRequest, alert_id: int) -> HttpResponse:
    row = queries.access_alert(request.viewer, alert_id, change=True)
    form = _task_form(request.POST, row, clock.day_of(clock.now(), zone_of(row.rule.community)))
    if tried(form, lambda: actions.give_task(request.viewer, alert_id, **form.cleaned_data)):
        messages.success(request, _("The task stands on their page of today from three days before."))
        return redirect("alerts:page", alert_id)
    return _page(request, row, form)


# rules --------------------------------------------------------------------------------------------------------------


@needs(rights.VIEW)
@require_safe
def rules_index(request: ViewerRequest) -> HttpResponse:
    rows = list(queries.rules_of(request.viewer))
    names = words.names_of(rows)
    lines = [
        {
            "rule": row,
            "says": words.rule(row),
            "place": words.place(row, names),
            "verdict": words.VERDICTS.get(row.verdict, row.verdict),
            "may": queries.may(request.viewer, row.community_id),
        }
        for row in rows
    ]
    context = {"lines": lines, "may": bool(scopes(request.viewer, rights.ALERTS))}
    return render(request, "alerts/rules.html", context)


@needs(rights.ALERTS)
@require_http_methods(["GET", "POST"])
def create(request: ViewerRequest) -> HttpResponse:
    """`metric` and `community` may come with the address, from the page of a figure."""
    known = {name: request.GET[name] for name in ("metric", "community") if request.GET.get(name)}
    form = _form(request, {**forms.USUAL, **known})
    if tried(form, lambda: actions.create(request.viewer, form.wish())):
        messages.success(request, _("It is watched from now on, and judged within two minutes."))
        return redirect("alerts:rules")
    return render(request, "alerts/edit.html", _edited(form), status=400 if form.errors else 200)


@needs(rights.ALERTS)
@require_http_methods(["GET", "POST"])
def edit(request: ViewerRequest, rule_id: int) -> HttpResponse:
    row = queries.access_rule(request.viewer, rule_id, change=True)
    form = _form(request, forms.initial(row))
    if tried(form, lambda: actions.change(request.viewer, row, form.wish())):
        messages.success(request, _("Saved."))
        return redirect("alerts:rules")
    context = {
        **_edited(form),
        "rule": row,
        "says": words.rule(row),
        "past": [_line(one) for one in queries.alerts(request.viewer).filter(rule=row)[:10]],
    }
    try:
        look = queries.look(row, row.condition, request.viewer)
        context["chart"] = words.chart(look)
    except WeiluError:
        context["chart"] = None
    return render(request, "alerts/edit.html", context, status=400 if form.errors else 200)


@needs(rights.ALERTS)
@require_POST
def pause(request: ViewerRequest, rule_id: int) -> HttpResponse:
    return _acted(request, rule_id, actions.pause, _("Paused. Nothing is judged until it runs again."))


@needs(rights.ALERTS)
@require_POST
def resume(request: ViewerRequest, rule_id: int) -> HttpResponse:
    return _acted(request, rule_id, actions.resume, _("It runs again."))


@needs(rights.ALERTS)
@require_POST
def remove(request: ViewerRequest, rule_id: int) -> HttpResponse:
    return _acted(request, rule_id, actions.remove, _("The rule is gone, with its alerts."))


def _acted(
    request: ViewerRequest, rule_id: int, act: Callable[[Viewer, AlertRule], object], said: str
) -> HttpResponse:
    act(request.viewer, queries.access_rule(request.viewer, rule_id, change=True))
    messages.success(request, said)
    return redirect("alerts:rules")


def _form(request: ViewerRequest, initial: dict[str, Any]) -> forms.RuleForm:
    places = scopes(request.viewer, rights.ALERTS)
    if not places:
        raise missing()
    readers = {one.pk: one for key, _name in places for one in hands(int(key) if key else None)}
    return forms.RuleForm(
        request.POST or None,
        initial=initial,
        scopes=places,
        segments=segments.choices(request.viewer),
        readers=list(readers.values()),
    )


def _edited(form: forms.RuleForm) -> dict[str, Any]:
    return {"form": form, "mailed": mail.set_up(), "method": words.METHOD}
