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
    "weilu/members/rules/histories.py begun: later = (joined[mine] // 1000 > first[mine] // 1000) & (~more | earlier)"
    " → later = (joined[mine] * 1000 > first[mine] // 1000) & (~more | earlier)": (
        "who joined in the second of first sight stands in it twice, and of several changes in one second one holds"
    ),
    "weilu/members/rules/histories.py _last: return np.where((found >= 0) & (_take(owners, found) == owner), found, -1)"
    ".astype(np.int64) → return np.where((found >= 0) & (_take(owners, found) == owner), found, -2).astype(np.int64)": (
        "it is asked only whether there is one: below 0 there is none"
    ),
    "weilu/members/rules/histories.py (on import): _NEVER = -(2**40) → _NEVER = -(2**41)": (
        "either lies further back than any threshold reaches"
    ),
    "weilu/core/operators/rules.py lock: doublings: int = min(count - door.free, 20)"
    " → doublings: int = min(count - door.free, 19)": "half a minute doubled seven times is more than the hour that is the longest",
    "weilu/core/warehouse/blocks.py block_of: block = block.append_column(name, column) if at < 0 else"
    " block.set_column(at, name, column) → block = block.append_column(name, column) if at <= 0 else"
    " block.set_column(at, name, column)": "the first column is the position, which is never put anew",
    "weilu/connectors/webhooks/deciding.py fan_out: Delivery.objects.bulk_create(made, batch_size=400, ignore_conflicts=True)"
    " → Delivery.objects.bulk_create(made, batch_size=399, ignore_conflicts=True)": "as many rows in statements of another size",
    "weilu/members/corrections.py record: batch_size=500, → batch_size=501,": "as many rows in statements of another size",
    **{
        f"weilu/core/warehouse/frame.py Frame.nominal_days: return {{HOUR: 0, DAY: 1, WEEK: 7, MONTH: 31, PERIOD: span}}[self.size]"
        f" → return {{HOUR: 0, DAY: 1, WEEK: {week}, MONTH: {month}, PERIOD: span}}[self.size]": (
            "metrics look back 1, 7 or 30 days: a week is shorter than the last alone, a month than none"
        )
        for week, month in ((8, 31), (7, 30))
    },
}
"""Name of a mutant → why nobody can tell it from the module."""
