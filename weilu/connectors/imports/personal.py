"""What do imports keep that may name or quote a member?"""

from __future__ import annotations

from weilu.connectors.imports import actions
from weilu.core.events.erasures import Personal

PERSONAL = Personal(
    room="imports",
    fields=(
        "imports.Batch.name", "imports.Batch.path", "imports.Batch.options", "imports.Batch.survey", "imports.Batch.error",
    ),
    files=("files/imports/*/export", "files/imports/*/rejected.csv"),
    forget=actions.forget_person,
)  # fmt: skip
