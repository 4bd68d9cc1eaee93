"""What happens to members in this house, by its own people's hands?"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from weilu.core.events.kinds import Kind

MEMBER_MERGED = "member.merged"
MEMBER_UNMERGED = "member.unmerged"

KINDS = (Kind(MEMBER_MERGED, _("Members merged")), Kind(MEMBER_UNMERGED, _("Merge undone")))
