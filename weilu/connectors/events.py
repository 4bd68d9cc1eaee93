"""What happens in a chat? The kinds that every connector and every import speaks."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from weilu.core.events.kinds import Kind

MESSAGE_SENT = "message.sent"
MESSAGE_EDITED = "message.edited"
MESSAGE_DELETED = "message.deleted"
REACTION_ADDED = "reaction.added"
MEMBER_JOINED = "member.joined"
MEMBER_LEFT = "member.left"
POLL_VOTED = "poll.voted"
ORDER_PAID = "order.paid"
ORDER_CANCELLED = "order.cancelled"
CHECKIN_DONE = "checkin.done"
BADGE_EARNED = "badge.earned"
COMMUNITY_CHANGED = "community.changed"
REACH_COUNTED = "reach.counted"
WAY, REMOVED = "way", "removed"
"""How somebody came or went, where the platform tells; so they did not leave of their own accord."""

KINDS = (
    Kind(MESSAGE_SENT, _("Message sent"), interaction=True),
    Kind(MESSAGE_EDITED, _("Message edited")),
    Kind(MESSAGE_DELETED, _("Message deleted")),
    Kind(REACTION_ADDED, _("Reaction added"), interaction=True),
    Kind(MEMBER_JOINED, _("Joined")),
    Kind(MEMBER_LEFT, _("Left")),
    Kind(POLL_VOTED, _("Voted"), interaction=True),
    Kind(ORDER_PAID, _("Order paid"), interaction=True),
    Kind(ORDER_CANCELLED, _("Order cancelled")),
    Kind(CHECKIN_DONE, _("Checked in"), interaction=True),
    Kind(BADGE_EARNED, _("Badge earned")),
    Kind(COMMUNITY_CHANGED, _("Community changed")),
    Kind(REACH_COUNTED, _("Public reach counted")),
)
