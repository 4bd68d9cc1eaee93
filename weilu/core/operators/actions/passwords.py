"""How does an operator prove, choose and change a password?"""

from __future__ import annotations

import datetime as dt
import secrets as random

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from weilu.core import clock
from weilu.core.errors import WeiluError
from weilu.core.operators import audit, rules, secrets
from weilu.core.operators.access import Viewer, missing
from weilu.core.operators.actions import lockout, sessions
from weilu.core.operators.models import Invitation, Operator

LINK_LASTS = dt.timedelta(days=7)
PURPOSE = "invitation"


class WrongPassword(WeiluError):
    code = "wrong_password"


class WeakPassword(WeiluError):
    """The sentence says what a good one needs."""

    code = "weak_password"


def prove(operator: Operator, password: str) -> None:
    """The one at the keyboard is the operator: an open session alone is not enough. Guesses count as at the login."""
    door = (rules.ACCOUNT, operator.email)
    lockout.attempt(door)
    if not check_password(password, operator.password):
        raise WrongPassword(_("The password is not right."))
    lockout.succeeded(door)


def change(operator: Operator, old: str, new: str) -> None:
    """By the operator: the old one is asked for."""
    prove(operator, old)
    put(Viewer(operator.pk), operator, new)


def put(viewer: Viewer, operator: Operator, new: str) -> None:
    """Set a password and end all sessions of the account; raises `WeakPassword`. The caller renews the session that asked."""
    judge(operator, new)
    with transaction.atomic():
        operator.set_password(new)
        operator.save(update_fields=["password"])
        sessions.end_all(operator)
        Invitation.objects.filter(operator=operator, used_at=None).update(used_at=clock.now())
        audit.record(viewer, "password.changed", operator)
    lockout.succeeded((rules.ACCOUNT, operator.email), (rules.SECOND, str(operator.pk)))


def judge(operator: Operator, new: str) -> None:
    """Raises `WeakPassword` where the rules of the settings refuse it."""
    try:
        validate_password(new, operator)
    except ValidationError as error:
        raise WeakPassword(" ".join(error.messages))


def link(viewer: Viewer, operator: Operator) -> str:
    """The secret of a link by which the operator sets a password once, within seven days; earlier links end."""
    secret, now = random.token_urlsafe(32), clock.now()
    with transaction.atomic():
        Invitation.objects.filter(operator=operator, used_at=None).update(used_at=now)
        Invitation.objects.create(
            operator=operator,
            digest=secrets.digest(PURPOSE, secret),
            created_at=now,
            expires_at=now + LINK_LASTS,
        )
        audit.record(viewer, "operator.link_made", operator)
    return secret


def invited(secret: str) -> Operator:
    """Whose link this is; `NotFound` where it was used, is too old or never was."""
    row = (
        Invitation.objects.filter(digest=secrets.digest(PURPOSE, secret), used_at=None)
        .select_related("operator")
        .first()
    )
    if row is None or row.expires_at <= clock.now() or row.operator.disabled_at is not None:
        raise missing()
    return row.operator


def accept(secret: str, new: str) -> Operator:
    """Set the password by the link, which ends with that. The conditional update lets only one of two at once through."""
    operator = invited(secret)
    judge(operator, new)
    with transaction.atomic():
        if not Invitation.objects.filter(digest=secrets.digest(PURPOSE, secret), used_at=None).update(
            used_at=clock.now()
        ):
            raise missing()
        put(Viewer(operator.pk), operator, new)
    return operator
