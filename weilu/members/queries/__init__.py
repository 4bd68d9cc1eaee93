"""What do pages and other steps read about members? One file a subject."""

from weilu.members.queries.moves import Flow, Moved, flow, moves
from weilu.members.queries.names import names

__all__ = ["Flow", "Moved", "flow", "moves", "names"]
