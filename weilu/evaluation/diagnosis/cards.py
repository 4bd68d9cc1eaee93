"""What of the diagnosis stands on a community's own page?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from weilu.communities.cards import Card
from weilu.communities.spans import Span
from weilu.core.directory.models import Community
from weilu.core.operators.access import Viewer
from weilu.evaluation.diagnosis import gather, queries, words

SHOWN = 4


def _read(viewer: Viewer, span: Span, community: Community) -> Mapping[str, Any]:
    at = gather.present(span)
    found = queries.diagnose(viewer, [community.pk], at)[community.pk]
    as_of = at.as_of.isoformat() if at.as_of and not at.quiet else ""
    told = [words.said(found.facts, one, as_of) for one in found.findings[:SHOWN]]
    return {
        "community": community,
        "days": at if at.last != span.last else None,
        "findings": told,
        "more": len(found.findings) - len(told),
    }


def _page(community: int) -> str:
    return reverse("diagnosis:page", args=[community])


CARDS = (
    Card(
        "diagnosis",
        _("Diagnosis"),
        _page,
        "diagnosis/_card.html",
        _read,
        lambda _community: queries.decided(),
    ),
)
