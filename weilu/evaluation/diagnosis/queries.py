"""What ails which community, and who or what stands behind a finding?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Max
from django.utils import translation

from weilu.communities import panels
from weilu.communities.spans import Span
from weilu.core.directory.models import Identity
from weilu.core.directory.queries import member_names
from weilu.core.operators.access import Viewer
from weilu.evaluation.diagnosis import gather, rules
from weilu.evaluation.diagnosis.models import TeamAccount
from weilu.evaluation.diagnosis.shapes import Facts, Finding


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A community's facts with what ails it, the worst first."""

    facts: Facts
    findings: tuple[Finding, ...]

    def finding(self, rule: str) -> Finding | None:
        return next((one for one in self.findings if one.rule == rule), None)


def diagnose(viewer: Viewer, communities: Sequence[int], at: Span) -> dict[int, Diagnosis]:
    """Community → what ails it; kept as long as neither facts nor what was said about accounts changed. Raises Unavailable."""
    about = ("diagnosis", tuple(communities), at, decided())
    with translation.override("en"):  # facts hold no words: read once for the readers of all languages
        found: Mapping[int, Facts] = panels.remembered(
            viewer, about, lambda: gather.read(viewer, communities, at)
        )
    return {one: Diagnosis(facts, rules.diagnose(facts)) for one, facts in found.items()}


def decided() -> object:
    """Differs when somebody said of an account whether it is the team's."""
    return TeamAccount.objects.aggregate(at=Max("at"))["at"], TeamAccount.objects.count()


@dataclass(frozen=True, slots=True)
class Speaker:
    """An account of the team, or one that somebody said is not. `said`: an operator said so; else it was told from its offers."""

    member: int
    name: str
    ours: bool
    said: bool
    messages: int


def team(facts: Facts) -> list[Speaker]:
    """Who speaks for the brand in a community, and of whom it was denied; those who say most first."""
    said = TeamAccount.objects.values_list("identity__member_id", "ours")
    marks = {member: ours for member, ours in said if member in facts.said}
    people = sorted(set(facts.team) | set(marks), key=lambda one: (-facts.said.get(one, 0), one))
    names = member_names(people)
    return [
        Speaker(one, names.get(one) or f"#{one}", one in facts.team, one in marks, facts.said.get(one, 0))
        for one in people
    ]


def loudest(facts: Facts, limit: int = 10) -> list[Speaker]:
    """Others who say most, who may be the team's too."""
    people = [
        one for one in sorted(facts.said, key=lambda one: (-facts.said[one], one)) if one not in facts.team
    ]
    names = member_names(people[:limit])
    return [
        Speaker(one, names.get(one) or f"#{one}", False, False, facts.said[one]) for one in people[:limit]
    ]


def accounts(member: int) -> list[Identity]:
    return list(Identity.objects.filter(member_id=member))
