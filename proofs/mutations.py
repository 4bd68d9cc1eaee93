"""Would a test notice if this line were wrong? Small lies are told in the modules where something counts, pays, sends or punishes.

Each mutant (`mutants`) goes through the tests of its room that enter its function, until one fails (`mutant_nest`). What lives is a
gap in the tests, or means the same: then it stands in `mutants_alike` with the reason.

`make proof mutations` judges what is drawn of each module. `python -m proofs.mutations [WORD …]` tells what is known of the modules whose
path holds a word; `--try` judges all of what is not known yet, `--again WORD …` also what lived, `--drawn` beside them only what is drawn.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from proofs.mutants import Mutant, mutants_of
from proofs.mutants_alike import ALIKE
from proofs.mutated import MODULES, ROOMS, Room

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".work" / "proofs" / "mutations"
KILLED, SURVIVED, LATE, UNFIT, UNTESTED = "killed", "survived", "late", "unfit", "untested"
ALIVE = (SURVIVED, UNTESTED)
DRAWN = 12
"""So many mutants of each module are judged by `make proof`: all of them take more than a night on two cores. Where every tenth lie in a module lives,
twelve show one in seven draws of ten; what is drawn stays the same, so a gap that was closed stays closed."""
START_SECONDS, SLOWER, FRESH = 20.0, 5.0, 20.0
"""A mutant may take so long, and so many times what its tests took before: one that never ends is found, too. A process of its own is
waited for so many times as long, on a machine that does other things, too."""
Ends = dict[str, str]
Choose = Callable[[str], list[Mutant]]
"""Of a module, by its path."""
Entered = dict[str, dict[str, Any]]
"""Test → its seconds, and (module, function) of all that it enters."""


def case(number: int) -> None:
    """One room: of what is drawn of its modules no lie lives."""
    room = ROOMS[number]
    judge(room, room.modules, drawn)
    living = [one for module in room.modules for one in alive(module, drawn)]
    assert not living, f"{len(living)} live in {room.name}: " + "; ".join(
        f"{one.path}:{one.line}: {one.after}" for one in living
    )


def all_of(module: str) -> list[Mutant]:
    return mutants_of(module, (ROOT / module).read_text())


def drawn(module: str) -> list[Mutant]:
    """In the order of its lines. By the names, which hold the path: whatever else changes in a module, the same lies are drawn."""
    found = all_of(module)
    first = sorted(found, key=lambda one: hashlib.sha256(one.name.encode()).digest())[:DRAWN]
    return [one for one in found if one in first]


def alive(module: str, choose: Choose = all_of) -> list[Mutant]:
    """What no test noticed, though it means something else."""
    ends = _ends(module)
    return [one for one in choose(module) if ends.get(one.name) in ALIVE and one.name not in ALIKE]


def judge(room: Room, modules: Sequence[str], choose: Choose) -> None:
    """Finds out what becomes of the chosen mutants of some modules of a room. What was found out before is kept while neither the
    module nor a test of its room has changed."""
    STATE.mkdir(parents=True, exist_ok=True)
    for module in modules:
        file, stamp = _file(module), _stamp(module, room)
        if not file.exists() or json.loads(file.read_text().split("\n", 1)[0]) != stamp:
            file.write_text(json.dumps(stamp) + "\n")
    waiting = _waiting([one for module in modules for one in choose(module)])
    if not waiting:
        return
    entered = entered_by(room)
    _hunt([one for one in waiting if one.function], entered)
    for one in _waiting(waiting):
        _note(one, _fresh(one, entered))


def _waiting(mutants: Sequence[Mutant]) -> list[Mutant]:
    """Not judged yet, or only found not to fit into a running process."""
    known = {path: _ends(path) for path in {one.path for one in mutants}}
    return [one for one in mutants if known[one.path].get(one.name, UNFIT) == UNFIT]


def entered_by(room: Room) -> Entered:
    """Which functions each test of a room enters: the tests are run once, as they are."""
    file = STATE / f"entered-{room.name.replace(' ', '-')}.json"
    stamp = _digest([*room.modules, *_files(room)])
    if file.exists() and (kept := json.loads(file.read_text()))["of"] == stamp:
        return dict(kept["tests"])
    with tempfile.TemporaryDirectory(prefix="weilu-mutants-") as made:
        found = Path(made) / "found.json"
        _pytest(Path(made), {"trace": room.modules, "into": str(found)}, room.tests, None)
        tests = json.loads(found.read_text())
    assert tests, f"no test of {room.name} enters any of its modules"
    file.write_text(json.dumps({"of": stamp, "tests": tests}))
    return dict(tests)


def _hunt(mutants: Iterable[Mutant], entered: Entered) -> None:
    """Those that change a function, in children of one process for the whole room."""
    told = []
    for one in mutants:
        tests = _tests(entered, lambda path, name, one=one: (path, name) == (one.path, one.function))
        if not tests:
            _note(one, UNTESTED)
            continue
        seconds = START_SECONDS + SLOWER * sum(entered[test]["seconds"] for test in tests)
        told.append(
            {
                "name": one.name, "path": one.path, "source": one.source, "tests": tests, "seconds": seconds,
                "into": str(_file(one.path)),
            }
        )  # fmt: skip
    if told:
        files = sorted({test.split("::")[0] for one in told for test in one["tests"]})
        with tempfile.TemporaryDirectory(prefix="weilu-mutants-") as made:
            _pytest(Path(made), {"hunt": told}, [*files, "proofs/mutant_warmth.py"], None)


def _fresh(mutant: Mutant, entered: Entered) -> str:
    """One that changes what happens on import, or takes something out of a function that its shape depends on."""
    tests = _tests(entered, lambda path, name: path == mutant.path) or _tests(entered, lambda *_: True)
    seconds = FRESH * (START_SECONDS + SLOWER * sum(entered[test]["seconds"] for test in tests))
    with tempfile.TemporaryDirectory(prefix="weilu-mutants-") as made:
        text = Path(made) / Path(mutant.path).name
        text.write_text(mutant.source)
        try:
            status = _pytest(
                Path(made),
                {"fresh": {"path": mutant.path, "text": str(text), "tests": tests}},
                tests,
                seconds,
            )
        except subprocess.TimeoutExpired:
            return LATE
    return KILLED if status else SURVIVED


def _tests(entered: Entered, fits: Any) -> list[str]:
    """The quickest first."""
    found = [test for test, one in entered.items() if any(fits(path, name) for path, name in one["enters"])]
    return sorted(found, key=lambda test: float(entered[test]["seconds"]))


def _pytest(made: Path, job: dict[str, Any], tests: Iterable[str], seconds: float | None) -> int:
    """The exit status; only a fresh mutant may fail. Raises TimeoutExpired."""
    (made / "job.json").write_text(json.dumps(job))
    (made / "tests").write_text("\n".join(tests))
    command = [
        sys.executable, "-m", "pytest", "-p", "proofs.mutant_nest", "-p", "no:cacheprovider", "-m", "not browser and not slow",
        "--capture=no", *(["-x"] if "fresh" in job else []),
    ]  # fmt: skip
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("WEILU_", "DJANGO_", "PYTEST_"))}
    own = {"WEILU_MUTATIONS": str(made / "job.json"), "TMPDIR": str(made), "PYTHONPATH": str(ROOT)}
    with (made / "log").open("w+") as log:
        started = subprocess.Popen(
            [*command, f"@{made / 'tests'}"], cwd=ROOT, env={**inherited, **own}, stdout=log, stderr=log, start_new_session=True
        )  # fmt: skip
        try:
            status = started.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait()
            raise
        log.seek(0)
        assert "fresh" in job or status == 0 or ("trace" in job and status == 1), log.read()[-2000:]
    return status


def _file(module: str) -> Path:
    return STATE / f"{module.removesuffix('.py').replace('/', '.')}.jsonl"


def _files(room: Room) -> list[str]:
    paths = [ROOT / one for one in room.tests]
    files = [file for path in paths for file in (path.rglob("*.py") if path.is_dir() else [path])]
    return sorted(str(file.relative_to(ROOT)) for file in files)


def _digest(files: Iterable[str]) -> str:
    found = hashlib.sha256()
    for file in files:
        found.update(file.encode() + b"\0" + (ROOT / file).read_bytes())
    return found.hexdigest()


def _stamp(module: str, room: Room) -> dict[str, str]:
    return {"of": _digest([module, *_files(room)])}


def _ends(module: str) -> Ends:
    """The last word on each mutant."""
    file = _file(module)
    lines = file.read_text().splitlines()[1:] if file.exists() else []
    return {one["name"]: one["end"] for one in map(json.loads, lines)}


def _note(mutant: Mutant, end: str) -> None:
    with _file(mutant.path).open("a") as told:
        told.write(json.dumps({"name": mutant.name, "end": end}) + "\n")


def figures() -> str:
    """What became of all that was drawn, in one line."""
    counts = _summed(_counted(module, drawn) for module, _ in MODULES)
    whole = sum(len(all_of(module)) for module, _ in MODULES)
    return f"Drawn: {counts['chosen']:,} of {whole:,} mutants in {len(MODULES)} modules. {_said(counts)}"


def _counted(module: str, choose: Choose) -> Counter[str]:
    """Of the chosen: how many there are, are judged, came to which end, are alike, live."""
    ends, chosen = _ends(module), choose(module)
    judged = [one for one in chosen if ends.get(one.name, UNFIT) != UNFIT]
    found = Counter(ends[one.name] for one in judged)
    found["chosen"], found["judged"], found["live"] = len(chosen), len(judged), len(alive(module, choose))
    found["alike"] = sum(found[end] for end in ALIVE) - found["live"]
    return found


def _summed(counts: Iterable[Counter[str]]) -> Counter[str]:
    found = Counter[str]()
    for one in counts:
        found.update(one)
    return found


def _said(counts: Counter[str]) -> str:
    found = counts[KILLED] + counts[LATE]
    score = 100 * found / max(1, counts["judged"] - counts["alike"])
    return (
        f"Judged: {counts['judged']:,}; found {found:,} ({counts[LATE]} never ended), {counts['alike']} alike, "
        f"{counts['live']} live: {score:.1f}%"
    )


def main(arguments: Sequence[str]) -> None:
    words = [one for one in arguments if not one.startswith("--")]
    choose = drawn if "--drawn" in arguments else all_of
    for room in ROOMS:
        modules = [one for one in room.modules if not words or any(word in one for word in words)]
        for module in modules if "--again" in arguments else []:
            _forget(module, room)
        if "--again" in arguments or "--try" in arguments:
            judge(room, modules, choose)
        for module in modules:
            _tell(module, choose)


def _forget(module: str, room: Room) -> None:
    """What lived is tried again; what was killed stays so, since tests only come."""
    kept = [{"name": name, "end": end} for name, end in _ends(module).items() if end not in ALIVE]
    STATE.mkdir(parents=True, exist_ok=True)
    _file(module).write_text("".join(json.dumps(one) + "\n" for one in [_stamp(module, room), *kept]))


def _tell(module: str, choose: Choose) -> None:
    """One line of figures, and the lines of those that live."""
    counts = _counted(module, choose)
    if not counts["judged"]:
        return
    print(f"{module}, {counts['chosen']} mutants. {_said(counts)}")
    for one in alive(module, choose):
        end = _ends(module)[one.name]
        print(f"  {one.path}:{one.line} {one.function} ({end})\n  - {one.before}\n  + {one.after}")


if __name__ == "__main__":
    main(sys.argv[1:])
