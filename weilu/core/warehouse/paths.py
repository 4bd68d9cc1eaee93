"""Which ways do members take after an event, or to it? What a question about it says, before anything is looked up."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from weilu.core.warehouse.fields import Fields
from weilu.core.warehouse.steps import Step, repeated, steps_of, window_of

MOST_DEEP, MOST_PATHS = 10, 1000
AFTER, BEFORE = "after", "before"
DAYS = {AFTER: "from", BEFORE: "to"}
_DAY = re.compile(r"[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}|[0-9]{8}")


@dataclass(frozen=True, slots=True)
class Paths:
    """Of each member the first event `event`, and with it the `depth` events from it on or, `backwards`, up to it.

    `window`: seconds that may lie between the ends; `exclude`: what is left out of paths; `collapse`: events of one kind in a
    row are one.
    """

    event: str
    backwards: bool = False
    depth: int = 3
    top: int = 20
    window: int | None = None
    exclude: tuple[Step, ...] = ()
    collapse: bool = False

    @property
    def looked_up(self) -> tuple[Step, ...]:
        return self.exclude

    def named(self, kind_of: Callable[[str], str]) -> Paths:
        """With the events as they are called in the log."""
        exclude = tuple(one.named(kind_of) for one in self.exclude)
        return replace(self, event=kind_of(self.event), exclude=exclude)


def paths_of(fields: Fields) -> Paths:
    events = {name: _event(fields, name) for name in (AFTER, BEFORE)}
    if bool(events[AFTER]) == bool(events[BEFORE]):
        fields.refuse(_("Paths begin with an event or end with one: give “after” or “before” (or the event as “from” or "
                        "“to”), not both."))  # fmt: skip
    return Paths(
        events[AFTER] or events[BEFORE],
        not events[AFTER],
        fields.number("depth", 2, MOST_DEEP, 3),
        fields.number("top", 1, MOST_PATHS, 20),
        window_of(fields),
        steps_of(fields, "exclude", 0, 5),
        fields.flag("collapse"),
    )


def is_event(told: object) -> bool:
    """Whether `from` or `to` names an event rather than a day."""
    return isinstance(told, str) and told != "" and not _DAY.fullmatch(told)


def _event(fields: Fields, name: str) -> str:
    told = fields.peek(DAYS[name])
    if is_event(told) and not fields.has(name):
        return fields.text(DAYS[name])
    return fields.text(name, "")


def problem(paths: Paths) -> str:
    """Why it cannot be answered, once events have the names of the log; empty where it can."""
    if any(repeated((Step(paths.event), one)) for one in paths.exclude):
        return _("“%(event)s” is excluded at the same time: no path would be left.") % {"event": paths.event}
    return ""
