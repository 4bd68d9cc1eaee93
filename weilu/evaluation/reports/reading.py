"""What was read of a community for one week's report? Plain values: the week's events and those of the four weeks before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from weilu.evaluation.reports.weeks import Week

MESSAGE = "message.sent"
REACTION = "reaction.added"
JOINED = "member.joined"


class Line(NamedTuple):
    """One event of a person. `at` is in seconds since 1970 UTC; `about` the object it answers, 0 if none."""

    position: int
    kind: str
    at: int
    person: int
    subject: int
    about: int


@dataclass(frozen=True, slots=True)
class Reading:
    """`start` and `end` bound the week. `lines` are of five weeks, in order; `texts` by position, as far as they were read.

    `offers` and `asks` are positions of this week's messages that sell and that ask. `hours` counts messages by weekday
    (1 Monday) and hour, this week and in the four before together.
    """

    week: Week
    timezone: str
    start: int
    end: int
    lines: tuple[Line, ...]
    horizon: int
    """Until when it can be seen: now, or the end of the week where that is earlier."""
    texts: dict[int, str] = field(default_factory=dict)
    hours: Counter[tuple[int, int]] = field(default_factory=Counter)
    hours_before: Counter[tuple[int, int]] = field(default_factory=Counter)
    dormant: tuple[int, ...] = ()
    """Members who became dormant within the week."""

    def of(self, *kinds: str) -> Iterator[Line]:
        """This week's events of these kinds."""
        return (line for line in self.lines if line.at >= self.start and line.kind in kinds)

    def before(self, *kinds: str, weeks: int = 4) -> Iterator[Line]:
        """The same of so many weeks before."""
        since = self.week.back(weeks).start(self.timezone)
        return (line for line in self.lines if since <= line.at < self.start and line.kind in kinds)

    def voices(self) -> tuple[Counter[int], Counter[int]]:
        """Messages by member, this week and the week before."""
        return (
            Counter(line.person for line in self.of(MESSAGE)),
            Counter(line.person for line in self.before(MESSAGE, weeks=1)),
        )

    def authors(self) -> dict[int, int]:
        """Who wrote each message, as far as five weeks tell."""
        return {line.subject: line.person for line in self.lines if line.kind == MESSAGE and line.subject}

    def joiners(self) -> set[int]:
        return {line.person for line in self.of(JOINED)}
