"""How is what an operator typed read into the members' own shapes?"""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from weilu.core.errors import WeiluError
from weilu.core.numbers import number
from weilu.core.typed import sought
from weilu.members.actions import PROBLEMS
from weilu.members.queries.story import ALL, TABS, Choice
from weilu.members.queries.table import CHOICES, COLUMNS, SORTS, VISITORS, Filter
from weilu.members.rules import lifecycle
from weilu.members.rules.influence import TIERS
from weilu.members.rules.lifecycle import STATES, Thresholds
from weilu.members.when import day


class ThresholdsForm(forms.Form):
    """Five whole numbers of days."""

    new_days = forms.IntegerField(label=_("New: joined less than … days ago"))
    active_days = forms.IntegerField(label=_("Active: took part within … days"))
    pause_days = forms.IntegerField(label=_("A pause that counts: … days or more"))
    return_days = forms.IntegerField(label=_("Returning: the pause ended less than … days ago"))
    churn_days = forms.IntegerField(label=_("Churned: nothing for … days"))

    def clean(self) -> dict[str, int]:
        days: dict[str, int] = {**(super().clean() or {})}
        if not self.errors and (problem := lifecycle.problem(Thresholds(**days))):
            raise forms.ValidationError(PROBLEMS[problem])
        return days

    @property
    def limits(self) -> Thresholds:
        return Thresholds(**self.cleaned_data)


def filter_of(query: Mapping[str, str]) -> Filter:
    """The members table's filter from an address. Raises WeiluError that names what cannot be understood."""
    sort = _one_of(query.get("sort", "last"), SORTS, _("sort"))
    columns = tuple(name for name in query.get("columns", "").split(",") if name in CHOICES)
    return Filter(
        words=sought(query.get("find")),
        community=number(query.get("community")) or None,
        state=_one_of(query.get("state", ""), ("", *STATES), _("state")),
        tier=_one_of(query.get("tier", ""), ("", *TIERS), _("tier")),
        segment=number(query.get("segment")) or None,
        tag=number(query.get("tag")) or None,
        visitors=_one_of(query.get("visitors", ""), VISITORS, _("choice of visitors")),
        last_from=day(query.get("last_from")),
        last_to=day(query.get("last_to")),
        first_from=day(query.get("first_from")),
        first_to=day(query.get("first_to")),
        sort=sort,
        descending=query.get("order", "up" if sort == "name" else "down") != "up",
        page=number(query.get("page")) or 1,
        columns=columns or COLUMNS,
    )


def choice_of(query: Mapping[str, str]) -> Choice:
    """What of a member's timeline is asked for. Raises WeiluError."""
    return Choice(
        tab=_one_of(query.get("tab", ALL), TABS, _("tab")),
        after=query.get("after", ""),
        community=number(query.get("in")) or None,
        week=day(query.get("week")),
    )


def _one_of(text: str, allowed: tuple[str, ...], what: object) -> str:
    if text not in allowed:
        raise WeiluError(_("There is no %(what)s “%(text)s”.") % {"what": what, "text": text[:40]})
    return text
