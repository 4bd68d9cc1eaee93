"""How do many mutants go through the tests of a room without a start for each? A plugin for pytest, told what to do by a file.

`python -m pytest -p proofs.mutant_nest …` with the file's path in `WEILU_MUTATIONS`. It holds one of:
`{"trace": [modules]}`: the tests run as always, and which functions of these modules each of them enters is written;
`{"hunt": [mutants]}`: everything is read and the database made once; for each mutant the process forks, the child puts the
mutant's code in the place of the module's and runs the tests that enter it, until one fails;
`{"fresh": {…}}`: the module is read as the mutant has it from the start, for what happens on import; its tests run in the order told.

Tests run in the process itself meet the mutant; programs that they start do not.
"""

from __future__ import annotations

import functools
import gc
import importlib.abc
import importlib.util
import json
import math
import os
import resource
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec
from itertools import pairwise
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import Phase, settings

ROOT = Path(__file__).resolve().parent.parent
JOB: dict[str, Any] = json.loads(Path(os.environ["WEILU_MUTATIONS"]).read_text())
KILLED, SURVIVED, LATE, UNFIT = "killed", "survived", "late", "unfit"
_ENDS = {0: SURVIVED, 1: KILLED, 3: UNFIT, -signal.SIGXCPU: LATE}
PATIENCE = 20.0
"""A mutant may use so many seconds of the processor as it is given, since machines are busy; who only waits, waits so many times as long."""
LOOK_SECONDS = 0.005
TRUTH_SECONDS, FAILURE = 600.0, 4000
WARMTH = "mutant_warmth.py"


