"""What happens to links? Kinds that content adds to the house. A click is no taking part: who reads is not yet heard."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from weilu.core.events.kinds import Kind

LINK_CLICKED, LINK_PREVIEWED, LINK_FORWARDED = "link.clicked", "link.previewed", "link.forwarded"

KINDS = (
    Kind(LINK_CLICKED, _("Link clicked")),
    Kind(LINK_PREVIEWED, _("Link previewed")),
    Kind(LINK_FORWARDED, _("Link passed on")),
)
