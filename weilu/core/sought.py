"""Which words does somebody look for, who typed them or changed them in an address?"""

from __future__ import annotations

LONGEST = 100


def sought(text: str | None) -> str:
    """Without blanks around them and without NUL, which PostgreSQL takes in no question; empty where nothing is looked for."""
    return (text or "").replace("\0", "").strip()[:LONGEST]
