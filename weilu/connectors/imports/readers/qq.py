"""QQ message manager, exported as text: `2016-07-19 9:05:02 name(10001)` or `name<mail@qq.com>`, then the message.

One file holds one group or several, each under its 消息对象. Talks between two give names only, and no number anywhere in the
file; such names are taken as they are. There are no message ids, so a message is known by group,
sender, time, text and its ordinal among equals of that second.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from weilu.connectors.events import MEMBER_JOINED, MEMBER_LEFT, MESSAGE_DELETED, MESSAGE_SENT, REMOVED, WAY
from weilu.connectors.imports import chatlog, moments, traits
from weilu.connectors.imports.bots import looks_like_bot
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
from weilu.connectors.imports.naming import Names
from weilu.connectors.imports.ordinals import Ordinals
from weilu.connectors.imports.scene import Scene
from weilu.connectors.imports.sources import Part
from weilu.connectors.imports.textfile import MAX_LINE, encoding_of, lines
from weilu.core.events.incoming import Actor, Incoming, Place
from weilu.core.events.keys import object_id

PLATFORM = "qq"
SOURCE = "import-qq"
SYSTEM = "10000"
SERVICE_ACCOUNTS = frozenset({SYSTEM, "1000000", "80000000", "2854196310"})
"""System messages, the system itself, anonymous speech, the group assistant."""
MEDIA = {"[图片]": "photo", "[表情]": "sticker", "[视频]": "video", "[语音]": "audio", "[文件]": "file"}

_TIME = r"(\d{4}[-/]\d{1,2}[-/]\d{1,2} +(?:[上下]午 ?)?\d{1,2}:\d{2}:\d{2}(?: ?[AaPp][Mm])?)"
_HEAD = re.compile(_TIME + r" +(.*?)(?:[(（](\d{4,12})[)）]|<([^<>\s]{3,100})>)\s*")
_BARE = re.compile(_TIME + r" +(\S.{0,59})()()")
"""A heading of a file without any number."""
_OBJECT = re.compile(r"消息对象[:：](.*)")
_TITLE = re.compile(r"={8,}|消息记录（此消息记录.*|消息(?:分组|对象)[:：].*")
_RULE = re.compile(r"={8,}")
"""The line above a title. Without it, the same words are what somebody said."""
_LEVEL = re.compile(r"^【[^】]{1,12}】")
"""A rank that QQ puts before the name."""
_RECALLED = re.compile(r"(.+?)撤回了一条(?:成员)?消息")
_INVITED = re.compile(r"(?:(.+?)邀请)?\s*(.+?)加入(?:了)?(?:本群|群聊?)")
_LEFT = re.compile(r"(.+?)(?:退出(?:了)?(?:本群|群聊?)|(被(?:管理员)?(?:.*)?移出)(?:了)?(?:本群|群聊?))")
_NAMED = re.compile(r"(.*)\((\d{4,12})\)")


def claims(part: Part) -> bool:
    if not part.base.lower().endswith(".txt"):
        return False
    head = part.head()
    for codec in ("utf-8-sig", "gb18030", "utf-16"):
        text = head.decode(codec, "ignore")
        if "消息对象" in text or "消息记录" in text:
            return True
        if any(_HEAD.fullmatch(line) or _BARE.fullmatch(line) for line in text.splitlines()):
            return True
    return False


def read(parts: Sequence[Part], options: Options, tally: Tally) -> Feed:
    for part in parts:
        encoding = encoding_of(part)
        names, head = _survey(part, encoding)
        group = Group(part.stem, options, names)
        numbered = _inside(lines(part, tally, encoding), group)
        found = False
        for item in convert_each(part, chatlog.entries(numbered, head.fullmatch), group.events, tally):
            found = True
            yield item
        if not found:
            raise BadFile(part.name, _("there is no message in it; this is not a QQ export"), 1)


def _inside(numbered: Iterator[tuple[int, str]], group: Group) -> Iterator[tuple[int, str]]:
    """Title lines tell which group follows and are no part of a message."""
    before = ""
    for number, line in numbered:
        titled = number == 1 or _RULE.fullmatch(before) is not None
        title = _OBJECT.fullmatch(line) if titled else None
        if title is not None:
            group.begin(title[1].strip())
        elif not (_TITLE.fullmatch(line) and (titled or _RULE.fullmatch(line))):
            yield number, line
        before = line


def _survey(part: Part, encoding: str) -> tuple[Names, re.Pattern[str]]:
    """Everyone's names in the file, since mentions are written by name; and what its headings look like."""
    numbered, bare = Names(), Names()
    found = False
    for _number, line in lines(part, Tally(), encoding):
        head = _HEAD.fullmatch(line)
        if head is not None:
            found = True
            if head[3] != SYSTEM:
                actor = person(head)
                numbered.add(actor.name, actor)
        elif not found and (head := _BARE.fullmatch(line)) is not None:
            actor = person(head)
            bare.add(actor.name, actor)
    return (numbered, _HEAD) if found else (bare, _BARE)


