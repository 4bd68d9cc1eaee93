"""What happens to members here?"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from weilu.core.events.kinds import Kind

TAG_ADDED = "tag.added"
TAG_REMOVED = "tag.removed"

KINDS = (Kind(TAG_ADDED, _("Tag added")), Kind(TAG_REMOVED, _("Tag removed")))
"""The actor is the account that the tag was earned under; `tag` is its number, `source` how it came or went."""
