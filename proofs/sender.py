"""An SDK of the kill proof: sends events to the front door without end, the same batch again until it is answered 200, and
notes what was answered so. It goes on while the web process under it is killed.

Ends by itself after `LIMIT_SECONDS`, so that nothing is left behind when the proof itself dies.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import sys
import time
from pathlib import Path

LIMIT_SECONDS = 300.0
RUN = 900
"""Its place among the writers' numbers."""
BATCH = 20


def main(home: Path, port: int, key: str) -> None:
    notes = os.open(home / f"acknowledged.{RUN}", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    until = time.monotonic() + LIMIT_SECONDS
    number = 0
    while time.monotonic() < until:
        if not _taken(port, key, [_event(number + one) for one in range(BATCH)]):
            time.sleep(0.05)
            continue
        number += BATCH
        os.write(notes, f"{number}\n".encode())
        os.fsync(notes)
        time.sleep(0.02)


def _event(number: int) -> dict[str, object]:
    numbered = {"number": RUN * 1_000_000 + number}
    return {
        "type": "track",
        "event": "Tea poured",
        "userId": f"u{number % 13}",
        "messageId": f"m-{number}",
        "properties": numbered,
    }


def _taken(port: int, key: str, events: list[dict[str, object]]) -> bool:
    headers = {
        "Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode(),
        "Content-Type": "application/json",
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", "/v1/batch", json.dumps({"batch": events}), headers)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