def pytest_configure(config: pytest.Config) -> None:
    phases = [Phase.explicit, Phase.generate]  # a smaller example would kill nobody twice
    told = settings(settings.get_profile("weilu"), phases=phases, database=None, derandomize=True)
    settings.register_profile("mutations", told)
    settings.load_profile("mutations")
    if "trace" in JOB:
        config.pluginmanager.register(_Tracer(JOB["trace"], Path(JOB["into"])))
    if "hunt" in JOB:
        config.pluginmanager.register(_Hunt(JOB["hunt"]))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The quickest first, also before those that want a database: who fails at once needs none."""
    if "fresh" in JOB:
        places = {test: place for place, test in enumerate(JOB["fresh"]["tests"])}
        items.sort(key=lambda item: places.get(item.nodeid, len(places)))


class _Tracer:
    """Which functions of some modules does each test enter?"""

    def __init__(self, modules: Sequence[str], into: Path) -> None:
        self._names = {str(ROOT / one): one for one in modules}
        self._into, self._found = into, dict[str, Any]()
        self._seen: set[tuple[str, str]] = set()
        self._good: dict[str, bool] = {}
        threading.settrace(self._enter)  # of threads that begin from now on

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._seen = set()
        began = time.perf_counter()
        sys.settrace(self._enter)
        yield
        sys.settrace(None)
        seconds = time.perf_counter() - began
        if self._seen and self._good.get(item.nodeid):
            self._found[item.nodeid] = {"seconds": seconds, "enters": sorted(self._seen)}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._good[report.nodeid] = self._good.get(report.nodeid, True) and report.passed

    def pytest_sessionfinish(self) -> None:
        self._into.write_text(json.dumps(self._found))

    def _enter(self, frame: FrameType, event: str, argument: object) -> None:
        path = self._names.get(frame.f_code.co_filename)
        if path is not None:
            self._seen.add((path, frame.f_code.co_qualname.split(".<locals>")[0]))


class _Hunt:
    """Runs the tests of each mutant in a child of its own; writes a line for each as soon as it is known."""

    def __init__(self, mutants: Sequence[dict[str, Any]]) -> None:
        self._mutants = mutants
        self._true = set[tuple[str, str]]()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        warm = next(item for item in session.items if item.path.name == WARMTH)
        self._warm(warm, session.items)
        for mutant in self._mutants:
            tests = [items[test] for test in mutant["tests"]]
            if any("warehouse_process" in getattr(test, "fixturenames", ()) for test in tests):
                _wake_the_warehouse()
            end, killer = self._child(mutant, [*tests, warm])
            if killer:
                self._see_that_truth_passes(mutant["path"], items[killer], warm)
            with Path(mutant["into"]).open("a") as told:
                told.write(json.dumps({"name": mutant["name"], "end": end}) + "\n")
        return True

    def _warm(self, warm: pytest.Item, items: Sequence[pytest.Item]) -> None:
        """Where a test wants the database, it is made before the first child, by one that only wants that."""
        if any(item is not warm and item.get_closest_marker("django_db") for item in items):
            reports = runtestprotocol(warm, log=False, nextitem=items[0])
            assert all(report.passed for report in reports), [str(report.longrepr) for report in reports]
        assert threading.active_count() == 1, threading.enumerate()

    def _see_that_truth_passes(self, path: str, killer: pytest.Item, warm: pytest.Item) -> None:
        """A test that fails in a child whatever the code would kill every mutant."""
        if (path, killer.nodeid) in self._true:
            return
        truth = {"path": path, "source": (ROOT / path).read_text(), "seconds": TRUTH_SECONDS}
        end, _ = self._child(truth, [killer, warm])
        assert end == SURVIVED, f"{killer.nodeid} fails though nothing is wrong: {end}"
        self._true.add((path, killer.nodeid))

    def _child(self, mutant: dict[str, Any], tests: Sequence[pytest.Item]) -> tuple[str, str]:
        """How it ended, and which test failed."""
        with tempfile.TemporaryFile() as said:
            child = os.fork()
            if child == 0:
                os.setpgid(0, 0)
                seconds = math.ceil(mutant["seconds"])
                resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
                status = 3
                try:
                    status = _try(mutant, tests, said.fileno())
                except BaseException:
                    traceback.print_exc()
                finally:
                    os._exit(status)
            end = _wait(child, PATIENCE * mutant["seconds"])
            said.seek(0)
            return end, said.read().decode()


def _try(mutant: dict[str, Any], tests: Sequence[pytest.Item], said: int) -> int:
    """0: all tests passed, 1: one failed, whose name is said, 3: the mutant's code does not fit in the place of the module's."""
    try:
        _put(str(ROOT / mutant["path"]), mutant["source"])
    except ValueError as problem:
        sys.stderr.write(f"{problem}\n")
        return 3
    # The last is never run: what belongs to the whole session must stay.
    for test, following in pairwise(tests):
        failed = [one for one in runtestprotocol(test, log=False, nextitem=following) if one.failed]
        if failed:
            os.write(said, test.nodeid.encode())
            sys.stderr.write(f"{failed[0].nodeid}: {failed[0].longrepr}\n"[:FAILURE])
            return 1
    return 0


def _put(path: str, source: str) -> None:
    """Every function of the module gets the code that it has in the mutant; what was remembered is forgotten."""
    codes = _codes(compile(source, path, "exec", dont_inherit=True))
    for one in gc.get_objects():
        # `isinstance` would wake whatever is lazy and only says what it is when asked.
        if type(one) is FunctionType and one.__code__.co_filename == path:
            found = codes.get((one.__code__.co_qualname, one.__code__.co_firstlineno), [])
            if len(found) != 1:
                raise ValueError(
                    f"{one.__code__.co_qualname} in line {one.__code__.co_firstlineno}: {len(found)} of them"
                )
            one.__code__ = found[0]
        elif type(one) is functools._lru_cache_wrapper:
            one.cache_clear()


def _codes(code: CodeType) -> dict[tuple[str, int], list[CodeType]]:
    found: dict[tuple[str, int], list[CodeType]] = {}
    waiting = [code]
    while waiting:
        for one in waiting.pop().co_consts:
            if isinstance(one, CodeType):
                found.setdefault((one.co_qualname, one.co_firstlineno), []).append(one)
                waiting.append(one)
    return found


def _wait(child: int, seconds: float) -> str:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return _ENDS.get(os.waitstatus_to_exitcode(status), KILLED)
        time.sleep(LOOK_SECONDS)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return LATE


def _wake_the_warehouse() -> None:
    """Started from here it outlives the children; this process never asks it, since who asked must not fork."""
    from django.conf import settings

    from weilu.core.warehouse import starter
    from weilu.core.warehouse.place import place_of

    starter.ensure_running(place_of(settings.HOME))


class _Finder(importlib.abc.MetaPathFinder):
    """Reads one module from the mutant's text."""

    def __init__(self, path: str, text: str) -> None:
        self._name = path.removesuffix(".py").replace("/", ".")
        self._text = text

    def find_spec(self, name: str, path: object, target: object = None) -> ModuleSpec | None:
        return importlib.util.spec_from_file_location(name, self._text) if name == self._name else None


if "fresh" in JOB:
    sys.meta_path.insert(0, _Finder(JOB["fresh"]["path"], JOB["fresh"]["text"]))
