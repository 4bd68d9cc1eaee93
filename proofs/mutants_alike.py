"""Which mutants mean the same as what they were made of, and why? Everything else that lives is a gap in the tests."""

from __future__ import annotations

ALIKE: dict[str, str] = {}
"""Name of a mutant → why nobody can tell it from the module."""
