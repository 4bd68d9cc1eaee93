"""What is done in the background? Reading and running an import, each safe to run twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress

from django.conf import settings
from django.utils import translation
from django_tasks import task

from weilu.connectors.imports import actions
from weilu.connectors.imports.models import Batch, State
from weilu.core.errors import WeiluError
from weilu.core.jobs.recurring import Job


def read_later(batch: Batch) -> None:
    read_batch.enqueue(batch.pk, _language())


def run_later(batch: Batch) -> None:
    run_batch.enqueue(batch.pk, _language())


@task()
def read_batch(batch_id: int, language: str = "") -> None:
    """The preview of a file too large to be read while the page waits."""
    batch = Batch.objects.filter(pk=batch_id, state=State.READING).first()
    if batch is not None:
        with _speaking(language):
            read_now(batch)


@task()
def run_batch(batch_id: int, language: str = "") -> None:
    batch = Batch.objects.filter(pk=batch_id, state__in=(State.CONFIRMED, State.RUNNING)).first()
    if batch is not None:
        with _speaking(language):
            _expected_errors_stand_in_the_batch(batch, actions.run)


def read_now(batch: Batch) -> None:
    """The preview, made while the caller waits; what went wrong stands in the batch."""
    _expected_errors_stand_in_the_batch(batch, actions.read)


def _expected_errors_stand_in_the_batch(batch: Batch, work: Callable[[Batch], Batch]) -> None:
    """The batch says what happened, in a sentence; the queue need not repeat it."""
    with suppress(WeiluError):
        work(batch)


def _language() -> str:
    return translation.get_language() or ""


def _speaking(language: str) -> AbstractContextManager[None]:
    """What stands in the batch is read by whoever asked for the work, so it is said in their language."""
    return translation.override(language or settings.LANGUAGE_CODE)


JOBS = (Job("imports.tidy", dt.timedelta(hours=6), actions.tidy),)
