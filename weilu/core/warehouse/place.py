"""Where on this machine does the warehouse of a home stand: its store, its socket, its secret, its lock?

Nothing here imports Django or chDB, since the warehouse process and every client of it need the same answers.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

SOCKET_PATH_MAX = 100
"""Bytes. The kernel takes 107 (unix(7)); gRPC adds a little of its own."""


@dataclass(frozen=True, slots=True)
class Place:
    """The files of one warehouse. `folder` is readable by its owner only."""

    folder: Path
    socket: Path

    @property
    def config(self) -> Path:
        return self.folder / "config.xml"

    @property
    def secret(self) -> Path:
        return self.folder / "secret"

    @property
    def lock(self) -> Path:
        """Held by the running warehouse as long as it lives."""
        return self.folder / "server.lock"

    @property
    def starting(self) -> Path:
        """Held by the client that starts a warehouse, so that only one does."""
        return self.folder / "starting.lock"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def address(self) -> str:
        return f"grpc+unix://{self.socket}"


def place_of(home: Path) -> Place:
    """The place of a home's warehouse; its folders are made on first use."""
    folder = home.resolve() / "warehouse"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    socket = folder / "socket"
    if len(os.fsencode(socket)) > SOCKET_PATH_MAX:
        socket = _short_folder(folder) / "socket"
    return Place(folder, socket)


def read_secret(place: Place) -> str:
    """The shared secret of server and clients; made once, whole or not at all, mode 0600."""
    if not place.secret.exists():
        _make_secret(place)
    return place.secret.read_text()


def _make_secret(place: Place) -> None:
    handle, name = tempfile.mkstemp(dir=place.folder)  # mkstemp gives mode 0600
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(32))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(name, place.secret)  # fails where another process was first: then theirs counts
    except FileExistsError:
        pass
    finally:
        os.unlink(name)


def _short_folder(folder: Path) -> Path:
    """A folder under the temp dir for a home whose own path is too long; refused where it belongs to somebody else."""
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    short = Path(tempfile.gettempdir()) / f"weilu-{os.getuid()}-{digest}"
    short.mkdir(mode=0o700, exist_ok=True)
    state = short.lstat()
    if state.st_uid != os.getuid() or not short.is_dir() or short.is_symlink() or state.st_mode & 0o077:
        raise PermissionError(f"{short} is not ours alone; remove it or choose a shorter WEILU_HOME")
    return short
