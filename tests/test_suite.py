"""Does the suite itself keep its word: in CI nothing is skipped unseen?"""

from __future__ import annotations

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
