"""Does the wheel hold everything that pages, letters and reports are made of?"""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.house import ROOT

pytestmark = [pytest.mark.once, pytest.mark.slow]
SOURCES = ("weilu", "pyproject.toml", "README.md", "LICENSE", "requirements")
LEFT_OUT = {"tests", "__pycache__"}
"""Folders that only a checkout has."""


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names of the files in a wheel that was built beside the checkout, without the network."""
    tree, made = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copy(source, tree / name)
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        made,
        tree,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    (wheel,) = made.glob("weilu-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def checkout() -> set[str]:
    return {
        str(path.relative_to(ROOT))
        for path in (ROOT / "weilu").rglob("*")
        if path.is_file() and not LEFT_OUT & set(path.relative_to(ROOT).parts) and path.suffix != ".pyc"
    }


def test_every_file_of_the_package_is_in_the_wheel_and_no_test_is(inside: set[str]) -> None:
    wanted = checkout()
    for ending in (".html", ".mo", ".typ", ".css", ".js", ".svg", "stopwords.txt"):
        assert any(name.endswith(ending) for name in wanted), ending
    assert wanted - inside == set()
    assert [name for name in inside if "/tests/" in name] == []


def test_the_style_sheets_and_scripts_in_it_are_the_built_ones(inside: set[str]) -> None:
    built = [Path(name) for name in inside if "/static/console/dist/" in name]
    assert {".css", ".js", ".svg"} <= {path.suffix for path in built}
