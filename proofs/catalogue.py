"""Which long proofs are there? Each is a number of independent cases; the suite runs a sample of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from proofs import kills


@dataclass(frozen=True, slots=True)
class Proof:
    """`run(case)` raises AssertionError where the claim does not hold; `sample` cases run in `make test`."""

    name: str
    claim: str
    unit: str
    cases: int
    sample: int
    run: Callable[[int], None]


PROOFS = {
    proof.name: proof
    for proof in (
        Proof(
            "kills",
            f"{kills.KILLS} kills -9 a case, over worker (sequencer and loader), warehouse, web, jobs and a writer: "
            "nothing acknowledged was lost, nothing doubled.",
            "cases",
            cases=200 // kills.KILLS,
            sample=2,
            run=kills.case,
        ),
    )
}
