"""QQ and WhatsApp: chat logs made for reading."""

from __future__ import annotations

from pathlib import Path

import pytest

from weilu.connectors.imports.contract import BadFile
from weilu.connectors.imports.tests.exports import read, write

QQ = """﻿消息记录（此消息记录为文本格式，不支持重新导入）

================================================================
消息分组:我的QQ群
================================================================
消息对象:青山茶友
================================================================

2016-07-19 9:05:02 【管理员】阿达(10001001)
今天的新茶到了
谁要？

2016-07-19 9:05:02 小贝<bea@tea.example>
@阿达 我要

2016-07-19 9:06:00 系统消息(10000)
小蔡加入本群

2016-07-19 9:06:30 系统消息(10000)
阿达撤回了一条消息

2016-07-19 9:07:00 系统消息(10000)
小贝邀请老邓加入了群聊

2016-07-19 9:08:00 小贝<bea@tea.example>
[图片]

2016-07-19 9:09:00 系统消息(10000)
老邓退出本群
""".replace("\n", "\r\n")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_qq_log_is_read_in_whatever_encoding_it_was_saved(tmp_path: Path, encoding: str) -> None:
    text = QQ if encoding == "utf-8" else QQ.lstrip("\ufeff")
    events, rejected = read(
        write(tmp_path / "log.txt", text.encode(encoding)), "qq", timezone="Asia/Shanghai"
    )
    assert [(event.kind, event.actor.outside if event.actor else "") for event in events] == [
        ("message.sent", "10001001"),
        ("message.sent", "bea@tea.example"),
        ("member.joined", "name:小蔡"),
        ("message.deleted", "10001001"),
        ("member.joined", "name:老邓"),
        ("message.sent", "bea@tea.example"),
        ("member.left", "name:老邓"),
    ]
    first, second, *_rest = events
    assert first.text == "今天的新茶到了\n谁要？"
    assert first.properties == {"length": 11, "question": True}
    assert first.actor is not None
    assert first.actor.name == "阿达"
    assert first.happened == 1468890302000
    assert [actor.outside for actor in second.mentions] == ["10001001"]
    assert {event.community.name for event in events if event.community} == {"青山茶友"}
    assert events[4].target == second.actor
    assert not rejected


ANDROID = [
    "31/12/20, 23:55 - Messages and calls are end-to-end encrypted. No one outside of this chat can read them.",
    '31/12/20, 23:55 - Ada created group "Tea"',
    "31/12/20, 23:56 - Ada added Bea and +86 138 0013 8000",
    "31/12/20, 23:57 - Ada: first line",
    "second line",
    "1/1/21, 00:01 - Bea: <Media omitted>",
    "1/1/21, 00:02 - Bea: This message was deleted",
    "1/1/21, 00:03 - Bea left",
    "1/1/21, 00:04 - Ada: @Bea why? <This message was edited>",
]
IPHONE = [
    "\u200e[31.12.20, 23:55:01] Tea: \u200eMessages and calls are end-to-end encrypted.",
    "[31.12.20, 23:56:00] Ada: \u200eAda added Bea",
    "[31.12.20, 23:57:00] Ada: Bea left",
    "[31.12.20, 23:58:00] \u202a+86 138 0013 8000\u202c: \u200eimage omitted",
]


def test_who_was_put_out_did_not_leave(tmp_path: Path) -> None:
    lines = "\n".join([*ANDROID[:4], "1/1/21, 00:05 - Ada removed Bea", "1/1/21, 00:06 - Cai left"])
    events, _rejected = read(write(tmp_path / "WhatsApp Chat with Tea.txt", lines))
    left = [event for event in events if event.kind == "member.left"]
    assert [(event.actor and event.actor.name, event.properties) for event in left] == [
        ("Bea", {"way": "removed"}),
        ("Cai", {}),
    ]
    log = QQ.replace("老邓退出本群", "老邓被管理员移出群聊")
    events, _rejected = read(write(tmp_path / "log.txt", log.encode()), "qq", timezone="Asia/Shanghai")
    assert events[-1].kind == "member.left"
    assert events[-1].properties == {"way": "removed"}


def test_an_android_log_tells_notices_from_what_was_said(tmp_path: Path) -> None:
    path = write(tmp_path / "WhatsApp Chat with Tea.txt", "\n".join(ANDROID))
    events, rejected = read(path)
    assert [(event.kind, event.actor.outside if event.actor else "") for event in events] == [
        ("community.changed", ""),
        ("member.joined", "Bea"),
        ("member.joined", "+8613800138000"),
        ("message.sent", "Ada"),
        ("message.sent", "Bea"),
        ("message.deleted", "Bea"),
        ("member.left", "Bea"),
        ("message.sent", "Ada"),
    ]
    assert events[3].text == "first line\nsecond line"
    assert events[4].properties == {"length": 0, "media": "media"}
    assert events[7].text == "@Bea why?"
    assert events[7].properties == {"length": 9, "question": True, "edited": True}
    assert [actor.outside for actor in events[7].mentions] == ["Bea"]
    assert {event.community.name for event in events if event.community} == {"Tea"}
    assert not rejected


def test_on_an_iphone_a_person_may_say_what_a_notice_says(tmp_path: Path) -> None:
    events = read(write(tmp_path / "_chat.txt", "\n".join(IPHONE)))[0]
    assert [(event.kind, event.text) for event in events] == [
        ("member.joined", ""),
        ("message.sent", "Bea left"),
        ("message.sent", ""),
    ]
    assert events[2].properties == {"length": 0, "media": "photo"}


@pytest.mark.parametrize(
    ("lines", "moments"),
    [
        (
            ["12/31/20, 11:55\u202fPM - Ada: a", "1/2/21, 12:05\u202fAM - Ada: b"],
            [1609458900000, 1609545900000],
        ),
        (["31.12.20, 23:55 - Ada: a", "02.01.21, 00:05 - Ada: b"], [1609458900000, 1609545900000]),
        (["2020/12/31 下午11:55 - Ada: a", "2021/1/2 上午12:05 - Ada: b"], [1609458900000, 1609545900000]),
        (
            ["5/6/21, 10:00 - Ada: a", "6/6/21, 10:00 - Ada: b", "1/7/21, 10:00 - Ada: c"],
            [1622887200000, 1622973600000, 1625133600000],
        ),
    ],
)
def test_the_whole_file_tells_which_number_is_the_month(
    tmp_path: Path, lines: list[str], moments: list[int]
) -> None:
    assert [
        event.happened for event in read(write(tmp_path / "a.txt", "\n".join(lines)), "whatsapp")[0]
    ] == moments


def test_where_the_file_cannot_tell_the_operator_is_asked(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "5/6/21, 10:00 - Ada: a\n5/6/21, 10:01 - Ada: b")
    with pytest.raises(BadFile, match="dmy or mdy"):
        read(path, "whatsapp")
    day, month = (read(path, "whatsapp", day_first=first)[0][0].happened for first in (True, False))
    assert (day, month) == (1622887200000, 1620295200000)


@pytest.mark.parametrize(
    ("line", "day_first"),
    [
        ("5.6.21, 10:00 - Ada: a", True),
        ("05/06/21, 10:00 - Ada: a", True),
        ("5-6-2021 10:00 - Ada: a", True),
        ("5/6/21, 10:00 AM - Ada: a", False),
    ],
)
def test_where_the_file_cannot_tell_the_look_of_its_dates_may(
    tmp_path: Path, line: str, day_first: bool
) -> None:
    path = write(tmp_path / "a.txt", line)
    assert read(path, "whatsapp") == read(path, "whatsapp", day_first=day_first)
