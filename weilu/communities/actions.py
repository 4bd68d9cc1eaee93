"""What can be changed about a community? The only writers of this room."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from weilu.connectors.events import COMMUNITY_CHANGED
from weilu.core import clock
from weilu.core.directory.models import Community
from weilu.core.errors import WeiluError
from weilu.core.events import actions as log
from weilu.core.events import keys
from weilu.core.events.incoming import Incoming, Place
from weilu.core.operators import audit, rights
from weilu.core.operators.access import Viewer, access_community

SOURCE = "console"
TIMEZONE_CHANGED = "community.timezone"
AUDIT_WORDS = {TIMEZONE_CHANGED: _("Changed a community’s time zone")}


def set_timezone(viewer: Viewer, community_id: int, timezone: str) -> Community:
    """The zone in which the community's days are counted (IANA name; empty: the brand's). Its event and its audit line
    are written with it. Choosing what is already chosen changes nothing."""
    community = access_community(viewer, community_id, rights.EDIT_COMMUNITIES)
    if timezone and timezone not in available_timezones():
        raise WeiluError(_("There is no time zone of that name. Choose one from the list."))
    with transaction.atomic():
        changed = (
            Community.objects.filter(pk=community.pk).exclude(timezone=timezone).update(timezone=timezone)
        )
        if changed:
            audit.record(viewer, TIMEZONE_CHANGED, community)
            log.record(_changed(community, timezone))
    community.timezone = timezone
    return community


def _changed(community: Community, timezone: str) -> Incoming:
    now = clock.now_ms()
    return Incoming(
        key=keys.key("weilu/community", now, community.pk, "timezone", now),
        kind=COMMUNITY_CHANGED,
        happened=now,
        source=SOURCE,
        community=Place(community.platform, community.outside, community.name),
        properties={"timezone": timezone},
    )
