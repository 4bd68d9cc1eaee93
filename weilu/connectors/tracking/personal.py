"""What does this room keep that may name a member? What came by while somebody looked, and names of events refused."""

from __future__ import annotations

from weilu.connectors.tracking import notes
from weilu.core.events.erasures import Personal

PERSONAL = Personal(
    room="tracking",
    fields=(
        "tracking.Glimpse.kind",
        "tracking.Glimpse.who",
        "tracking.Glimpse.properties",
        "tracking.Refusal.example",
    ),
    forget=notes.forget_person,
)
