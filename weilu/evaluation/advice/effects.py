"""Did it help? Those it was meant for against those left out by lot, or one figure before and after.

The test is Fisher's exact test, two-sided, on who met the outcome and who did not; below 5 % the difference is believed. It is
exact for any number, but with fewer than 20 people, or fewer than five on one side, no real difference could come out of it: then
there is nothing to tell.
"""

from __future__ import annotations

from dataclasses import dataclass

Number = int | float
HELD_PERCENT = 20
LEAST, LEAST_SIDE = 20, 5
BELIEVED = 0.05

RUNNING, TOO_FEW, BETTER, WORSE, NO_DIFFERENCE, BEFORE_AFTER = (
    "running", "too_few", "better", "worse", "no_difference", "before_after",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Effect:
    """`meant` and `held` are how many, `met` and `held_met` how many of them met the outcome; `chance` is the test's p. Of a figure:
    `before` and `after`."""

    verdict: str
    meant: int = 0
    met: int = 0
    held: int = 0
    held_met: int = 0
    chance: float | None = None
    before: Number | None = None
    after: Number | None = None


def holds_out(people: int) -> bool:
    """Whether somebody is left out: not where there are too few to tell anything by it."""
    return people >= LEAST


def against(meant: int, met: int, held: int, held_met: int) -> Effect:
    """Those it was meant for against those left out."""
    if meant + held < LEAST or min(meant, held) < LEAST_SIDE:
        return Effect(TOO_FEW, meant, met, held, held_met)
    from scipy.stats import fisher_exact  # heavy: loaded when a window is over

    chance = float(fisher_exact([[met, meant - met], [held_met, held - held_met]]).pvalue)
    if chance >= BELIEVED:
        return Effect(NO_DIFFERENCE, meant, met, held, held_met, chance)
    verdict = BETTER if met / meant > held_met / held else WORSE
    return Effect(verdict, meant, met, held, held_met, chance)
