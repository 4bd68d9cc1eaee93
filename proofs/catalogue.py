"""Which long proofs are there? Each is a number of independent cases; the suite runs a sample of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from proofs import kills, log_undo, warehouse_sessions


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
        Proof(
            "sessions",
            f"{warehouse_sessions.FAILURES} failed questions a case: none leaves its rows to the next one.",
            "cases",
            cases=400 // warehouse_sessions.FAILURES,
            sample=1,
            run=warehouse_sessions.case,
        ),
        Proof(
            "undo",
            f"{log_undo.PAIRS} pairs of histories a case: undoing a batch gives what would have been without it.",
            "cases",
            cases=1_000 // log_undo.PAIRS,
            sample=1,
            run=log_undo.case,
        ),
    )
}
