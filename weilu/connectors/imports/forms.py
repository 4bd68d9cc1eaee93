"""What may an operator choose about an import? Parsed once, here, for pages and command line alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from weilu.connectors.imports.readers import READERS
from weilu.connectors.imports.readers.columns import FIELDS
from weilu.core.errors import WeiluError

ORDERS: Mapping[str, bool | None] = {"auto": None, "dmy": True, "mdy": False}


def formats() -> list[tuple[str, str]]:
    """Each format with the names of its dialects; first the choice of leaving it to the file."""
    labels: dict[str, list[str]] = {}
    for reader in READERS:
        labels.setdefault(reader.format, []).append(str(reader.label))
    return [("", _("Recognise it")), *((name, ", ".join(words)) for name, words in labels.items())]


def timezones() -> list[tuple[str, str]]:
    places = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [(name, name) for name in ("UTC", *places)]


class Upload(forms.Form):
    """Beside the files themselves, which the view takes from the request."""

    format = forms.ChoiceField(label=gettext_lazy("Format"), required=False, choices=formats)
    community = forms.CharField(
        label=gettext_lazy("Name of the community"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Only where the export does not tell it."),
    )
    timezone = forms.ChoiceField(
        label=gettext_lazy("Time zone of the export"),
        required=False,
        choices=timezones,
        help_text=gettext_lazy(
            "For times that name no zone: QQ, WhatsApp, Discord CSV, older Telegram files."
        ),
    )

    def options(self) -> dict[str, Any]:
        return {
            **BLANK,
            "community": self.cleaned_data["community"],
            "timezone": self.cleaned_data["timezone"] or "UTC",
        }


class Reading(forms.Form):
    """How an export that has been read once is to be read anew."""

    community = forms.CharField(label=gettext_lazy("Name of the community"), required=False, max_length=200)
    timezone = forms.ChoiceField(
        label=gettext_lazy("Time zone of the export"), required=False, choices=timezones
    )
    one_community = forms.BooleanField(label=gettext_lazy("All channels are one community"), required=False)
    dates = forms.ChoiceField(
        label=gettext_lazy("Order of day and month"),
        required=False,
        choices=[
            ("auto", gettext_lazy("As the file tells")),
            ("dmy", gettext_lazy("Day first: 31/12")),
            ("mdy", gettext_lazy("Month first: 12/31")),
        ],
    )

    def __init__(self, *args: Any, columns: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = list(columns)
        for field in FIELDS if found else ():
            choices = [("", "—"), *((column, column) for column in found)]
            self.fields[f"map_{field}"] = forms.ChoiceField(label=field, required=False, choices=choices)

    def columns(self) -> list[Any]:
        """The fields of the mapping, for the template."""
        return [self[name] for name in self.fields if name.startswith("map_")]

    def options(self) -> dict[str, Any]:
        data = self.cleaned_data
        mapping = {name[4:]: data[name] for name in self.fields if name.startswith("map_")}
        return {
            "community": data["community"],
            "timezone": data["timezone"] or "UTC",
            "one_community": data["one_community"],
            "day_first": ORDERS[data["dates"] or "auto"],
            "mapping": mapping,
        }


BLANK: Mapping[str, Any] = {
    "community": "",
    "timezone": "UTC",
    "one_community": False,
    "bridge": True,
    "mapping": {},
    "day_first": None,
}
"""The choices of somebody who has made none."""


def initial(options: Mapping[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    """Values of `Reading` for options that were chosen and a mapping that is in force."""
    order = next(name for name, first in ORDERS.items() if first is options.get("day_first"))
    return {**options, "dates": order, **{f"map_{field}": mapping.get(field, "") for field in FIELDS}}


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
