"""Which port may a server of ours listen at, that starts only in a while?"""

from __future__ import annotations

import contextlib
import random
import socket

OURS = range(20_000, 32_000)
"""Below those that Linux gives to outgoing connections (`ip_local_port_range` begins with 32768): one of those would often be
taken before the server that it is for has started."""
_chance = random.SystemRandom()  # two suites side by side may have been given one seed


def free_port() -> int:
    """One at which nobody listens now."""
    while True:
        port = _chance.choice(OURS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
