"""How does an error look in the log? Where it rose and of which class: never its message, which may quote a member."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType

ErrorInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Nameless(logging.Formatter):
    """The plain format, with places and classes of a chain of errors instead of Python's full account of them."""

    def formatException(self, ei: ErrorInfo) -> str:
        lines: list[str] = []
        error = ei[1]
        while error is not None:
            frames = traceback.format_tb(error.__traceback__)
            lines[:0] = [*frames, f"{type(error).__module__}.{type(error).__qualname__}\n"]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "".join(lines).rstrip("\n")
