"""A million messages of 50,000 people in 20 channels: at most 60 s until they show, under 400 MB whatever the length.

    python -m benchmarks.import_million [messages [runs]]

The file is made here, in the newer dialect of DiscordChatExporter's CSV: seeded, so that every run reads the same.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
import sys
import tempfile
from pathlib import Path

from benchmarks import imports, machine

MESSAGES = 1_000_000
PEOPLE = 50_000
CHANNELS = 20
LIMIT = 60.0
MEMORY_LIMIT = 400.0
WORDS = (
    "tea",
    "harvest",
    "leaf",
    "spring",
    "water",
    "cup",
    "kettle",
    "morning",
    "price",
    "order",
    "thanks",
    "today",
)
BEGINNING = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)


def make(folder: Path, messages: int) -> None:
    """A year of talk; a few people speak often, most seldom."""
    chance = random.Random(7)
    each = messages // CHANNELS
    step = dt.timedelta(days=365) / each
    for channel in range(CHANNELS):
        path = folder / f"Tea House - Text - room-{channel:02} [{900_000_000_000_000_000 + channel}].csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL)
            writer.writerow(["AuthorID", "Author", "Date", "Content", "Attachments", "Reactions"])
            for number in range(each):
                person = int(PEOPLE * chance.random() ** 3)
                at = BEGINNING + number * step
                said = " ".join(chance.choices(WORDS, k=chance.randint(1, 20)))
                writer.writerow([100_000_000 + person, f"member{person}", at.isoformat(), said, "", ""])


def main() -> None:
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    print(machine.describe())
    taken, worked = [], []
    peaks: imports.Peaks = {}
    with tempfile.TemporaryDirectory(prefix="weilu-million-") as made:
        make(Path(made), messages)
        for _ in range(runs):
            with imports.home() as where:
                before = imports.processor()
                seconds, printed = imports.bring_in(where, "discord", Path(made), peaks)
                taken.append(seconds)
                worked.append(imports.processor() - before)
    print(f"{printed['events']} events, {printed['members']} members, {printed['communities']} communities")
    print(machine.line("import", taken, "s", LIMIT * messages / MESSAGES))
    print(machine.line("processor time of command and helper", worked, "s"))
    for name, peak in peaks.items():
        print(machine.line(f"peak memory of the {name}", [peak], "MB", MEMORY_LIMIT))


if __name__ == "__main__":
    main()
