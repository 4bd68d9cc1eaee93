"""Would a test notice if this line were wrong? Small lies are told in the modules where something counts, pays, sends or punishes.

Each mutant (`mutants`) goes through the tests of its room that enter its function, until one fails (`mutant_nest`). What lives is a
gap in the tests, or means the same: then it stands in `mutants_alike` with the reason.

`python -m proofs.mutations [WORD …]` tells what is known of the modules whose path holds a word; `--try` judges what is not known yet,
`--again WORD …` also what lived.
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
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from proofs.mutants import Mutant, mutants_of
from proofs.mutants_alike import ALIKE
from proofs.mutated import MODULES, Room

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".work" / "proofs" / "mutations"
KILLED, SURVIVED, LATE, UNFIT, UNTESTED = "killed", "survived", "late", "unfit", "untested"
ALIVE = (SURVIVED, UNTESTED)
START_SECONDS, SLOWER, FRESH = 20.0, 5.0, 20.0
"""A mutant may take so long, and so many times what its tests took before: one that never ends is found, too. A process of its own is
waited for so many times as long, on a machine that does other things, too."""
Ends = dict[str, str]
Entered = dict[str, dict[str, Any]]
"""Test → its seconds, and (module, function) of all that it enters."""


def case(number: int) -> None:
    """One module: no lie in it lives."""
    module, room = MODULES[number]
    living = alive(module, judged(module, room))
    assert not living, f"{len(living)} live in {module}: " + "; ".join(
        f"{one.line}: {one.after}" for one in living
    )


def alive(module: str, ends: Ends) -> list[Mutant]:
    """What no test noticed, though it means something else."""
    found = mutants_of(module, (ROOT / module).read_text())
    return [one for one in found if ends.get(one.name) in ALIVE and one.name not in ALIKE]


def judged(module: str, room: Room) -> Ends:
    """What became of every mutant of a module. What was found out before is kept while neither the module nor a test of its room
    has changed."""
    STATE.mkdir(parents=True, exist_ok=True)
    source, file = (ROOT / module).read_text(), _file(module)
    stamp = {"of": _digest([module, *_files(room)])}
    if not file.exists() or json.loads(file.read_text().split("\n", 1)[0]) != stamp:
        file.write_text(json.dumps(stamp) + "\n")
    _try(mutants_of(module, source), room, file)
    return _ends(file)


def _try(mutants: Sequence[Mutant], room: Room, file: Path) -> None:
    known = _ends(file)
    waiting = [one for one in mutants if known.get(one.name, UNFIT) == UNFIT]
    if not waiting:
        return
    entered = entered_by(room)
    _hunt([one for one in waiting if one.function], entered, file)
    known = _ends(file)
    for one in waiting:
        if known.get(one.name, UNFIT) == UNFIT:
            _note(file, one, _fresh(one, entered))


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


def _hunt(mutants: Iterable[Mutant], entered: Entered, file: Path) -> None:
    """Those that change a function, in children of one process."""
    told = []
    for one in mutants:
        tests = _tests(entered, lambda path, name, one=one: (path, name) == (one.path, one.function))
        if not tests:
            _note(file, one, UNTESTED)
            continue
        seconds = START_SECONDS + SLOWER * sum(entered[test]["seconds"] for test in tests)
        told.append(
            {"name": one.name, "path": one.path, "source": one.source, "tests": tests, "seconds": seconds}
        )
    if told:
        files = sorted({test.split("::")[0] for one in told for test in one["tests"]})
        with tempfile.TemporaryDirectory(prefix="weilu-mutants-") as made:
            _pytest(Path(made), {"hunt": told, "into": str(file)}, [*files, "proofs/mutant_warmth.py"], None)


def _fresh(mutant: Mutant, entered: Entered) -> str:
    """One that changes what happens on import, or takes something out of a function that its shape depends on."""
    tests = _tests(entered, lambda path, name: path == mutant.path) or _tests(entered, lambda *_: True)
    seconds = FRESH * (START_SECONDS + SLOWER * sum(entered[test]["seconds"] for test in tests))
    with tempfile.TemporaryDirectory(prefix="weilu-mutants-") as made:
        text = Path(made) / Path(mutant.path).name
        text.write_text(mutant.source)
        try:
            status = _pytest(Path(made), {"fresh": {"path": mutant.path, "text": str(text)}}, tests, seconds)
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


def _ends(file: Path) -> Ends:
    """The last word on each mutant."""
    lines = file.read_text().splitlines()[1:] if file.exists() else []
    return {one["name"]: one["end"] for one in map(json.loads, lines)}


def _note(file: Path, mutant: Mutant, end: str) -> None:
    with file.open("a") as told:
        told.write(json.dumps({"name": mutant.name, "end": end}) + "\n")


def main(arguments: Sequence[str]) -> None:
    words = [one for one in arguments if not one.startswith("--")]
    chosen = [
        (module, room) for module, room in MODULES if not words or any(word in module for word in words)
    ]
    for module, room in chosen:
        if "--again" in arguments:
            _forget(module, room)
        if "--again" in arguments or "--try" in arguments:
            judged(module, room)
        _tell(module)


def _forget(module: str, room: Room) -> None:
    """What lived is tried again; what was killed stays so, since tests only come."""
    file = _file(module)
    kept = [{"name": name, "end": end} for name, end in _ends(file).items() if end not in ALIVE]
    stamp = {"of": _digest([module, *_files(room)])}
    file.write_text("".join(json.dumps(one) + "\n" for one in [stamp, *kept]))


def _tell(module: str) -> None:
    """One line of figures, and the lines of those that live."""
    ends = _ends(_file(module))
    mutants = [one for one in mutants_of(module, (ROOT / module).read_text()) if one.name in ends]
    if not mutants:
        return
    counts, living = Counter(ends[one.name] for one in mutants), alive(module, ends)
    alike = sum(counts[end] for end in ALIVE) - len(living)
    found = counts[KILLED] + counts[LATE]
    score = 100 * found / max(1, len(mutants) - alike)
    print(
        f"{module}: {found} of {len(mutants)} found ({counts[LATE]} never ended), {alike} alike, {len(living)} live: {score:.1f}%"
    )
    for one in living:
        print(f"  {one.path}:{one.line} {one.function} ({ends[one.name]})\n  - {one.before}\n  + {one.after}")


if __name__ == "__main__":
    main(sys.argv[1:])
