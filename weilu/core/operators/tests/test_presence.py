"""A member is visible to an operator where one of their identities has been seen."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from tests.fixtures.cast import BORN
from tests.fixtures.log import say
from weilu.core.directory.models import Identity, Member
from weilu.core.errors import NotFound
from weilu.core.events.incoming import Actor, Place
from weilu.core.operators.access import Viewer, access_member, viewer_of
from weilu.core.operators.models import Grant
from weilu.core.warehouse import client


@pytest.fixture(autouse=True)
def _home() -> None:
    """The home that the whole run shares, since its warehouse is running already."""


@pytest.fixture
def seen(warehouse: Any, play: Any) -> Any:
    """`seen("cai", hearth)`: this account on Telegram said something there, and the store knows."""
    moments = count(1_767_312_000_000, 60_000)

    def spoke(outside: str, community: Any) -> None:
        where = Place(community.platform, community.outside, community.name)
        play([say(Actor("telegram", outside, outside), next(moments), community=where)])
        warehouse.loaded()

    return spoke


def test_bea_sees_cai_only_once_cai_was_seen_in_her_community(
    bea: Any, cai: Any, hearth: Any, harbour: Any, seen: Any
) -> None:
    Identity.objects.create(platform="telegram", outside="cai-at-work", member=cai)
    seen("cai-at-work", harbour)
    with pytest.raises(NotFound):
        access_member(viewer_of(bea), cai.pk)
    seen("cai-at-work", hearth)
    assert access_member(viewer_of(bea), cai.pk) == cai


def test_the_right_must_be_held_where_the_member_was_seen(
    bea: Any, cai: Any, harbour: Any, hearth: Any, seen: Any
) -> None:
    Grant.objects.create(operator=bea, role="analyst", community=harbour)
    seen("cai", harbour)
    assert access_member(viewer_of(bea), cai.pk) == cai
    with pytest.raises(NotFound):
        access_member(viewer_of(bea), cai.pk, "members.edit")


def test_a_stranger_and_a_missing_member_look_the_same(bea: Any, cai: Any, dov: Any, warehouse: Any) -> None:
    answers = set()
    for viewer, member in (
        (viewer_of(bea), cai.pk),
        (viewer_of(bea), 10**9),
        (viewer_of(dov), cai.pk),
        (Viewer.nobody(), cai.pk),
    ):
        with pytest.raises(NotFound) as caught:
            access_member(viewer, member)
        answers.add((caught.value.status, caught.value.code, str(caught.value)))
    assert len(answers) == 1


def test_a_merged_member_is_found_where_the_survivor_was_seen(
    bea: Any, cai: Any, hearth: Any, seen: Any
) -> None:
    gone = Member.objects.create(name="Cai again", created_at=BORN, merged_into=cai)
    seen("cai", hearth)
    assert access_member(viewer_of(bea), gone.pk) == gone


def test_who_sees_all_communities_needs_no_question_to_the_store(
    ada: Any, cai: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(*_args: Any, **_more: Any) -> None:
        raise AssertionError("the store was asked")

    monkeypatch.setattr(client, "query", asked)
    assert access_member(viewer_of(ada), cai.pk) == cai
