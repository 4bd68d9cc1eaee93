"""Which mutants mean the same as what they were made of, and why? Everything else that lives is a gap in the tests."""

from __future__ import annotations

ALIKE: dict[str, str] = {
    "weilu/members/rules/moves.py corrections: if not old or not new: → if not old and not new:": (
        "a history without a point has '' everywhere, and no correction is made where '' stands on a side"
    ),
    "weilu/evaluation/alerts/rules.py expect: season = _season(at, off_line) if size == DAY else np.zeros(7)"
    " → season = _season(at, off_line) if size == DAY else np.zeros(8)": (
        "places in the week are 0 to 6; an eighth is never asked for"
    ),
}
"""Name of a mutant → why nobody can tell it from the module."""
