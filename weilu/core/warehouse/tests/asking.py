"""How do the stories about questions ask, and on which days do they play?"""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from weilu.core.operators.access import Viewer
from weilu.core.warehouse import questions


def at(moment: str, timezone: str = "UTC") -> int:
    """`2026-01-05 09:00` by the clock of a time zone, in milliseconds since 1970."""
    return int(dt.datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(timezone)).timestamp() * 1000)


def trend(metric: str, first: str, last: str, *, viewer: Viewer | None = None, **rest: Any) -> list[Any]:
    """The values of a metric, bucket by bucket."""
    question = {"kind": "trend", "metric": metric, "from": first, "to": last, "timezone": "UTC", **rest}
    return [row[-1] for row in questions.ask(question, viewer or Viewer.everything()).rows]


def ask(viewer: Viewer | None = None, **question: Any) -> questions.Answer:
    """`first` and `last` stand for from and to, `comeback` for return, which are words of Python."""
    renamed = {"first": "from", "last": "to", "comeback": "return"}
    data = {renamed.get(name, name): value for name, value in question.items()}
    return questions.ask(data, viewer or Viewer.everything())


def behind(metric: str, first: str, last: str, **rest: Any) -> questions.Behind:
    question = {"kind": "trend", "metric": metric, "from": first, "to": last, "timezone": "UTC", **rest}
    return questions.behind(question, Viewer.everything())
