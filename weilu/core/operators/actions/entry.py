"""Who comes in: password, then the authenticator where one is set up?"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from weilu.core.errors import WeiluError
from weilu.core.operators import audit, queries, rules
from weilu.core.operators.access import Viewer
from weilu.core.operators.actions import lockout, two_factor
from weilu.core.operators.models import Operator


class Refused(WeiluError):
    """Wrong, unknown or disabled: one sentence for all of them."""

    status = 400
    code = "refused"


@dataclass(frozen=True, slots=True)
class Passed:
    """The password was right. `second` says that the authenticator is still to be asked."""

    operator: Operator
    second: bool


def check(email: str, password: str, address: str) -> Passed:
    """Judge a password; raises `Refused`, or `lockout.Locked` after too many attempts. One argon2 run, whoever is named."""
    doors = ((rules.ACCOUNT, email), (rules.ADDRESS, address))
    lockout.attempt(*doors)
    operator = queries.find(email)
    if not _fits(operator, password) or operator is None:
        _failed(operator)
        raise Refused(_("E-mail and password do not match an account."))
    lockout.succeeded(*doors)
    return Passed(operator, two_factor.is_on(operator))


def check_second(operator: Operator, code: str) -> None:
    """Judge a code of the authenticator or a recovery code; raises `Refused` or `lockout.Locked`."""
    door = (rules.SECOND, str(operator.pk))
    lockout.attempt(door)
    if not two_factor.accept(operator, code):
        _failed(operator)
        raise Refused(_("That code is not right, or it was used before. Wait for the next one."))
    lockout.succeeded(door)


def _fits(operator: Operator | None, password: str) -> bool:
    """Whether they may come in. Without an account a hash is made all the same, so that the answer takes as long."""
    if operator is None or not operator.has_usable_password():
        make_password(password)
        return False
    return check_password(password, operator.password) and operator.disabled_at is None


def _failed(operator: Operator | None) -> None:
    if operator is not None:
        with transaction.atomic():
            audit.record(Viewer.nobody(), "login.failed", operator)
