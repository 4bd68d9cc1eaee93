"""A real Discord server, 73,753 messages in 39 channels: in at most 6 s, and again without adding any.

python -m benchmarks.import_discord [folder]
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

from benchmarks import imports, machine

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "discord-csv"
LIMIT = 6.0
MEMORY_LIMIT = 400.0
RUNS = 5


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    print(machine.describe())
    first, again, worked = [], [], []
    peaks: imports.Peaks = {}
    for _ in range(RUNS):
        with imports.home() as where:
            before = imports.processor()
            seconds, printed = imports.bring_in(where, "discord", folder, peaks)
            first.append(seconds)
            worked.append(imports.processor() - before)
            seconds, repeated = imports.bring_in(where, "discord", folder, peaks)
            again.append(seconds)
            if repeated["events"] != 0 or repeated["duplicates"] != printed["events"]:
                raise SystemExit(f"the second import added {repeated['events']} events")
    print(f"{printed['events']} events, {printed['members']} members, {printed['communities']} communities")
    print(machine.line("import", first, "s", LIMIT))
    print(machine.line("processor time of the import", worked, "s"))
    print(machine.line("import again", again, "s"))
    for name, peak in peaks.items():
        print(machine.line(f"peak memory of the {name}", [peak], "MB", MEMORY_LIMIT))
    print(f"{statistics.median(first) / int(str(printed['rows'])) * 1e6:.1f} µs a row")


if __name__ == "__main__":
    main()