class Group:
    """One file on its way through; the group changes where a title says so."""

    def __init__(self, file_name: str, options: Options, names: Names) -> None:
        self._options = options
        self._names = names
        self._file_name = file_name
        self.begin("")

    def begin(self, title: str) -> None:
        """Messages that follow belong to this group. Exports give its name, not its number."""
        name = self._options.community or title or self._file_name
        self._scene = Scene(PLATFORM, SOURCE, Place(PLATFORM, name, name))
        self._room = title or self._file_name
        self._ordinals = Ordinals()

    def events(self, entry: chatlog.Entry) -> Iterator[Incoming]:
        happened = believable(self._moment(entry.head[1]), self._options)
        text = entry.text.strip()
        if len(text) > MAX_LINE:
            raise RowRefused(_("the line is longer than a million characters"))
        if entry.head[3] == SYSTEM:
            yield from self._system(happened, text)
            return
        actor = person(entry.head)
        parts = self._parts(happened, actor.outside, text)
        yield self._event(MESSAGE_SENT, happened, parts, actor)._replace(
            subject=object_id(PLATFORM, *parts),
            mentions=self._names.mentioned(text) if "@" in text else (),
            properties=traits.of_text(text, _medium(text)),
            text=text,
        )

    def _system(self, happened: int, text: str) -> Iterator[Incoming]:
        """Recalls, joins and leaves; other notices of the system are nobody's doing and are left out."""
        recalled = _RECALLED.match(text)
        if recalled is not None:
            yield self._notice(MESSAGE_DELETED, happened, text, self._named(recalled[1]))
            return
        left = _LEFT.match(text)
        if left is not None:
            event = self._notice(MEMBER_LEFT, happened, text, self._named(left[1]))
            yield event._replace(properties={WAY: REMOVED}) if left[2] else event
            return
        invited = _INVITED.match(text)
        if invited is not None:
            event = self._notice(MEMBER_JOINED, happened, text, self._named(invited[2]))
            yield event._replace(target=self._named(invited[1])) if invited[1] else event

    def _notice(self, kind: str, happened: int, text: str, actor: Actor) -> Incoming:
        return self._event(kind, happened, self._parts(happened, SYSTEM, text), actor)

    def _named(self, name: str) -> Actor:
        """Notices give a name, sometimes with the number; one who has spoken is known by it."""
        name = name.strip().strip("“”\"' ")
        numbered = _NAMED.fullmatch(name)
        if numbered is not None:
            return Actor(PLATFORM, numbered[2], numbered[1])
        return self._names.find(name) or Actor(PLATFORM, f"name:{name}", name)

    def _parts(self, happened: int, sender: str, text: str) -> tuple[str | int, ...]:
        ordinal = self._ordinals.next(happened, (sender, text))
        return (self._room, sender, happened, text, ordinal)

    def _event(self, kind: str, happened: int, parts: tuple[str | int, ...], actor: Actor) -> Incoming:
        return self._scene.event(kind, happened, actor, *parts)

    def _moment(self, text: str) -> int:
        try:
            return moments.written(_on_one_clock(text), self._options.timezone)
        except (ValueError, OverflowError):
            raise RowRefused(_("the date cannot be read: %(date)s") % {"date": text[:40]}) from None


def _on_one_clock(text: str) -> str:
    """`2012-05-03 下午 3:21:45`, as older versions write where the system counts twelve hours."""
    for word, half in (("上午", " AM"), ("下午", " PM")):
        if word in text:
            day, clock = (piece.strip() for piece in text.split(word))
            hour = int(clock.partition(":")[0])
            return f"{day} {clock}{half if 1 <= hour <= 12 else ''}"
    return text


def person(head: re.Match[str]) -> Actor:
    """By number or, where somebody hides it, by mail address; in a file without numbers by the name alone."""
    outside = head[3] or head[4] or f"name:{head[2].strip()}"
    name = _LEVEL.sub("", head[2]).strip() or outside
    return Actor(PLATFORM, outside, name, outside in SERVICE_ACCOUNTS or looks_like_bot(name))


def _medium(text: str) -> str:
    return next((medium for mark, medium in MEDIA.items() if mark in text), "")


READER = Reader("qq", "qq", gettext_lazy("QQ"), claims, read)
