"""Does the suite itself keep its word: in CI nothing is skipped unseen, and of two lanes one runs what needs to run once?"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.house import ROOT

SKIPPING = {
    "a test": "import pytest\n\ndef test_one():\n    pytest.skip('no Chromium')\n",
    "a mark": "import pytest\n\n@pytest.mark.skipif(True, reason='no Chromium')\ndef test_one():\n    pass\n",
    "a fixture": "import pytest\n\n@pytest.fixture\ndef browser():\n    pytest.skip('no Chromium')\n\ndef test_one(browser):\n    pass\n",
    "a file": "import pytest\n\npytest.skip('no Chromium', allow_module_level=True)\n\ndef test_one():\n    pass\n",
    "a missing module": "import pytest\n\npytest.importorskip('no_such_module')\n\ndef test_one():\n    pass\n",
}


def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, ci: str) -> pytest.RunResult:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return pytester.runpytest_subprocess(
        "-p", "tests.fixtures.skipped", "-p", "no:django", "-p", "no:cacheprovider", "--continue-on-collection-errors"
    )  # fmt: skip


def test_what_is_skipped_is_a_failure_in_ci_and_only_there(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile(**{f"test_{number}": text for number, text in enumerate(SKIPPING.values())})
    pytester.makepyfile(
        test_expected="import pytest\n\n@pytest.mark.xfail\ndef test_one():\n    assert False\n"
    )
    told = run(pytester, monkeypatch, "true")
    told.assert_outcomes(failed=1, errors=4, xfailed=1)
    assert told.stdout.str().count("CI must run this, but it was skipped") >= len(SKIPPING)
    run(pytester, monkeypatch, "").assert_outcomes(skipped=5, xfailed=1)


OWN = "import pytest\n\n@pytest.mark.django_db\ndef test_own(told):\n    told('own')\n"
SHARED = (
    "def test_one(told):\n    told({name!r} + ' one')\n\ndef test_two(told):\n    told({name!r} + ' two')\n"
)
TOLD = """import os, pathlib, pytest

@pytest.fixture
def told():
    def tell(line):
        with open(pathlib.Path(__file__).parent / "told", "a") as file:
            file.write(line + "\\n")
    return tell
"""


def lane(folder: Path, **environment: str) -> subprocess.Popen[str]:
    pool = folder / "pool"
    pool.mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", "-p", "tests.fixtures.lanes", "-p", "no:django", "-p", "no:cacheprovider"],
        cwd=folder, env={"PYTHONPATH": str(ROOT), "WEILU_TEST_POOL": str(pool), **environment},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def told(folder: Path) -> Counter[str]:
    file = folder / "told"
    return Counter(file.read_text().splitlines() if file.exists() else [])


def test_two_lanes_run_their_own_twice_and_what_they_share_once(pytester: pytest.Pytester) -> None:
    names = [f"test_shared_{number}" for number in range(5)]
    pytester.makeconftest(TOLD)
    pytester.makepyfile(test_own=OWN, **{name: SHARED.format(name=name) for name in names})
    lanes = [lane(pytester.path) for _ in range(2)]
    for one in lanes:
        out = one.communicate(timeout=60)[0]
        assert one.returncode == 0, out
        assert "passed" in out.splitlines()[-1]
    assert told(pytester.path) == {
        "own": 2, **{f"{name} {which}": 1 for name in names for which in ("one", "two")},
    }  # fmt: skip


def test_a_failure_among_what_is_shared_fails_the_lane_that_ran_it_and_the_rest_goes_on(
    pytester: pytest.Pytester,
) -> None:
    pytester.makeconftest(TOLD)
    pytester.makepyfile(
        test_broken="def test_it():\n    assert False\n", test_shared=SHARED.format(name="shared")
    )
    first = lane(pytester.path)
    assert "1 failed, 2 passed" in first.communicate(timeout=60)[0]
    assert first.returncode == 1


ON_POSTGRES = {
    "WEILU_TEST_DATABASE_URL": "postgresql://127.0.0.1/nowhere",
    "PGOPTIONS": "-c synchronous_commit=off",
}
STORE = "\n@pytest.fixture\ndef warehouse_process():\n    pass\n"
ASKING = "def test_it(warehouse_process, told):\n    told('asked')\n"


def test_who_asks_the_warehouse_without_a_database_is_left_to_the_lane_of_sqlite(
    pytester: pytest.Pytester,
) -> None:
    pytester.makeconftest(TOLD + STORE)
    pytester.makepyfile(test_asking=ASKING, test_shared=SHARED.format(name="shared"))
    postgres = lane(pytester.path, **ON_POSTGRES)
    assert "2 passed" in postgres.communicate(timeout=60)[0]
    assert not told(pytester.path)["asked"]
    (left,) = (pytester.path / "pool").glob("*.left")
    assert left.read_text() == "test_asking.py::test_it"
    assert not left.with_suffix("").exists(), "nobody has taken it"
    sqlite = lane(pytester.path)
    assert "1 passed" in sqlite.communicate(timeout=60)[0]
    assert told(pytester.path)["asked"] == 1
    assert left.with_suffix("").read_text() == left.read_text()


def test_what_is_shared_starts_nothing_on_the_database_of_its_lane(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(TOLD)
    look = f"    told(' '.join(sorted(set({sorted(ON_POSTGRES)}) & set(os.environ))))\n"
    own = f"import os, pytest\n\n@pytest.mark.django_db\ndef test_own(told):\n{look}"
    pytester.makepyfile(test_own=own, test_shared=f"import os\n\ndef test_shared(told):\n{look}")
    out = lane(pytester.path, **ON_POSTGRES).communicate(timeout=60)[0]
    assert "2 passed" in out
    assert told(pytester.path) == {" ".join(sorted(ON_POSTGRES)): 1, "": 1}


def test_lanes_that_see_different_tests_in_a_file_are_refused(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(TOLD)
    pytester.makepyfile(
        test_shared="import os\n\ndef test_one():\n    pass\n\nif os.environ.get('MORE'):\n    def test_two():\n        pass\n"
    )
    first = lane(pytester.path)
    assert "1 passed" in first.communicate(timeout=60)[0]
    second = lane(pytester.path, MORE="1")
    assert "the lanes know different tests" in second.communicate(timeout=60)[0]
    assert second.returncode
