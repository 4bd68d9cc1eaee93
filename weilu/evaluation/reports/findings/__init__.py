"""What should an operator notice about this week? A registry of small rules; the strongest three are told."""

from __future__ import annotations

from weilu.evaluation.reports.findings import activity, coming, service
from weilu.evaluation.reports.findings.shapes import Facts, Names, Rule, Said
from weilu.evaluation.reports.shapes import Finding

RULES: tuple[Rule, ...] = (*activity.RULES, *coming.RULES, *service.RULES)
TOLD = 3


def best(facts: Facts, limit: int = TOLD) -> tuple[Finding, ...]:
    """The findings of the week, the strongest first."""
    found = [finding for rule in RULES if (finding := rule.judge(facts)) is not None]
    return tuple(sorted(found, key=lambda finding: (-finding.score, finding.rule))[:limit])


def say(finding: Finding, names: Names) -> Said:
    """A finding in the language in force."""
    rule = next(rule for rule in RULES if rule.slug == finding.rule)
    return rule.say(finding, names)
