"""What does a table of members and tags say? Pure: text in, lines out; who is meant is found elsewhere."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

ID, PLATFORM, ACCOUNT, NAME, MEMBER = "id", "platform", "account", "name", "member"
TAGS, CONFIDENCE, EXPIRES = "tags", "confidence", "expires"
WORDS = {
    "id": ID, "member id": ID, "member_id": ID, "编号": ID, "成员编号": ID,
    "platform": PLATFORM, "平台": PLATFORM,
    "account": ACCOUNT, "outside": ACCOUNT, "platform id": ACCOUNT, "platform_id": ACCOUNT, "user id": ACCOUNT,
    "user_id": ACCOUNT, "账号": ACCOUNT, "平台账号": ACCOUNT,
    "name": NAME, "昵称": NAME, "姓名": NAME, "名称": NAME, "member": MEMBER, "成员": MEMBER,
    "tags": TAGS, "tag": TAGS, "标签": TAGS, "confidence": CONFIDENCE, "置信度": CONFIDENCE,
    "expires": EXPIRES, "expires at": EXPIRES, "expires_at": EXPIRES, "到期": EXPIRES, "到期日": EXPIRES, "有效期至": EXPIRES,
}  # fmt: skip
"""What a heading is called → what stands below it; every other heading is the name of a tag."""
NO = frozenset({"", "0", "no", "n", "false", "f", "-", "否", "无", "×"})
SEPARATORS = ";；,，、|/"
MOST_TAGS = 200
MOST_ROWS = 200_000
LONGEST, MOST_SIGNS = 60, 100_000
"""Of the name of a tag, and of any cell."""

Problem = str
"""One of the slugs below; its sentence stands with the action."""
NO_MEMBER, NO_TAG, TOO_LONG, FIGURES, BAD_CONFIDENCE, BAD_DAY, PAST, COLUMNS, LONG_CELL, MANY_TAGS, MANY_ROWS = (
    "no_member", "no_tag", "too_long", "figures", "bad_confidence", "bad_day", "past", "columns", "long_cell", "many_tags",
    "many_rows",
)  # fmt: skip


class Unreadable(Exception):
    """The whole table; `args[0]` is the problem."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row. `problem` says why it cannot be taken; empty where it can, as far as the text tells."""

    number: int
    member: int | None = None
    platform: str = ""
    account: str = ""
    name: str = ""
    tags: tuple[str, ...] = ()
    confidence: int | None = None
    expires: dt.date | None = None
    problem: Problem = ""

    @property
    def meant(self) -> str:
        """Who is meant, as the row says it."""
        if self.member is not None:
            return f"#{self.member}"
        return "/".join(one for one in (self.platform, self.account) if one) or self.name


def text_of(payload: bytes) -> str:
    """UTF-8, or what spreadsheets in Chinese write. Raises Unreadable."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return payload.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(COLUMNS)


def lines(text: str, today: dt.date) -> Iterator[Line]:
    """The rows of the table. Raises Unreadable where its heading does not say who is meant and what they are to carry."""
    rows = _cells(text.replace("\0", ""))
    heading = [one.strip() for one in next(rows, [])]
    meanings = [WORDS.get(one.casefold(), "") for one in heading]
    named = [one for one, meaning in zip(heading, meanings, strict=True) if one and not meaning]
    if not set(meanings) & {ID, ACCOUNT, NAME, MEMBER} or not (named or TAGS in meanings):
        raise Unreadable(COLUMNS)
    if len(set(named)) > MOST_TAGS:
        raise Unreadable(MANY_TAGS)
    for number, row in enumerate(rows, 2):
        if number > MOST_ROWS + 1:
            raise Unreadable(MANY_ROWS)
        if any(cell.strip() for cell in row):
            yield _line(number, heading, meanings, row, today)


def _cells(text: str) -> Iterator[list[str]]:
    """Lines may end as any system ends them. A cell beyond the limit swallowed what follows a quotation mark."""
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)):
            if any(len(cell) > MOST_SIGNS for cell in row):
                raise Unreadable(LONG_CELL)
            yield row
    except csv.Error:  # the reader has a limit of its own, which belongs to the whole process
        raise Unreadable(LONG_CELL)


def _delimiter(text: str) -> str:
    first = re.split(r"[\r\n]", text, maxsplit=1)[0]
    return max(",;\t", key=first.count)


def _line(
    number: int, heading: Sequence[str], meanings: Sequence[str], row: Sequence[str], today: dt.date
) -> Line:
    cells = [(h, m, cell.strip()) for h, m, cell in zip(heading, meanings, row, strict=False)]
    said = {meaning: cell for _heading, meaning, cell in cells if meaning and cell}
    tags = [one for one in _split(said.get(TAGS, "")) if one]
    tags += [h for h, meaning, cell in cells if h and not meaning and cell.casefold() not in NO]
    confidence, expires, problem = _rest(said, today)
    member, platform, account, name = _who(said)
    if not problem and member is None and not account and not name:
        problem = NO_MEMBER
    if not problem and not tags:
        problem = NO_TAG
    if any(len(one) > LONGEST for one in tags):
        problem = TOO_LONG
    elif any(one.isdecimal() for one in tags):
        problem = FIGURES
    return Line(
        number,
        member,
        platform,
        account,
        name[:255],
        tuple(dict.fromkeys(tags)),
        confidence,
        expires,
        problem,
    )


def _who(said: dict[str, str]) -> tuple[int | None, str, str, str]:
    """In one column: a number, `platform/account`, or a name."""
    platform, account, name = said.get(PLATFORM, ""), said.get(ACCOUNT, ""), said.get(NAME, "")
    number = said.get(ID, "")
    if not (number or account or name):
        one = said.get(MEMBER, "")
        before, slash, after = one.partition("/")
        if one.lstrip("#").isdecimal():
            number = one
        elif slash and before and after:
            platform, account = before, after
        else:
            name = one
    number = number.lstrip("#")
    if number.isdecimal() and len(number) < 16:
        return int(number), "", "", name
    return None, platform[:32], account[:255], name or ("" if account else number)


def _rest(said: dict[str, str], today: dt.date) -> tuple[int | None, dt.date | None, Problem]:
    confidence, expires = said.get(CONFIDENCE, "").rstrip("%").strip(), said.get(EXPIRES, "")
    percent = int(confidence) if confidence.isdecimal() and len(confidence) < 4 else None
    if confidence and (percent is None or percent > 100):
        return None, None, BAD_CONFIDENCE
    if not expires:
        return percent, None, ""
    try:
        day = dt.date.fromisoformat(expires.replace("/", "-"))
    except ValueError:
        return percent, None, BAD_DAY
    return percent, day, PAST if day < today else ""


def _split(text: str) -> list[str]:
    for one in SEPARATORS:
        text = text.replace(one, "\n")
    return [part.strip() for part in text.split("\n")]
