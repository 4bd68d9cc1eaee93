"""A saved search that names somebody goes when they are erased."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixtures.log import Play, account, say
from weilu.core.directory.models import Identity
from weilu.core.events import actions as log
from weilu.core.operators.access import viewer_of
from weilu.members import actions
from weilu.members.models import SavedView

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "query", "stays"),
    [
        ("Him", "find=Cai", False),
        ("Him", "sort=last&find=cai+from+Hearth", False),
        ("A name nobody else has", "find=ca", False),
        ("A name two have", "find=a", True),
        ("Account", "find=%40cai%3Ahearth", False),
        ("What Cai does", "state=active", False),
        ("Quiet ones", "state=dormant", True),
        ("Somebody else", "find=Ada", True),
        ("Nobody", "find=zzz", True),
    ],
)
def test_a_view_that_looks_for_the_erased_goes_and_others_stay(
    play: Play, ada: Any, name: str, query: str, stays: bool
) -> None:
    play([say("Cai", 1), say("Ada", 2)], batch=1)
    actions.save_view(viewer_of(ada), name, query)
    cai = Identity.objects.get(outside=account("Cai").outside).pk
    log.erase_identity(cai)
    actions.forget_person(cai)
    assert SavedView.objects.exists() == stays
