"""Does `make proof mutations` tell the truth: what a test notices is killed, what none notices lives, what never ends is late?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from proofs import mutations
from proofs.mutants import mutants_of
from tests.house import ROOT

COUNTING = """
LIMIT = 3

def enough(found: int, only: bool = False) -> bool:
    while found > 100:
        found -= 100
    return found >= LIMIT and not only

def told(words: list[str]) -> list[str]:
    kept = []
    kept.append(words[0])
    return [word for word in kept if word]
"""


def after(source: str, path: str = "rules.py") -> set[str]:
    return {one.after for one in mutants_of(path, source)}


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("x = a < b", {"x = a <= b"}),
        ("x = a and b or c", {"x = a or b or c", "x = a and b and c"}),
        ("x = not a", {"x = (a)"}),
        ("x = a - 1", {"x = a + 1", "x = a - 2"}),
        ("x = 7", {"x = 8", "x = 6"}),
        ("x = a if b else c", {"x = a if (not b) else c"}),
        ("x = [a for a in b if a]", {"x = [a for a in b if True]"}),
        ("x = a not in b", {"x = a in b"}),
        ("x = True", {"x = False"}),
        ("send(a)", {"pass"}),
        ("x += 1", {"pass", "x += 2"}),
        ("logger.info(a, 3)", set()),
        ("x = _('less than 3')", set()),
        ("x: Literal[3] = y", set()),
    ],
)
def test_a_line_is_made_wrong_in_each_way_that_counts(line: str, wrong: set[str]) -> None:
    assert after(line + "\n") == wrong


def test_a_statement_to_the_store_is_made_wrong_only_where_statements_are_made() -> None:
    sql = "x = f'SELECT min(a) FROM e WHERE a < {b} AND c = 1'\n"
    assert after(sql) == set()
    assert after(sql, "weilu/core/warehouse/compile/rows.py") == {
        "x = f'SELECT max(a) FROM e WHERE a < {b} AND c = 1'",
        "x = f'SELECT min(a) FROM e WHERE a <= {b} AND c = 1'",
        "x = f'SELECT min(a) FROM e WHERE a < {b} OR c = 1'",
        "x = f'SELECT min(a) FROM e WHERE a < {b} AND c != 1'",
    }


def test_a_promise_is_answered_with_what_is_always_the_same() -> None:
    assert "return []" in after("def f(a) -> list[str]:\n    return a\n")
    assert {"return True", "return False"} <= after("def f(a) -> bool:\n    return a\n")


def test_all_lines_keep_their_numbers() -> None:
    source = "def f(a):\n    send(\n        a,\n    )\n    return a < 1\n"
    assert all(one.source.count("\n") == source.count("\n") for one in mutants_of("rules.py", source))


def test_what_is_drawn_of_a_module_stays_drawn_when_lines_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mutations, "ROOT", tmp_path)
    (tmp_path / "rules.py").write_text(COUNTING)
    monkeypatch.setattr(mutations, "DRAWN", len(mutations.all_of("rules.py")) // 2)
    before = {one.name for one in mutations.drawn("rules.py")}
    assert len(before) == mutations.DRAWN
    (tmp_path / "rules.py").write_text("def few(found: int) -> bool:\n    return found < 3\n\n" + COUNTING)
    after = {one.name for one in mutations.drawn("rules.py")}
    assert len(after) == mutations.DRAWN
    assert {name for name in after if " few: " not in name} <= before
    monkeypatch.setattr(mutations, "DRAWN", 1_000)
    assert mutations.drawn("rules.py") == mutations.all_of("rules.py")


@pytest.mark.once
def test_what_no_test_notices_lives(tmp_path: Path) -> None:
    """A room of two functions; its one test never looks at the bound, nor whether words are empty."""
    (tmp_path / "counting.py").write_text(COUNTING)
    (tmp_path / "test_room.py").write_text(
        "import counting\n\n"
        "def test_it():\n    assert counting.enough(5)\n    assert not counting.enough(1)\n"
        "    assert not counting.enough(205, True)\n    assert counting.told(['tea']) == ['tea']\n"
    )
    told = [
        {"name": f"{one.function}: {one.after}", "path": str(tmp_path / "counting.py"), "source": one.source, "tests": ["test_room.py::test_it"], "seconds": 3}
        for one in mutants_of("counting.py", COUNTING)
        if one.function
    ]  # fmt: skip
    ends = _hunted(tmp_path, told)
    assert ends["enough: return found > LIMIT and not only"] == mutations.SURVIVED
    assert ends["told: return [word for word in kept if True]"] == mutations.SURVIVED
    assert ends["enough: return found >= LIMIT or not only"] == mutations.KILLED
    assert ends["told: pass"] == mutations.KILLED
    assert ends["enough: pass"] == mutations.LATE


@pytest.mark.once
def test_where_a_test_fails_though_nothing_is_wrong_nobody_is_judged(tmp_path: Path) -> None:
    (tmp_path / "counting.py").write_text(COUNTING)
    (tmp_path / "test_room.py").write_text(
        "import counting\n\ndef test_it():\n    assert counting.enough(1)\n"
    )
    wrong = next(one for one in mutants_of("counting.py", COUNTING) if one.function)
    told = {"name": wrong.after, "path": str(tmp_path / "counting.py"), "source": wrong.source, "tests": ["test_room.py::test_it"], "seconds": 3}  # fmt: skip
    with pytest.raises(AssertionError, match="though nothing is wrong"):
        _hunted(tmp_path, [told])


def _hunted(folder: Path, mutants: list[dict[str, object]]) -> dict[str, str]:
    (folder / "job.json").write_text(
        json.dumps({"hunt": [one | {"into": str(folder / "ends")} for one in mutants]})
    )
    (folder / "mutant_warmth.py").write_text("def test_there_is_nothing_to_make():\n    pass\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "proofs.mutant_nest", "-p", "tests.environment", "-p", "no:django", "-p", "no:cacheprovider",
         "--rootdir", str(folder), "test_room.py", "mutant_warmth.py"],
        cwd=folder, env={**os.environ, "PYTHONPATH": f"{folder}:{ROOT}", "WEILU_MUTATIONS": str(folder / "job.json")},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    lines = (folder / "ends").read_text().splitlines()
    return {one["name"]: one["end"] for one in map(json.loads, lines)}
