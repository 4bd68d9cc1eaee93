"""What did somebody write who typed it or changed it in an address: a name, words to look for? Never with NUL: PostgreSQL takes
it in no text and no question."""

from __future__ import annotations

LONGEST_SOUGHT = 100


def sought(text: str | None) -> str:
    """Words to look for; empty where nothing is looked for."""
    return name(text or "", LONGEST_SOUGHT)


def name(text: str, most: int) -> str:
    """One line without blanks around it or several in a row, cut after so many signs."""
    return " ".join(text.replace("\0", "").split())[:most]
