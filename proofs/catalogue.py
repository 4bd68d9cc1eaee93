"""Which long proofs are there? Each is a number of independent cases; the suite runs a sample of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from proofs import (
    api_calls,
    cluster,
    kills,
    log_undo,
    mutated,
    mutations,
    questions,
    sdks,
    warehouse_sessions,
    workers,
)


@dataclass(frozen=True, slots=True)
class Proof:
    """`run(case)` raises where the claim does not hold; it tries `each` times what `unit` names. `sample` cases run in
    `make test`: by `taste`, where a whole case is too long for it. `figures` says at the end what no case can say alone."""

    name: str
    claim: str
    unit: str
    each: int
    cases: int
    sample: int
    run: Callable[[int], None]
    taste: Callable[[int], None] | None = None
    figures: Callable[[], str] = str


PROOFS = {
    proof.name: proof
    for proof in (
        Proof(
            "kills",
            "Over worker (sequencer and loader), warehouse, web, jobs, a rebuild, an import and a writer, while an SDK sends: nothing "
            "acknowledged was lost, nothing doubled; an import that was killed and started again is what an undisturbed one is.",
            "kills -9",
            each=kills.KILLS,
            cases=200 // kills.KILLS,
            sample=1,
            run=kills.case,
        ),
        Proof(
            "cluster",
            f"{cluster.KILL_CASES} of them {cluster.KILLS} kills of a shard, {cluster.MOVE_CASES} of a move, the others rooms of the suite on two "
            "shards: no answer was a part that looks whole, nothing was lost or doubled, all answers were those of one machine.",
            "cases",
            each=1,
            cases=cluster.CASES,
            sample=1,
            run=cluster.case,
        ),
        Proof(
            "schemathesis",
            "Over all operations of the API, by owner, community manager, analyst, an account without rights and nobody: no "
            "5xx, nothing off the description, nothing of another community.",
            "calls",
            each=api_calls.CALLS,
            cases=20_000 // api_calls.CALLS,
            sample=1,
            run=api_calls.case,
            taste=api_calls.taste,
        ),
        Proof(
            "sessions",
            "None leaves its rows to the next question.",
            "failed questions",
            each=warehouse_sessions.FAILURES,
            cases=400 // warehouse_sessions.FAILURES,
            sample=1,
            run=warehouse_sessions.case,
        ),
        Proof(
            "sdks",
            f"{len(sdks.SENDERS)} senders in twelve published SDKs a case: what each SDK counts as delivered was in the log exactly "
            "once, nothing doubled or invented.",
            "kills -9 of the front door",
            each=sdks.KILLS,
            cases=10,
            sample=1,
            run=sdks.case,
        ),
        Proof(
            "undo",
            "Undoing a batch gives what would have been without it.",
            "pairs of histories",
            each=log_undo.PAIRS,
            cases=1_000 // log_undo.PAIRS,
            sample=1,
            run=log_undo.case,
        ),
        Proof(
            "mutations",
            "Operators, numbers, conditions and statements made wrong one at a time, of each module no more than "
            f"{mutations.DRAWN}, drawn: a test of the room noticed each, or it stands in `mutants_alike` why it means the same. "
            "`python -m proofs.mutations` tells by module what lives, with `--try` it judges those not drawn, too.",
            "rooms",
            each=1,
            cases=len(mutated.ROOMS),
            sample=1,
            run=mutations.case,
            figures=mutations.figures,
        ),
        Proof(
            "workers",
            f"{workers.WORKERS} workers share the handlers' cursors: each handler had each event once.",
            "kills -9",
            each=workers.KILLS,
            cases=200 // workers.KILLS,
            sample=2,
            run=workers.case,
        ),
        Proof(
            "questions",
            "Of every kind and metric, over generated logs: DuckDB answers the same from the same rows; of funnels, paths and retention in "
            "all their modes plain Python, too.",
            "questions",
            each=questions.PAIRS,
            cases=8_000 // questions.PAIRS,
            sample=1,
            run=questions.case,
        ),
    )
}
