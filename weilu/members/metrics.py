"""How many members are in which state of their life, and on which step of the pyramid?"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from weilu.core.metrics import DOWN, LAST, NEITHER, PEOPLE, UP, Metric
from weilu.core.warehouse.measures import Holding

_STATE = _("Members in this state at the end of the bucket, at the latest now, by the ordered rules of the lifecycle and the "
           "thresholds of the community. In one community its own state counts, over all communities the person's, over "
           "some each person once by the best among them (active, returning, new, dormant, churned). No bots. The bucket "
           "ends at midnight in the time zone asked for.")  # fmt: skip
_TIER = _("Members on this step of the influence pyramid at the end of the bucket, at the latest now. In one community its own "
          "step counts, over all communities the person's, over some each person once by the highest among them. No bots. "
          "The bucket ends at midnight in the time zone asked for.")  # fmt: skip


def _size(key: str, value: str, label: Promise, better: str) -> Metric:
    definition = _STATE if key == "state" else _TIER
    return Metric(f"{key}_{value}", label, definition, PEOPLE, Holding(key, value), better, LAST)


METRICS = (
    _size("state", "new", _("New members"), UP),
    _size("state", "active", _("Members in state active"), UP),
    _size("state", "returning", _("Returning members"), UP),
    _size("state", "dormant", _("Dormant members"), DOWN),
    _size("state", "churned", _("Churned members"), DOWN),
    _size("tier", "kol", _("KOL"), NEITHER),
    _size("tier", "koc", _("KOC"), NEITHER),
    _size("tier", "participant", _("Active participants"), UP),
    _size("tier", "lurker", _("Lurkers"), DOWN),
)
