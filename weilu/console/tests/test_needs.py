"""What waits for an operator says what can be done about it, and nothing that cannot."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from weilu.connectors.imports.models import Batch, State
from weilu.console import needs
from weilu.core import clock
from weilu.core.operators.access import viewer_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("begun", "path", "says"),
    [
        (False, "/tmp/result.json", "Nothing came in"),
        (True, "/tmp/result.json", "go on where it stopped"),
        (True, "", "Undo it"),
    ],
)
def test_of_an_import_that_stopped_is_said_what_can_be_done(
    ada: Any, begun: bool, path: str, says: str
) -> None:
    now = clock.now()
    Batch.objects.create(
        state=State.FAILED, name="result.json", path=path, created_at=now, touched_at=now, started_at=now if begun else None
    )  # fmt: skip
    with translation.override("en"):
        (need,) = needs.of_imports(viewer_of(ada))
    assert says in str(need.evidence)
