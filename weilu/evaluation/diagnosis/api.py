"""Diagnosis over the API: what ails the communities, the rules with their numbers, who stands behind a finding."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ninja import Query, Router, Schema

from weilu.communities import spans
from weilu.communities.spans import Span
from weilu.core.api.guards import needs
from weilu.core.api.schemas import ApiRequest, Done, Id, In
from weilu.core.operators import rights
from weilu.core.operators.access import access_community, missing, visible_communities
from weilu.evaluation.diagnosis import actions, gather, queries, rules, words

router = Router(tags=["diagnosis"])


class ThresholdOut(Schema):
    """`unit` percent: a share of one."""

    threshold: str
    value: float
    unit: str


class DiagnosisRuleOut(Schema):
    rule: str
    name: str
    thresholds: list[ThresholdOut]


class DiagnosisFindingOut(Schema):
    """`numbers` are those of the sentence; shares are of one, waits in seconds. `question` opens the people or events of a figure,
    else `behind` of them stand at `/diagnosis/{community}/{finding}`."""

    rule: str
    strength: float
    sentence: str
    evidence: str
    advice: str
    numbers: dict[str, float]
    behind: int
    question: dict[str, Any] | None


class DiagnosisOut(Schema):
    """`first` and `last`: the four weeks that were looked at. No findings: nothing ails it that the rules know."""

    community: int
    first: dt.date
    last: dt.date
    findings: list[DiagnosisFindingOut]


class DiagnosedOut(Schema):
    """Members, or positions of messages."""

    members: list[int]
    positions: list[int]


class When(Schema):
    as_of: dt.date | None = None


class TeamIn(In):
    ours: bool


@router.get("/diagnosis", response=list[DiagnosisOut], summary="What ails the communities?")
@needs(rights.VIEW)
def list_diagnoses(request: ApiRequest, when: Query[When]) -> list[dict[str, Any]]:
    """All that I see."""
    at = _span(when)
    ids = [one.pk for one in visible_communities(request.viewer)]
    found = queries.diagnose(request.viewer, ids, at) if ids else {}
    return [_told(one, found[one], at) for one in ids]


@router.get("/diagnosis/rules", response=list[DiagnosisRuleOut], summary="Rules of diagnosis")
@needs(rights.VIEW)
def list_diagnosis_rules(request: ApiRequest) -> list[dict[str, Any]]:
    return [
        {
            "rule": one.slug,
            "name": str(words.NAMES[one.slug]),
            "thresholds": [
                {"threshold": each.slug, "value": each.value, "unit": each.unit} for each in one.thresholds
            ],
        }
        for one in rules.RULES
    ]


@router.get("/diagnosis/{community_id}", response=DiagnosisOut, summary="What ails a community?")
@needs(rights.VIEW)
def read_diagnosis(request: ApiRequest, community_id: Id, when: Query[When]) -> dict[str, Any]:
    community = access_community(request.viewer, community_id)
    at = _span(when)
    return _told(community.pk, queries.diagnose(request.viewer, [community.pk], at)[community.pk], at)


@router.get(
    "/diagnosis/{community_id}/{finding}", response=DiagnosedOut, summary="Who stands behind a finding?"
)
@needs(rights.VIEW)
def read_behind(request: ApiRequest, community_id: Id, finding: str, when: Query[When]) -> dict[str, Any]:
    """Missing where it is not found."""
    community = access_community(request.viewer, community_id)
    found = queries.diagnose(request.viewer, [community.pk], _span(when))[community.pk].finding(finding)
    if found is None or not found.behind:
        raise missing()
    return {"members": list(found.members), "positions": list(found.positions)}


@router.put("/members/{member_id}/team", response=Done, summary="Does a member speak for the brand?")
@needs(rights.EDIT_MEMBERS)
def change_team(request: ApiRequest, member_id: Id, given: TeamIn) -> dict[str, bool]:
    """Said of all accounts that are theirs now. Said again it changes nothing."""
    actions.say(request.viewer, member_id, given.ours)
    return {"done": True}


def _span(when: When) -> Span:
    """A day that the column store cannot hold counts as not asked, as on pages."""
    return gather.on_day(spans.asked(None, when.as_of.isoformat() if when.as_of else None, None).as_of)


def _told(community: int, found: queries.Diagnosis, at: Span) -> dict[str, Any]:
    return {
        "community": community,
        "first": at.first,
        "last": at.last,
        "findings": [_finding(found, one) for one in found.findings],
    }


def _finding(found: queries.Diagnosis, one: Any) -> dict[str, Any]:
    told = words.said(found.facts, one)
    return {
        "rule": one.rule,
        "strength": round(one.strength, 3),
        "sentence": told.sentence,
        "evidence": told.evidence,
        "advice": told.remedy,
        "numbers": dict(one.numbers),
        "behind": one.behind,
        "question": found.facts.questions[one.metric] if one.metric else None,
    }
