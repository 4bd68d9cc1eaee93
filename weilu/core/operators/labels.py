"""How is it called on a page: an action of the audit trail, a browser, the command line?"""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

COMMAND_LINE = _("Command line")
BRAND_AS_A_WHOLE = _("The whole brand")
"""What concerns no single community: its number is 0."""

_actions: dict[str, str | Promise] = {
    "session.began": _("Logged in"),
    "session.ended": _("Ended a session"),
    "login.failed": _("Login failed"),
    "first_start.done": _("Set the installation up"),
    "operator.added": _("Opened an account"),
    "operator.renamed": _("Changed a name"),
    "operator.roles_set": _("Changed roles"),
    "operator.disabled": _("Closed an account"),
    "operator.enabled": _("Opened an account again"),
    "operator.link_made": _("Made a link to an account"),
    "password.changed": _("Changed a password"),
    "two_factor.on": _("Turned two-factor on"),
    "two_factor.off": _("Turned two-factor off"),
    "recovery_code.used": _("Used a recovery code"),
    "recovery_codes.renewed": _("Made new recovery codes"),
    "token.created": _("Made an API token"),
    "token.revoked": _("Revoked an API token"),
    "brand.changed": _("Changed the brand"),
}

KINDS: Mapping[str, str | Promise] = {
    "operator": _("Operator"),
    "apitoken": _("API token"),
    "session": _("Session"),
    "brand": _("Brand"),
    "community": _("Community"),
    "member": _("Member"),
    "batch": _("Import"),
    "webhook": _("Webhook"),
    "source": _("Source"),
    "alertrule": _("Alert rule"),
    "alert": _("Alert"),
    "goal": _("Goal"),
    "task": _("Task"),
    "segment": _("Segment"),
}

BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""In the order in which their signs must be looked for: Edge also says Chrome, Chrome also says Safari."""
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def register_actions(words: Mapping[str, str | Promise]) -> None:
    """Called from `app.registry`: how actions of other rooms are called on the audit page."""
    _actions.update(words)


def action(slug: str) -> str:
    return str(_actions.get(slug, slug))


def kind(slug: str) -> str:
    return str(KINDS.get(slug, slug))


def browser(agent: str) -> str:
    """Browser and system out of a User-Agent, as far as known: "Firefox · Windows"."""
    found = [next((name for sign, name in table if sign in agent), "") for table in (BROWSERS, SYSTEMS)]
    return " · ".join(part for part in found if part) or agent[:40]


def session_age() -> int:
    """Seconds after which a session has ended by itself."""
    return int(settings.SESSION_COOKIE_AGE)
