"""Which column means what? The mapping of a table-like file, guessed from its headings, changed by the operator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from django.utils.translation import gettext as _

from weilu.connectors import events as chat
from weilu.connectors.imports import moments, traits
from weilu.connectors.imports.bots import looks_like_bot
from weilu.connectors.imports.contract import BadFile, Columns, Options, RowRefused, believable
from weilu.connectors.imports.naming import Names
from weilu.connectors.imports.ordinals import Ordinals
from weilu.connectors.imports.readers import reach
from weilu.connectors.imports.recent import Recent
from weilu.core.events import kinds
from weilu.core.events.incoming import Actor, Incoming, Place
from weilu.core.events.keys import key, object_id

PLATFORM = "custom"
"""People and communities of tables of one's own: one namespace, so that a CSV and a JSONL of the same thing meet."""

FIELDS = ("id", "time", "member", "name", "community", "room", "kind", "text", "reply_to", "value", "sort")
NEEDED = ("time", "member")
ALIASES: Mapping[str, tuple[str, ...]] = {
    "id": ("message_id", "event_id", "msg_id", "uuid", "消息id", "编号"),
    "time": (
        "timestamp",
        "date",
        "datetime",
        "created_at",
        "sent_at",
        "happened",
        "ts",
        "时间",
        "日期",
        "发送时间",
    ),
    "member": (
        *(
            "member_id",
            "user",
            "user_id",
            "author",
            "author_id",
            "sender",
            "sender_id",
            "from",
            "from_id",
            "uid",
        ),
        *("username", "成员", "用户", "用户id", "发送者", "发言人", "qq"),
    ),
    "name": (
        "member_name",
        "user_name",
        "author_name",
        "sender_name",
        "display_name",
        "nickname",
        "昵称",
        "姓名",
    ),
    "community": (
        "group",
        "group_name",
        "chat",
        "channel_id",
        "server",
        "community_name",
        "社群",
        "群",
        "群名",
    ),
    "room": ("channel", "topic", "thread", "频道", "话题", "渠道"),
    "kind": ("event", "type", "action", "event_type", "类型", "事件"),
    "text": ("content", "message", "body", "msg", "内容", "消息", "正文"),
    "reply_to": ("reply_to_id", "in_reply_to", "parent_id", "reply_to_message_id", "回复"),
    "value": ("amount", "total", "points", "score", "金额", "数值"),
    "sort": ("counted", "统计项", "口径"),
}
KIND_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("", "message", "msg", "post", "消息", "发言"), chat.MESSAGE_SENT),
    **dict.fromkeys(("join", "joined", "入群", "加入"), chat.MEMBER_JOINED),
    **dict.fromkeys(("leave", "left", "quit", "退群", "退出"), chat.MEMBER_LEFT),
    **dict.fromkeys(("reaction", "react", "like", "点赞", "表情回应"), chat.REACTION_ADDED),
    **dict.fromkeys(("order", "purchase", "paid", "下单", "支付"), chat.ORDER_PAID),
    **dict.fromkeys(("checkin", "check-in", "打卡", "签到"), chat.CHECKIN_DONE),
    **dict.fromkeys(("reach", "公域数据"), chat.REACH_COUNTED),
}


def guess(found: Iterable[str]) -> dict[str, str]:
    """Our field → the file's column: by its very name first, then by what such columns are commonly called."""
    columns = {column.strip().lower().replace(" ", "_"): column for column in found if column.strip()}
    mapping = {field: columns[field] for field in FIELDS if field in columns}
    for field in FIELDS:
        used = set(mapping.values())
        names = (name for name in ALIASES[field] if name in columns and columns[name] not in used)
        if field not in mapping and (first := next(names, None)):
            mapping[field] = columns[first]
    if "member" not in mapping and "name" in mapping:
        mapping["member"] = mapping["name"]
    return mapping


def proposed(found: tuple[str, ...], options: Options) -> Columns:
    """The mapping as far as it goes: guessed, then as the operator changed it."""
    mapping = {**guess(found), **options.mapping}
    return Columns(found, {field: column for field, column in mapping.items() if column in found})


def settle(file: str, found: tuple[str, ...], options: Options) -> Columns:
    """The mapping in force. Refuses a column or a field that does not exist, and a file without time or member; where a column tells the
    sort of a count of public reach, nobody need be named."""
    for field, column in options.mapping.items():
        if field not in FIELDS:
            raise BadFile(file, _("there is no field %(field)s; fields are: %(fields)s")
                          % {"field": field, "fields": ", ".join(FIELDS)}, 1)  # fmt: skip
        if column and column not in found:
            raise BadFile(file, _("there is no column %(column)s; columns are: %(columns)s")
                          % {"column": column, "columns": ", ".join(found)[:300]}, 1)  # fmt: skip
    columns = proposed(found, options)
    for field in NEEDED:
        if field not in columns.mapping and not (field == "member" and "sort" in columns.mapping):
            raise BadFile(file, _("no column is known as %(field)s; columns are: %(columns)s. Say which one is meant.")
                          % {"field": field, "columns": ", ".join(found)[:300]}, 1)  # fmt: skip
    return columns


