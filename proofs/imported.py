"""Prints one number for everything that imports left in the log of this home: events under outside names, with their texts."""

from __future__ import annotations

import hashlib
import os

CHUNK = 10_000


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weilu.app.settings")
    import django

    django.setup()
    from weilu.core.directory.models import Community, Identity
    from weilu.core.events import queries

    people = dict(Identity.objects.values_list("pk", "outside"))
    places = dict(Community.objects.values_list("pk", "outside"))
    lines: list[str] = []
    after = 0
    while rows := queries.read(after, CHUNK):
        after = rows[-1].position
        ours = [row for row in rows if row.batch]
        texts = queries.texts([row.position for row in ours])
        lines += [
            repr((row.kind, row.happened, row.subject, people.get(row.identity), places.get(row.community),
                  row.value, row.properties, texts.get(row.position)))
            for row in ours
        ]  # fmt: skip
    lines.sort()
    print(len(lines), hashlib.sha256("\n".join(lines).encode()).hexdigest())


if __name__ == "__main__":
    main()
