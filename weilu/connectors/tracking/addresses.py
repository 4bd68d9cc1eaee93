"""Which address speaks which wire format? One table; the door does the rest."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from weilu.connectors.tracking import answers
from weilu.connectors.tracking.answers import Accepted, Answer
from weilu.connectors.tracking.wire import posthog, segment, sensors
from weilu.connectors.tracking.wire.common import Outcome


@dataclass(frozen=True, slots=True)
class Wire:
    """How a body is read, where its key may stand, and what is answered.

    `patient`: the SDK does not try again, so what it sends is taken in where others are asked to come later.
    """

    read: Callable[[Any, str, bool], Iterator[Outcome]]
    key_of: Callable[[Any], str]
    accepted: Accepted
    call: str = "batch"
    patient: bool = False


def _segment(call: str) -> Wire:
    return Wire(segment.read, segment.key_of, answers.accepted_segment, segment.SHORT.get(call, call))


_CALLS = ("batch", "import", "identify", "track", "page", "screen", "group", "alias", *segment.SHORT)
_POSTHOG = Wire(posthog.read, posthog.key_of, answers.accepted_posthog)
_SENSORS = Wire(sensors.read, sensors.key_of, answers.accepted_sensors, patient=True)
_PICTURE = Wire(sensors.read, sensors.key_of, answers.accepted_picture, patient=True)

WIRES: Mapping[str, Wire] = {
    **{f"/v1/{call}": _segment("batch" if call == "import" else call) for call in _CALLS},
    **{f"/api/s/{call}": _segment(call) for call in _CALLS},
    **{f"/api/s/s2s/{call}": _segment(call) for call in _CALLS},
    "/beacon/v1/batch": _segment("batch"),
    **dict.fromkeys(("/batch", "/capture", "/e", "/track", "/i/v0/e"), _POSTHOG),
    "/sa": _SENSORS,
    "/sa.gif": _PICTURE,
}
"""By path, without a slash at the end."""

Settings = Callable[[str, str], Answer]
"""Answers a path, as asked at this address of ours (https://host)."""


def _part(path: str, number: int) -> str:
    return path.split("/")[number]


SETTINGS: tuple[tuple[re.Pattern[str], Settings], ...] = (
    (re.compile(r"/(flags|decide)/?"), lambda path, host: answers.FLAGS),
    (re.compile(r"/array/[\w-]{1,100}/config/?"), lambda path, host: answers.posthog_config(_part(path, 2))),
    (
        re.compile(r"/array/[\w-]{1,100}/config\.js"),
        lambda path, host: answers.posthog_script(_part(path, 2)),
    ),
    (
        re.compile(r"/v1/projects/[\w-]{1,100}/settings"),
        lambda path, host: answers.segment_settings(_part(path, 3), host),
    ),
    (re.compile(r"/sourceConfig/?"), lambda path, host: answers.RUDDER_SOURCE),
)
"""What SDKs ask for beside sending; answered harmlessly, for any key."""
