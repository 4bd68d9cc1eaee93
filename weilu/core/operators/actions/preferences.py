"""What does an operator choose for themselves, and an owner for the brand?"""

from __future__ import annotations

from django.db import transaction

from weilu.core.directory.models import Brand
from weilu.core.operators import audit, rights
from weilu.core.operators.access import Viewer, demand
from weilu.core.operators.models import Operator


def choose(operator: Operator, *, language: str, theme: str) -> None:
    """Language and theme, kept with the account so that they follow it to other browsers."""
    Operator.objects.filter(pk=operator.pk).update(language=language, theme=theme)


def rename(viewer: Viewer, operator: Operator, name: str) -> None:
    with transaction.atomic():
        Operator.objects.filter(pk=operator.pk).update(name=name.strip()[:100])
        audit.record(viewer, "operator.renamed", operator)


def set_brand(viewer: Viewer, *, name: str, timezone: str, language: str) -> None:
    """The brand's name, IANA time zone and language of reports."""
    demand(viewer, rights.SETTINGS)
    with transaction.atomic():
        brand, _new = Brand.objects.update_or_create(
            pk=1, defaults={"name": name.strip()[:100], "timezone": timezone, "language": language}
        )
        audit.record(viewer, "brand.changed", brand)