def note_unused(file: str, columns: Columns) -> str:
    """A sentence about what is left out, or nothing."""
    if not columns.unused:
        return ""
    return _("%(file)s, line 1: left out, since unknown: %(columns)s") % {
        "file": file,
        "columns": ", ".join(columns.unused)[:300],
    }


class Records:
    """Rows that already carry our field names become events."""

    def __init__(self, source: str, file_name: str, options: Options) -> None:
        self._source = source
        self._options = options
        self._fallback = options.community or file_name
        self._ordinals = Ordinals()
        self._reach = reach.Counts(PLATFORM, source, options)
        self._recent = Recent()
        self._names = Names()

    def events(self, record: Mapping[str, str]) -> Iterator[Incoming]:
        happened = believable(self._moment(record.get("time", "")), self._options)
        if is_reach(record):
            yield self._reach.event(record, happened, whole_number(record.get("value", "")))
            return
        kind = kind_of(record.get("kind", ""))
        actor = self._actor(record)
        community = record.get("community") or self._fallback
        place = Place(PLATFORM, community, community)
        room, text, own = record.get("room", ""), record.get("text", ""), record.get("id", "")
        parts = (community, "id", own, kind) if own else self._unnamed(record, community, kind, happened)
        parent = record.get("reply_to", "")
        if own:
            self._recent.add(f"{community}\x1f{own}", actor)
        yield Incoming(
            key=key(PLATFORM, happened, *parts),
            kind=kind,
            happened=happened,
            source=self._source,
            actor=actor,
            community=place,
            room=Place(PLATFORM, room, room) if room else None,
            subject=object_id(PLATFORM, community, own) if own else object_id(PLATFORM, *parts),
            about=object_id(PLATFORM, community, parent) if parent else 0,
            target=self._recent.author(f"{community}\x1f{parent}") if parent else None,
            mentions=self._names.mentioned(text) if "@" in text else (),
            value=whole_number(record.get("value", "")),
            properties=dict(traits.of_text(text)) if kind == chat.MESSAGE_SENT else None,
            text=text,
        )

    def _unnamed(
        self, record: Mapping[str, str], community: str, kind: str, happened: int
    ) -> tuple[str | int, ...]:
        said = (
            community,
            kind,
            *(record.get(name, "") for name in ("room", "member", "text", "value", "reply_to")),
        )
        return (*said, happened, self._ordinals.next(happened, said))

    def _moment(self, time: str) -> int:
        if not time:
            raise RowRefused(_("the row has no time"))
        try:
            return moments.written(time.strip(), self._options.timezone, self._options.day_first)
        except (ValueError, OverflowError):
            raise RowRefused(_("the date cannot be read: %(date)s") % {"date": time[:40]}) from None

    def _actor(self, record: Mapping[str, str]) -> Actor:
        member = record.get("member", "").strip()
        if not member:
            raise RowRefused(_("the row names no member"))
        name = record.get("name", "").strip() or member
        actor = Actor(PLATFORM, member, name, looks_like_bot(name))
        self._names.add(name, actor)
        return actor


def is_reach(record: Mapping[str, str]) -> bool:
    """Whether a row counts public reach: by its kind, or since it tells a sort and neither a kind nor anybody."""
    kind = record.get("kind", "").strip()
    if not kind:
        return bool(record.get("sort", "").strip()) and not record.get("member", "").strip()
    return kind == chat.REACH_COUNTED or KIND_WORDS.get(kind.lower()) == chat.REACH_COUNTED


def kind_of(word: str) -> str:
    """A declared kind, or a common word for one."""
    word = word.strip()
    if word and kinds.find(word) is not None:
        return word
    known = KIND_WORDS.get(word.lower())
    if known is None:
        raise RowRefused(_("an unknown kind of event: %(kind)s") % {"kind": word[:40]})
    return known


def whole_number(value: str) -> int | None:
    """Values are integers: minor units of money, points, counts."""
    if not value.strip():
        return None
    try:
        number = int(value)
    except ValueError:
        raise RowRefused(_("the value is not a whole number: %(value)s") % {"value": value[:40]}) from None
    if abs(number) >= 2**63:
        raise RowRefused(_("the value is too large: %(value)s") % {"value": value[:40]})
    return number
