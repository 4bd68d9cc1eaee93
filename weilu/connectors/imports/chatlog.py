"""Which lines of a chat log belong to one message? A message begins with a line of its own form and goes on until the next."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

MAX_LINES = 10_000
"""Of one message; a log without any further heading is not held in memory for its sake."""


@dataclass(slots=True)
class Entry:
    """A heading, as matched, and the lines below it."""

    head: re.Match[str]
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip("\n")

    def __str__(self) -> str:
        return "\n".join([self.head.string, *self.lines[:3]])


def entries(
    numbered: Iterable[tuple[int, str]], begins: Callable[[str], re.Match[str] | None]
) -> Iterator[tuple[int, Entry]]:
    """Messages with the line they begin in. What stands before the first heading is the log's own title."""
    current: Entry | None = None
    start = 0
    for number, line in numbered:
        head = begins(line)
        if head is not None:
            if current is not None:
                yield start, current
            current, start = Entry(head), number
        elif current is not None and len(current.lines) < MAX_LINES:
            current.lines.append(line)
    if current is not None:
        yield start, current
