"""Where does something count, pay, send or punish? The modules that are told lies in, each with the tests of its room.

The first is the sample of `make test`: quick, and everybody's states and moves are told by it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Room:
    """`modules` and `tests` as paths from the root of the project. Where a test of another room is the one that tells, it stands here too."""

    name: str
    modules: tuple[str, ...]
    tests: tuple[str, ...]


def _in(folder: str, *names: str) -> tuple[str, ...]:
    return tuple(f"weilu/{folder}/{name}.py" for name in names)


ROOMS = (
    Room("moves", _in("members/rules", "moves"), _in("members/tests", "test_rules")),
    Room("states", _in("members/rules", "lifecycle", "histories"), _in("members/tests", "test_rules")),
    Room("tiers", _in("members/rules", "influence"), _in("members/tests", "test_influence", "test_rules")),
    Room("alert rules", _in("evaluation/alerts", "rules"), _in("evaluation/alerts/tests", "test_rules")),
    Room("goal rules", _in("goals", "rules"), _in("goals/tests", "test_rules")),
    Room("KPI rules", _in("goals/kpi", "rules"), _in("goals/kpi/tests", "test_rules")),
    Room("value rules", _in("members/value", "rules"), _in("members/value/tests", "test_rules")),
    Room(
        "members",
        _in("members", "conclude", "corrections", "tallies", "standing", "weigh", "facts"),
        ("weilu/members/tests",),
    ),
    Room(
        "segments",
        (
            *_in("core/segments", "doings", "parts", "people", "reading", "rule"),
            *_in("members", "leaves"),
            *_in("members/segments", "leaf", "live", "judging", "intervals", "snapshots", "actions"),
            *_in("core/warehouse/compile", "segments", "holdings", "among"),
        ),
        (
            "weilu/core/segments/tests",
            "weilu/members/segments/tests",
            "weilu/core/warehouse/tests/test_questions_segment.py",
        ),
    ),
    Room(
        "value and tags",
        (*_in("members/value", "weighing", "scales"), *_in("members/tags", "rules", "matching", "leaf")),
        ("weilu/members/value/tests", "weilu/members/tags/tests"),
    ),
    Room(
        "log",
        _in(
            "core/events",
            *("claims", "keys", "ranges", "retraction", "nameless", "holds", "frames", "sequencer", "purge"),
        ),
        ("weilu/core/events/tests",),
    ),
    Room(
        "questions",
        (
            *_in(
                "core/warehouse",
                *("blocks", "check", "formulas", "frame", "measures", "owners", "retentions", "span"),
            ),
            *_in(
                "core/warehouse/compile",
                *(
                    "attribution",
                    "daily",
                    "distribution",
                    "firsts",
                    "funnel",
                    "heatmap",
                    "memberships",
                    "paths",
                ),
                *("response", "retention", "rolling", "source", "staying", "top", "trend", "where"),
            ),
        ),
        ("weilu/core/warehouse/tests",),
    ),
    Room("alerts", _in("evaluation/alerts", "judging", "raising"), ("weilu/evaluation/alerts/tests",)),
    Room(
        "webhooks",
        _in("connectors/webhooks", "rules", "reach", "deciding"),
        ("weilu/connectors/webhooks/tests",),
    ),
    Room(
        "doors",
        (*_in("core/operators", "rules", "access"), *_in("core/api", "limits")),
        ("weilu/core/operators/tests", "weilu/core/api/tests"),
    ),
)

MODULES = tuple((module, room) for room in ROOMS for module in room.modules)
