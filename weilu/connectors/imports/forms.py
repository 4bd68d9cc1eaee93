"""What may an operator choose about an import? Parsed once, here, for pages and command line alike."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _

from weilu.connectors.imports.readers.columns import FIELDS
from weilu.core.errors import WeiluError


def checked_timezone(name: str) -> str:
    """The IANA name itself; a sentence where there is no such zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise WeiluError(
            _("There is no time zone %(name)s. Write it as Asia/Shanghai or UTC.") % {"name": name}
        ) from None
    return name


def parsed_mapping(pairs: Iterable[str]) -> dict[str, str]:
    """`field=column` or `column=field` → our field: column. `field=` leaves the field out."""
    mapping = {}
    for pair in pairs:
        left, equals, right = (part.strip() for part in pair.partition("="))
        if not equals or (left not in FIELDS and right not in FIELDS):
            raise WeiluError(
                _("--map %(pair)s: write FIELD=COLUMN; fields are: %(fields)s")
                % {"pair": pair, "fields": ", ".join(FIELDS)}
            )
        field, column = (left, right) if left in FIELDS else (right, left)
        mapping[field] = column
    return mapping
