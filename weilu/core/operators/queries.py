"""What do pages and other rooms read of the operators?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import orjson
from django.db.models import Prefetch

from weilu.core import clock
from weilu.core.directory.models import Brand
from weilu.core.operators import labels, rights
from weilu.core.operators.models import (
    ApiToken,
    AuditEntry,
    Grant,
    LoginSession,
    Operator,
    RecoveryCode,
)


def any_operator() -> bool:
    """Whether the first start lies behind us."""
    return Operator.objects.exists()


def find(email: str) -> Operator | None:
    return Operator.objects.filter(email=email.strip().lower()).first()


def names(ids: set[int]) -> dict[int, str]:
    """Operator id → name, for pages that say who did something; 0 is the command line."""
    found = {row.pk: str(row) for row in Operator.objects.filter(pk__in=ids)}
    return found | ({0: str(labels.COMMAND_LINE)} if 0 in ids else {})


def owners() -> list[Operator]:
    """Operators in office who own the installation."""
    return list(Operator.objects.filter(disabled_at=None, grants__role=rights.OWNER).order_by("pk"))


def brand() -> Brand:
    """The one brand, with its defaults where nobody has named it yet."""
    return Brand.objects.order_by("pk").first() or Brand()


def team() -> list[Operator]:
    """All accounts, those in office first, each with its grants."""
    grants = Prefetch("grants", Grant.objects.select_related("community").order_by("role", "pk"))
    return list(Operator.objects.prefetch_related(grants).order_by("disabled_at", "name", "pk"))


def grants_of(operator: Operator) -> list[Grant]:
    return list(Grant.objects.filter(operator=operator).select_related("community").order_by("role", "pk"))


def recovery_codes_left(operator: Operator) -> int:
    return RecoveryCode.objects.filter(operator=operator, used_at=None).count()


def tokens_of(operator: Operator) -> list[ApiToken]:
    """Tokens that still work, newest first."""
    rows = ApiToken.objects.filter(operator=operator, revoked_at=None).order_by("-pk")
    return [row for row in rows if row.expires_at is None or row.expires_at > clock.now()]


@dataclass(frozen=True, slots=True)
class SessionLine:
    id: int
    browser: str
    address: str
    started_at: dt.datetime
    seen_at: dt.datetime
    here: bool


def sessions_of(operator: Operator, key: str) -> list[SessionLine]:
    """Open sessions, the one used last first; `here` marks the one with this key."""
    since = clock.now() - dt.timedelta(seconds=labels.session_age())
    rows = LoginSession.objects.filter(operator=operator, seen_at__gte=since).order_by("-seen_at", "-pk")
    return [
        SessionLine(
            row.pk,
            labels.browser(row.agent),
            row.address,
            row.started_at,
            row.seen_at,
            row.session_key == key,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class TrailLine:
    seq: int
    at: dt.datetime
    who: str
    what: str
    about: str
    details: list[tuple[str, str]]
    """Pairs as text, lists with commas."""


def trail(*, before: int | None, action: str, actor: int | None, limit: int) -> list[TrailLine]:
    """Lines of the audit trail, newest first."""
    rows = AuditEntry.objects.order_by("-seq")
    rows = rows if before is None else rows.filter(seq__lt=before)
    rows = rows.filter(action=action) if action else rows
    rows = rows if actor is None else rows.filter(actor=actor)
    found = list(rows[:limit])
    about = {row.object_id for row in found if row.object_kind == "operator"}
    people = names({row.actor for row in found if row.actor is not None} | about)
    return [_line(row, people) for row in found]


def trail_actions() -> list[tuple[str, str]]:
    """Actions that occur, with their words."""
    slugs = AuditEntry.objects.order_by("action").values_list("action", flat=True).distinct()
    return [(slug, labels.action(slug)) for slug in slugs]


def _line(row: AuditEntry, people: dict[int, str]) -> TrailLine:
    return TrailLine(
        row.seq,
        clock.from_ms(row.at_ms),
        "" if row.actor is None else people.get(row.actor, f"#{row.actor}"),
        labels.action(row.action),
        _about(row, people),
        [(key, _text(value)) for key, value in orjson.loads(row.details).items()],
    )


def _about(row: AuditEntry, people: dict[int, str]) -> str:
    if row.object_kind == "operator":
        return people.get(row.object_id, f"#{row.object_id}")
    if row.object_kind == "community" and not row.object_id:
        return str(labels.BRAND_AS_A_WHOLE)
    return f"{labels.kind(row.object_kind)} {row.object_id}" if row.object_kind else ""


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
