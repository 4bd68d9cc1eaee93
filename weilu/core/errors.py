"""Which errors do we expect, and what does an operator read when one happens?"""

from __future__ import annotations

from django.utils.functional import Promise


class WeiluError(Exception):
    """An expected error: a status for the caller and a sentence that says what happened and what to do.

    `code` is stable and machine readable; `sentence` may be lazily translated.
    """

    status = 400
    code = "bad_request"

    def __init__(self, sentence: str | Promise, **details: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.details = details

    def __str__(self) -> str:
        return str(self.sentence)


class NotFound(WeiluError):
    """A missing row and a row that this operator may not see: they look the same."""

    status = 404
    code = "not_found"


class Forbidden(WeiluError):
    status = 403
    code = "forbidden"


class Conflict(WeiluError):
    """The thing changed meanwhile, or the move is illegal in its present state."""

    status = 409
    code = "conflict"


class Unavailable(WeiluError):
    """A part that is needed does not answer now; everything else works on."""

    status = 503
    code = "unavailable"
