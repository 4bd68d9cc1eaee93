"""What is the brand called, in which zone and language does it live?"""

from __future__ import annotations

from typing import Any, Literal
from zoneinfo import available_timezones

from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema

from weilu.core.api.guards import needs
from weilu.core.api.schemas import ApiRequest, In, Short, Zone
from weilu.core.errors import WeiluError
from weilu.core.operators import queries, rights
from weilu.core.operators.actions import preferences

router = Router(tags=["brand"])
Language = Literal["zh-hans", "en"]


class BrandOut(Schema):
    """`timezone` counts for communities without one of their own; `language` is that of reports."""

    name: str
    timezone: str
    language: str


class BrandIn(In):
    """What is left out stays as it is."""

    name: Short | None = None
    timezone: Zone | None = None
    language: Language | None = None


@router.get("/brand", response=BrandOut, summary="The brand")
@needs(rights.VIEW)
def read_brand(request: ApiRequest) -> Any:
    return queries.brand()


@router.patch("/brand", response=BrandOut, summary="Change the brand")
@needs(rights.SETTINGS)
def change_brand(request: ApiRequest, change: BrandIn) -> Any:
    brand = queries.brand()
    timezone = change.timezone or brand.timezone
    if timezone not in available_timezones():
        raise WeiluError(_("There is no time zone of that name."), field="body.timezone")
    preferences.set_brand(
        request.viewer,
        name=brand.name if change.name is None else change.name,
        timezone=timezone,
        language=change.language or brand.language,
    )
    return queries.brand()
