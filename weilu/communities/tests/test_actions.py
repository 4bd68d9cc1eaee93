"""What can be changed about a community, with its event and its line in the audit trail."""

from __future__ import annotations

import pytest

from weilu.communities import actions
from weilu.core.errors import NotFound, WeiluError
from weilu.core.events import queries as log
from weilu.core.events import sequencer
from weilu.core.operators.access import viewer_of
from weilu.core.operators.models import AuditEntry

pytestmark = pytest.mark.django_db


def changes():
    sequencer.drain()
    return [row.data for row in log.read(0, 100) if row.kind == "community.changed"]


def test_setting_the_zone_writes_its_event_and_its_audit_line(bea, hearth):
    actions.set_timezone(viewer_of(bea), hearth.pk, "Asia/Shanghai")
    hearth.refresh_from_db()
    assert hearth.timezone == "Asia/Shanghai"
    assert changes() == [{"timezone": "Asia/Shanghai"}]
    assert AuditEntry.objects.filter(action=actions.TIMEZONE_CHANGED).count() == 1


def test_choosing_what_is_chosen_already_changes_nothing(bea, hearth):
    for _ in range(2):
        actions.set_timezone(viewer_of(bea), hearth.pk, "Asia/Shanghai")
    assert len(changes()) == 1
    assert AuditEntry.objects.filter(action=actions.TIMEZONE_CHANGED).count() == 1


def test_a_zone_that_does_not_exist_is_refused(bea, hearth):
    with pytest.raises(WeiluError):
        actions.set_timezone(viewer_of(bea), hearth.pk, "Moon/Base")
    assert changes() == []


def test_the_community_of_others_is_not_there(bea, harbour):
    with pytest.raises(NotFound):
        actions.set_timezone(viewer_of(bea), harbour.pk, "UTC")
