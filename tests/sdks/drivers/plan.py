"""What a driver is asked to do, and how it reports: shared by the Python drivers.

A driver gets one JSON argument (url, key, person, first, burst, seconds) and prints one JSON line: which of the numbered
calls its SDK holds for delivered and which for failed. Every call carries its number as the property `n`.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

SLICES = 20


@dataclass(frozen=True)
class Plan:
    url: str
    key: str
    person: str
    first: int
    burst: int
    seconds: float

    @classmethod
    def given(cls) -> Plan:
        return cls(**json.loads(sys.argv[1]))

    def pace(self, call: Callable[[int], None], done: int) -> None:
        """Make the calls of the burst, in `SLICES` parts spread over `seconds`."""
        numbers = range(self.first + done, self.first + done + self.burst)
        share = -(-self.burst // SLICES)
        for start in range(0, self.burst, share):
            for number in numbers[start : start + share]:
                call(number)
            time.sleep(self.seconds / SLICES)


def report(sdk: str, version: str, made: Iterable[int], failed: Iterable[int]) -> None:
    lost = set(failed)
    delivered = [number for number in made if number not in lost]
    whole = {"sdk": sdk, "version": version, "delivered": delivered, "failed": sorted(lost)}
    sys.stdout.write(json.dumps(whole) + "\n")
