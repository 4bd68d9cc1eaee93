"""What stands in the table of communities: members, the share that is active, the days, the health?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from weilu.communities import rules, words
from weilu.communities.queries import asking, health
from weilu.communities.spans import Span
from weilu.core.directory.models import Community
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import questions

Number = int | float
ACTIVE = "active_members"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table; `active` is a share of one."""

    community: Community
    platform: str
    members: int
    members_href: str
    active: float | None
    active_href: str
    spark: list[Number | None]
    health: rules.Health
    tone: str


def rows(viewer: Viewer, span: Span, communities: Sequence[Community]) -> list[Row]:
    """One line a community, the liveliest first."""
    ids = [one.pk for one in communities]
    if not ids:
        return []
    readings = health.read(viewer, span, ids)
    whole, daily = questions.ask_many(
        [
            {**asking.trend(ACTIVE, span, ids), "breakdown": "community"},
            {**asking.trend("dau", span, ids, asking.DAY), "breakdown": "community"},
        ],
        viewer,
        seconds=asking.PATIENCE,
    )
    names = health.ids_by_name(ids)
    active = {names[row[1]]: row[2] for row in whole.rows}
    sparks: dict[int, list[Number | None]] = {one: [] for one in ids}
    for _at, name, value in daily.rows:
        sparks[names[name]].append(value)
    found = [_row(one, span, readings[one.pk], active.get(one.pk), sparks[one.pk]) for one in communities]
    return sorted(found, key=lambda row: (-(row.active or 0) * row.members, str(row.community)))


def bare(community: Community) -> dict[str, object]:
    """A line without figures, for the time when none can be read."""
    nothing = rules.health({}, 0)
    return {
        "community": community,
        "platform": platform(community),
        "members": None,
        "active": None,
        "health": nothing,
        "tone": words.TONES[nothing.grade],
    }


def _row(
    community: Community,
    span: Span,
    reading: health.Reading,
    active: Number | None,
    spark: list[Number | None],
) -> Row:
    last = span.lasting(1)
    own = [community.pk]
    return Row(
        community=community,
        platform=platform(community),
        members=reading.members,
        members_href=asking.behind(asking.trend("members", last, own), at=last.first.isoformat())
        if reading.members
        else "",
        active=(active or 0) / reading.members if reading.members else None,
        active_href=asking.behind(asking.trend(ACTIVE, span, own), at=span.first.isoformat())
        if active
        else "",
        spark=spark,
        health=reading.health,
        tone=words.TONES[reading.health.grade],
    )


def platform(community: Community) -> str:
    """How the platform is called."""
    return str(PLATFORMS.get(community.platform, community.platform))


PLATFORMS: Mapping[str, str | Promise] = {
    "telegram": "Telegram",
    "discord": "Discord",
    "slack": "Slack",
    "zulip": "Zulip",
    "qq": "QQ",
    "wecom": _("WeCom"),
    "wechat": _("WeChat"),
    "whatsapp": "WhatsApp",
    "stackexchange": "Stack Exchange",
    "matrix": "Matrix",
}
