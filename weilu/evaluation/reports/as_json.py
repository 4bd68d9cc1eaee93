"""The report as data: the shape of docs/reference/report.md, stable for other programs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import get_language

from weilu.evaluation.reports import findings
from weilu.evaluation.reports.shapes import Drifter, Figure, Finding, Person, Report


def as_json(report: Report) -> dict[str, Any]:
    """Plain values only; sentences in the language in force."""
    return {
        "community": {"id": report.community, "name": report.name, "simulated": report.simulated},
        "week": report.week.label,
        "from": report.week.first.isoformat(),
        "to": report.week.last.isoformat(),
        "timezone": report.timezone,
        "language": "zh" if (get_language() or "").startswith("zh") else "en",
        "finished": report.finished,
        "known": report.known,
        "made_at": _moment(report.made_at),
        "since_then": report.since_then,
        "figures": [_figure(one) for one in report.figures],
        "findings": [_finding(one, report) for one in report.findings],
        "movers": [
            {**_person(one.person), "messages": one.now, "before": one.before, "change": one.change}
            for one in report.movers
        ],
        "flow": [{"from": one.before, "to": one.after, "members": one.members} for one in report.flows],
        "thanks": [
            {**_person(one.person), "reason": one.reason, "count": one.count, "times": one.times}
            for one in report.thanks
        ],
        "drifting": [_drifter(one) for one in report.drifting],
        "hours": [
            {"weekday": one.weekday, "hour": one.hour, "members": one.people, "share": round(one.share, 4)}
            for one in report.slots
        ],
        "topics": [
            {
                "word": one.word,
                "messages": one.messages,
                "members": one.people,
                "before": round(one.before, 2),
                "score": one.score,
            }
            for one in report.topics
        ],
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "metric": figure.metric,
        "label": figure.label,
        "unit": figure.unit,
        "value": figure.value,
        "before": figure.before,
        "mean": figure.mean,
        "question": figure.question,
    }


def _finding(finding: Finding, report: Report) -> dict[str, Any]:
    said = findings.say(finding, report.names)
    return {
        "rule": finding.rule,
        "score": round(finding.score, 4),
        "sentence": said.sentence,
        "evidence": said.evidence,
        "advice": said.advice,
        "facts": {
            name: list(value) if isinstance(value, tuple) else value for name, value in finding.facts.items()
        },
        "members": list(finding.members),
        "positions": list(finding.positions),
        "question": finding.question,
    }


def _person(person: Person) -> dict[str, Any]:
    return {"member": person.member, "name": person.name}


def _drifter(drifter: Drifter) -> dict[str, Any]:
    seen = drifter.last_seen
    last = None if seen is None else _moment(dt.datetime.fromtimestamp(seen, dt.UTC))
    return {**_person(drifter.person), "last_seen": last, "messages_before": drifter.messages}


def _moment(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
