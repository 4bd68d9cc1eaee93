"""Does the API keep its word whatever it is sent? Schemathesis makes calls from its own description, for every role.

Each case is an installation of its own with one role asking. Every answer must be no fault of ours (5xx), stand in the
description as it is, and hold nothing of another community: answers are searched for words that were seeded there.
"""

from __future__ import annotations

import random
import tempfile
import traceback
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

from proofs.api_world import FOREIGN, OWN, World, seeded
from tests.elsewhere import run

CALLS = 1_000
"""A case: starting a house and reading what 140 operations take costs as much as some hundred calls."""
TASTE = 250
"""What the suite makes of one."""
TURNS = ("bea", "ada", "analyst", "bea", "ada", "analyst", "dov", "nobody")
"""Who asks in which case: most who can do most."""
REAL = 0.7
"""How often an id is replaced by one that exists."""
LISTS = ("communities", "numbers", "mail")
FORBIDDEN = {"bea": (FOREIGN,), "analyst": (FOREIGN,), "dov": (FOREIGN, OWN), "nobody": (FOREIGN, OWN)}
TOLD_BY_ALL = {"dov": (200, 201, 400, 403, 404, 405, 409, 413, 422, 503), "nobody": (401,)}


def case(number: int, calls: int = CALLS) -> None:
    """`calls` calls by the role whose turn it is."""
    with tempfile.TemporaryDirectory(prefix="weilu-proof-", ignore_cleanup_errors=True) as home:
        found = run(
            "proofs.api_calls:story", Path(home), str(number), str(calls), seconds=3_600,
            WEILU_API_RATE="100000000", WEILU_API_RATE_ADDRESS="100000000", WEILU_API_RATE_UNKNOWN="100000000",
            WEILU_LOG_LEVEL="CRITICAL",
        )  # fmt: skip
    told = f"{found['role']}: {found['calls']} calls of {found['operations']} operations, answers {found['statuses']}"
    assert not found["failures"], f"{told}: {found['failures'][:3]}"
    assert found["calls"] == calls, told
    assert found["operations"] == min(found["described"], calls), told


def taste(number: int) -> None:
    """The beginning of a case."""
    case(number, TASTE)


def story(number: str, calls: str) -> dict[str, Any]:
    """Told in an installation of its own, by `tests.elsewhere`."""
    from weilu.core.warehouse import client

    warnings.simplefilter("ignore")
    chance = random.Random(int(number))  # moments and choices, not secrets
    try:
        return Asking(seeded(chance), TURNS[int(number) % len(TURNS)], chance, int(calls)).all()
    finally:
        client.stop()


class Asking:
    """One role asks a number of questions; what went wrong is collected, not raised."""

    def __init__(self, world: World, role: str, chance: random.Random, calls: int) -> None:
        self.world, self.role, self.chance, self.left = world, role, chance, calls
        self.calls, self.failures = 0, []
        self.statuses: Counter[int] = Counter()
        self.operations: set[str] = set()

    def all(self) -> dict[str, Any]:
        import schemathesis

        from weilu.app.wsgi import application

        schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
        operations = [one.ok() for one in schema.get_all_operations()]
        self._all_named(operations)
        self.chance.shuffle(operations)
        turn = 0
        while self.left:
            share = max(1, -(-self.left // len(operations)) // 2)
            for operation in operations:
                self._ask(operation, turn, min(share, self.left))
                turn += 1
        return {
            "role": self.role,
            "calls": self.calls,
            "operations": len(self.operations),
            "described": len(operations),
            "statuses": dict(sorted(self.statuses.items())),
            "failures": self.failures,
        }

    def _all_named(self, operations: list[Any]) -> None:
        """An operation on things that were not seeded would only ever be asked for what does not exist."""
        names = {one.name for operation in operations for one in operation.path_parameters}
        unknown = sorted(name for name in names if not self.world.ids.get(name))
        assert not unknown, f"nothing seeded for {unknown}: see proofs/api_things.py"

    def _ask(self, operation: Any, turn: int, count: int) -> None:
        from schemathesis import GenerationMode

        if not count:
            return
        wrong = turn % 4 == 3
        drawn = self._drawn(operation, GenerationMode.NEGATIVE, count) if wrong else []
        # Nothing can be wrong about an operation without parts; it is asked rightly then.
        positive = not drawn
        drawn = drawn or self._drawn(operation, GenerationMode.POSITIVE, count)
        for one in drawn[: self.left]:
            self._call(one, positive)

    def _drawn(self, operation: Any, mode: Any, count: int) -> list[Any]:
        from hypothesis import HealthCheck, Phase, given, seed, settings
        from schemathesis import GenerationMode

        drawn: list[Any] = []

        @seed(self.chance.randrange(2**32))
        @settings(
            max_examples=count,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(one=operation.as_strategy(generation_mode=mode))
        def draw(one: Any) -> None:
            drawn.append(one)

        try:
            draw()
        except Exception:
            if mode == GenerationMode.POSITIVE:
                raise
        return drawn

    def _call(self, one: Any, positive: bool) -> None:
        if positive:
            self._real_ids(one)
        token = self.world.token(self.role)
        headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {token}"} if token else {})
        self.left, self.calls = self.left - 1, self.calls + 1
        self.operations.add(one.operation.label)
        try:
            answer = one.call(headers=headers)
            self.statuses[answer.status_code] += 1
            self._judge(one, answer)
        except (Exception, BaseExceptionGroup) as problem:
            self._note(one, problem)

    def _judge(self, one: Any, answer: Any) -> None:
        from schemathesis import checks
        from schemathesis.specs.openapi import checks as described

        one.validate_response(
            answer,
            checks=[
                checks.not_a_server_error,
                described.status_code_conformance,
                described.content_type_conformance,
                described.response_headers_conformance,
                described.response_schema_conformance,
            ],
        )
        text = answer.content.decode("utf-8", "replace")
        for word in FORBIDDEN.get(self.role, ()):
            assert word not in text, f"{one.operation.label} tells {self.role} of “{word}”: {text[:300]}"
        assert answer.status_code in TOLD_BY_ALL.get(self.role, (answer.status_code,)), (
            f"told {answer.status_code}"
        )

    def _real_ids(self, one: Any) -> None:
        """Random numbers name nothing; most of them are replaced by ids that exist, others' too."""
        for parts in (one.path_parameters, one.query, one.body if isinstance(one.body, dict) else None):
            for name in list(parts or ()):
                if name in self.world.ids and self.chance.random() < REAL:
                    some = self.chance.choice(self.world.ids[name])
                    parts[name] = [some] if name in LISTS else some

    def _note(self, one: Any, problem: BaseException) -> None:
        if len(self.failures) < 20:
            told = "".join(traceback.format_exception_only(problem))[:1500]
            self.failures.append(f"{one.operation.label}: {told} | {one.as_curl_command()[:600]}")
