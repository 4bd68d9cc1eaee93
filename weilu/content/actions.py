"""How does a tracked link come, change and end? The only writers of this room."""

from __future__ import annotations

import datetime as dt
import secrets as chance
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from weilu.content import queries, rules, visits
from weilu.content.models import Link, Opening
from weilu.core import clock, typed
from weilu.core.directory.forgetting import forget_in
from weilu.core.directory.models import Identity
from weilu.core.errors import Conflict, WeiluError
from weilu.core.operators import audit, rights, secrets
from weilu.core.operators.access import Viewer, access_community, demand

WRONG = {
    rules.EMPTY: _("Say where the link leads."),
    rules.LONG: _("This address is longer than 2,000 signs."),
    rules.SCHEME: _("The address must begin with http:// or https://."),
    rules.HOST: _("This is no address of a website."),
    rules.ACCOUNT: _("Leave the name and password before the @ out of the address."),
    rules.SIGNS: _("There are signs in it that no address has. Copy it once more from the browser."),
    rules.ITSELF: _("This is a tracked link itself. Give the address to which it is to lead in the end."),
}
AUDIT_WORDS = {
    "link.created": _("Made a tracked link"),
    "link.changed": _("Changed a tracked link"),
    "link.archived": _("Archived a tracked link"),
    "link.restored": _("Took a tracked link out of the archive"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a link is to be. `last`: the last day (of the community) on which it works; None: it does not end."""

    name: str
    target: str
    community: int
    kind: str = ""
    column: str = ""
    last: dt.date | None = None


def create(viewer: Viewer, wish: Wish) -> Link:
    """Raises WeiluError that names the field, Forbidden, NotFound."""
    fields = _checked(viewer, wish)
    with transaction.atomic():
        row = Link.objects.create(
            code=_new_code(), created_by_id=viewer.operator_id or None, created_at=clock.now(), **fields
        )
        audit.record(viewer, "link.created", ("link", row.pk), community=row.community_id)
    return row


def change(viewer: Viewer, number: int, wish: Wish) -> Link:
    """Name, target, labels, last day. The community stays: clicks stand there. Its code stays too, so that what hangs on a wall works."""
    row = queries.access_link(viewer, number, change=True)
    fields = _checked(viewer, wish)
    if wish.community != row.community_id:
        raise Conflict(_("A link stays in its community. Make another one elsewhere."))
    with transaction.atomic():
        Link.objects.filter(pk=row.pk).update(**fields)
        audit.record(viewer, "link.changed", ("link", row.pk), community=row.community_id)
    return queries.access_link(viewer, number)


def archive(viewer: Viewer, number: int) -> Link:
    """From within a second on it leads nowhere. A second time changes nothing."""
    row = queries.access_link(viewer, number, change=True)
    with transaction.atomic():
        if Link.objects.filter(pk=row.pk, archived_at=None).update(archived_at=clock.now()):
            audit.record(viewer, "link.archived", ("link", row.pk))
    return queries.access_link(viewer, number)


def restore(viewer: Viewer, number: int) -> Link:
    """It leads on again. A second time changes nothing."""
    row = queries.access_link(viewer, number, change=True)
    with transaction.atomic():
        if Link.objects.filter(pk=row.pk).exclude(archived_at=None).update(archived_at=None):
            audit.record(viewer, "link.restored", ("link", row.pk))
    return queries.access_link(viewer, number)


def note_opening(link: int, identity: int, visitor: str, now: int) -> Opening:
    """A browser came by an account's own address: its row, written when it comes first. Called by the front door."""
    for first in (True, False, True):
        found = Opening.objects.filter(link_id=link, identity=identity, visitor=visitor).first()
        if found is not None:
            return found
        try:
            with transaction.atomic():
                return Opening.objects.create(
                    link_id=link, identity=identity, visitor=visitor, first=first, at=now
                )
        except IntegrityError:
            continue  # another browser was first, or this one at another door
    return Opening.objects.get(link_id=link, identity=identity, visitor=visitor)


def forget_person(identity: int) -> None:
    """Somebody is erased: names and labels that call them by name are emptied, and nothing tells any more which browser was
    theirs. A browser that nobody knows stays a stranger to whoever passed it on, under another name. Safe to run twice."""
    for field in ("name", "kind", "column"):
        forget_in(Link.objects.all(), field, identity)
    Opening.objects.filter(identity=identity).delete()
    for visitor in Identity.objects.filter(pk=identity, platform=visits.SOURCE).values_list(
        "outside", flat=True
    ):
        for opening in Opening.objects.filter(visitor=visitor):
            Opening.objects.filter(pk=opening.pk).update(visitor=chance.token_hex(16))


# checks -------------------------------------------------------------------------------------------------------------


def _checked(viewer: Viewer, wish: Wish) -> dict[str, object]:
    demand(viewer, rights.CONTENT)
    community = access_community(viewer, wish.community, rights.CONTENT)
    name = typed.name(wish.name, 200)
    if not name:
        raise WeiluError(_("Give it a name."), field="body.name")
    if wish.last is not None and not dt.date(2000, 1, 1) <= wish.last <= dt.date(2100, 1, 1):
        raise WeiluError(_("Choose a day in this century."), field="body.last")
    try:
        target = rules.target(wish.target, urlsplit(settings.BASE_URL).netloc)
    except rules.BadTarget as error:
        raise WeiluError(WRONG[error.reason], field="body.target") from None
    return {
        "name": name, "target": target, "community_id": community.pk, "kind": typed.name(wish.kind, 60),
        "column": typed.name(wish.column, 60), "last": wish.last,
    }  # fmt: skip


def _new_code() -> str:
    return "".join(chance.choice(secrets.ALPHABET) for _sign in range(rules.CODE_SIGNS))
