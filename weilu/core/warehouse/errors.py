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


class ShardDown(Unavailable):
    """One of the servers that hold a part of the data does not answer: half an answer would look like a whole one."""

    code = "warehouse_shard_down"

    def __init__(self) -> None:
        errors.Unavailable.__init__(
            self,
            _(
                "One of the warehouse's servers does not answer, so no figure would be whole. Nothing is lost; figures come back when it does."
            ),
        )


class TooOld(errors.WeiluError):
    """The ClickHouse server lacks what this question needs. `version` is the server's."""

    status = 422
    code = "warehouse_too_old"

    def __init__(self, version: tuple[int, int], needed: tuple[int, int] | None = None) -> None:
        told = {
            name: f"{one[0]}.{one[1]}"
            for name, one in (("version", version), ("needed", needed or WRITTEN_FOR))
        }
        super().__init__(
            _(
                "This question needs ClickHouse %(needed)s; the warehouse's server is %(version)s and lacks what it takes."
            )
            % told
        )


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

WRITTEN_FOR = (26, 9)
"""The ClickHouse that our SQL is written for and tested with; only of an older one can it be said that it is too old."""
DOWN = frozenset({32, 209, 210, 279})
"""ATTEMPT_TO_READ_AFTER_EOF, SOCKET_TIMEOUT, NETWORK_ERROR, ALL_CONNECTION_TRIES_FAILED: told by the server that was asked
about another one."""
NEWER = frozenset({46, 62})
"""UNKNOWN_FUNCTION, SYNTAX_ERROR."""
NAMES_ONLY = frozenset({10, 16, 36, 42, 43, 44, 46, 47, 48, 60, 63, 81, 115, 184, 215})
"""Of `TEXT_IS_SQL` those whose text quotes names alone: to servers by URL values go as text, and a syntax error shows them."""
