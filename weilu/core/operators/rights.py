"""Which role may do what? One plain table; nothing else in the house grants a right.

A right is held for one community or for all, as its grant says. Rights of `INSTALLATION` concern no single community, so
only a grant for all communities gives them.
"""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

VIEW: Final = "view"
EDIT_MEMBERS: Final = "members.edit"
EXPORT_MEMBERS: Final = "members.export"
ERASE_MEMBERS: Final = "members.erase"
EDIT_COMMUNITIES: Final = "communities.edit"
TEXTS: Final = "texts"
WEBHOOKS: Final = "webhooks"
ALERTS: Final = "alerts"
GOALS: Final = "goals"
CONTENT: Final = "content"
IMPORT: Final = "import"
SETTINGS: Final = "settings"
OPERATORS: Final = "operators"
AUDIT: Final = "audit"

RIGHTS: Final[dict[str, str | Promise]] = {
    VIEW: _("See communities, members, figures and reports"),
    EDIT_MEMBERS: _("Change members: names, notes, tags, merging"),
    EXPORT_MEMBERS: _("Export member lists"),
    ERASE_MEMBERS: _("Erase members for good"),
    EDIT_COMMUNITIES: _("Change communities: time zone, thresholds, rules"),
    TEXTS: _("Read what members wrote, also by API and webhooks"),
    WEBHOOKS: _("Have events sent to other programs"),
    ALERTS: _("Set up alerts and work through them"),
    GOALS: _("Set goals, and the weights of scores"),
    CONTENT: _("Make tracked links"),
    IMPORT: _("Bring in exports and undo imports"),
    SETTINGS: _("Change the brand's settings"),
    OPERATORS: _("Manage accounts and roles"),
    AUDIT: _("Read the audit trail"),
}

INSTALLATION: Final = frozenset({ERASE_MEMBERS, IMPORT, SETTINGS, OPERATORS, AUDIT})

OWNER: Final = "owner"

ROLES: Final[dict[str, tuple[str | Promise, frozenset[str]]]] = {
    OWNER: (_("Owner"), frozenset(RIGHTS)),
    "community_manager": (
        _("Community manager"),
        frozenset(
            {
                VIEW,
                TEXTS,
                EDIT_MEMBERS,
                EXPORT_MEMBERS,
                EDIT_COMMUNITIES,
                WEBHOOKS,
                ALERTS,
                GOALS,
                CONTENT,
                IMPORT,
            }
        ),
    ),
    "content": (_("Content editor"), frozenset({VIEW, TEXTS, CONTENT})),
    "member": (_("Member host"), frozenset({VIEW, TEXTS, EDIT_MEMBERS, EXPORT_MEMBERS, ALERTS})),
    "activity": (_("Activity host"), frozenset({VIEW, TEXTS, ALERTS, CONTENT})),
    "moderator": (_("Moderator"), frozenset({VIEW, TEXTS, EDIT_MEMBERS})),
    "analyst": (_("Analyst"), frozenset({VIEW, TEXTS, EXPORT_MEMBERS, ALERTS, GOALS})),
    "clerk": (_("Store clerk"), frozenset()),
}
"""Role → its name and its rights. A clerk checks coupons off and sees no member list."""


def rights_of(role: str) -> frozenset[str]:
    """Rights of a role; a role that no longer exists gives none."""
    return ROLES[role][1] if role in ROLES else frozenset()


def role_name(role: str) -> str | Promise:
    """What to show, also for a role that has been retired."""
    return ROLES[role][0] if role in ROLES else role


def check(right: str) -> str:
    """The right itself; a name that stands in no table is an error of ours, found when the module loads."""
    if right not in RIGHTS:
        raise ValueError(f"no such right: {right}; the table stands in core/operators/rights.py")
    return right
