"""Where do this installation's files stand, and how are its databases opened?"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
    "PRAGMA cache_size=-16000; PRAGMA mmap_size=134217728; PRAGMA temp_store=MEMORY; "
    # What is deleted is overwritten: retracted text must not linger in free pages.
    "PRAGMA secure_delete=ON;"
)


def home_folder() -> Path:
    """`WEILU_HOME`, by default ./weilu-data; made on first use, readable by its owner only."""
    home = Path(os.environ.get("WEILU_HOME", "weilu-data")).expanduser().resolve()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return home


def secret_key(home: Path) -> str:
    """`WEILU_SECRET_KEY`, else a key made once and kept in the home folder (mode 0600)."""
    given = os.environ.get("WEILU_SECRET_KEY")
    if given:
        return given
    path = home / "secret.key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    key = secrets.token_urlsafe(48)
    with os.fdopen(handle, "w") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return key


def database_options(path: Path) -> dict[str, Any]:
    """An SQLite file: WAL, full sync, writers queue up instead of failing half-way."""
    return {
        "ENGINE": "weilu.core.sqlite",
        "NAME": path,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": PRAGMAS},
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": None,
    }


LIVELINESS = {
    "connect_timeout": "5", "tcp_user_timeout": "15000", "keepalives_idle": "15", "keepalives_interval": "5",
    "keepalives_count": "3",
}  # fmt: skip


def postgres_settings(url: str) -> dict[str, Any]:
    """A `postgresql://` URL or a libpq connection string as Django settings."""
    from psycopg.conninfo import conninfo_to_dict

    parts = dict(conninfo_to_dict(url))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", ""),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        # A server that is gone without a word is given up within seconds, not hours.
        "OPTIONS": {**LIVELINESS, **parts},
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }
