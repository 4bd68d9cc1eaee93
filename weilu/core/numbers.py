"""Which whole number did somebody mean, who typed it or changed it in an address?"""

from __future__ import annotations

from django.utils.translation import gettext as _

from weilu.core.errors import WeiluError

LONGEST = 9
"""Digits. No page, id or choice of ours needs more, and every store can hold what has fewer."""


def number(text: str | None) -> int:
    """A whole number from 0; 0 where nothing is given. Raises WeiluError."""
    if not text:
        return 0
    if not text.isdecimal() or len(text) > LONGEST:
        raise WeiluError(_("“%(text)s” is not a number.") % {"text": text[:20]})
    return int(text)
