"""Who may make the first account? Whoever reads the code that the terminal printed at start."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import available_timezones

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from weilu.core.directory.models import Brand
from weilu.core.errors import Conflict, WeiluError
from weilu.core.operators import audit, queries, rights, rules, secrets
from weilu.core.operators.access import Viewer
from weilu.core.operators.actions import lockout, team
from weilu.core.operators.models import Operator

LOCK = 0x77656C76


class WrongCode(WeiluError):
    code = "wrong_code"


@dataclass(frozen=True, slots=True)
class Answers:
    """What the first page asks for. `timezone` is an IANA name, `language` one of the settings."""

    code: str
    email: str
    name: str
    password: str
    brand: str
    timezone: str
    language: str


def is_due() -> bool:
    """Whether nobody has an account yet."""
    return not queries.any_operator()


def code() -> str | None:
    """The code to print at start, the same until it is used; None once an operator exists.

    It stands in the home folder, readable by its owner only, who may read the database there anyway.
    """
    if not is_due():
        path().unlink(missing_ok=True)
        return None
    try:
        handle = os.open(path(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path().read_text().strip()
    made = secrets.readable(2)
    with os.fdopen(handle, "w") as file:
        file.write(made)
    return made


def finish(answers: Answers, address: str) -> Operator:
    """Make the owner and the brand; works once. Raises `WrongCode`, `lockout.Locked` after guesses, `Conflict` when done."""
    doors = ((rules.FIRST_START, "installation"), (rules.ADDRESS, address))
    lockout.attempt(*doors)
    known = code()
    if known is None:
        raise Conflict(_("The first start is done already. Log in instead."))
    if not secrets.same(secrets.tidy(answers.code), secrets.tidy(known)):
        raise WrongCode(_("The code is not right. It stands in the terminal where Weilu was started."))
    lockout.succeeded(*doors)
    operator = _make(answers)
    path().unlink(missing_ok=True)
    return operator


def path() -> Path:
    return Path(settings.HOME) / "first-start.code"


def _make(answers: Answers) -> Operator:
    if answers.timezone not in available_timezones():
        raise WeiluError(_("“%(zone)s” is not a time zone.") % {"zone": answers.timezone})
    with transaction.atomic():
        _one_at_a_time()
        if queries.any_operator():
            raise Conflict(_("The first start is done already. Log in instead."))
        owner = [team.Role(rights.OWNER)]
        operator = team.add(Viewer.everything(), answers.email, answers.name, owner, answers.password)
        Operator.objects.filter(pk=operator.pk).update(language=answers.language)
        Brand.objects.update_or_create(
            pk=1,
            defaults={
                "name": answers.brand.strip(),
                "timezone": answers.timezone,
                "language": answers.language,
            },
        )
        audit.record(Viewer(operator.pk), "first_start.done", operator)
    operator.refresh_from_db()
    return operator


def _one_at_a_time() -> None:
    """Two who send the page at the same moment: the second waits and finds an owner. SQLite's IMMEDIATE does it by itself."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
