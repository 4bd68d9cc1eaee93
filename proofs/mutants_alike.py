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
    **{
        f"weilu/members/rules/influence.py {function}: {line.format(9)} → {line.format(places)}": (
            "nine places only take away what a float computes too much or too little; one more or less does that too"
        )
        for function, line in (
            ("scores", ").round({})"),
            ("scores", "exact = parts.sum(axis=1).round({})"),
            ("apportion", "remainders = (parts - floors).round({})"),
        )
        for places in (8, 10)
    },
    "weilu/members/rules/influence.py scores: WEIGHTS[1] * _relative(np.log1p(activity.answerers.astype(np.float64))),"
    " → WEIGHTS[2] * _relative(np.log1p(activity.answerers.astype(np.float64))),": (
        "diversity and reach weigh the same"
    ),
    "weilu/members/rules/influence.py scores: WEIGHTS[2] * _relative(_above_floor(activity.rank)),"
    " → WEIGHTS[1] * _relative(_above_floor(activity.rank)),": "diversity and reach weigh the same",
    "weilu/members/rules/influence.py _above_floor: return np.where(above > 1e-12, above, 0.0)"
    " → return np.where(above >= 1e-12, above, 0.0)": "ranks are rounded to twelve places; noise is never exactly one",
}
"""Name of a mutant → why nobody can tell it from the module."""
