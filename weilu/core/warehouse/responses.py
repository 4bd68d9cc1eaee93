"""How soon are messages answered? What a question about it says, before anything is looked up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from weilu.core.warehouse.fields import Fields
from weilu.core.warehouse.steps import Step, window_of

HOUR = "hour"
"""In place of a property: the hour of the local clock at which a message was sent."""
ASKED, ANSWERED, UNANSWERED, SOON = "asked", "answered", "unanswered", "within"
WHICH = (ASKED, ANSWERED, UNANSWERED, SOON)
"""Which messages of a row are meant."""
USUAL = 3_600


@dataclass(frozen=True, slots=True)
class Response:
    """Seconds: an answer `within` is a quick one; one later than `window` is none; None: it may come at any time until now."""

    within: int = USUAL
    window: int | None = None

    @property
    def looked_up(self) -> tuple[Step, ...]:
        return ()

    def named(self, kind_of: Callable[[str], str]) -> Response:
        return self


def response_of(fields: Fields) -> Response:
    within, window = window_of(fields, "within") or USUAL, window_of(fields)
    if window is not None and within > window:
        fields.refuse(
            _("“within” is longer than “window”: what is answered later than that is not answered at all.")
        )
    return Response(within, window)
