"""Which events can be asked for by name? Those that the house declares, and those of its own that an SDK has sent."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _

from weilu.core import clock
from weilu.core.events import kinds
from weilu.core.events import queries as log
from weilu.core.warehouse import client, loader, store
from weilu.core.warehouse.cache import Cache
from weilu.core.warehouse.compile import seen
from weilu.core.warehouse.compile.source import ANY, INTERACTION
from weilu.core.warehouse.question import Refused

WAIT_SECONDS = 10.0
NEAR = 5


def kind_of(name: str, communities: Collection[int]) -> str:
    """The kind as it stands in the log: ours by its slug or by what SDKs call it (“Order Completed”), an own one as it is.

    Raises Refused for an event that is neither declared nor was ever seen in these communities (0: outside of any).
    """
    if name in (ANY, INTERACTION) or kinds.find(name) is not None:
        return name
    own = _own(communities)
    if name in own:
        return name
    if meant := kinds.meant_by(name):
        return meant
    raise Refused(_refusal(name, [one.slug for one in kinds.all_kinds()], own))


def must_have(kind: str, name: str, communities: Collection[int]) -> None:
    """Raises Refused where no event of this kind was ever seen with this property."""
    _catch_up()
    if client.query(*seen.has_property(kind, name, communities)).num_rows:
        return
    known = client.query(*seen.properties(kind, communities)).column("name").to_pylist()
    near = difflib.get_close_matches(name, known, NEAR) or known
    if not known:
        raise Refused(_("“%(event)s” has no property “%(name)s”, and no other: compare its “value” or its “source”.")
                      % {"event": kind, "name": name})  # fmt: skip
    raise Refused(_("“%(event)s” has no property “%(name)s”. It has: %(known)s.")
                  % {"event": kind, "name": name, "known": ", ".join(near)})  # fmt: skip


def one_must_have(kinds_: Sequence[str], name: str, communities: Collection[int]) -> None:
    """Raises Refused where no event of any of these kinds was ever seen with this property."""
    for kind in kinds_[:-1]:
        if client.query(*seen.has_property(kind, name, communities)).num_rows:
            return
    must_have(kinds_[-1], name, communities)


def first_moment(communities: Collection[int]) -> dt.datetime:
    """When the first event happened that the store holds; now where there is none."""
    _catch_up()
    found = client.query(*seen.first(communities)).column("first").to_pylist()
    return clock.from_ms(found[0] * 1000) if found[0] else clock.now()


def every_kind(communities: Collection[int]) -> tuple[str, ...]:
    """Names of all events in the store, in the order of their letters."""
    return tuple(_own(communities))


def forget() -> None:
    """Drops what is remembered, for tests that fill the store anew."""
    _kinds.clear()


_kinds: Cache[tuple[object, ...], list[str]] = Cache(64)
"""By what the store held when it was asked, and by the communities."""


def _own(communities: Collection[int]) -> list[str]:
    _catch_up()
    known = store.last_known()
    held = (known.uuid, known.position, known.applied.count()) if known else ()
    key = (*held, tuple(sorted(communities)))

    def read(_missing: object) -> dict[tuple[object, ...], list[str]]:
        return {key: list(map(str, client.query(*seen.kinds(communities)).column("kind").to_pylist()))}

    return _kinds.get([key], key, read)[key]


def _catch_up() -> None:
    """What was sent a moment ago may still be on its way to the store, and is waited for."""
    if loader.loaded() < log.head():
        loader.wait_until(log.head(), WAIT_SECONDS)


def _refusal(slug: str, declared: Sequence[str], own: Sequence[str]) -> str:
    """Near names first; where nothing is near, what the house declares."""
    by_small = {one.casefold(): one for one in (*declared, *own)}
    near = [by_small[one] for one in difflib.get_close_matches(slug.casefold(), by_small, NEAR)]
    if near:
        return _("There is no event “%(slug)s”, and none of that name was ever seen. Near it: %(near)s.") % {
            "slug": slug, "near": ", ".join(near)}  # fmt: skip
    return _("There is no event “%(slug)s”, and none of that name was ever seen. There are: %(known)s, “interaction” for "
             "any that counts as taking part, and “*” for whatever happened.") % {
                 "slug": slug, "known": ", ".join(dict.fromkeys((*declared, *own)))}  # fmt: skip
