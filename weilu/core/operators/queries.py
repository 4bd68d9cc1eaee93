"""What do pages and other rooms read of the operators?"""

from __future__ import annotations

from weilu.core.operators import rights
from weilu.core.operators.models import Operator


def any_operator() -> bool:
    """Whether the first start lies behind us."""
    return Operator.objects.exists()


def find(email: str) -> Operator | None:
    return Operator.objects.filter(email=email.strip().lower()).first()


def names(ids: set[int]) -> dict[int, str]:
    """Operator id → name, for pages that say who did something."""
    return {row.pk: str(row) for row in Operator.objects.filter(pk__in=ids)}


def owners() -> list[Operator]:
    """Operators in office who own the installation."""
    return list(Operator.objects.filter(disabled_at=None, grants__role=rights.OWNER).order_by("pk"))
