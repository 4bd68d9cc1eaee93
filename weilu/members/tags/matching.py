"""Whom and which tags does a table mean? Looked up for all its rows at once, among whom and what the viewer may change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from weilu.core.directory import queries as directory
from weilu.core.directory.minting import chunks
from weilu.core.directory.models import Identity, Member
from weilu.core.operators.access import Viewer
from weilu.members.tags import people, queries
from weilu.members.tags.actions.giving import first_accounts
from weilu.members.tags.models import Tag
from weilu.members.tags.rules import Line

NOT_FOUND, SEVERAL, DYNAMIC, TAKEN, NOBODY = "not_found", "several", "dynamic", "taken", "nobody"
SOME = 400


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row that can be taken: this account is to carry these tags (by their names in lower case)."""

    line: Line
    identity: Identity
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """`known`: tags by their names in lower case; `new`: names as they were written first, of tags that are to be made."""

    wanted: list[Wanted]
    rejected: list[tuple[Line, str]]
    known: dict[str, Tag]
    new: dict[str, str] = field(default_factory=dict)


def plan(viewer: Viewer, lines: Iterable[Line]) -> Plan:
    """What stands in the table, with who is meant."""
    rows = list(lines)
    rejected = [(one, one.problem) for one in rows if one.problem]
    rows = [one for one in rows if not one.problem]
    known, hidden = _tags(viewer, {name.casefold() for one in rows for name in one.tags})
    accounts = _accounts(viewer, rows)
    wanted: list[Wanted] = []
    new: dict[str, str] = {}
    for one in rows:
        found = accounts[one.number]
        names = tuple(dict.fromkeys(name.casefold() for name in one.tags))
        problem = found if isinstance(found, str) else _refused(names, known, hidden)
        if problem or isinstance(found, str):
            rejected.append((one, problem))
            continue
        new.update({name.casefold(): name for name in reversed(one.tags) if name.casefold() not in known})
        wanted.append(Wanted(one, found, names))
    rejected.sort(key=lambda pair: pair[0].number)
    return Plan(wanted, rejected, known, new)


def _refused(names: Iterable[str], known: dict[str, Tag], hidden: Collection[str]) -> str:
    if any(name in hidden for name in names):
        return TAKEN
    return DYNAMIC if any(name in known and known[name].dynamic for name in names) else ""


def _tags(viewer: Viewer, names: set[str]) -> tuple[dict[str, Tag], set[str]]:
    """Those so called that the viewer sees, and names that others have."""
    rows = [row for row in Tag.objects.all() if row.name.casefold() in names]
    known = {row.name.casefold(): row for row in rows if queries.sees(viewer, row)}
    return known, {row.name.casefold() for row in rows} - set(known)


def _accounts(viewer: Viewer, rows: Sequence[Line]) -> dict[int, Identity | str]:
    """By the number of the row the account that is meant, or why there is none."""
    allowed = people.everybody(viewer)
    by_number = _by_number([one.member for one in rows if one.member is not None])
    by_account = _by_account({one.account for one in rows if one.member is None and one.account})
    by_name = _by_name({one.name for one in rows if one.member is None and not one.account}, allowed)
    first = first_accounts(sorted({*by_number.values(), *(who for some in by_name.values() for who in some)}))
    found: dict[int, Identity | str] = {}
    for one in rows:
        if one.account and one.member is None:
            some = by_account.get(one.account, [])
            candidates = [each for each in some if one.platform in ("", each.platform)]
            candidates = [each for each in candidates if allowed is None or each.member_id in allowed]
            found[one.number] = (
                candidates[0] if len(candidates) == 1 else SEVERAL if candidates else NOT_FOUND
            )
            continue
        owners = (
            by_name.get(one.name.casefold(), []) if one.member is None else [by_number.get(one.member, 0)]
        )
        owners = [each for each in owners if each and (allowed is None or each in allowed)]
        if len(owners) != 1:
            found[one.number] = SEVERAL if owners else NOT_FOUND
        else:
            found[one.number] = first.get(owners[0], NOBODY)
    return found


def _by_number(numbers: Sequence[int]) -> dict[int, int]:
    return directory.survivors(numbers) if numbers else {}


def _by_account(accounts: Collection[str]) -> dict[str, list[Identity]]:
    found: dict[str, list[Identity]] = {}
    for some in chunks(sorted(accounts), SOME):
        for one in Identity.objects.filter(outside__in=some, bot=False):
            found.setdefault(one.outside, []).append(one)
    return found


def _by_name(names: Collection[str], allowed: set[int] | None) -> dict[str, list[int]]:
    """Members who own an account and are called so, whatever the case."""
    wanted = {name.casefold() for name in names}
    found: dict[str, list[int]] = {}
    if not wanted:
        return found
    rows = Member.objects.filter(merged_into=None).exclude(name="").values_list("pk", "name")
    for pk, name in rows.iterator(chunk_size=5_000):
        if name.casefold() in wanted and (allowed is None or pk in allowed):
            found.setdefault(name.casefold(), []).append(pk)
    return found


def end_of(day: dt.date | None, zone: dt.tzinfo) -> dt.datetime | None:
    """The moment when a day is over."""
    return None if day is None else dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone)
