"""How is an authenticator set up, asked and taken off again?"""

from __future__ import annotations

from typing import Final

import pyotp
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from weilu.core import clock
from weilu.core.errors import Conflict, WeiluError
from weilu.core.operators import audit, rules, secrets
from weilu.core.operators.access import Viewer
from weilu.core.operators.actions import passwords
from weilu.core.operators.models import Operator, RecoveryCode, TwoFactor

PURPOSE: Final = "two-factor"
RECOVERY: Final = "recovery"
RECOVERY_CODES: Final = 10


class WrongCode(WeiluError):
    code = "wrong_code"


def is_on(operator: Operator) -> bool:
    return TwoFactor.objects.filter(operator=operator, confirmed_at__isnull=False).exists()


def offer(operator: Operator) -> str:
    """The secret to be scanned, base32; the same until it is confirmed. `Conflict` where two-factor is on already."""
    with transaction.atomic():
        row, _new = TwoFactor.objects.get_or_create(
            operator=operator,
            defaults={"secret": secrets.seal(PURPOSE, pyotp.random_base32()), "created_at": clock.now()},
        )
    if row.confirmed_at is not None:
        raise Conflict(_("Two-factor is on already."))
    return secrets.unseal(PURPOSE, row.secret)


def confirm(operator: Operator, code: str) -> list[str]:
    """Turn two-factor on with a first code; returns ten recovery codes, shown this once."""
    with transaction.atomic():
        row = TwoFactor.objects.filter(operator=operator, confirmed_at=None).first()
        if row is None or not _fresh(row, code):
            raise WrongCode(_("That code is not right. Check the clock of your phone and try the next one."))
        TwoFactor.objects.filter(pk=row.pk).update(confirmed_at=clock.now())
        audit.record(Viewer(operator.pk), "two_factor.on", operator)
        return _new_recovery_codes(operator)


def new_recovery_codes(operator: Operator) -> list[str]:
    """Ten new ones; the old ones end."""
    with transaction.atomic():
        audit.record(Viewer(operator.pk), "recovery_codes.renewed", operator)
        return _new_recovery_codes(operator)


def turn_off(operator: Operator, password: str) -> None:
    """Needs the password again, since a session left open must not be enough."""
    passwords.prove(operator, password)
    reset(Viewer(operator.pk), operator)


def reset(viewer: Viewer, operator: Operator) -> None:
    """Take two-factor off an account, for somebody who lost phone and recovery codes."""
    with transaction.atomic():
        TwoFactor.objects.filter(operator=operator).delete()
        RecoveryCode.objects.filter(operator=operator).delete()
        audit.record(viewer, "two_factor.off", operator)


def accept(operator: Operator, code: str) -> bool:
    """Whether the code opens the door now: a code of the authenticator not used before, or a recovery code left."""
    with transaction.atomic():
        row = TwoFactor.objects.filter(operator=operator, confirmed_at__isnull=False).first()
        return row is not None and (_fresh(row, code) or _recovered(operator, code))


def _fresh(row: TwoFactor, code: str) -> bool:
    """Use up the step of a right code. The conditional update lets only one of two at the same time through."""
    totp = pyotp.TOTP(secrets.unseal(PURPOSE, row.secret), interval=rules.STEP_SECONDS)
    typed = "".join(code.split())
    for step in rules.steps_to_try(clock.now(), row.last_step):
        if secrets.same(totp.generate_otp(step), typed):
            return bool(TwoFactor.objects.filter(pk=row.pk, last_step__lt=step).update(last_step=step))
    return False


def _recovered(operator: Operator, code: str) -> bool:
    digest = secrets.digest(RECOVERY, f"{operator.pk}:{secrets.tidy(code)}")
    left = RecoveryCode.objects.filter(operator=operator, digest=digest, used_at=None)
    if not left.update(used_at=clock.now()):
        return False
    audit.record(Viewer(operator.pk), "recovery_code.used", operator)
    return True


def _new_recovery_codes(operator: Operator) -> list[str]:
    codes = [secrets.readable(2) for _number in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(operator=operator).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(
            operator=operator, digest=secrets.digest(RECOVERY, f"{operator.pk}:{secrets.tidy(code)}")
        )
        for code in codes
    )
    return codes
