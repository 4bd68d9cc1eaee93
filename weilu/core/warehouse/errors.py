"""What can go wrong between a question and the warehouse, and what does the operator read?"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from weilu.core import errors


class Unavailable(errors.Unavailable):
    """The warehouse does not answer. Everything that does not count or chart works on."""

    code = "warehouse_unavailable"

    def __init__(self) -> None:
        super().__init__(
            _(
                "The warehouse does not answer just now. Nothing is lost; figures come back by themselves in a moment."
            )
        )


class TooHeavy(errors.WeiluError):
    """The question was stopped since it took more time or memory than one question may."""

    status = 422
    code = "question_too_heavy"

    def __init__(self) -> None:
        super().__init__(_("This question is too heavy. Ask for fewer days or fewer communities."))


class QueryFailed(Exception):
    """The engine refused SQL of ours: a fault in the house, not the operator's. `number` is ClickHouse's error code."""

    def __init__(self, number: int, text: str) -> None:
        super().__init__(
            f"ClickHouse error {number}: {text}" if number in TEXT_IS_SQL else f"ClickHouse error {number}"
        )
        self.number = number


TEXT_IS_SQL = frozenset(
    {10, 16, 36, 42, 43, 44, 46, 47, 48, 50, 60, 62, 63, 81, 115, 179, 184, 215, 386, 403}
)
"""Error codes (unknown table, syntax, wrong argument type …) whose text quotes SQL and types only. Others may quote
values, which may be names, and so are not repeated."""

TIME_OR_MEMORY = frozenset({158, 159, 160, 173, 202, 241, 307, 396})
"""TOO_MANY_ROWS, TIMEOUT_EXCEEDED, TOO_SLOW, CANNOT_ALLOCATE_MEMORY, TOO_MANY_SIMULTANEOUS_QUERIES,
MEMORY_LIMIT_EXCEEDED, TOO_MANY_BYTES, TOO_MANY_ROWS_OR_BYTES."""
