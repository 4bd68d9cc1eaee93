"""In which state is somebody? The ordered rules once more, as plainly as can be, for tests to compare with."""

from __future__ import annotations

from weilu.members.rules.lifecycle import DAY, Thresholds


def plainly(joins: list[int], leaves: list[int], moments: list[int], limits: Thresholds, now: int) -> str:
    """Straight from the events (seconds), one after the other; empty before the first."""
    log = sorted(
        [(at, 0, "join") for at in joins]
        + [(at, 1, "say") for at in moments]
        + [(at, 2, "leave") for at in leaves]
    )
    inside, seen, start, said, returned = False, False, None, None, None
    for at, _, what in log:
        if at > now:
            break
        if what == "say":
            if not inside:
                start = at
            if said is not None and at - said >= limits.pause_days * DAY:
                returned = at
            said, inside = at, True
        elif what == "join":
            start, inside = at, True
        else:
            if not seen:
                start = at
            inside = False
        seen = True
    if not seen:
        return ""
    if not inside or now - max(start, said if said is not None else start) >= limits.churn_days * DAY:
        return "churned"
    if now - start < limits.new_days * DAY:
        return "new"
    if said is not None and now - said < limits.active_days * DAY:
        return "returning" if returned is not None and now - returned < limits.return_days * DAY else "active"
    return "dormant"
