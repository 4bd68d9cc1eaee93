"""How do several web processes answer at one address? They share one socket: whoever is free takes the next visitor.

`weilu up` opens it and hands it down. While one process is started again, the others answer.
"""

from __future__ import annotations

import os
import socket

from django.conf import settings

from weilu.core.errors import Conflict

WAITING = 2048
"""Visitors that may wait to be taken."""
HANDED_DOWN = "WEILU_DOOR"
"""Names the socket to the processes that inherit it; not a setting."""


def open_door() -> socket.socket:
    """A socket that listens at WEILU_HOST:WEILU_PORT. Raises Conflict where that is taken."""
    door = socket.socket(socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((settings.HOST, settings.PORT))
        door.listen(WAITING)
    except OSError as problem:
        door.close()
        raise Conflict(
            f"Cannot listen on {settings.HOST}:{settings.PORT} ({problem.strerror}). "
            "Stop what listens there, or choose another WEILU_PORT."
        ) from problem
    return door


def given_door() -> socket.socket | None:
    """The one that `weilu up` has opened for its processes; None for a process that stands alone."""
    number = os.environ.get(HANDED_DOWN)
    return socket.socket(fileno=int(number)) if number else None
