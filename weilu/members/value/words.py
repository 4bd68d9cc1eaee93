"""What are factors, steps and bands called on pages?"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from weilu.members.value import rules

Words = dict[str, str | Promise]
FACTOR_WORDS: Words = {
    rules.PURCHASING: _("Purchasing power"),
    rules.CONVERSION: _("Conversion"),
    rules.ENGAGEMENT: _("Engagement"),
    rules.INFLUENCE: _("Influence"),
    rules.RECOMMENDATION: _("Recommending"),
}
MEANINGS: Words = {
    rules.PURCHASING: _("recency, frequency and money of the orders of a year"),
    rules.CONVERSION: _("of the weeks in which they took part, those with an order, in 90 days"),
    rules.ENGAGEMENT: _("days on which they took part, in 90 days; 30 are full"),
    rules.INFLUENCE: _("the influence score"),
    rules.RECOMMENDATION: _("what they say of recommending us (the fact “nps”, 0 to 10)"),
}
STEP_WORDS: Words = {rules.R: _("Recency"), rules.F: _("Frequency"), rules.M: _("Money")}
STEP_UNITS: Words = {
    rules.R: _("days since the last order"),
    rules.F: _("orders in a year"),
    rules.M: _("their sum in a year, in cents or the like"),
}
BAND_WORDS: Words = {"high": _("High"), "middle": _("Middle"), "low": _("Low"), "none": _("None")}
BAND_STYLES = {"high": "active", "middle": "new", "low": "dormant", "none": "churned"}
