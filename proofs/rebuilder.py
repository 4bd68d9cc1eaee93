"""The builder of the kill proof: makes the warehouse anew again and again, so that a kill falls into the midst of it.

Ends by itself after `LIMIT_SECONDS`, so that nothing is left behind when the proof itself dies.
"""

from __future__ import annotations

import contextlib
import os
import time

LIMIT_SECONDS = 300.0


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weilu.app.settings")
    import django

    django.setup()
    from weilu.core.warehouse.errors import Unavailable
    from weilu.core.warehouse.rebuild import rebuild

    until = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(Unavailable):
            rebuild()
        time.sleep(0.05)


if __name__ == "__main__":
    main()
