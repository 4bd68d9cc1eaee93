"""Role × right × community: what a viewer holds follows from the table and from nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from weilu.core.errors import Forbidden, NotFound
from weilu.core.operators import rights
from weilu.core.operators.access import (
    Viewer,
    access_community,
    access_operator,
    demand,
    holds,
    needs,
    scopes,
    viewer_of,
    visible_communities,
)
from weilu.core.operators.actions import team
from weilu.core.operators.actions.team import Role
from weilu.core.operators.models import Operator

MATRIX = {
    "owner": {
        "view",
        "texts",
        "webhooks",
        "alerts",
        "goals",
        "content",
        "members.edit",
        "members.export",
        "members.erase",
        "communities.edit",
        "import",
        "settings",
        "operators",
        "audit",
    },
    "community_manager": {
        "view",
        "texts",
        "members.edit",
        "members.export",
        "communities.edit",
        "webhooks",
        "alerts",
        "goals",
        "content",
        "import",
    },
    "content": {"view", "texts", "content"},
    "member": {"view", "texts", "members.edit", "members.export", "alerts"},
    "activity": {"view", "texts", "alerts", "content"},
    "moderator": {"view", "texts", "members.edit"},
    "analyst": {"view", "texts", "members.export", "alerts", "goals"},
    "clerk": set(),
}
"""Written out a second time on purpose: a change of the table must be meant."""


def test_the_table_is_the_one_agreed() -> None:
    assert {role: set(held) for role, (_name, held) in rights.ROLES.items()} == MATRIX


@pytest.mark.parametrize("role", MATRIX)
def test_a_role_for_all_communities_gives_exactly_its_rights(
    ada: Any, dov: Any, hearth: Any, role: str
) -> None:
    team.give(Viewer.everything(), dov, [Role(role)])
    viewer = viewer_of(dov)
    assert {right for right in rights.RIGHTS if viewer.can(right)} == MATRIX[role]
    assert {right for right in rights.RIGHTS if viewer.can(right, hearth.pk)} == MATRIX[role]
    assert viewer.communities == (None if "view" in MATRIX[role] else frozenset())


grants = st.lists(
    st.tuples(st.sampled_from(sorted(set(MATRIX) - {"owner"})), st.sampled_from([None, "hearth", "harbour"])),
    max_size=5,
)


@given(held=grants, owner=st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_mixture_of_roles_gives_the_union_and_no_more(
    ada: Any, dov: Any, hearth: Any, harbour: Any, held: list[tuple[str, str | None]], owner: bool
) -> None:
    where = {"hearth": hearth.pk, "harbour": harbour.pk, None: None}
    roles = [Role(role, where[place]) for role, place in held] + ([Role("owner")] if owner else [])
    team.set_roles(Viewer.everything(), dov, roles)
    viewer = viewer_of(Operator.objects.get(pk=dov.pk))
    for right in rights.RIGHTS:
        for community in (hearth.pk, harbour.pk):
            given_there = any(
                right in MATRIX[role.role]
                and (
                    role.community is None
                    or (role.community == community and right not in rights.INSTALLATION)
                )
                for role in roles
            )
            assert viewer.can(right, community) == given_there
        anywhere = any(
            right in MATRIX[role.role] and (role.community is None or right not in rights.INSTALLATION)
            for role in roles
        )
        assert viewer.can(right) == anywhere
    for community in (hearth.pk, harbour.pk):
        assert viewer.sees(community) == viewer.can("view", community)
    assert {row.pk for row in visible_communities(viewer)} == {
        community for community in (hearth.pk, harbour.pk) if viewer.sees(community)
    }


def test_a_right_is_held_where_it_was_given_and_for_the_brand_by_who_sees_all_of_it(
    ada: Any, bea: Any, dov: Any, hearth: Any, harbour: Any
) -> None:
    team.set_roles(Viewer.everything(), dov, [Role("moderator", hearth.pk), Role("analyst", harbour.pk)])
    owner, split = viewer_of(ada), viewer_of(dov)
    places = (hearth.pk, harbour.pk, None)
    assert [holds(owner, "goals", place) for place in places] == [True, True, True]
    assert [holds(split, "goals", place) for place in places] == [False, True, False]
    assert [holds(split, "view", place) for place in places] == [True, True, False]
    assert scopes(split, "goals") == [(str(harbour.pk), str(harbour))]
    assert [place for place, _ in scopes(owner, "goals")] == [
        "",
        *(place for place, _ in scopes(split, "view")),
    ]
    assert scopes(viewer_of(bea), "goals") == [(str(hearth.pk), str(hearth))]


def test_a_right_in_a_community_that_is_not_seen_is_none(hearth: Any) -> None:
    unseen = Viewer(7, frozenset(), frozenset({("goals", hearth.pk)}))
    assert not holds(unseen, "goals", hearth.pk)


def test_bea_sees_her_community_and_no_other(bea: Any, hearth: Any, harbour: Any) -> None:
    viewer = viewer_of(bea)
    assert viewer.communities == frozenset({hearth.pk})
    assert access_community(viewer, hearth.pk) == hearth
    assert visible_communities(viewer) == [hearth]
    answers = []
    for community_id in (harbour.pk, 10**9):
        with pytest.raises(NotFound) as caught:
            access_community(viewer, community_id)
        answers.append((caught.value.status, caught.value.code, str(caught.value)))
    assert answers[0] == answers[1]


def test_the_right_asked_for_must_be_held_in_that_very_community(
    dov: Any, ada: Any, hearth: Any, harbour: Any
) -> None:
    roles = [Role("analyst", hearth.pk), Role("community_manager", harbour.pk)]
    team.set_roles(Viewer.everything(), dov, roles)
    viewer = viewer_of(dov)
    assert access_community(viewer, harbour.pk, rights.EDIT_COMMUNITIES) == harbour
    with pytest.raises(NotFound):
        access_community(viewer, hearth.pk, rights.EDIT_COMMUNITIES)
    demand(viewer, rights.EDIT_MEMBERS, harbour.pk)
    with pytest.raises(Forbidden):
        demand(viewer, rights.EDIT_MEMBERS, hearth.pk)
    with pytest.raises(Forbidden):
        demand(viewer, rights.IMPORT)


def test_a_closed_account_holds_nothing(ada: Any, bea: Any, hearth: Any) -> None:
    team.disable(Viewer.everything(), bea)
    viewer = viewer_of(Operator.objects.get(pk=bea.pk))
    assert (viewer, viewer.known) == (Viewer.nobody(), False)


def test_nobody_holds_nothing_and_the_command_line_everything() -> None:
    assert not any(Viewer.nobody().can(right) for right in rights.RIGHTS)
    assert all(Viewer.everything().can(right) for right in rights.RIGHTS)
    assert Viewer.everything().sees(1)
    assert not Viewer.nobody().sees(1)


def test_a_misspelt_right_is_found_when_the_module_loads() -> None:
    with pytest.raises(ValueError, match="no such right"):
        needs("vieww")
    with pytest.raises(ValueError, match="no such right"):
        Viewer.everything().can("vieww")


def test_accounts_are_for_owners_only(ada: Any, bea: Any) -> None:
    assert access_operator(viewer_of(ada), bea.pk) == bea
    with pytest.raises(NotFound):
        access_operator(viewer_of(bea), bea.pk)
