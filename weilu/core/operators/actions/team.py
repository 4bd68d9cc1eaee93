"""Who joins the team, with which roles, and who leaves it?"""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from weilu.core import clock
from weilu.core.errors import Conflict, WeiluError
from weilu.core.operators import audit, queries, rights
from weilu.core.operators.access import Viewer, demand
from weilu.core.operators.actions import passwords, sessions
from weilu.core.operators.models import ApiToken, Grant, Operator


@dataclass(frozen=True, slots=True)
class Role:
    """A role for one community, or for all where `community` is None."""

    role: str
    community: int | None = None


def add(viewer: Viewer, email: str, name: str, roles: list[Role], password: str = "") -> Operator:
    """Open an account; without a password it waits for its link (`passwords.link`). `Conflict` where the address is taken."""
    demand(viewer, rights.OPERATORS)
    operator = Operator(email=checked_email(email), name=name.strip()[:100], created_at=clock.now())
    if password:
        passwords.judge(operator, password)
    with transaction.atomic():
        if queries.find(operator.email) is not None:
            raise Conflict(_("There is an account with this e-mail already."))
        operator.set_password(password or None)
        operator.save(force_insert=True)
        audit.record(viewer, "operator.added", operator)
        _replace_roles(viewer, operator, roles)
    return operator


def set_roles(viewer: Viewer, operator: Operator, roles: list[Role]) -> None:
    """Replace all roles of an operator. Their sessions get new keys with the next request."""
    demand(viewer, rights.OPERATORS)
    with transaction.atomic():
        _replace_roles(viewer, operator, roles)
        _keep_an_owner()


def give(viewer: Viewer, operator: Operator, roles: list[Role]) -> None:
    """Add roles to those the operator holds."""
    set_roles(viewer, operator, [*held(operator), *roles])


def take(viewer: Viewer, operator: Operator, role: Role) -> None:
    """Take one role away; `Conflict` where that would leave no owner."""
    set_roles(viewer, operator, [kept for kept in held(operator) if kept != role])


def held(operator: Operator) -> list[Role]:
    rows = Grant.objects.filter(operator=operator).order_by("pk").values_list("role", "community_id")
    return [Role(role, community) for role, community in rows]


def disable(viewer: Viewer, operator: Operator) -> None:
    """Close the account at once: sessions and tokens end. The row stays, since decisions name it."""
    demand(viewer, rights.OPERATORS)
    with transaction.atomic():
        Operator.objects.filter(pk=operator.pk, disabled_at=None).update(disabled_at=clock.now())
        ApiToken.objects.filter(operator=operator, revoked_at=None).update(revoked_at=clock.now())
        sessions.end_all(operator)
        _keep_an_owner()
        audit.record(viewer, "operator.disabled", operator)


def enable(viewer: Viewer, operator: Operator) -> None:
    """Open the account again, with the roles it had; tokens stay revoked."""
    demand(viewer, rights.OPERATORS)
    with transaction.atomic():
        Operator.objects.filter(pk=operator.pk).update(disabled_at=None, privileges=F("privileges") + 1)
        audit.record(viewer, "operator.enabled", operator)


def checked_email(email: str) -> str:
    """Lower case; raises an error of ours where it is no address."""
    tidy = email.strip().lower()
    try:
        validate_email(tidy)
    except ValidationError:
        raise WeiluError(_("“%(email)s” is not an e-mail address.") % {"email": email})
    return tidy


def _replace_roles(viewer: Viewer, operator: Operator, roles: list[Role]) -> None:
    for role in roles:
        _check(role)
    Grant.objects.filter(operator=operator).delete()
    Grant.objects.bulk_create(
        Grant(operator=operator, role=role, community_id=community)
        for role, community in sorted(
            {(r.role, r.community) for r in roles}, key=lambda pair: (pair[0], pair[1] or 0)
        )
    )
    Operator.objects.filter(pk=operator.pk).update(privileges=F("privileges") + 1)
    audit.record(
        viewer,
        "operator.roles_set",
        operator,
        roles=[f"{role.role}:{role.community or 'all'}" for role in roles],
    )


def _check(role: Role) -> None:
    if role.role not in rights.ROLES:
        raise WeiluError(_("There is no role “%(role)s”.") % {"role": role.role})
    if role.role == rights.OWNER and role.community is not None:
        raise WeiluError(_("An owner owns the whole installation. Choose all communities."))


def _keep_an_owner() -> None:
    """The last owner can neither leave nor step down, else nobody could let anybody in again."""
    if not queries.owners():
        raise Conflict(_("At least one owner must stay. Make somebody else an owner first."))
