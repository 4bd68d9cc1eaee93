"""Members over the API: the lists, one member, merging, thresholds, moves and saved views."""

from weilu.members.api import listing, merging, moves, one, thresholds, views

ROUTERS = (listing.router, moves.router, views.router, one.router, merging.router, thresholds.router)
