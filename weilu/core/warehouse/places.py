"""Which community is meant by this word or number?"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from weilu.core.directory.models import Community
from weilu.core.errors import NotFound
from weilu.core.warehouse.refusal import Refused


def find_community(name: str | int, rows: Sequence[Community]) -> Community:
    """By our id (a number), the platform's id (also platform/id) or the name; of those that the asker may see.

    Raises Refused where several are called so, NotFound where none is: a stranger's community and none look the same.
    """
    for matches in (
        lambda row: row.pk == name,
        lambda row: str(name) in (row.outside, f"{row.platform}/{row.outside}"),
        lambda row: row.name == name,
        lambda row: row.name.casefold() == str(name).casefold(),
    ):
        found = [row for row in rows if matches(row)]
        if len(found) > 1:
            raise Refused(
                _(
                    "Several communities are called “%(name)s”. Name the one you mean by its id, for example “%(id)s”."
                )
                % {"name": name, "id": f"{found[0].platform}/{found[0].outside}"}
            )
        if found:
            return found[0]
    raise NotFound(
        _("There is no community “%(name)s” here, or it is not yours to see.") % {"name": str(name)[:80]}
    )
