"""`make proof NAME`: run a long proof whole. It can be stopped and goes on where it was;
`make proof NAME AGAIN=1` starts over."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from proofs.catalogue import PROOFS, Proof

STATE = Path(__file__).resolve().parent.parent / ".work" / "proofs"


def main(arguments: list[str]) -> int:
    names = [a for a in arguments if not a.startswith("-")]
    if len(names) != 1 or names[0] not in PROOFS:
        sys.stderr.write("usage: make proof NAME, where NAME is one of: " + ", ".join(sorted(PROOFS)) + "\n")
        return 2
    return run(PROOFS[names[0]], again="--again" in arguments)


def run(proof: Proof, *, again: bool) -> int:
    """Run the cases not yet done; a failing case is printed, kept and counted, and the others go on."""
    path = STATE / f"{proof.name}.json"
    state = {"done": 0, "seconds": 0.0, "failed": []}
    if path.exists() and not again:
        state = json.loads(path.read_text())
        print(f"{proof.name}: {state['done']} of {proof.cases} cases were done before; AGAIN=1 starts over.")
    STATE.mkdir(parents=True, exist_ok=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns) as progress:
        bar = progress.add_task(proof.name, total=proof.cases, completed=state["done"])
        for case in range(state["done"], proof.cases):
            started = time.monotonic()
            try:
                proof.run(case)
            except Exception as problem:  # a case that breaks has not held either
                state["failed"].append([case, f"{type(problem).__name__}: {problem}"[:500]])
            state.update(done=case + 1, seconds=state["seconds"] + time.monotonic() - started)
            path.write_text(json.dumps(state))
            progress.advance(bar)
    return _told(proof, state)


def _told(proof: Proof, state: dict[str, Any]) -> int:
    held = proof.cases - len(state["failed"])
    print(
        f"{proof.name}: {held} of {proof.cases} cases held ({held * proof.each:,} of {proof.cases * proof.each:,} "
        f"{proof.unit}), in {state['seconds']:.0f} s. {proof.claim} {proof.figures()}".rstrip()
    )
    for case, problem in state["failed"]:
        print(f"  case {case}: {problem}")
    return 1 if state["failed"] else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
