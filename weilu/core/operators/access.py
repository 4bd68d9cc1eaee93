"""What may this viewer see and do? Objects are reached through the doorways here, never by their id alone.

A stranger and a missing row look the same: both raise the same `NotFound`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import quote, urlsplit

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from weilu.core.directory.models import Community, Member
from weilu.core.errors import Forbidden, NotFound
from weilu.core.operators import rights
from weilu.core.operators.models import Grant, Operator

ALL = 0
"""Stands for all communities where a right names its community."""

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks. `operator_id` is None for nobody and 0 for the command line of this machine.

    `communities` are the ids this viewer may see, None for all. `held` are (right, community id or `ALL`).
    """

    operator_id: int | None = None
    communities: frozenset[int] | None = frozenset()
    held: frozenset[tuple[str, int]] = frozenset()

    @classmethod
    def everything(cls) -> Viewer:
        """The command line: whoever may start it may read the files anyway."""
        return cls(0, None, frozenset((right, ALL) for right in rights.RIGHTS))

    @classmethod
    def nobody(cls) -> Viewer:
        return cls()

    @property
    def known(self) -> bool:
        return self.operator_id is not None

    def can(self, right: str, community: int | None = None) -> bool:
        """May do this in that community; without one: in at least one (rights of the installation: in the whole of it)."""
        rights.check(right)
        if (right, ALL) in self.held:
            return True
        if right in rights.INSTALLATION:
            return False
        if community is not None:
            return (right, community) in self.held
        return any(name == right for name, _where in self.held)

    def sees(self, community: int) -> bool:
        """Whether rows of this community may be shown, for people who span communities."""
        return self.communities is None or community in self.communities

    def where(self, right: str) -> frozenset[int] | None:
        """Communities that are seen and for which the right is held; None for all."""
        if (right, ALL) in self.held:
            return self.communities
        return frozenset(place for name, place in self.held if name == right and self.sees(place))

    def limited(self, right: str) -> Viewer:
        """The same operator looking only at communities for which the right is held."""
        return Viewer(self.operator_id, self.where(right), self.held)

    def narrowed(self, scopes: frozenset[str]) -> Viewer:
        """The same operator through a token: only the rights that its scopes name."""
        held = frozenset((right, where) for right, where in self.held if right in scopes)
        return Viewer(self.operator_id, _communities(held), held)


def viewer_of(operator: Operator) -> Viewer:
    """What this operator holds now, from their grants; a disabled one is nobody."""
    if operator.pk is None or operator.disabled_at is not None:
        return Viewer.nobody()
    grants = Grant.objects.filter(operator=operator).values_list("role", "community_id")
    held = frozenset(
        (right, community or ALL) for role, community in grants for right in rights.rights_of(role)
    )
    return Viewer(operator.pk, _communities(held), held)


def _communities(held: frozenset[tuple[str, int]]) -> frozenset[int] | None:
    seen = frozenset(where for right, where in held if right == rights.VIEW)
    return None if ALL in seen else seen


# doorways ----------------------------------------------------------------------------------------------------------


def missing() -> NotFound:
    """The one answer for what does not exist and for what this viewer may not see."""
    return NotFound(_("There is nothing here, or it is not yours to see."))


def access_community(viewer: Viewer, community_id: int, right: str = rights.VIEW) -> Community:
    """The community, if the viewer sees it and holds the right there; else `NotFound`."""
    community = Community.objects.filter(pk=community_id).first()
    if community is None or not viewer.sees(community.pk) or not viewer.can(right, community.pk):
        raise missing()
    return community


def visible_communities(viewer: Viewer) -> list[Community]:
    """All communities that the viewer sees, by name."""
    rows = Community.objects.order_by("name", "pk")
    if viewer.communities is not None:
        rows = rows.filter(pk__in=viewer.communities)
    return list(rows)


def access_member(viewer: Viewer, member_id: int, right: str = rights.VIEW) -> Member:
    """The member, if seen in a community where the viewer holds the right; else `NotFound`."""
    from weilu.core.operators.presence import seen_in

    member = Member.objects.filter(pk=member_id).first()
    if member is None or not viewer.can(right):
        raise missing()
    if (right, ALL) not in viewer.held:
        held = {where for name, where in viewer.held if name == right and viewer.sees(where)}
        if not seen_in(member, held):
            raise missing()
    return member


def access_operator(viewer: Viewer, operator_id: int) -> Operator:
    """An account, for those who manage accounts; else `NotFound`."""
    operator = Operator.objects.filter(pk=operator_id).first()
    if operator is None or not viewer.can(rights.OPERATORS):
        raise missing()
    return operator


def demand(viewer: Viewer, right: str, community: int | None = None) -> None:
    """For the API and for actions: raises `Forbidden` where the viewer lacks the right."""
    if not viewer.can(right, community):
        raise Forbidden(
            _("This needs the right “%(right)s”, which this account or token lacks.") % {"right": right}
        )


# what belongs to a community, or (without one) to the whole brand ---------------------------------------------------


def holds(viewer: Viewer, right: str, community: int | None) -> bool:
    """Whether the right is held there; None: for the whole brand, by who sees all of it."""
    if community is None:
        return viewer.communities is None and (rights.check(right), ALL) in viewer.held
    return viewer.sees(community) and viewer.can(right, community)


def scopes(viewer: Viewer, right: str) -> list[tuple[str, str]]:
    """Where the right is held: (id, name); the brand first, with an empty id and name."""
    found = [(str(one.pk), str(one)) for one in visible_communities(viewer) if holds(viewer, right, one.pk)]
    return [("", ""), *found] if holds(viewer, right, None) else found


def seen(viewer: Viewer, field: str = "community") -> Q:
    """Rows of communities that the viewer sees; those of the whole brand for who sees all of it."""
    if not viewer.can(rights.VIEW):
        return Q(pk=None)
    return Q() if viewer.communities is None else Q(**{f"{field}__in": viewer.communities})


# views -------------------------------------------------------------------------------------------------------------


class ViewerRequest(HttpRequest):
    """A request behind `OperatorMiddleware`, for annotations in views. `user` is who is logged in, where somebody must be."""

    viewer: Viewer
    user: Operator


def needs(right: str) -> Callable[[View], View]:
    """For views: nobody goes to the login page and back here; without the right the page does not exist."""
    rights.check(right)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: ViewerRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.viewer.known:
                return to_login(request)
            if not request.viewer.can(right):
                raise missing()
            return view(request, *args, **kwargs)

        return cast(View, guarded)

    return decorate


def to_login(request: HttpRequest) -> HttpResponse:
    """To the login page and back here. A fragment's request cannot follow a redirect, so the whole page is sent there."""
    fragment = "HX-Request" in request.headers
    came_from = (
        urlsplit(request.headers.get("HX-Current-URL", "/")).path if fragment else request.get_full_path()
    )
    address = f"{reverse('operators:login')}?next={quote(came_from, safe='/')}"
    return HttpResponse(status=401, headers={"HX-Redirect": address}) if fragment else redirect(address)
