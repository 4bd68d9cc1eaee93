"""What of the score stands on a community's own page?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from weilu.communities.cards import Card
from weilu.communities.spans import Span
from weilu.core.directory.models import Community
from weilu.core.operators.access import Viewer
from weilu.goals.kpi import queries, words
from weilu.goals.kpi.models import CommunityStage, StageWeights


def _read(viewer: Viewer, span: Span, community: Community) -> Mapping[str, Any]:
    [track] = queries.tracks(viewer, [community], span)
    return {
        **words.week(track.now),
        "community": community,
        "change": track.change,
        "spark": [one.score.score for one in track.weeks],
    }


def _decided(community: int) -> object:
    """What was said about weights and stages so far."""
    newest = [
        rows.order_by("-pk").values_list("pk", flat=True).first()
        for rows in (StageWeights.objects.all(), CommunityStage.objects.filter(community=community))
    ]
    return tuple(newest)


def _page(community: int) -> str:
    return reverse("kpi:page", args=[community])


CARDS = (Card("kpi", _("KPI score"), _page, "kpi/_card.html", _read, _decided),)
