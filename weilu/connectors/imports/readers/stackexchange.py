"""A Stack Exchange dump: `Users.xml`, `Posts.xml`, `Comments.xml`, `Badges.xml` of one site.

A site is a community. Questions, answers and comments are messages; answers and comments are about the post they belong
to. A member joins when the account was made. Badges are earned. Everything is known by the site's own ids.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import unescape
from xml.parsers import expat

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from weilu.connectors.events import BADGE_EARNED, MEMBER_JOINED, MESSAGE_EDITED, MESSAGE_SENT
from weilu.connectors.imports import moments, traits
from weilu.connectors.imports.contract import (
    BadFile,
    Feed,
    Options,
    Reader,
    RowRefused,
    Tally,
    believable,
    convert_each,
)
from weilu.connectors.imports.scene import Scene
from weilu.connectors.imports.sources import Part
from weilu.core.events.incoming import Actor, Incoming, Place
from weilu.core.events.keys import object_id

PLATFORM = "stackexchange"
SOURCE = "import-stackexchange"
CHUNK = 2**16
QUESTION, ANSWER = "1", "2"
COMMUNITY_USER = "-1"
"""The site's own background process."""
FILES = ("users.xml", "posts.xml", "comments.xml", "badges.xml")

_TAGS = re.compile(r"<[^>]+>")

Row = dict[str, str]
Convert = Callable[[Row], Iterable[Incoming]]


def claims(part: Part) -> bool:
    return part.base.lower() in FILES and b"<" in part.head(200)


def read(parts: Sequence[Part], options: Options, tally: Tally) -> Feed:
    """Users first, since all others name them by number only."""
    by_name = {part.base.lower(): part for part in parts}
    if "users.xml" not in by_name:
        raise BadFile(parts[0].name, _("Users.xml is missing; this is not a whole Stack Exchange dump"))
    site = Site(options)
    converters: dict[str, Convert] = {
        "users.xml": site.user,
        "posts.xml": site.post,
        "comments.xml": site.comment,
        "badges.xml": site.badge,
    }
    for name in FILES:
        if name in by_name:
            yield from convert_each(by_name[name], _rows(by_name[name], tally), converters[name], tally)


def _rows(part: Part, tally: Tally) -> Iterator[tuple[int, Row]]:
    """Attributes of each `row`, with its line; no tree is built. A file that defines entities is refused."""
    found: list[tuple[int, Row]] = []
    parser = expat.ParserCreate()

    def begin(tag: str, attributes: Row) -> None:
        if tag == "row":
            found.append((parser.CurrentLineNumber, attributes))

    def entity(*_declaration: object) -> None:
        raise BadFile(
            part.name, _("the file defines entities of its own, which no dump does"), parser.CurrentLineNumber
        )

    parser.StartElementHandler, parser.EntityDeclHandler = begin, entity
    with tally.open(part) as handle:
        try:
            while chunk := handle.read(CHUNK):
                parser.Parse(chunk, False)
                yield from found
                found.clear()
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise BadFile(
                part.name, _("this is not valid XML; perhaps it was cut off"), error.lineno
            ) from None


