"""What of the advice stands on a community's own page?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from weilu.communities.cards import Card
from weilu.communities.spans import Span
from weilu.core.directory.models import Community
from weilu.core.operators.access import Viewer
from weilu.evaluation.advice import queries, words
from weilu.evaluation.diagnosis import gather

SHOWN = 4


def _read(viewer: Viewer, span: Span, community: Community) -> Mapping[str, Any]:
    """Advice is for now, whatever day the page looks at."""
    found = queries.advised(viewer, [community], gather.present())[community.pk]
    return {"community": community, "advice": [words.said(community.pk, one) for one in found[:SHOWN]]}


def _page(_community: int) -> str:
    return reverse("advice:list")


CARDS = (Card("advice", _("Advice"), _page, "advice/_card.html", _read, queries.stamp),)
