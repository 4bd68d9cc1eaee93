"""How can a caller send a change again without doing it twice?

The header `Idempotency-Key` names the attempt. The first answer is kept for a day and given again; the same key with
another request is refused. Usually key and change commit together, so after a crash either both stand or neither does,
and of two at the same time one waits for the other. A change that takes long or commits in parts keeps its key first: one
that was cut off is told so, and nobody guesses.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable
from functools import partial, wraps
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from ninja.decorators import decorate_view
from ninja.utils import contribute_operation_callback

from weilu.core import clock
from weilu.core.api import errors
from weilu.core.api.callers import Caller
from weilu.core.api.models import Answered
from weilu.core.errors import Conflict, WeiluError
from weilu.core.operators import secrets

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEPT = dt.timedelta(hours=24)
LONGEST = dt.timedelta(minutes=10)
"""After this a first attempt without an answer is taken for dead."""
PURPOSE = "idempotency"
KEY = re.compile(r"[\x21-\x7e]{1,255}")

Run = Callable[..., HttpResponseBase]
Operation = TypeVar("Operation", bound=Callable[..., Any])


class BadKey(WeiluError):
    code = "bad_idempotency_key"

    def __init__(self) -> None:
        super().__init__(
            _("An Idempotency-Key has 1 to 255 visible ASCII signs. Use a random one, such as a UUID."),
            field=f"header.{HEADER}",
        )


class KeyReused(WeiluError):
    status = 422
    code = "idempotency_key_reused"

    def __init__(self, route: str) -> None:
        super().__init__(
            _(
                "This Idempotency-Key was used for another request (%(route)s). Take a new key for each change."
            )
            % {"route": route},
            field=f"header.{HEADER}",
        )


class InProgress(Conflict):
    code = "idempotency_in_progress"

    def __init__(self) -> None:
        super().__init__(
            _("The first request with this key is still under way. Ask again in a moment."), retry_after=2
        )


class Unknown(Conflict):
    code = "idempotency_unknown"

    def __init__(self) -> None:
        super().__init__(
            _("The first request with this key was cut off. Look whether it was done, then use a new key.")
        )


class Forgotten(Conflict):
    code = "idempotency_forgotten"

    def __init__(self) -> None:
        super().__init__(
            _("This was done before; its answer was erased meanwhile, since it could name somebody.")
        )


def once(*, long: bool = False) -> Callable[[Operation], Operation]:
    """For operations that change something: honours `Idempotency-Key`. `long` where it cannot be one transaction."""

    def mark(view: Operation) -> Operation:
        contribute_operation_callback(view, _describe)
        return decorate_view(partial(_guarded, take=_kept_first if long else _together))(view)

    return mark


def _describe(operation: Any) -> None:
    operation.openapi_extra = {**(operation.openapi_extra or {}), "x-idempotent": True}


def _guarded(run: Run, *, take: Callable[[Answered, Run], HttpResponseBase]) -> Run:
    @wraps(run)
    def guarded(request: HttpRequest, **parts: Any) -> HttpResponseBase:
        caller: Caller = request.caller  # type: ignore[attr-defined]
        key = request.headers.get(HEADER)
        if key is None or not caller.known:
            return run(request, **parts)
        try:
            if not KEY.fullmatch(key):
                raise BadKey
            return take(_asked(request, caller, key), lambda: run(request, **parts))
        except WeiluError as error:
            return errors.expected(request, error)

    return guarded


def _asked(request: HttpRequest, caller: Caller, key: str) -> Answered:
    return Answered(
        owner=caller.owner,
        key=secrets.digest(PURPOSE, key),
        route=f"{request.method} {request.path}"[:300],
        request=secrets.digest(PURPOSE, f"{request.method} {request.get_full_path()} {_body(request)}"),
        at=clock.now(),
    )


def _body(request: HttpRequest) -> str:
    """A digest of what was sent. Of a form it is that of its parts, since each attempt has a border of its own."""
    found = hashlib.sha256()
    if (request.content_type or "").startswith("multipart/"):
        for name, values in sorted(request.POST.lists()):
            found.update(repr((name, values)).encode())
        for name, files in sorted(request.FILES.lists()):
            for file in files:
                found.update(repr((name, file.name, file.size)).encode())
                for chunk in file.chunks():
                    found.update(chunk)
                file.seek(0)
    else:
        found.update(request.body)
    return found.hexdigest()


# the key and the change in one transaction --------------------------------------------------------------------------


def _together(asked: Answered, run: Run) -> HttpResponseBase:
    """On PostgreSQL the second of two inserts waits for the first's commit, on SQLite for the write lock."""
    with transaction.atomic():
        known = _claim(asked)
        if known is not None:
            return _again(known, asked)
        answer = _alone(run)
        if answer.status_code < 500:
            _keep(asked, answer)
        else:
            transaction.set_rollback(True)
    return answer


def _alone(run: Run) -> HttpResponseBase:
    """What is refused leaves nothing behind but its answer."""
    with transaction.atomic():
        answer = run()
        if answer.status_code >= 400:
            transaction.set_rollback(True)
    return answer


# the key first ------------------------------------------------------------------------------------------------------


def _kept_first(asked: Answered, run: Run) -> HttpResponseBase:
    with transaction.atomic():
        known = _claim(asked)
    if known is not None:
        return _again(known, asked)
    answer = run()
    if answer.status_code == 503:
        asked.delete()  # a part was down and said so: the same key may try again
    elif answer.status_code < 500:
        _keep(asked, answer)
    return answer


# both ---------------------------------------------------------------------------------------------------------------


def _claim(asked: Answered) -> Answered | None:
    """Put the key down; the row that stands there already, where one does."""
    Answered.objects.filter(owner=asked.owner, key=asked.key, at__lte=asked.at - KEPT).delete()
    try:
        with transaction.atomic():
            asked.save(force_insert=True)
    except IntegrityError:
        return Answered.objects.get(owner=asked.owner, key=asked.key)
    return None


def _again(known: Answered, asked: Answered) -> HttpResponse:
    if known.request != asked.request:
        raise KeyReused(known.route)
    if known.status is None:
        raise InProgress if asked.at - known.at < LONGEST else Unknown
    if known.media and not known.body:
        raise Forgotten
    body = secrets.unseal(PURPOSE, known.body) if known.body else ""
    answer = HttpResponse(body, status=known.status, content_type=known.media or None)
    answer[REPLAYED] = "true"
    return answer


def _keep(asked: Answered, answer: HttpResponseBase) -> None:
    content = answer.content.decode() if isinstance(answer, HttpResponse) else ""
    asked.status = answer.status_code
    asked.media = answer.get("Content-Type", "") if content else ""
    asked.body = secrets.seal(PURPOSE, content) if content else ""
    asked.save(update_fields=["status", "media", "body"])


def forget_person(identity: int) -> None:
    """Somebody is erased: kept answers may name anybody. That they were given stays. Safe to run twice."""
    Answered.objects.exclude(body="").update(body="")


def sweep(now: dt.datetime) -> int:
    """Keys are kept for a day; returns how many went."""
    return Answered.objects.filter(at__lte=now - KEPT).delete()[0]
