"""CSV and JSONL of one's own, and Stack Exchange dumps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from weilu.connectors.imports.contract import BadFile
from weilu.connectors.imports.tests.exports import read, write

HEADING = "id,time,member,name,community,kind,text,reply_to,value"


def test_the_columns_of_the_contract_are_understood_as_they_are(tmp_path: Path) -> None:
    rows = [
        HEADING,
        "1,2024-03-01T12:00:00Z,u1,Ada,tea,,who wants tea?,,",
        "2,2024-03-01 12:01,u2,Bea,tea,message,me,1,",
        "3,1709294520,u3,Cai,tea,member.joined,,,",
        "4,1709294580000,u2,Bea,tea,order.paid,,,1990",
    ]
    events, rejected = read(write(tmp_path / "own.csv", "\n".join(rows)), "csv")
    question, answer, joined, order = events
    assert [event.happened for event in events] == [1709294400000 + 60_000 * n for n in range(4)]
    assert (answer.about, answer.target) == (question.subject, question.actor)
    assert joined.kind == "member.joined"
    assert (order.kind, order.value) == ("order.paid", 1990)
    assert question.properties == {"length": 14, "question": True}
    assert not rejected


def test_csv_and_jsonl_of_the_same_rows_are_the_same_events(tmp_path: Path) -> None:
    row = {"id": 1, "time": "2024-03-01T12:00:00Z", "member": "u1", "community": "tea", "text": "hi"}
    table = write(tmp_path / "own.csv", "id,time,member,community,text\n1,2024-03-01T12:00:00Z,u1,tea,hi\n")
    lines = write(tmp_path / "own.jsonl", json.dumps(row) + "\n")
    assert read(table)[0][0].key == read(lines)[0][0].key


@pytest.mark.parametrize(
    ("heading", "mapping"),
    [
        ("timestamp,sender,body", {}),
        ("时间;昵称;内容", {}),
        ("when,who,what", {"time": "when", "member": "who", "text": "what"}),
    ],
)
def test_columns_are_guessed_and_can_be_said(tmp_path: Path, heading: str, mapping: dict[str, str]) -> None:
    separator = ";" if ";" in heading else ","
    path = write(
        tmp_path / "own.csv", heading + "\n" + separator.join(("2024-03-01 12:00", "Ada", "hi")) + "\n"
    )
    (event,) = read(path, "csv", mapping=mapping)[0]
    assert event.actor is not None
    assert (event.actor.name, event.text) == ("Ada", "hi")


def test_rows_that_make_no_event_come_back_with_line_and_reason(tmp_path: Path) -> None:
    rows = [
        HEADING,
        "1,2024-03-01 12:00,u1,,tea,,fine,,",
        "2,soon,u1,,tea,,,,",
        "3,2024-03-01 12:00,,,tea,,,,",
        "4,2024-03-01 12:00,u1,,tea,sneezed,,,",
        "5,2024-03-01 12:00,u1,,tea,,,,12.50",
        "6,2099-03-01 12:00,u1,,tea,,,,",
        "7,1970-01-02 12:00,u1,,tea,,,,",
        "8,2024-03-01 12:00,u1,,tea,,,,1,2,3",
        "9,03/04/2024 12:00,u1,,tea,,,,",
    ]
    events, rejected = read(write(tmp_path / "own.csv", "\n".join(rows)), "csv")
    assert [event.text for event in events] == ["fine"]
    assert [row.line for row in rejected] == [3, 4, 5, 6, 7, 8, 9, 10]
    assert len({row.reason for row in rejected}) == 8


def test_a_mapping_onto_a_column_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "own.csv", HEADING + "\n")
    with pytest.raises(BadFile, match=r"own\.csv, line 1: .*when"):
        read(path, "csv", mapping={"time": "when"})


SITE = {
    "Users.xml": '<users>\n<row Id="-1" CreationDate="2020-01-01T00:00:00.000" DisplayName="Community" />\n'
    '<row Id="1" CreationDate="2020-01-02T00:00:00.000" DisplayName="Ada" />\n'
    '<row Id="2" CreationDate="2020-01-03T00:00:00.000" DisplayName="Bea" />\n</users>',
    "Posts.xml": '<posts>\n<row Id="1" PostTypeId="1" CreationDate="2020-02-01T00:00:00.000" Score="3" Title="Tea?" '
    'Body="&lt;p&gt;Green &amp;amp; black&lt;/p&gt;" OwnerUserId="1" />\n'
    '<row Id="2" PostTypeId="2" ParentId="1" CreationDate="2020-02-02T00:00:00.000" Score="1" Body="Both" OwnerUserId="2" '
    'LastEditorUserId="1" LastEditDate="2020-02-03T00:00:00.000" />\n'
    '<row Id="3" PostTypeId="5" CreationDate="2020-02-02T00:00:00.000" Body="wiki" />\n</posts>',
    "Comments.xml": '<comments>\n<row Id="9" PostId="2" Text="Thanks" CreationDate="2020-02-04T00:00:00.000" UserId="1" />\n'
    '<row Id="10" PostId="2" Text="Who?" UserId="1" />\n</comments>',
    "Badges.xml": '<badges>\n<row Id="4" UserId="2" Name="Teacher" Date="2020-02-05T00:00:00.000" Class="3" />\n</badges>',
}


def test_a_stack_exchange_site_is_a_community_of_questions_and_answers(tmp_path: Path) -> None:
    for name, content in SITE.items():
        write(tmp_path / "tea.example" / name, content)
    events, (rejected,) = read(tmp_path / "tea.example")
    assert [event.kind for event in events] == [
        *["member.joined"] * 3, "message.sent", "message.sent", "message.edited", "message.sent", "badge.earned",
    ]  # fmt: skip
    question, answer, edit, comment = events[3:7]
    assert question.text == "Tea?\n\nGreen & black"
    assert (answer.about, answer.target) == (question.subject, question.actor)
    assert (comment.about, comment.target) == (answer.subject, answer.actor)
    assert edit.actor == question.actor
    assert (rejected.file, rejected.line) == ("Comments.xml", 3)