class Site:
    """One site on its way through. People grow with the site; of posts only the author is kept, as a number."""

    def __init__(self, options: Options) -> None:
        name = options.community or options.origin
        self._name = name
        self._scene = Scene(PLATFORM, SOURCE, Place(PLATFORM, name, name))
        self._options = options
        self._people: dict[str, Actor] = {}
        self._authors = array("q")

    def user(self, row: Row) -> Iterator[Incoming]:
        outside, happened = _needed(row, "Id"), self._moment(row, "CreationDate")
        actor = Actor(PLATFORM, self._outside(outside), row.get("DisplayName", ""), outside == COMMUNITY_USER)
        self._people[outside] = actor
        yield self._event(MEMBER_JOINED, happened, f"user {outside}", "joined", actor)

    def post(self, row: Row) -> Iterator[Incoming]:
        """Questions and answers; tag wikis and the like are nobody's speech."""
        if row.get("PostTypeId") not in (QUESTION, ANSWER):
            return
        number, happened = _needed(row, "Id"), self._moment(row, "CreationDate")
        author = self._author(row.get("OwnerUserId"), row.get("OwnerDisplayName"))
        self._remember(int(number), row.get("OwnerUserId"))
        parent = row.get("ParentId") if row["PostTypeId"] == ANSWER else None
        body = plain(row.get("Body", ""))
        title = row.get("Title", "")
        yield self._message(
            f"post {number}", happened, author, f"{title}\n\n{body}" if title else body
        )._replace(
            about=self._object(f"post {parent}") if parent else 0,
            target=self._author_of(parent),
            properties={
                **traits.of_text(body),
                "post": "question" if row["PostTypeId"] == QUESTION else "answer",
                "score": int(row.get("Score") or 0),
            },
        )
        if row.get("LastEditDate"):
            edited = self._moment(row, "LastEditDate")
            editor = self._author(row.get("LastEditorUserId"), row.get("LastEditorDisplayName"))
            yield self._event(MESSAGE_EDITED, edited, f"post {number}", f"edited {edited}", editor)._replace(
                subject=self._object(f"post {number}")
            )

    def comment(self, row: Row) -> Iterator[Incoming]:
        number, happened = _needed(row, "Id"), self._moment(row, "CreationDate")
        author = self._author(row.get("UserId"), row.get("UserDisplayName"))
        text, parent = row.get("Text", ""), row.get("PostId")
        yield self._message(f"comment {number}", happened, author, text)._replace(
            about=self._object(f"post {parent}") if parent else 0,
            target=self._author_of(parent),
            properties={**traits.of_text(text), "post": "comment", "score": int(row.get("Score") or 0)},
        )

    def badge(self, row: Row) -> Iterator[Incoming]:
        number, happened = _needed(row, "Id"), self._moment(row, "Date")
        actor = self._author(row.get("UserId"), None)
        yield self._event(BADGE_EARNED, happened, f"badge {number}", "earned", actor)._replace(
            properties={"badge": row.get("Name", "")[:60], "class": int(row.get("Class") or 0)}
        )

    def _message(self, thing: str, happened: int, author: Actor | None, text: str) -> Incoming:
        return self._event(MESSAGE_SENT, happened, thing, "sent", author)._replace(
            subject=self._object(thing), text=text
        )

    def _event(self, kind: str, happened: int, thing: str, act: str, actor: Actor | None) -> Incoming:
        return self._scene.event(kind, happened, actor, self._name, thing, act)

    def _author(self, user: str | None, name: str | None) -> Actor | None:
        """A deleted account is known by the name that was left behind, or not at all."""
        if user:
            return self._people.get(user) or Actor(PLATFORM, self._outside(user), name or "")
        return Actor(PLATFORM, self._outside(f"name:{name}"), name) if name else None

    def _author_of(self, post: str | None) -> Actor | None:
        number = int(post) if post and post.isdigit() else -1
        user = self._authors[number] if 0 <= number < len(self._authors) else 0
        return self._people.get(str(user))

    def _remember(self, post: int, user: str | None) -> None:
        """Eight bytes a post number; numbers run from 1 without large gaps."""
        if user is None or not 0 <= post < 10**9:
            return
        if post >= len(self._authors):
            self._authors.extend([0] * (post + 1024 - len(self._authors)))
        self._authors[post] = int(user)

    def _outside(self, user: str) -> str:
        return f"{self._name}/{user}"

    def _object(self, thing: str) -> int:
        return object_id(PLATFORM, self._name, thing)

    def _moment(self, row: Row, field: str) -> int:
        text = _needed(row, field)
        try:
            return believable(moments.iso(text, "UTC"), self._options)
        except (ValueError, OverflowError):
            raise RowRefused(_("the date cannot be read: %(date)s") % {"date": text[:40]}) from None


def _needed(row: Row, field: str) -> str:
    if not row.get(field):
        raise RowRefused(_("the row has no %(field)s") % {"field": field})
    return row[field]


def plain(html: str) -> str:
    """The words of a post without its markup."""
    return unescape(_TAGS.sub("", html)).strip()


READER = Reader("stackexchange", "stackexchange", gettext_lazy("Stack Exchange"), claims, read)
