"""What is refused, in one sentence that names file, line and cause; and nothing half written."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from weilu.connectors.imports import actions
from weilu.connectors.imports.forms import BLANK
from weilu.connectors.imports.models import Batch, State
from weilu.connectors.imports.tests.exports import discord_csv, packed, read, said, telegram, write
from weilu.core.errors import WeiluError
from weilu.core.events import queries as log
from weilu.core.operators.access import Viewer

ROW = ("11", "Ada#1234", "26-May-18 07:42 PM", "hello")
GOOD = json.dumps(telegram(*(said(number, "Ada", "x" * 200) for number in range(50))), indent=1)
LONG = "a" * 10_000_000
MIXED = "time,member\n2024-01-01,青山茶友今天都来了\n2024-01-02,".encode() + "阿达\n".encode("gb18030")


def nested_zip() -> bytes:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("result.json", GOOD)
    return inner.getvalue()


def bomb(path: Path) -> Path:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("result.json", "w", force_zip64=True) as sink,
    ):
        for _ in range(40):
            sink.write(b"0" * 2**20)
    return path


REFUSED: dict[str, tuple[str, Callable[[Path], Path], str]] = {
    "another format": ("telegram", lambda p: write(p / "a.csv", discord_csv(ROW)), r"a\.csv, line 1: .*discord"),
    "an unknown format": ("icq", lambda p: write(p / "a.csv", discord_csv(ROW)), "icq"),
    "truncated JSON": ("telegram", lambda p: write(p / "result.json", GOOD[: len(GOOD) // 2]), r"result\.json, line \d\d+: .*cut off"),
    "broken JSON": ("telegram", lambda p: write(p / "result.json", GOOD.replace('"id": 7,', '"id" 7,')), r"result\.json, line \d\d: .*JSON"),
    "JSON that is something else": ("telegram", lambda p: write(p / "result.json", '{"name": "x", "type": "y", "messages": 5}'), r"result\.json, line 1"),
    "an empty file": ("telegram", lambda p: write(p / "result.json", ""), r"result\.json: .*empty"),
    "an empty folder": ("telegram", lambda p: p, "no file"),
    "no such file": ("telegram", lambda p: p / "nowhere.json", "nowhere"),
    "a binary file": ("csv", lambda p: write(p / "a.csv", b"\x7fELF\0\0\0" * 99), r"a\.csv, line 1: .*binary"),
    "bytes of two encodings": ("csv", lambda p: write(p / "a.csv", MIXED), r"a\.csv, line 3: .*encoding"),
    "a line of 10 MB": ("discord", lambda p: write(p / "a.csv", discord_csv(ROW, ("1", "Ada", ROW[2], LONG))), r"a\.csv, line 3: .*million"),
    "a quote that never ends": ("csv", lambda p: write(p / "a.csv", 'time,member,text\n2024-01-01,Ada,"' + "b\n" * 600_000), r"a\.csv, line 2: .*never ends"),
    "a value of 10 MB": ("telegram", lambda p: write(p / "result.json", json.dumps(telegram(said(1, "Ada", LONG)))), r"result\.json, line 1: .*million"),
    "an archive in an archive": ("telegram", lambda p: packed(p / "a.zip", {"inner.zip": nested_zip()}), r"a\.zip/inner\.zip: .*archive"),
    "a path out of the archive": ("telegram", lambda p: packed(p / "a.zip", {"../../evil.json": GOOD}), r"evil\.json: .*outside"),
    "a zip bomb": ("telegram", lambda p: bomb(p / "a.zip"), r"a\.zip/result\.json: .*bomb"),
    "a damaged zip": ("telegram", lambda p: write(p / "a.zip", nested_zip()[:-30]), r"a\.zip"),
    "an unknown column": ("csv", lambda p: write(p / "a.csv", "when,who\n2024-01-01,Ada\n"), r"a\.csv, line 1: .*time.*when, who"),
    "XML that was cut off": ("stackexchange", lambda p: write(p / "Users.xml", '<users>\n<row Id="1" Crea'), r"Users\.xml, line 2: .*XML"),
    "XML with entities": ("stackexchange", lambda p: write(p / "Users.xml", '<!DOCTYPE u [<!ENTITY a "b">]>\n<users/>'), r"Users\.xml, line 1: .*entities"),
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_with_file_line_and_cause_and_nothing_is_written(
    case: str, tmp_path: Path, own_home: Path
) -> None:
    format_name, make, sentence = REFUSED[case]
    folder = tmp_path / "given"
    folder.mkdir()
    before = log.head()
    with pytest.raises(WeiluError, match=sentence):
        actions.read(actions.open_path(make(folder), format_name, dict(BLANK), Viewer.everything()))
    assert log.head() == before
    assert set(Batch.objects.values_list("state", flat=True)) <= {State.FAILED}


def test_a_long_line_of_jsonl_is_one_rejected_row(tmp_path: Path) -> None:
    lines = [
        '{"time": "2024-01-01", "member": "Ada"}',
        '{"text": "' + LONG + '"}',
        '{"time": "2024-01-02", "member": "Ada"}',
    ]
    events, (rejected,) = read(write(tmp_path / "a.jsonl", "\n".join(lines)), "jsonl")
    assert len(events) == 2
    assert (rejected.line, len(rejected.raw)) == (2, 300)


def test_files_that_belong_to_no_export_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path / "photos" / "photo_1.jpg", b"\xff\xd8\0\0")
    write(tmp_path / ".DS_Store", b"\0")
    write(tmp_path / "readme.txt", "made by Ada")
    write(tmp_path / "result.json", GOOD)
    (tmp_path / "loop").symlink_to(tmp_path)
    assert len(read(tmp_path, "telegram")[0]) == 50


def test_lines_are_counted_through_the_pieces_a_long_file_is_read_in(tmp_path: Path) -> None:
    messages = [said(number % 60, "Ada", "z" * 900) for number in range(2_000)]
    messages[1_500]["id"] = "none"
    path = write(tmp_path / "result.json", json.dumps(telegram(*messages), indent=1))
    (rejected,) = read(path, "telegram")[1]
    assert '"none"' in path.read_text().splitlines()[rejected.line]
