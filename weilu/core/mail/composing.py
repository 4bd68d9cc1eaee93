"""What does a letter say? Each room that sends any composes its own kind; registered in `app.registry`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from weilu.core.mail.models import Letter
from weilu.core.operators import queries as operators

TEST = "test"


@dataclass(frozen=True, slots=True)
class Words:
    """A subject and plain text. `path` is the page of this house that the letter leads to, `leave` the one that ends such letters
    by one click and without a login."""

    subject: str
    text: str
    path: str = ""
    leave: str = ""


Composer = Callable[[Letter], Words | None]
"""None: there is nothing left to say, or its reader may no longer know."""

_composers: dict[str, Composer] = {}


def register(composers: Mapping[str, Composer]) -> None:
    """Called once from `app.registry`."""
    _composers.update(composers)


def compose(letter: Letter) -> Words | None:
    """In the language of its reader. A disabled account gets nothing."""
    if letter.operator.disabled_at is not None:
        return None
    composer = _composers.get(letter.kind)
    with override(letter.operator.language or operators.brand().language):
        words = _try(letter) if letter.kind == TEST else composer(letter) if composer else None
        if words is None:
            return None
        subject = " ".join(words.subject.split())[:200]
        return Words(
            subject, f"{words.text}{_link(words.path)}{_way_out(words.leave)}", words.path, words.leave
        )


def _try(letter: Letter) -> Words:
    return Words(
        _("Weilu: mail works"), _("This is the test letter that you asked for. Nothing is to be done.")
    )


def _way_out(path: str) -> str:
    return (
        "\n\n" + _("No more of these letters: %(link)s") % {"link": f"{settings.BASE_URL}{path}"}
        if path
        else ""
    )


def _link(path: str) -> str:
    return f"\n\n{settings.BASE_URL}{path}" if path else ""
