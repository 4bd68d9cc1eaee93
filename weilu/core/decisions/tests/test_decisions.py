"""The decision record: what was decided and why stays readable, and is taken back at most once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from weilu.core import clock
from weilu.core.decisions import actions, kinds, queries
from weilu.core.decisions.models import Decision
from weilu.core.directory.models import Identity, Member, Ownership
from weilu.core.errors import Conflict

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(kinds, "_kinds", {})
    kinds.register([kinds.Kind("member.merged", "Merged"), kinds.Kind("member.tagged", "Tagged")])
    with clock.frozen(NOW):
        yield


def merged(**other: Any) -> Decision:
    given: dict[str, Any] = {
        "subject": ("member", 7),
        "rule": ("same-phone", 2),
        "evidence": {"identities": [3, 4], "likeness": 0.93},
        "by": 1,
    } | other
    return actions.decide("member.merged", **given)


def test_a_decision_keeps_rule_version_evidence_hand_and_time() -> None:
    row = queries.of(("member", 7))[0] if merged() else None
    assert row is not None
    assert (row.kind, row.rule, row.rule_version) == ("member.merged", "same-phone", 2)
    assert (row.evidence, row.by, row.at) == ({"identities": [3, 4], "likeness": 0.93}, 1, NOW)
    assert not row.is_undone


def test_a_rule_may_decide_alone_and_the_command_line_too() -> None:
    assert merged(by=None).by is None
    assert merged(by=0).by == 0


def test_undoing_adds_the_opposite_row_and_says_why() -> None:
    first = merged()
    back = actions.undo(first, by=2, reason=" two people after all ", evidence={"identities": [4]})
    assert (back.undoes_id, back.by, back.reason) == (first.pk, 2, "two people after all")
    assert first.is_undone
    assert queries.of(("member", 7)) == [back, first]
    assert queries.standing(("member", 7), "member.merged") is None


def test_a_decision_is_taken_back_once() -> None:
    first = merged()
    back = actions.undo(first, by=2, reason="no")
    with pytest.raises(Conflict):
        actions.undo(first, by=3, reason="me too")
    with pytest.raises(Conflict):
        actions.undo(back, by=3, reason="undo the undoing")
    assert Decision.objects.count() == 2


def test_the_newest_decision_not_taken_back_stands() -> None:
    old, new = merged(), merged()
    actions.decide("member.tagged", subject=("member", 7), evidence={}, by=1)
    assert queries.standing(("member", 7), "member.merged") == new
    actions.undo(new, by=1, reason="")
    assert queries.standing(("member", 7), "member.merged") == old
    assert len(queries.of(("member", 7), "member.tagged")) == 1
    assert queries.of(("member", 8)) == []


def test_a_kind_that_nobody_registered_is_refused() -> None:
    with pytest.raises(ValueError, match="not registered"):
        actions.decide("member.eaten", subject=("member", 7), evidence={}, by=1)


def test_a_kind_is_declared_once() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        kinds.register([kinds.Kind("member.merged", "Something else")])


@pytest.mark.parametrize("text", ["Cai Tang", "cai@example.com", "她说的话", "x" * 65])
def test_evidence_holds_no_names_addresses_or_text(text: str) -> None:
    with pytest.raises(ValueError, match="must be an id"):
        merged(evidence={"said": text})
    with pytest.raises(ValueError, match="must be an id"):
        merged(evidence={"deep": {"list": [text]}})
    assert not Decision.objects.exists()


def test_a_refused_second_undoing_leaves_the_callers_transaction_usable() -> None:
    first = merged()
    actions.undo(first, by=2, reason="no")
    with pytest.raises(Conflict):
        actions.undo(first, by=3, reason="me too")
    assert connection.is_usable()
    assert merged().pk


def test_an_erased_persons_decisions_stay_without_the_words_about_them() -> None:
    who = Member.objects.create(name="Cai", created_at=NOW)
    account = Identity.objects.create(platform="telegram", outside="user13", name="Cai", member=who)
    Ownership.objects.create(identity=account, member=who, from_position=1, at=NOW)
    about = merged(subject=("member", who.pk), reason="the same phone")
    naming = merged(subject=("import", 4), reason="Cai asked for it")
    other = merged(subject=("import", 5), reason="brought in twice")
    actions.forget_person(account.pk)
    actions.forget_person(account.pk)
    assert [Decision.objects.get(pk=row.pk).reason for row in (about, naming, other)] == [
        "",
        "",
        "brought in twice",
    ]
    assert Decision.objects.get(pk=about.pk).evidence == about.evidence
