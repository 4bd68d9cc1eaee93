"""Why was something not taken in? Slugs as they are counted, and the sentences that an operator and a developer read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: Mapping[str, str | Promise] = {
    # a whole request
    "no_key": _("No write key: give it as the SDK's key, or as ?key= in the address."),
    "unknown_key": _("This write key is not known, or has been replaced."),
    "origin": _("The page that sent this is not on the source's list of origins."),
    "too_large": _("The request is larger than 5 MB, packed or unpacked."),
    "too_slow": _("The body did not come to an end within 30 seconds."),
    "too_many": _("More than 5,000 events in one request."),
    "not_packed_right": _("The packing (gzip, base64 or form) cannot be undone."),
    "not_json": _("The body is not JSON, or is nested more than 1,000 deep."),
    "no_events": _("There are no events in it."),
    # one event
    "not_an_object": _("The event is not an object."),
    "unknown_call": _("The type of the call is unknown."),
    "no_name": _("The event has no name."),
    "long_name": _("The event's name is longer than 200 characters."),
    "id_in_name": _(
        "The event's name holds an id, an address or a number of many digits; put it into a property."
    ),
    "reserved_name": _("Only Weilu itself or a chat platform says this; a write key may not."),
    "too_many_names": _("This source has 2,000 event names of its own already."),
    "nobody": _("Neither a user id nor an anonymous id, or a placeholder such as “null” or “undefined”."),
    "long_id": _("An id is longer than 1,000 characters."),
    "bad_time": _("The time cannot be read."),
    "clock": _(
        "Its clock is more than 30 days behind or a day ahead, and 5,000 such events of this source wait for an operator already."
    ),
    "nul": _("It holds a NUL character."),
    "event_too_large": _("The event is larger than 32 KB."),
    "too_deep": _("Its properties are nested too deep."),
    "many_properties": _("It has more than 255 properties."),
    "not_properties": _("Its properties are not an object."),
    "bad_value": _("The value of an order must be a whole number of minor units, such as cents."),
}


def sentence(slug: str) -> str:
    """What to read; an unknown slug as it is."""
    return str(REASONS.get(slug, slug))


@cache
def english(slug: str) -> str:
    """What a developer reads in an SDK's log."""
    with translation.override("en"):
        return sentence(slug)
