"""Which pages does the menu lead to, in the order of the method? What is not built or not allowed is absent, not grey."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from weilu.core.operators import rights


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the menu. `key` is the number of the step, or empty; `icon` stands where there is no number."""

    word: str | Promise
    view: str
    right: str
    """Empty: for everybody with an account."""
    icon: str
    key: str = ""
    thumb: bool = False
    """Stands in the bar at the bottom of a phone."""
    gap: bool = False
    """A space above it."""
    exact: bool = False
    """Marked only on its own address, not on those below it."""
    also: tuple[str, ...] = ()
    """Marked on what lies below these addresses too."""


MENU = (
    Item(_("Today"), "console:home", rights.VIEW, icon="home", key="0", thumb=True, exact=True),
    Item(_("Tasks"), "tasks:list", rights.VIEW, icon="checklist"),
    Item(_("Goals"), "goals:list", rights.VIEW, icon="target", key="1", gap=True, also=("/kpi/", "/growth/")),
    Item(_("Members"), "members:list", rights.VIEW, icon="users", key="2", thumb=True),
    Item(_("Segments"), "segments:list", rights.VIEW, icon="users-group"),
    Item(_("Tags"), "tags:list", rights.VIEW, icon="tags"),
    Item(_("Content"), "links:list", rights.VIEW, icon="link", key="3", also=("/content/",)),
    Item(_("Communities"), "communities:list", rights.VIEW, icon="messages", key="4", thumb=True),
    Item(
        _("Evaluation"),
        "evaluation:reports",
        rights.VIEW,
        icon="chart-line",
        key="7",
        thumb=True,
        also=("/alerts/", "/explore/", "/boards/", "/diagnosis/", "/advice/"),
    ),
    Item(_("Import"), "imports:list", rights.IMPORT, icon="database-import", gap=True),
    Item(_("Sources"), "tracking:list", rights.SETTINGS, icon="plug-connected"),
    Item(_("Settings"), "console:settings", "", icon="settings"),
)


@dataclass(frozen=True, slots=True)
class Line:
    item: Item
    href: str
    on: bool


def lines(request: HttpRequest) -> list[Line]:
    """The menu for who asks, with the line of this page marked."""
    viewer = getattr(request, "viewer", None)
    shown = []
    for item in MENU:
        if viewer is None or not viewer.known or (item.right and not viewer.can(item.right)):
            continue
        try:
            href = reverse(item.view)
        except NoReverseMatch:
            continue
        on = request.path == href if item.exact else request.path.startswith((href, *item.also))
        shown.append(Line(item, href, on))
    return shown
