"""How is a community's health said to an operator?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from weilu.communities.queries.health import ASKED, Reading

Number = int | float
GRADES = {"good": _("well"), "fair": _("so-so"), "poor": _("poorly"), "unknown": _("too little is known")}
TONES = {"good": "good", "fair": "warn", "poor": "bad", "unknown": "churned"}
PARTS = {
    "growth": _("Growth"),
    "activity": _("Activity"),
    "conversation": _("Conversation"),
    "retention": _("Retention"),
    "silence": _("Silence"),
}
EVIDENCE = {
    "growth": _("%(value)s members net in 28 days, of %(members)s"),
    "activity": _("%(value)s%% of %(members)s members take part on an average day"),
    "conversation": _("%(value)s%% of the messages that open a talk get an answer"),
    "retention": _("%(value)s%% of the newcomers take part on day 7"),
    "silence": _("%(value)s%% said nothing in 28 days"),
}
UNKNOWN = {
    "conversation": _("This platform does not tell what a message answers."),
    "retention": _("Nobody new whose day 7 is over."),
}
ADVICE = {
    "growth": _("Growth costs most points: more leave than come."),
    "activity": _("Activity costs most points: few take part on an average day."),
    "conversation": _("Conversation costs most points: what is said stays without an answer."),
    "retention": _("Retention costs most points: newcomers do not come back."),
    "silence": _("Silence costs most points: most only read."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One part as the page shows it."""

    word: str
    points: int | None
    evidence: str
    href: str


def lines(reading: Reading) -> list[Line]:
    return [
        Line(
            str(PARTS[one.part.slug]),
            one.points,
            _evidence(one.part.slug, reading.values, reading.members, one.points is None),
            reading.hrefs[one.part.slug] if one.points is not None else "",
        )
        for one in reading.health.parts
    ]


def advice(reading: Reading) -> str:
    """What costs most, where anything does."""
    weakest = reading.health.weakest
    return str(ADVICE[weakest.part.slug]) if weakest and reading.health.score is not None else ""


def _evidence(part: str, values: Mapping[str, Number | None], members: int, unknown: bool) -> str:
    if unknown:
        return str(UNKNOWN.get(part, gettext("Too little is known.")))
    value = values[ASKED[part]] or 0
    sign = "+" if part == "growth" and value > 0 else ""
    return str(EVIDENCE[part]) % {
        "value": f"{sign}{_short(value)}".replace("-", "−"),
        "members": f"{members:,}",
    }


def _short(value: Number) -> str:
    return f"{value:,.1f}".removesuffix(".0")
