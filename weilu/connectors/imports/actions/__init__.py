"""The only writers of batches: `receiving` → `reading` → `running`, each by the legal moves of `moves`."""

from weilu.connectors.imports.actions.forgetting import forget_person, tidy
from weilu.connectors.imports.actions.moves import Progress
from weilu.connectors.imports.actions.reading import change, read, switch_bridge
from weilu.connectors.imports.actions.receiving import Upload, forget, open_path, receive
from weilu.connectors.imports.actions.running import bring_in, confirm, give_up, run, undo
from weilu.connectors.imports.actions.straight import KEPT_BACK

__all__ = [
    "KEPT_BACK", "Progress", "Upload", "bring_in", "change", "confirm", "forget", "forget_person", "give_up", "open_path", "read",
    "receive", "run", "switch_bridge", "tidy", "undo",
]  # fmt: skip
