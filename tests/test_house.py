"""The house stays in order: what an import linter cannot say about its rooms."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "weilu"
STEPS = {"goals", "members", "content", "communities", "acquisition", "engagement", "care", "evaluation"}
PRIVATE = {"views", "forms", "rules", "handlers", "jobs"}


def modules() -> list[Path]:
    skipped = {"migrations", "tests", "static"}
    return [
        path for path in sorted(PACKAGE.rglob("*.py")) if not skipped & set(path.relative_to(PACKAGE).parts)
    ]


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {name for name in names if name.startswith("weilu.")}


def test_across_steps_only_the_public_rooms_are_entered():
    trespass = []
    for path in modules():
        own = path.relative_to(PACKAGE).parts[0]
        for name in imported(path):
            parts = name.split(".")
            if (
                own in STEPS
                and parts[1] in STEPS - {own}
                and len(parts) > 2
                and parts[2] in PRIVATE | {"models"}
            ):
                trespass.append(f"{path.relative_to(PACKAGE)} imports {name}")
    assert trespass == []


def test_sql_for_the_column_store_stands_in_its_compile_rooms_only():
    allowed = ("core/warehouse/",)
    statement = re.compile(r"\b(FROM|INTO|TABLE|JOIN)\s+weilu\.")
    strays = [
        str(path.relative_to(PACKAGE))
        for path in modules()
        if not path.relative_to(PACKAGE).as_posix().startswith(allowed) and statement.search(path.read_text())
    ]
    assert strays == []


def test_every_module_opens_with_the_question_it_answers():
    silent = [
        str(path.relative_to(PACKAGE))
        for path in modules()
        if (text := path.read_text(encoding="utf-8")).strip()
        and path.name not in ("apps.py", "__main__.py")
        and ast.get_docstring(ast.parse(text)) is None
    ]
    assert silent == []


def test_time_is_asked_of_the_clock_only():
    direct = re.compile(r"datetime\.now\(|\.utcnow\(|timezone\.now\(|date\.today\(")
    askers = [
        str(path.relative_to(PACKAGE))
        for path in modules()
        if path.name != "clock.py" and direct.search(path.read_text(encoding="utf-8"))
    ]
    assert askers == []


def test_no_model_signals_and_no_work_in_save():
    tricks = re.compile(r"post_save|pre_save|post_delete|@receiver|def save\(self")
    assert [
        str(p.relative_to(PACKAGE)) for p in modules() if tricks.search(p.read_text(encoding="utf-8"))
    ] == []


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_file_is_a_screenful_or_a_few(path: Path):
    assert path.read_text(encoding="utf-8").count("\n") <= 400, "cut it by subject into a folder"
