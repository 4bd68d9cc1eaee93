"""What do SDKs tell? Kinds that tracking adds to the house; names of a source's own stand beside them, undeclared."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from weilu.connectors.tracking.rules import names
from weilu.core.events.kinds import ALIASED, CLAIMED, Kind

KINDS = (
    Kind(names.PAGE_VIEWED, _("Page viewed")),
    Kind(names.SCREEN_VIEWED, _("Screen viewed")),
    Kind(names.APP_OPENED, _("App opened")),
    Kind(names.GROUP_JOINED, _("Named their group")),
    Kind(names.USER_IDENTIFIED, _("Said who they are"), joins=CLAIMED),
    Kind(names.USER_LINKED, _("Recognised on a device"), joins=CLAIMED),
    Kind(names.USER_ALIASED, _("Said to have another id"), joins=ALIASED),
    Kind(names.PROFILE_CHANGED, _("Profile changed")),
    Kind(names.ITEM_CHANGED, _("Item changed")),
)
